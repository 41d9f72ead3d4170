//! Trees for tests.

use seawall_yaml::{Limits, Text, Tree, read};

/// The tree of a text.
pub(crate) fn tree(text: &str) -> Tree {
    read(&Text::new(text), &Limits::default()).0.remove(0).tree
}

/// A tree as JSON.
pub(crate) fn json(tree: &Tree) -> String {
    let mut out = String::new();
    tree.root().write_json(&mut out);
    out
}
