//! Custom resources that are defined, as far as their schema says that pods or secrets follow from them.

use seawall_inventory::Resource;
use seawall_yaml::Node;

use crate::names::{Name, Names};

/// What an object of a defined kind leads its controller to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DefinitionFacts {
    pub(crate) group: Name,
    pub(crate) plural: Name,
    /// It holds containers, or names the account that something runs as.
    pub(crate) runs: bool,
    /// It names secrets.
    pub(crate) reads: bool,
}

/// Keys of a schema that speak of something that runs, and of secrets.
const RUNS: &[&str] = &["serviceAccountName", "containers", "podTemplate"];
const READS: &[&str] = &["secretRef", "secretKeyRef", "secretName", "bearerTokenSecret"];

impl DefinitionFacts {
    pub(crate) fn read(definition: &Resource, names: &mut Names) -> Option<Self> {
        let spec = definition.root().get("spec")?;
        let (group, plural) = (spec.str("group")?, spec.get("names")?.str("plural")?);
        let (mut runs, mut reads) = (false, false);
        let schemas =
            spec.list("versions").filter_map(|version| version.path(&["schema", "openAPIV3Schema"]));
        let mut open: Vec<Node<'_>> =
            schemas.filter_map(|schema| schema.path(&["properties", "spec"])).collect();
        // A schema is a tree: every node is met once.
        while let Some(schema) = open.pop() {
            for (key, below) in schema.get("properties").into_iter().flat_map(Node::entries) {
                runs |= RUNS.contains(&key);
                reads |= READS.contains(&key);
                open.push(below);
            }
            open.extend(["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key)));
        }
        Some(DefinitionFacts { group: names.intern(group), plural: names.intern(plural), runs, reads })
    }
}
