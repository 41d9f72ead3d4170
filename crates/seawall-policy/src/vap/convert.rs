//! Objects in another version, and copies of trees.
//!
//! Source: `pkg/apiserver/conversion/nop_converter.go` of apiextensions: without a webhook only `apiVersion` changes.

use seawall_yaml::{Kind, Node, Span, Style, Tree, TreeBuilder};

const NOWHERE: Span = Span { start: 0, end: 0 };

/// A copy of an object that says another `apiVersion`.
pub(crate) fn with_version(object: Node<'_>, version: &str) -> Tree {
    let mut builder = TreeBuilder::new(None);
    builder.open(Kind::Map, Style::Flow, 0);
    texts(object, &[("apiVersion", version)], &mut builder);
    builder.close(0);
    builder.finish()
}

/// A copy of an object with these texts in its metadata; an empty one leaves what is there.
pub(crate) fn with_metadata(object: Node<'_>, fields: &[(&str, &str)]) -> Tree {
    let mut builder = TreeBuilder::new(None);
    builder.open(Kind::Map, Style::Flow, 0);
    let metadata = object.get("metadata").filter(|metadata| metadata.is_map());
    for (key, value) in object.entries().filter(|(key, _)| *key != "metadata") {
        builder.key(key, None);
        copy(value, &mut builder);
    }
    builder.key("metadata", None);
    builder.open(Kind::Map, Style::Flow, 0);
    if let Some(metadata) = metadata {
        texts(metadata, fields, &mut builder);
    } else {
        added(fields, |_| false, &mut builder);
    }
    builder.close(0);
    builder.close(0);
    builder.finish()
}

/// The entries of a map, some of them with another text.
fn texts(map: Node<'_>, fields: &[(&str, &str)], into: &mut TreeBuilder) {
    for (key, value) in map.entries() {
        into.key(key, None);
        match fields.iter().find(|(own, text)| *own == key && !text.is_empty()) {
            Some((_, text)) => {
                into.str(text, Style::DoubleQuoted, NOWHERE);
            }
            None => copy(value, into),
        }
    }
    added(fields, |key| map.entry(key).is_some(), into);
}

fn added(fields: &[(&str, &str)], there: impl Fn(&str) -> bool, into: &mut TreeBuilder) {
    for (key, text) in fields.iter().filter(|(key, text)| !text.is_empty() && !there(key)) {
        into.key(key, None);
        into.str(text, Style::DoubleQuoted, NOWHERE);
    }
}

/// Copies a node; it is as deep as a reader let it be.
fn copy(node: Node<'_>, into: &mut TreeBuilder) {
    match node.kind() {
        Kind::Null => into.null(Style::Plain, NOWHERE),
        Kind::Bool => into.bool(node.as_bool().unwrap_or_default(), NOWHERE),
        Kind::Int => into.int(node.as_i64().unwrap_or_default(), NOWHERE),
        Kind::UInt => into.uint(node.as_u64().unwrap_or_default(), NOWHERE),
        Kind::Float => into.float(node.as_f64().unwrap_or_default(), NOWHERE),
        Kind::Str => into.str(node.as_str().unwrap_or_default(), Style::DoubleQuoted, NOWHERE),
        kind @ (Kind::Map | Kind::Seq) => {
            let id = into.open(kind, Style::Flow, 0);
            for (key, value) in node.entries() {
                into.key(key, None);
                copy(value, into);
            }
            for item in node.items() {
                copy(item, into);
            }
            into.close(0);
            id
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests_support::{json, tree};

    #[test]
    fn only_the_version_changes() {
        let object =
            tree(r#"{"apiVersion":"a/v1","kind":"K","spec":{"l":[1,-2.5,null,{"x":true}],"s":"é"}}"#);
        let made = with_version(object.root(), "a/v2");
        let expected = r#"{"apiVersion":"a/v2","kind":"K","spec":{"l":[1,-2.5,null,{"x":true}],"s":"é"}}"#;
        assert_eq!(json(&made), expected);
    }

    #[test]
    fn metadata_is_made_or_completed() {
        let object = tree(r#"{"kind":"K","metadata":{"name":"a","labels":{"b":"c"}}}"#);
        let made = with_metadata(object.root(), &[("name", ""), ("namespace", "n")]);
        assert_eq!(json(&made), r#"{"kind":"K","metadata":{"name":"a","labels":{"b":"c"},"namespace":"n"}}"#);
        let made = with_metadata(tree(r#"{"kind":"K"}"#).root(), &[("name", "a")]);
        assert_eq!(json(&made), r#"{"kind":"K","metadata":{"name":"a"}}"#);
    }
}
