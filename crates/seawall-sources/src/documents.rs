//! From the bytes of one file to objects.

use std::sync::Arc;

use rayon::prelude::*;
use seawall_core::{Origin, OriginKind, Problem};
use seawall_inventory::Resource;
use seawall_yaml::{Limits, NodeId, Outcome, Span, Text, is_json, read_outcome, read_outcomes, split};

use crate::list::{Objects, objects};
use crate::load::Counts;

/// Files smaller than this are read on one thread: handing out their documents would cost more than it gains.
const PARALLEL_BYTES: u32 = 256 << 10;

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct FileContent {
    pub(crate) objects: Vec<Objects>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) counts: Counts,
}

impl FileContent {
    pub(crate) fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.objects.iter().flat_map(|objects| &objects.resources)
    }

    /// Whether the file is what `kubectl get -o json` writes: one JSON list, without problems, of objects that a server
    /// gave their ids.
    pub(crate) fn is_live_lists(&self) -> bool {
        let live = |resource: &Resource| {
            resource.root().id() != NodeId::ROOT
                && resource.origin().file.ends_with(".json")
                && resource.metadata().is_some_and(|metadata| metadata.str("uid").is_some())
        };
        self.problems.is_empty() && self.counts.documents == 1 && self.resources().all(live)
    }
}

/// Reads the documents of a file; those of a large one in parallel.
pub(crate) fn read_file(file: &Arc<str>, bytes: Vec<u8>, limits: &Limits) -> FileContent {
    let (text, mut problems) = Text::from_bytes(bytes);
    let outcomes = if is_json(&text) || text.len() < PARALLEL_BYTES {
        let (outcomes, found) = read_outcomes(&text, limits);
        problems.extend(found);
        outcomes
    } else {
        let read = |span: Span| (span, read_outcome(&text, span, limits));
        let read: Vec<_> = split(&text).into_par_iter().map(read).collect();
        let mut outcomes = Vec::with_capacity(read.len());
        for (span, (outcome, found)) in read {
            problems.extend(found);
            outcomes.push((span, outcome));
        }
        outcomes
    };
    let mut content = FileContent { problems, ..FileContent::default() };
    content.counts.files = 1;
    for (document, (span, outcome)) in (0..).zip(outcomes) {
        let tree = match outcome {
            Outcome::Empty => continue,
            Outcome::Read(tree) => Some(tree),
            Outcome::Template(_) => {
                content.counts.templates += 1;
                None
            }
            Outcome::Broken => {
                content.counts.broken += 1;
                None
            }
        };
        content.counts.documents += 1;
        if let Some(tree) = tree {
            let line = text.position(span.start).line;
            let origin = Origin { file: Arc::clone(file), document, line, kind: OriginKind::File };
            content.objects.push(objects(tree, &origin));
        }
    }
    content.problems = content.problems.into_iter().map(|problem| problem.in_file(file)).collect();
    content
}
