//! Objects in another version, and copies of trees.
//!
//! Source: `pkg/apiserver/conversion/nop_converter.go` of apiextensions: without a webhook only `apiVersion` changes.

use seawall_yaml::{Kind, Node, Span, Style, Tree, TreeBuilder};

const NOWHERE: Span = Span { start: 0, end: 0 };

/// A copy of an object that says another `apiVersion`.
pub(crate) fn with_version(object: Node<'_>, version: &str) -> Tree {
    const KEY: &str = "apiVersion";
    let mut builder = TreeBuilder::new(None);
    let say = |builder: &mut TreeBuilder| {
        builder.key(KEY, None);
        builder.str(version, Style::DoubleQuoted, NOWHERE);
    };
    builder.open(Kind::Map, Style::Flow, 0);
    for (key, value) in object.entries() {
        if key == KEY {
            say(&mut builder);
        } else {
            builder.key(key, None);
            copy(value, &mut builder);
        }
    }
    if object.entry(KEY).is_none() {
        say(&mut builder);
    }
    builder.close(0);
    builder.finish()
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
}
