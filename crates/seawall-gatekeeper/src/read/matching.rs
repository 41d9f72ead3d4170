//! `spec.match` of a constraint.

use seawall_inventory::{LabelTest, OwnedSelector, Requirement};
use seawall_yaml::Node;

use super::field::{list, only, text, texts};
use crate::fault::Fault;
use crate::matching::{Kinds, Match, Scope, Wildcard};

const FIELDS: [&str; 8] = [
    "excludedNamespaces",
    "kinds",
    "labelSelector",
    "name",
    "namespaceSelector",
    "namespaces",
    "scope",
    "source",
];

/// Reads what a constraint speaks about; without `match` it is everything.
pub(crate) fn read(spec: Option<Node<'_>>, faults: &mut Vec<Fault>) -> Match {
    let Some(node) = spec.and_then(|spec| spec.get("match")) else { return Match::default() };
    if !node.is_map() {
        faults.push(Fault::at(node, "`match` must be a map"));
        return Match::default();
    }
    only(node, "`match`", &FIELDS, faults);
    let kinds = list(node, "kinds", faults).into_iter().map(|kinds| {
        only(kinds, "an item of `kinds`", &["apiGroups", "kinds"], faults);
        let owned = |texts: Vec<&str>| texts.into_iter().map(Into::into).collect();
        Kinds {
            groups: owned(texts(kinds, "apiGroups", faults)),
            kinds: owned(texts(kinds, "kinds", faults)),
        }
    });
    let kinds = kinds.collect();
    let scope = match text(node, "scope", faults) {
        None | Some("" | "*") => Scope::Any,
        Some("Cluster") => Scope::Cluster,
        Some("Namespaced") => Scope::Namespaced,
        Some(other) => {
            // Gatekeeper takes any other word for `*`.
            if let Some(node) = node.get("scope") {
                faults.push(Fault::at(
                    node,
                    format!("`scope` is `*`, `Cluster` or `Namespaced`, not `{other}`"),
                ));
            }
            Scope::Any
        }
    };
    let generated = match text(node, "source", faults) {
        None | Some("" | "All" | "Original") => false,
        Some("Generated") => true,
        Some(other) => {
            if let Some(node) = node.get("source") {
                faults.push(Fault::at(
                    node,
                    format!("`source` is `All`, `Original` or `Generated`, not `{other}`"),
                ));
            }
            false
        }
    };
    let wildcards = |texts: Vec<&str>| texts.into_iter().map(Wildcard::new).collect();
    Match {
        kinds,
        scope,
        namespaces: wildcards(texts(node, "namespaces", faults)),
        excluded: wildcards(texts(node, "excludedNamespaces", faults)),
        labels: node.get("labelSelector").map(|node| selector(node, faults)),
        namespace_labels: node.get("namespaceSelector").map(|node| selector(node, faults)),
        name: text(node, "name", faults).filter(|name| !name.is_empty()).map(Wildcard::new),
        generated,
    }
}

fn selector(node: Node<'_>, faults: &mut Vec<Fault>) -> OwnedSelector {
    only(node, "a selector", &["matchExpressions", "matchLabels"], faults);
    let mut requirements = Vec::new();
    if let Some(labels) = node.get("matchLabels") {
        if !labels.is_map() {
            faults.push(Fault::at(labels, "`matchLabels` must be a map"));
        }
        for (key, value) in labels.entries() {
            match value.as_str() {
                Some(value) => requirements
                    .push(Requirement { key: key.into(), test: LabelTest::In(vec![value.into()]) }),
                None => faults.push(Fault::at(value, "the value of a label must be a text")),
            }
        }
    }
    for expression in list(node, "matchExpressions", faults) {
        only(expression, "an expression of a selector", &["key", "operator", "values"], faults);
        let key = text(expression, "key", faults).unwrap_or_default();
        let values: Vec<Box<str>> = texts(expression, "values", faults).into_iter().map(Into::into).collect();
        let operator = text(expression, "operator", faults).unwrap_or_default();
        let test = match (operator, values.is_empty()) {
            ("In", false) => LabelTest::In(values),
            ("NotIn", false) => LabelTest::NotIn(values),
            ("Exists", true) => LabelTest::Exists,
            ("DoesNotExist", true) => LabelTest::DoesNotExist,
            ("In" | "NotIn", true) => {
                faults.push(Fault::at(expression, format!("`{operator}` needs `values`")));
                continue;
            }
            ("Exists" | "DoesNotExist", false) => {
                faults.push(Fault::at(expression, format!("`{operator}` takes no `values`")));
                continue;
            }
            _ => {
                faults.push(Fault::at(expression, format!("`{operator}` is no operator of a selector")));
                continue;
            }
        };
        if key.is_empty() {
            faults.push(Fault::at(expression, "an expression of a selector needs a `key`"));
        }
        requirements.push(Requirement { key: key.into(), test });
    }
    OwnedSelector(requirements)
}
