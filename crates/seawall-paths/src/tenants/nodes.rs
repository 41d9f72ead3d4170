//! Pods of both tenants on one node, now or by what the scheduler may do.

use std::collections::BTreeMap;

use seawall_core::Route;
use seawall_inventory::{GroupKind, Inventory, PodView, Resource};

use super::placement::Placement;
use super::{Evidence, Found, Tenant, Witness, count};

pub(super) const KINDS: &[(&str, &str)] = &[
    ("", "Pod"),
    ("", "Node"),
    ("apps", "Deployment"),
    ("apps", "DaemonSet"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("batch", "CronJob"),
    ("batch", "Job"),
];

/// What a tenant runs.
#[derive(Default)]
struct Pods<'i> {
    /// The first running pod of each node.
    on: BTreeMap<&'i str, &'i Resource>,
    /// The first pod or template of each distinct set of wishes.
    wishes: BTreeMap<Placement, &'i Resource>,
    all: usize,
}

pub(super) fn find(inventory: &Inventory, a: &Tenant, b: &Tenant) -> Found {
    let (of_a, of_b) = (pods(inventory, a), pods(inventory, b));
    let mut found = Found::default();
    for (node, one) in &of_a.on {
        if let Some(other) = of_b.on.get(node) {
            let runs = |pod: &Resource| {
                Evidence::of(pod, &Route::root().keys(&["spec", "nodeName"]), format!("runs on {node}"))
            };
            found.witnesses.push(Witness {
                from: one.subject().to_string(),
                to: other.subject().to_string(),
                what: format!("runs on Node/{node}, together with"),
                evidence: vec![runs(one), runs(other)],
            });
        }
    }
    let nodes: Vec<&Resource> = inventory.of_kind(GroupKind::new("", "Node")).collect();
    if found.witnesses.is_empty() {
        found.witnesses.extend(may_meet(&nodes, &of_a, &of_b));
    }
    found.checked.push(format!(
        "{} of `{}` and {} of `{}` on {}: no node runs pods of both, and none admits pods of both by selectors, affinity and taints",
        count(of_a.all, "pod or template", "pods and templates"),
        a.text(),
        count(of_b.all, "pod or template", "pods and templates"),
        b.text(),
        count(nodes.len(), "node", "nodes"),
    ));
    found.notes.push(
        "this is about the pods and templates that are here: only admission keeps new pods to the same nodes"
            .to_owned(),
    );
    found
}

fn pods<'i>(inventory: &'i Inventory, tenant: &Tenant) -> Pods<'i> {
    let mut pods = Pods::default();
    for resource in inventory.resources().iter().filter(|own| own.has_pods() && tenant.owns(own)) {
        if is_finished(resource) {
            continue;
        }
        for pod in resource.pods() {
            pods.all += 1;
            if let Some(node) = node_of(resource, &pod) {
                pods.on.entry(node).or_insert(resource);
            }
            pods.wishes.entry(Placement::of(pod.spec())).or_insert(resource);
        }
    }
    pods
}

fn is_finished(resource: &Resource) -> bool {
    let phase = resource.root().get("status").and_then(|status| status.str("phase"));
    resource.kind() == "Pod" && matches!(phase, Some("Succeeded" | "Failed"))
}

fn node_of<'i>(resource: &Resource, pod: &PodView<'i>) -> Option<&'i str> {
    let is_pod = resource.group_kind() == GroupKind::new("", "Pod");
    pod.spec().str("nodeName").filter(|node| is_pod && !node.is_empty())
}

/// The first node that admits pods of both.
fn may_meet(nodes: &[&Resource], a: &Pods<'_>, b: &Pods<'_>) -> Option<Witness> {
    let admitted = |node: &Resource, pods: &Pods<'_>| {
        pods.wishes.iter().find(|(wish, _)| wish.admits(node)).map(|(_, own)| own.subject().to_string())
    };
    nodes.iter().find_map(|node| {
        let (one, other) = (admitted(node, a)?, admitted(node, b)?);
        Some(Witness {
            from: one,
            to: other,
            what: format!("may be placed on Node/{}, together with", node.name()),
            evidence: vec![Evidence::of(
                node,
                &Route::root().key("metadata"),
                "no selector, affinity or taint keeps the pods of one of them away",
            )],
        })
    })
}
