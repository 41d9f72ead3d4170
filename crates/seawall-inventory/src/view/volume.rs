//! A volume of a pod.

use seawall_yaml::Node;

use crate::view::{Place, PodView};

/// A volume of a pod.
#[derive(Clone, Copy)]
pub struct VolumeView<'r> {
    pod: PodView<'r>,
    node: Node<'r>,
}

impl<'r> VolumeView<'r> {
    pub(crate) fn new(pod: PodView<'r>, node: Node<'r>) -> Self {
        VolumeView { pod, node }
    }

    /// The volume as it stands.
    pub fn node(&self) -> Node<'r> {
        self.node
    }

    /// The name, empty when missing.
    pub fn name(&self) -> &'r str {
        self.node.str("name").unwrap_or("")
    }

    /// The keys that say what kind of volume it is (all but `name`), with their values; `null` does not count.
    pub fn sources(&self) -> impl Iterator<Item = (&'r str, Node<'r>)> {
        self.node.entries().filter(|(key, value)| *key != "name" && !value.is_null())
    }

    /// The path on the host of a `hostPath` volume; empty when the path is missing.
    pub fn host_path(&self) -> Option<&'r str> {
        Some(self.node.get("hostPath")?.str("path").unwrap_or(""))
    }

    /// A field of the volume, for findings.
    pub fn place(&self, keys: &[&str]) -> Place {
        self.pod.place_of(self.node).keys(keys)
    }
}
