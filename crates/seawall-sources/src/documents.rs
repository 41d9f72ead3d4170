//! From the bytes of one file to objects.

use std::sync::Arc;

use rayon::prelude::*;
use seawall_core::{Origin, OriginKind, Problem};
use seawall_yaml::{Limits, Text, read};

use crate::list::{Objects, objects};
use crate::load::Counts;

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct FileContent {
    pub(crate) objects: Vec<Objects>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) counts: Counts,
}

/// Reads the documents of a file in parallel.
pub(crate) fn read_file(file: &Arc<str>, bytes: Vec<u8>, limits: &Limits) -> FileContent {
    let mut content = FileContent::default();
    content.counts.files = 1;
    let text = Text::new(String::from_utf8_lossy(&bytes).into_owned());
    let (documents, problems) = read(&text, limits);
    content.problems.extend(problems.into_iter().map(|problem| problem.in_file(file)));
    content.counts.documents = documents.len();
    content.objects = documents
        .into_par_iter()
        .map(|document| {
            let line = text.position(document.span.start).line;
            let origin =
                Origin { file: Arc::clone(file), document: document.index, line, kind: OriginKind::File };
            objects(document.tree, &origin)
        })
        .collect();
    content
}
