//! Files that rendered objects come from, each read and indexed once a unit: a hostile one is named by very many objects.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use seawall_yaml::{Document, Limits, Node, NodeId, Text, read};

use super::lines::Lines;
use super::paths::Root;
use crate::load::display_name;

/// The largest of them that is searched for lines.
const MAX_BYTES: u64 = 8 << 20;

/// Objects of a file up to which one is looked for whose name was changed.
const MAX_RENAMED: usize = 1_000;

/// A file as it stands.
#[derive(Debug)]
pub(super) struct Source {
    /// As shown.
    pub(super) name: Arc<str>,
    pub(super) text: Option<Text>,
    lines: OnceCell<Lines>,
    objects: OnceCell<Objects>,
}

/// The objects of a file that is no template.
#[derive(Debug, Default)]
struct Objects {
    documents: Vec<Document>,
    all: Vec<At>,
    /// By kind and name; `None` where several are called so.
    called: HashMap<(String, String), Option<At>>,
}

/// A document and the node in it.
type At = (usize, NodeId);

impl Source {
    /// Its lines, of a template.
    pub(super) fn lines(&self, text: &Text) -> &Lines {
        self.lines.get_or_init(|| Lines::of(text))
    }

    /// The one object that has the kind of a rendered one, and its name but for what a prefix or suffix adds.
    pub(super) fn original(&self, rendered: Node<'_>, limits: &Limits) -> Option<Node<'_>> {
        let (kind, name) = identity(rendered)?;
        let objects = self.objects.get_or_init(|| {
            self.text.as_ref().map_or_else(Objects::default, |text| Objects::of(text, limits))
        });
        if let Some(found) = objects.called.get(&(kind.to_owned(), name.to_owned())) {
            return objects.node((*found)?);
        }
        if objects.all.len() > MAX_RENAMED {
            return None;
        }
        let fits =
            |node: &Node<'_>| identity(*node).is_some_and(|(of, called)| of == kind && name.contains(called));
        let mut found = objects.all.iter().filter_map(|at| objects.node(*at)).filter(fits);
        found.next().filter(|_| found.next().is_none())
    }
}

impl Objects {
    fn of(text: &Text, limits: &Limits) -> Self {
        let (documents, _) = read(text, limits);
        let mut objects = Objects::default();
        for (number, document) in documents.iter().enumerate() {
            let root = document.tree.root();
            let items = root.list("items").filter(|_| identity(root).is_none());
            for node in std::iter::once(root).chain(items) {
                if let Some((kind, name)) = identity(node) {
                    let at = (number, node.id());
                    objects.all.push(at);
                    let called = objects.called.entry((kind.to_owned(), name.to_owned()));
                    called.and_modify(|known| *known = None).or_insert(Some(at));
                }
            }
        }
        objects.documents = documents;
        objects
    }

    fn node(&self, (document, node): At) -> Option<Node<'_>> {
        Some(self.documents.get(document)?.tree.node(node))
    }
}

fn identity(node: Node<'_>) -> Option<(&str, &str)> {
    Some((node.str("kind")?, node.get("metadata")?.str("name")?))
}

/// The files of one unit.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    root: &'a Root,
    known: HashMap<PathBuf, Rc<Source>>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(root: &'a Root) -> Self {
        Sources { root, known: HashMap::new() }
    }

    /// A file by its canonical path.
    pub(super) fn get(&mut self, canonical: &Path) -> Rc<Source> {
        let root = self.root;
        let read = || {
            let text = crate::text::read_text(canonical, MAX_BYTES).ok().map(Text::new);
            let name = display_name(&root.shown(canonical));
            Rc::new(Source { name, text, lines: OnceCell::new(), objects: OnceCell::new() })
        };
        Rc::clone(self.known.entry(canonical.to_owned()).or_insert_with(read))
    }
}
