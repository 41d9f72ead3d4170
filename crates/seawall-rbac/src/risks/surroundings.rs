//! What risks ask of the cluster beside its roles and bindings.

use std::collections::{BTreeSet, HashSet};

use seawall_inventory::{Completeness, GroupKind, Inventory};

/// Facts about the other objects of an inventory.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Major and minor version of the API server, when known.
    pub version: Option<(u32, u32)>,
    /// Namespaces and names of the ConfigMaps that are here.
    pub config_maps: HashSet<(String, String)>,
    /// API groups with a CustomResourceDefinition.
    pub custom_groups: BTreeSet<String>,
    /// Namespaces and names of all service accounts; `None` when they are not all known.
    pub service_accounts: Option<HashSet<(String, String)>>,
    /// Whether a role that is not here does not exist.
    pub all_roles: bool,
}

impl Surroundings {
    /// Reads them.
    pub fn of(inventory: &Inventory) -> Self {
        let complete =
            |group, kind| inventory.completeness(GroupKind::new(group, kind)) == Completeness::Complete;
        let names = |kind: &'static str| {
            inventory.of_kind(GroupKind::new("", kind)).map(|resource| {
                (resource.namespace().unwrap_or("default").to_owned(), resource.name().to_owned())
            })
        };
        let crds = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");
        let custom_groups = inventory
            .of_kind(crds)
            .filter_map(|crd| Some(crd.root().path(&["spec"])?.str("group")?.to_owned()))
            .collect();
        Surroundings {
            version: inventory.server_version(),
            config_maps: names("ConfigMap").collect(),
            custom_groups,
            service_accounts: complete("", "ServiceAccount").then(|| names("ServiceAccount").collect()),
            all_roles: complete("rbac.authorization.k8s.io", "Role")
                && complete("rbac.authorization.k8s.io", "ClusterRole"),
        }
    }
}
