//! Integration tests of the room.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod custom;
mod types;

use seawall_yaml::{Limits, Text, Tree};

/// The one document of a YAML text.
fn tree(yaml: &str) -> Tree {
    let (documents, problems) = seawall_yaml::read(&Text::new(yaml), &Limits::default());
    assert_eq!(problems, Vec::new(), "{yaml}");
    documents.into_iter().next().expect("a document").tree
}
