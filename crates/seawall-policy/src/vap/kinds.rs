//! Which resources are served under several names, which kinds there are, and how objects get from one version to another.
//!
//! Source: `pkg/runtime/mapper.go` of apimachinery: resources that are stored in one place are equivalent. In 1.36 these
//! are the versions of one resource, and the two groups of Event
//! (`pkg/kubeapiserver/default_storage_factory_builder.go`).

use std::collections::{HashMap, HashSet};

use seawall_inventory::{Completeness, GroupKind, Inventory};
use seawall_schema::Schemas;
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

/// A kind in one version.
#[derive(Debug)]
struct KindEntry {
    version: String,
    namespaced: bool,
}

/// Kinds and resources of a cluster.
#[derive(Debug)]
pub(crate) struct Kinds {
    /// By group and plural name, with the subresource.
    resources: HashMap<(String, String), Vec<Served>>,
    /// By group and kind.
    kinds: HashMap<(String, String), Vec<KindEntry>>,
    /// Of custom kinds, by group and kind.
    conversions: HashMap<(String, String), Conversion>,
    /// Groups of the API server's own.
    built_in: HashSet<String>,
    /// Whether a custom kind that is not here does not exist.
    complete: bool,
}

/// Versions that an API server of 1.36 serves although another one of their group is served too; the other built-in ones
/// with several versions serve the stable one only, unless they are told to.
const STABLE_TWICE: [(&str, &str); 1] = [("autoscaling", "horizontalpodautoscalers")];

/// Groups that serve the same objects.
const CROSSED: [(&str, [&str; 2]); 1] = [("events", ["", "events.k8s.io"])];

const DEFINITION: GroupKind<'_> = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");

/// The other group under which a resource is served, when there is one.
pub(crate) fn crossed(group: &str, resource: &str) -> Option<&'static str> {
    let (_, groups) = CROSSED.iter().find(|(own, groups)| *own == resource && groups.contains(&group))?;
    groups.iter().find(|other| **other != group).copied()
}

impl Kinds {
    /// Those of an inventory, whose definitions the schemas know.
    pub(crate) fn of(inventory: &Inventory, schemas: &Schemas) -> Self {
        let mut resources: HashMap<_, Vec<Served>> = HashMap::new();
        let mut kinds: HashMap<_, Vec<KindEntry>> = HashMap::new();
        for resource in schemas.resources() {
            let (group, version, name) = (resource.group(), resource.version(), resource.name());
            let (kind_group, kind_version, kind) = resource.kind();
            if resource.subresource().is_none() {
                kinds
                    .entry((group.to_owned(), kind.to_owned()))
                    .or_default()
                    .push(KindEntry { version: version.to_owned(), namespaced: resource.is_namespaced() });
            }
            let parent = name.split_once('/').map_or(name, |(parent, _)| parent);
            let served = Served {
                resource: (group.to_owned(), version.to_owned(), parent.to_owned()),
                kind: (kind_group.to_owned(), kind_version.to_owned(), kind.to_owned()),
            };
            resources.entry((group.to_owned(), name.to_owned())).or_default().push(served);
        }
        let definitions = inventory.of_kind(DEFINITION);
        Kinds {
            resources,
            kinds,
            conversions: definitions.filter_map(|definition| conversion(definition.root())).collect(),
            built_in: Schemas::builtin().resources().map(|resource| resource.group().to_owned()).collect(),
            complete: inventory.completeness(DEFINITION) == Completeness::Complete,
        }
    }

    /// The other names of a resource.
    pub(crate) fn equivalents(
        &self,
        group: &str,
        version: &str,
        resource: &str,
        subresource: &str,
    ) -> Vec<Served> {
        if self.built_in.contains(group)
            && !STABLE_TWICE.contains(&(group, resource))
            && crossed(group, resource).is_none()
        {
            return Vec::new();
        }
        let name =
            if subresource.is_empty() { resource.to_owned() } else { format!("{resource}/{subresource}") };
        let groups = [Some(group), crossed(group, resource)].into_iter().flatten();
        let all = groups.filter_map(|group| self.resources.get(&(group.to_owned(), name.clone()))).flatten();
        let stable = |served: &&Served| {
            !self.built_in.contains(&served.resource.0) || !served.resource.1.contains(['a', 'b'])
        };
        let other = |served: &&Served| (&*served.resource.0, &*served.resource.1) != (group, version);
        all.filter(other).filter(stable).cloned().collect()
    }

    /// What is known of a kind.
    pub(crate) fn scope(&self, group: &str, version: &str, kind: &str) -> KindScope {
        match self.kinds.get(&(group.to_owned(), kind.to_owned())) {
            Some(versions) => match versions.iter().find(|entry| entry.version == version) {
                None => KindScope::Missing,
                Some(entry) if entry.namespaced => KindScope::Namespaced,
                Some(_) => KindScope::Cluster,
            },
            None if self.complete || self.built_in.contains(group) => KindScope::Missing,
            None => KindScope::Unknown,
        }
    }

    /// How objects of a custom resource get to another version; `None` for a resource that is not custom.
    pub(crate) fn conversion(&self, group: &str, kind: &str) -> Option<Conversion> {
        self.conversions.get(&(group.to_owned(), kind.to_owned())).copied()
    }
}

fn conversion(definition: Node<'_>) -> Option<((String, String), Conversion)> {
    let spec = definition.get("spec")?;
    let conversion = match spec.path(&["conversion", "strategy"]).and_then(Node::as_str) {
        Some("Webhook") => Conversion::Webhook,
        _ => Conversion::None,
    };
    let kind = spec.path(&["names", "kind"])?.as_str()?;
    Some(((spec.str("group")?.to_owned(), kind.to_owned()), conversion))
}
