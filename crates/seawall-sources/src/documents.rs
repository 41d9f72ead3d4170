//! From the bytes of one file to objects.

use std::sync::Arc;

use rayon::prelude::*;
use seawall_core::{Origin, OriginKind, Problem};
use seawall_yaml::{Limits, Outcome, Span, Text, is_json, read_outcome, read_outcomes, split};

use crate::list::{Objects, objects};
use crate::load::Counts;
use crate::problems::Problems;
use crate::templates::Template;

/// Files smaller than this are read on one thread: handing out their documents would cost more than it gains.
const PARALLEL_BYTES: u32 = 256 << 10;

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct FileContent {
    pub(crate) objects: Vec<Objects>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) templates: Vec<Template>,
    pub(crate) counts: Counts,
}

/// Documents of a large file that are read at a time, so that complaints about them stay bounded.
const CHUNK: usize = 4_096;

/// Reads the documents of a file; those of a large one in parallel.
pub(crate) fn read_file(file: &Arc<str>, bytes: Vec<u8>, limits: &Limits) -> FileContent {
    let (text, found) = Text::from_bytes(bytes);
    let mut content = FileContent::default();
    content.counts.files = 1;
    let mut problems = Problems::default();
    problems.extend(found);
    if is_json(&text) {
        let (outcomes, found) = read_outcomes(&text, limits);
        problems.extend(found);
        for (document, (span, outcome)) in (0..).zip(outcomes) {
            content.take(&text, file, document, span, outcome);
        }
    } else {
        let spans = split(&text);
        for (chunk, spans) in spans.chunks(CHUNK).enumerate() {
            let read = |span: &Span| (*span, read_outcome(&text, *span, limits));
            let read: Vec<_> = match text.len() < PARALLEL_BYTES {
                true => spans.iter().map(read).collect(),
                false => spans.par_iter().map(read).collect(),
            };
            let first = u32::try_from(chunk * CHUNK).unwrap_or(u32::MAX);
            for (document, (span, (outcome, found))) in (first..).zip(read) {
                // Templates are spoken of once a folder, see `templates`.
                problems.extend(found.into_iter().filter(|_| !matches!(outcome, Outcome::Template(_))));
                content.take(&text, file, document, span, outcome);
            }
        }
    }
    content.problems = problems.finish().into_iter().map(|problem| problem.in_file(file)).collect();
    content
}

impl FileContent {
    fn take(&mut self, text: &Text, file: &Arc<str>, document: u32, span: Span, outcome: Outcome) {
        if matches!(outcome, Outcome::Empty) {
            return;
        }
        self.counts.documents += 1;
        match outcome {
            Outcome::Read(tree) => {
                let line = text.position(span.start).line;
                let origin = Origin { file: Arc::clone(file), document, line, kind: OriginKind::File };
                self.objects.push(objects(tree, &origin));
            }
            Outcome::Template(at) => {
                self.counts.templates += 1;
                self.templates.push(Template { file: Arc::clone(file), position: text.position(at) });
            }
            Outcome::Broken => self.counts.broken += 1,
            Outcome::Empty => {}
        }
    }
}
