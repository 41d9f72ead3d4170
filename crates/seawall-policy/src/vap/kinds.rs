//! Which resources are served under several names, and which kinds there are.
//!
//! Source: `pkg/runtime/mapper.go` of apimachinery: resources that are stored in one place are equivalent. In 1.36 these
//! are the versions of one custom resource, the two of HorizontalPodAutoscaler, and the two groups of Event
//! (`pkg/kubeapiserver/default_storage_factory_builder.go`).

use std::collections::HashMap;

use seawall_inventory::{Completeness, GroupKind, Inventory, is_cluster_scoped};
use seawall_yaml::Node;

/// A resource that is served: group, version and plural name, and group, version and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) resource: (String, String, String),
    pub(crate) kind: (String, String, String),
}

/// What is known of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KindScope {
    Cluster,
    Namespaced,
    /// There is no such kind.
    Missing,
    /// Nothing here says whether there is one.
    Unknown,
}

/// How objects of a custom kind get from one version to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// Only `apiVersion` changes.
    None,
    /// Something that runs in the cluster decides.
    Webhook,
}

#[derive(Debug)]
struct Custom {
    kind: String,
    namespaced: bool,
    versions: Vec<String>,
    status: bool,
    scale: bool,
    conversion: Conversion,
}

/// Kinds and resources of a cluster.
#[derive(Debug)]
pub(crate) struct Kinds {
    /// By group and plural name.
    custom: HashMap<(String, String), Custom>,
    /// Whether a custom kind that is not here does not exist.
    complete: bool,
}

/// Built-in resources with equivalents: group, version, plural name and kind.
const EQUIVALENT: [&[(&str, &str, &str, &str)]; 2] = [
    &[
        ("autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
        ("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
    ],
    &[("", "v1", "events", "Event"), ("events.k8s.io", "v1", "events", "Event")],
];

const DEFINITION: GroupKind<'_> = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");

impl Kinds {
    /// Those of an inventory.
    pub(crate) fn of(inventory: &Inventory) -> Self {
        let definitions = inventory.of_kind(DEFINITION).filter_map(|definition| custom(definition.root()));
        let complete = inventory.completeness(DEFINITION) == Completeness::Complete;
        Kinds { custom: definitions.collect(), complete }
    }

    /// The other names of a resource, in the order in which the API server registers them.
    pub(crate) fn equivalents(
        &self,
        group: &str,
        version: &str,
        resource: &str,
        subresource: &str,
    ) -> Vec<Served> {
        let built_in =
            EQUIVALENT.iter().find(|same| same.iter().any(|one| (one.0, one.2) == (group, resource)));
        if let Some(same) = built_in {
            let others = same.iter().filter(|one| (one.0, one.1) != (group, version));
            let others = others.filter(|_| matches!(subresource, "" | "status"));
            return others.map(|one| served((one.0, one.1, one.2), (one.0, one.1, one.3))).collect();
        }
        let Some(custom) = self.custom.get(&(group.to_owned(), resource.to_owned())) else {
            return Vec::new();
        };
        let others = custom.versions.iter().filter(|own| *own != version);
        others
            .filter_map(|own| {
                let kind = match subresource {
                    "" => (group, own.as_str(), custom.kind.as_str()),
                    "status" if custom.status => (group, own.as_str(), custom.kind.as_str()),
                    "scale" if custom.scale => ("autoscaling", "v1", "Scale"),
                    _ => return None,
                };
                Some(served((group, own, resource), kind))
            })
            .collect()
    }

    /// What is known of a kind.
    pub(crate) fn scope(&self, group: &str, version: &str, kind: &str) -> KindScope {
        let of_kind = |(key, custom): &(&(String, String), &Custom)| key.0 == group && custom.kind == kind;
        if let Some((_, custom)) = self.custom.iter().find(of_kind) {
            return match custom.versions.iter().any(|own| own == version) {
                false => KindScope::Missing,
                true if custom.namespaced => KindScope::Namespaced,
                true => KindScope::Cluster,
            };
        }
        if is_cluster_scoped(GroupKind::new(group, kind)) {
            return KindScope::Cluster;
        }
        if is_built_in(group) {
            return KindScope::Namespaced;
        }
        if self.complete { KindScope::Missing } else { KindScope::Unknown }
    }

    /// How objects of a custom resource get to another version; `None` for a resource that is not custom.
    pub(crate) fn conversion(&self, group: &str, kind: &str) -> Option<Conversion> {
        let mut all = self.custom.iter();
        all.find(|(key, custom)| key.0 == group && custom.kind == kind).map(|(_, custom)| custom.conversion)
    }
}

/// Whether a group is one of the API server's own.
fn is_built_in(group: &str) -> bool {
    matches!(group, "" | "apps" | "autoscaling" | "batch" | "policy")
        || group
            .strip_suffix(".k8s.io")
            .is_some_and(|head| !matches!(head, "gateway.networking" | "snapshot.storage" | "metrics"))
}

fn served(resource: (&str, &str, &str), kind: (&str, &str, &str)) -> Served {
    let owned = |(one, two, three): (&str, &str, &str)| (one.to_owned(), two.to_owned(), three.to_owned());
    Served { resource: owned(resource), kind: owned(kind) }
}

fn custom(definition: Node<'_>) -> Option<((String, String), Custom)> {
    let spec = definition.get("spec")?;
    let names = spec.get("names")?;
    let served = |version: &Node<'_>| version.bool("served") == Some(true);
    let versions: Vec<Node<'_>> = spec.list("versions").filter(served).collect();
    let part = |key: &str| versions.iter().any(|version| version.path(&["subresources", key]).is_some());
    let conversion = match spec.path(&["conversion", "strategy"]).and_then(Node::as_str) {
        Some("Webhook") => Conversion::Webhook,
        _ => Conversion::None,
    };
    let custom = Custom {
        kind: names.str("kind")?.to_owned(),
        namespaced: spec.str("scope") == Some("Namespaced"),
        versions: versions.iter().filter_map(|version| version.str("name")).map(str::to_owned).collect(),
        status: part("status"),
        scale: part("scale"),
        conversion,
    };
    Some(((spec.str("group")?.to_owned(), names.str("plural")?.to_owned()), custom))
}

/// The other group under which a resource is served, when there is one.
pub(crate) fn crossed(group: &str, resource: &str) -> Option<&'static str> {
    let same = EQUIVALENT.iter().find(|same| same.iter().any(|one| (one.0, one.2) == (group, resource)))?;
    same.iter().map(|one| one.0).find(|other| *other != group)
}
