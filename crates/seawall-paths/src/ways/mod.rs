//! What is open to whom: the ways in that the network room finds, and what Services lead to, kept until an object changes
//! that has a say.
//!
//! Nothing is read twice: which Services, Ingresses, Gateways, routes and host ports open what is decided by
//! `seawall_network::exposure` alone, and so is whether policies and a mesh let it through.
//!
//! Invariants, above all what is absent: ways that stay in private networks are no ways from the internet and are left out;
//! what is known is in words, not in numbers of an inventory; order does not depend on the order of changes.

mod found;

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use foldhash::fast::RandomState;
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
    /// Those of a build in the order read; the first change moves them to the rest.
    built: Vec<Resource>,
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

/// Whether no two objects that have a say are of one identity.
fn are_distinct(inventory: &Inventory) -> bool {
    let resources = inventory.resources();
    let mut seen: HashSet<_, RandomState> =
        HashSet::with_capacity_and_hasher(resources.len(), RandomState::default());
    resources.iter().filter(|resource| resource_has_a_say(resource)).all(|resource| {
        let namespace = resource.namespace().unwrap_or("default");
        seen.insert((resource.group(), resource.kind(), namespace, resource.name()))
    })
}

fn resource_has_a_say(resource: &Resource) -> bool {
    has_a_say(resource.group_kind(), resource.name())
}

impl Ways {
    /// What an inventory says; the network must be made of it.
    pub(crate) fn of(inventory: &Inventory, network: &Network) -> Self {
        let complete = |kind: &GroupKind<'_>| inventory.completeness(*kind) == Completeness::Complete;
        let built = inventory.resources().iter().filter(|resource| resource_has_a_say(resource));
        let ways = Ways {
            built: built.cloned().collect(),
            complete: KINDS_MISSED.into_iter().filter(complete).collect(),
            ..Ways::default()
        };
        // Of several objects of one identity the last counts, and only when all are known.
        if are_distinct(inventory) {
            let _ = ways.found.set(Found::of(inventory, network));
        }
        ways
    }

    /// All objects by identity.
    fn kept(&mut self) -> &mut BTreeMap<Key, Resource> {
        let built = std::mem::take(&mut self.built);
        let keyed = built
            .into_iter()
            .map(|resource| (key(resource.group_kind(), resource.namespace(), resource.name()), resource));
        self.kept.extend(keyed);
        &mut self.kept
    }

    /// Adds or replaces an object.
    pub(crate) fn put(&mut self, resource: &Resource) {
        if resource_has_a_say(resource) {
            self.found.take();
            let key = key(resource.group_kind(), resource.namespace(), resource.name());
            self.kept().insert(key, resource.clone());
        }
    }

    /// Takes an object away.
    pub(crate) fn take(&mut self, kind: GroupKind<'_>, namespace: Option<&str>, name: &str) {
        if has_a_say(kind, name) {
            self.found.take();
            self.kept().remove(&key(kind, namespace, name));
        }
    }

    /// What is open; the network must be made of the same objects.
    pub(crate) fn found(&self, network: &Network) -> &Found {
        self.found.get_or_init(|| {
            let mut builder = InventoryBuilder::new();
            self.complete.iter().for_each(|kind| builder.complete_kind(*kind));
            let mut last: BTreeMap<Key, &Resource> = BTreeMap::new();
            for resource in &self.built {
                last.insert(key(resource.group_kind(), resource.namespace(), resource.name()), resource);
            }
            last.into_values().chain(self.kept.values()).for_each(|resource| builder.push(resource.clone()));
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
