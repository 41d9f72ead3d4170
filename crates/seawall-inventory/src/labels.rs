//! Labels of an object, read from its tree.

use seawall_yaml::Node;

/// The labels of an object or a pod template; empty when there are none.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'t>(Option<Node<'t>>);

impl<'t> Labels<'t> {
    /// The labels under `metadata`.
    pub fn of_metadata(metadata: Option<Node<'t>>) -> Self {
        Labels(metadata.and_then(|metadata| metadata.get("labels")))
    }

    /// The value of a label.
    pub fn get(self, key: &str) -> Option<&'t str> {
        self.0?.str(key)
    }

    /// All labels whose value is a string, in the order written.
    pub fn iter(self) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.0.into_iter().flat_map(Node::entries).filter_map(|(key, value)| Some((key, value.as_str()?)))
    }

    /// Whether there is no label.
    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }
}
