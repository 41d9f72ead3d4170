//! Fields that must have a type.

use seawall_yaml::Node;

use crate::fault::Fault;

/// The text under a key; absent is `None`.
pub(super) fn text<'t>(map: Node<'t>, key: &str, faults: &mut Vec<Fault>) -> Option<&'t str> {
    let node = map.get(key)?;
    let text = node.as_str();
    if text.is_none() {
        faults.push(Fault::at(node, format!("`{key}` must be a text")));
    }
    text
}

/// The texts under a key; absent is empty.
pub(super) fn texts<'t>(map: Node<'t>, key: &str, faults: &mut Vec<Fault>) -> Vec<&'t str> {
    let mut texts = Vec::new();
    for item in list(map, key, faults) {
        match item.as_str() {
            Some(text) => texts.push(text),
            None => faults.push(Fault::at(item, format!("an item of `{key}` must be a text"))),
        }
    }
    texts
}

/// The items under a key; absent is empty.
pub(super) fn list<'t>(map: Node<'t>, key: &str, faults: &mut Vec<Fault>) -> Vec<Node<'t>> {
    let Some(node) = map.get(key) else { return Vec::new() };
    if !node.is_seq() {
        faults.push(Fault::at(node, format!("`{key}` must be a list")));
    }
    node.items().collect()
}

/// Keys that nothing here knows: a typing error must not widen what matches.
pub(super) fn only(map: Node<'_>, what: &str, known: &[&str], faults: &mut Vec<Fault>) {
    for (key, node) in map.entries().filter(|(key, _)| !known.contains(key)) {
        faults.push(Fault::at(node, format!("{what} has no field `{key}`")));
    }
}
