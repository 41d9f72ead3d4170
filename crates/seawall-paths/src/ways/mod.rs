//! What is open to whom: the ways in that the network room finds, and what Services lead to, kept until an object changes
//! that has a say.
//!
//! Nothing is read twice: which Services, Ingresses, Gateways, routes and host ports open what is decided by
//! `seawall_network::exposure` alone, and so is whether policies and a mesh let it through.
//!
//! Invariants, above all what is absent: ways that stay in private networks are no ways from the internet and are left out;
//! what is known is in words, not in numbers of an inventory; order does not depend on the order of changes.

mod found;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use seawall_core::Subject;
use seawall_inventory::{Completeness, GroupKind, Inventory, InventoryBuilder, Resource};
use seawall_network::Network;
use seawall_network::exposure::KINDS_MISSED;

pub(crate) use found::{End, Found, Opening, Place};

/// Group, kind, namespace and name of an object.
type Key = (Box<str>, Box<str>, Box<str>, Box<str>);

/// The objects that have a say, and what comes of them.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    kept: BTreeMap<Key, Resource>,
    complete: Vec<GroupKind<'static>>,
    found: OnceLock<Found>,
}

/// Groups that neither open anything nor say what a mesh lets through.
const SILENT_GROUPS: &[&str] = &[
    "apiextensions.k8s.io",
    "coordination.k8s.io",
    "kyverno.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
];

/// Such kinds of the core group.
const SILENT_KINDS: &[&str] =
    &["Event", "PersistentVolume", "PersistentVolumeClaim", "Secret", "ServiceAccount"];

/// Whether objects of a kind have a say; of ConfigMaps only those with the settings of a mesh.
fn has_a_say(kind: GroupKind<'_>, name: &str) -> bool {
    match (kind.group, kind.kind) {
        ("", "ConfigMap") => name.starts_with("istio"),
        ("", kind) => !SILENT_KINDS.contains(&kind),
        (group, _) => !SILENT_GROUPS.contains(&group),
    }
}

fn key(kind: GroupKind<'_>, namespace: Option<&str>, name: &str) -> Key {
    (kind.group.into(), kind.kind.into(), namespace.unwrap_or("default").into(), name.into())
}

impl Ways {
    /// Takes over what is known of kinds as a whole.
    pub(crate) fn of(inventory: &Inventory) -> Self {
        let complete = |kind: &GroupKind<'_>| inventory.completeness(*kind) == Completeness::Complete;
        Ways { complete: KINDS_MISSED.into_iter().filter(complete).collect(), ..Ways::default() }
    }

    /// Adds or replaces an object.
    pub(crate) fn put(&mut self, resource: &Resource) {
        let kind = resource.group_kind();
        if has_a_say(kind, resource.name()) {
            self.found.take();
            self.kept.insert(key(kind, resource.namespace(), resource.name()), resource.clone());
        }
    }

    /// Takes an object away.
    pub(crate) fn take(&mut self, kind: GroupKind<'_>, namespace: Option<&str>, name: &str) {
        if has_a_say(kind, name) {
            self.found.take();
            self.kept.remove(&key(kind, namespace, name));
        }
    }

    /// What is open; the network must be made of the same objects.
    pub(crate) fn found(&self, network: &Network) -> &Found {
        self.found.get_or_init(|| {
            let mut builder = InventoryBuilder::new();
            self.complete.iter().for_each(|kind| builder.complete_kind(*kind));
            self.kept.values().for_each(|resource| builder.push(resource.clone()));
            Found::of(&builder.build(), network)
        })
    }
}

/// The word that paths use for an object.
fn word(subject: &Subject) -> String {
    let group = subject.api_version.split_once('/').map_or("", |(group, _)| group);
    let (kind, name) = (&*subject.kind, &*subject.name);
    if seawall_inventory::is_cluster_scoped(GroupKind::new(group, kind)) {
        return format!("{kind}/{name}");
    }
    format!("{kind}/{}/{name}", subject.namespace.as_deref().unwrap_or("default"))
}
