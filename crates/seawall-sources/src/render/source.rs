//! Files that rendered objects come from, each read once a unit.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seawall_yaml::{Document, Limits, Text, read};

use super::paths::Root;
use crate::load::display_name;

/// The largest of them that is searched for lines.
const MAX_BYTES: u64 = 8 << 20;

/// A file as it stands.
#[derive(Debug)]
pub(super) struct Source {
    /// As shown.
    pub(super) name: Arc<str>,
    pub(super) text: Option<Text>,
    documents: std::cell::OnceCell<Vec<Document>>,
}

impl Source {
    /// Its documents, of a file that is no template.
    pub(super) fn documents(&self, limits: &Limits) -> &[Document] {
        self.documents.get_or_init(|| self.text.as_ref().map_or_else(Vec::new, |text| read(text, limits).0))
    }
}

/// The files of one unit.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    root: &'a Root,
    known: HashMap<PathBuf, std::rc::Rc<Source>>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(root: &'a Root) -> Self {
        Sources { root, known: HashMap::new() }
    }

    /// A file by its canonical path.
    pub(super) fn get(&mut self, canonical: &Path) -> std::rc::Rc<Source> {
        let root = self.root;
        let read = || {
            let text = crate::text::read_text(canonical, MAX_BYTES).ok().map(Text::new);
            let name = display_name(&root.shown(canonical));
            std::rc::Rc::new(Source { name, text, documents: std::cell::OnceCell::new() })
        };
        std::rc::Rc::clone(self.known.entry(canonical.to_owned()).or_insert_with(read))
    }
}
