//! Keys that are looked for often.

use crate::node::Node;
use crate::{symbols, vocabulary};

/// A key, and the number that it has in every tree when it is a common one: looking for it compares numbers, not texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    text: Box<str>,
    symbol: Option<u32>,
}

impl Key {
    /// A key of this text.
    pub fn new(text: &str) -> Self {
        Key { text: text.into(), symbol: vocabulary::symbol(symbols::hash(text), text) }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<'t> Node<'t> {
    /// The value under a key, `null` included: as [`Node::entry`].
    #[inline]
    pub fn entry_at(self, key: &Key) -> Option<Node<'t>> {
        match key.symbol {
            Some(symbol) if self.is_map() => self.child_of(symbol),
            Some(_) => None,
            None => self.entry(&key.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read_json_bytes;
    use crate::{Limits, Tree};

    #[test]
    fn common_and_other_keys_are_found_as_by_their_texts() {
        let text = r#"{"metadata":{"name":"a","odd key":1,"name":"b"},"spec":null,"odd key":[{"name":2}]}"#;
        let (tree, _) = read_json_bytes(text.as_bytes(), &Limits::default());
        let tree: Tree = tree.unwrap();
        let mut found = 0;
        let mut open = vec![tree.root()];
        while let Some(node) = open.pop() {
            open.extend(node.entries().map(|(_, value)| value).chain(node.items()));
            for text in ["metadata", "name", "spec", "odd key", "absent", "kind"] {
                let by_key = node.entry_at(&Key::new(text));
                assert_eq!(by_key.map(|node| node.id()), node.entry(text).map(|node| node.id()), "{text}");
                found += usize::from(by_key.is_some());
            }
        }
        assert_eq!(found, 6);
        assert!(Key::new("name").symbol.is_some() && Key::new("odd key").symbol.is_none());
    }
}
