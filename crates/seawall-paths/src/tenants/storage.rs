//! Data of one tenant that volumes of the other can show.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Route;
use seawall_inventory::{GroupKind, Inventory, Resource};

use super::volumes::{Backing, is_read_only};
use super::{Evidence, Found, Tenant, Witness, count};

pub(super) const KINDS: &[(&str, &str)] = &[
    ("", "Pod"),
    ("", "PersistentVolume"),
    ("", "PersistentVolumeClaim"),
    ("storage.k8s.io", "StorageClass"),
    ("apps", "Deployment"),
    ("apps", "DaemonSet"),
    ("apps", "StatefulSet"),
    ("batch", "CronJob"),
    ("batch", "Job"),
];

/// What a tenant keeps data in.
#[derive(Default)]
struct Stores<'i> {
    claims: Vec<&'i Resource>,
    /// The claim of each PersistentVolume that claims name.
    volumes: BTreeMap<&'i str, &'i Resource>,
    /// StorageClasses of its claims.
    classes: BTreeSet<&'i str>,
    /// Who uses what, by path, and whether it may only be read; the first user of each.
    backings: BTreeMap<(Backing, bool), Evidence>,
    /// PersistentVolumes that are or were its own, by `claimRef`.
    claimed: Vec<&'i Resource>,
    pods: usize,
}

pub(super) fn find(inventory: &Inventory, a: &Tenant, b: &Tenant) -> Found {
    let (of_a, of_b) = (stores(inventory, a), stores(inventory, b));
    let mut found = Found::default();
    same_volume(&mut found, &of_a, &of_b);
    same_data(&mut found, (&of_a, a), (&of_b, b));
    for (own, other, to) in [(&of_a, &of_b, b), (&of_b, &of_a, a)] {
        volumes_of_pods(&mut found, own, to);
        released(&mut found, own, other, to);
    }
    retained(inventory, &mut found, &of_a, &of_b);
    for (stores, tenant) in [(&of_a, a), (&of_b, b)] {
        found.checked.push(format!(
            "{}, {} and {} in volumes of `{}`: none is, or is within, one of the other's",
            count(stores.claims.len(), "claim", "claims"),
            count(stores.pods, "pod or template", "pods and templates"),
            count(stores.backings.len(), "place of data", "places of data"),
            tenant.text(),
        ));
    }
    found
}

fn stores<'i>(inventory: &'i Inventory, tenant: &Tenant) -> Stores<'i> {
    let mut stores = Stores::default();
    let spec = Route::root().key("spec");
    for claim in inventory.of_kind(GroupKind::new("", "PersistentVolumeClaim")).filter(|own| tenant.owns(own))
    {
        stores.claims.push(claim);
        let Some(own) = claim.root().get("spec") else { continue };
        if let Some(volume) = own.str("volumeName").filter(|name| !name.is_empty()) {
            stores.volumes.entry(volume).or_insert(claim);
        }
        stores.classes.extend(own.str("storageClassName").filter(|class| !class.is_empty()));
    }
    for volume in inventory.of_kind(GroupKind::new("", "PersistentVolume")) {
        let Some(own) = volume.root().get("spec") else { continue };
        let claimed = own.get("claimRef").and_then(|claim| claim.str("namespace"));
        let named = stores.volumes.contains_key(volume.name());
        if !named && !claimed.is_some_and(|namespace| tenant.has(namespace)) {
            continue;
        }
        if let Some(backing) = Backing::of(own) {
            let says = format!("is the {backing}");
            stores.backings.entry((backing, false)).or_insert_with(|| Evidence::of(volume, &spec, says));
        }
        if claimed.is_some_and(|namespace| tenant.has(namespace)) {
            stores.claimed.push(volume);
        }
    }
    for resource in inventory.resources().iter().filter(|own| own.has_pods() && tenant.owns(own)) {
        for pod in resource.pods() {
            stores.pods += 1;
            for volume in pod.volumes() {
                let Some(backing) = Backing::of(volume.node()) else { continue };
                let says = format!("mounts the {backing}");
                let key = (backing, is_read_only(&pod, &volume));
                let route = resource.route_of(volume.node());
                stores.backings.entry(key).or_insert_with(|| Evidence::of(resource, &route, says));
            }
        }
    }
    stores
}

/// One PersistentVolume that claims of both name.
fn same_volume(found: &mut Found, a: &Stores<'_>, b: &Stores<'_>) {
    let route = Route::root().keys(&["spec", "volumeName"]);
    for (volume, one) in &a.volumes {
        let Some(other) = b.volumes.get(volume) else { continue };
        let says = format!("asks for PersistentVolume/{volume}");
        found.witnesses.push(Witness {
            from: one.subject().to_string(),
            to: other.subject().to_string(),
            what: format!("names PersistentVolume/{volume}, as does"),
            evidence: vec![Evidence::of(one, &route, &*says), Evidence::of(other, &route, &*says)],
        });
    }
}

/// Two volumes with the same data, of which one at least may be written to.
fn same_data(found: &mut Found, (a, of_a): (&Stores<'_>, &Tenant), (b, of_b): (&Stores<'_>, &Tenant)) {
    for ((one, one_reads), first) in &a.backings {
        // Handles are looked up, and come last; paths are compared, since one may be within the other.
        let handle = matches!(one, Backing::Handle(..));
        let from = handle.then(|| (one.clone(), false));
        let candidates = from.map_or_else(|| b.backings.range(..), |from| b.backings.range(from..));
        let last =
            |other: &Backing| if handle { other == one } else { !matches!(other, Backing::Handle(..)) };
        for ((other, other_reads), second) in candidates.take_while(|((other, _), _)| last(other)) {
            // One PersistentVolume that both name is told by itself.
            if !one.meets(other) || first.object == second.object {
                continue;
            }
            if *one_reads && *other_reads {
                let note = format!(
                    "`{}` and `{}` both read the {other}, and neither writes to it",
                    of_a.text(),
                    of_b.text()
                );
                found.notes.extend((!found.notes.contains(&note)).then_some(note));
                continue;
            }
            found.witnesses.push(Witness {
                from: first.object.clone(),
                to: second.object.clone(),
                what: "shares data with".to_owned(),
                evidence: vec![first.clone(), second.clone()],
            });
        }
    }
}

/// A path of nodes that holds the volumes of all their pods.
fn volumes_of_pods(found: &mut Found, own: &Stores<'_>, to: &Tenant) {
    for (_, evidence) in own.backings.iter().filter(|((backing, _), _)| backing.holds_pods()) {
        found.witnesses.push(Witness {
            from: evidence.object.clone(),
            to: format!("pods of `{}`", to.text()),
            what: "mounts a path that holds the volumes of every pod of its node, so those of".to_owned(),
            evidence: vec![evidence.clone()],
        });
    }
}

/// A volume with data of one tenant that a claim of the other names, or, released, may be given by its class.
fn released(found: &mut Found, own: &Stores<'_>, other: &Stores<'_>, to: &Tenant) {
    let route = Route::root().keys(&["spec", "claimRef"]);
    for volume in own.claimed.iter().filter(|volume| !own.volumes.contains_key(volume.name())) {
        let says = "its `claimRef` names a claim of the one tenant";
        if let Some(claim) = other.volumes.get(volume.name()) {
            let asks =
                Evidence::of(claim, &Route::root().keys(&["spec", "volumeName"]), "asks for it by name");
            found.witnesses.push(Witness {
                from: volume.subject().to_string(),
                to: claim.subject().to_string(),
                what: "is of one tenant and is asked for by".to_owned(),
                evidence: vec![Evidence::of(volume, &route, says), asks],
            });
            continue;
        }
        let class = volume.root().get("spec").and_then(|spec| spec.str("storageClassName")).unwrap_or("");
        let phase = volume.root().get("status").and_then(|status| status.str("phase"));
        if phase == Some("Released") && other.classes.contains(class) {
            found.witnesses.push(Witness {
                from: volume.subject().to_string(),
                to: format!("claims of `{}`", to.text()),
                what: format!(
                    "is released with its data, and binds without its `claimRef` by class `{class}` to"
                ),
                evidence: vec![Evidence::of(volume, &route, says)],
            });
        }
    }
}

/// Classes of both that keep data after a claim is gone: nothing yet, but what comes of it is worth a word.
fn retained(inventory: &Inventory, found: &mut Found, a: &Stores<'_>, b: &Stores<'_>) {
    for class in a.classes.intersection(&b.classes) {
        let kind = GroupKind::new("storage.k8s.io", "StorageClass");
        let own = inventory.find(kind, None, class);
        if own.is_some_and(|own| own.root().str("reclaimPolicy") == Some("Retain")) {
            found.notes.push(format!(
                "claims of both ask for StorageClass/{class}, which retains data: volumes must be wiped before they are given out again"
            ));
        }
    }
}
