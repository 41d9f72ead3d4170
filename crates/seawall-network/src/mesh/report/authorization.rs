//! Workloads that no policy guards, and policies that guard less than they seem to.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Confidence;
use seawall_inventory::Lint;

use super::rules::{
    ALLOW_MATCHES_NOTHING, DENY_EVADED, DENY_WITHOUT_EFFECT, NO_AUTHORIZATION, SELECTS_NOTHING,
    WAYPOINT_PASSED_BY,
};
use super::{MeshWorkload, Scene};
use crate::mesh::member::Member;
use crate::mesh::policy::{MeshAction, Policy, Rule};
use crate::mesh::{MtlsMode, SECURITY};

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    unguarded(scene, out);
    let held = held(scene);
    let by_waypoints: BTreeSet<usize> = scene.mesh.by_waypoint.values().flatten().copied().collect();
    for (index, policy) in scene.mesh.policies.iter().enumerate() {
        let workloads = held.get(&index).map_or(&[][..], Vec::as_slice);
        if workloads.is_empty() && !by_waypoints.contains(&index) {
            selects_nothing(scene, policy, out);
        }
        for rule in &policy.rules {
            evaded(scene, policy, rule, workloads, out);
            at_ztunnels(scene, policy, rule, workloads, out);
        }
    }
    peers_that_select_nothing(scene, out);
    passed_by(scene, out);
}

/// The workloads for which each policy holds itself, waypoints aside.
fn held<'s>(scene: &'s Scene<'_>) -> BTreeMap<usize, Vec<&'s MeshWorkload>> {
    let mut held: BTreeMap<usize, Vec<&MeshWorkload>> = BTreeMap::new();
    for workload in &scene.workloads {
        for index in scene.destination(workload).into_iter().flat_map(|one| &one.policies) {
            held.entry(*index).or_default().push(workload);
        }
    }
    held
}

fn unguarded(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    for (namespace, workloads) in scene.guarded() {
        let bare: Vec<&MeshWorkload> = workloads.into_iter().filter(|one| one.policies.is_empty()).collect();
        let endpoints: Vec<_> = bare.iter().flat_map(|one| one.endpoints.iter().copied()).collect();
        if let (false, Some(place)) = (bare.is_empty(), scene.world.place_in(namespace, &endpoints)) {
            let message = format!("no authorization policy holds for {} of `{namespace}`", scene.names(bare));
            out.push(Lint::new(&NO_AUTHORIZATION, place, message));
        }
    }
}

fn selects_nothing(scene: &Scene<'_>, policy: &Policy, out: &mut Vec<Lint>) {
    if policy.dry_run || policy.action == MeshAction::Audit || !proves(scene, &policy.namespace) {
        return;
    }
    let message = "it holds for no pod of the mesh".to_owned();
    out.push(Lint::new(&SELECTS_NOTHING, policy.place(), message));
}

/// Whether absence proves something: all pods are here, or some of the namespace.
fn proves(scene: &Scene<'_>, namespace: &str) -> bool {
    scene.world.complete || scene.workloads.iter().any(|one| one.namespace == namespace)
}

fn peers_that_select_nothing(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    let used: BTreeSet<usize> =
        scene.mesh.ends.destinations.iter().flat_map(|one| one.peer.mentioned()).collect();
    for (id, peer) in scene.mesh.peers.iter() {
        let namespace = peer.resource.namespace().unwrap_or("default");
        let mesh_wide = namespace == scene.mesh.settings.root_namespace && !peer.has_selector();
        if !used.contains(&id) && !mesh_wide && proves(scene, namespace) && peer.says_something() {
            let message = if peer.has_selector() && namespace == scene.mesh.settings.root_namespace {
                "a selector in the root namespace selects nothing"
            } else {
                "it decides for no pod of the mesh"
            };
            out.push(Lint::new(&SELECTS_NOTHING, peer.place(None), message.to_owned()));
        }
    }
}

fn evaded(scene: &Scene<'_>, policy: &Policy, rule: &Rule, workloads: &[&MeshWorkload], out: &mut Vec<Lint>) {
    // What is excluded from an identity is met by plaintext too.
    let by_identity = |one: &crate::mesh::condition::Requirement| one.wants_identity();
    if policy.action != MeshAction::Deny || !rule.requirements().any(by_identity) {
        return;
    }
    let open: Vec<&MeshWorkload> = workloads.iter().copied().filter(|one| takes_plaintext(one)).collect();
    // Where a list of who is allowed asks for an identity as well, plaintext gets nowhere.
    let open: Vec<&MeshWorkload> = open.into_iter().filter(|one| !only_identities(scene, one)).collect();
    if open.is_empty() {
        return;
    }
    let message = format!("{} takes plaintext, which it does not deny", scene.names(open));
    out.push(Lint::new(&DENY_EVADED, policy.rule_place(rule), message));
}

fn takes_plaintext(workload: &MeshWorkload) -> bool {
    workload.mtls.as_ref().is_some_and(|(mode, _)| *mode != MtlsMode::Strict)
}

/// Whether ALLOW policies hold for a workload, all of whose rules ask for an identity.
fn only_identities(scene: &Scene<'_>, workload: &MeshWorkload) -> bool {
    let policies = scene.destination(workload).into_iter().flat_map(|one| &one.policies);
    let policies = policies.filter_map(|index| scene.mesh.policies.get(*index));
    let mut allowing = policies.filter(|one| one.action == MeshAction::Allow).peekable();
    let asks = |rule: &Rule| {
        let every_source = !rule.from.is_empty()
            && rule.from.iter().all(|source| source.iter().any(|one| one.wants_identity()));
        every_source || rule.when.iter().any(|one| one.wants_identity())
    };
    allowing.peek().is_some() && allowing.all(|policy| policy.rules.iter().all(asks))
}

fn at_ztunnels(
    scene: &Scene<'_>,
    policy: &Policy,
    rule: &Rule,
    workloads: &[&MeshWorkload],
    out: &mut Vec<Lint>,
) {
    let ambient = workloads.iter().copied().filter(|one| one.membership.member == Member::Ambient);
    let ambient: Vec<&MeshWorkload> = ambient.collect();
    let which = match policy.action {
        MeshAction::Deny if rule.is_empty_at_ztunnel() => &DENY_WITHOUT_EFFECT,
        MeshAction::Allow if rule.asks_more_than_ztunnel_knows() => &ALLOW_MATCHES_NOTHING,
        _ => return,
    };
    if ambient.is_empty() {
        return;
    }
    let attributes = rule.http_attributes().join("`, `");
    let asks = if attributes.is_empty() { String::new() } else { format!("asks for `{attributes}`, and ") };
    let message = format!("{asks}ztunnels carry it out for {}", scene.names(ambient));
    out.push(Lint::new(which, policy.rule_place(rule), message));
}

fn passed_by(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    let mut by_policy: BTreeMap<usize, Vec<&MeshWorkload>> = BTreeMap::new();
    for workload in &scene.workloads {
        let Some(destination) = scene.destination(workload) else { continue };
        let straight = destination.policies.iter().filter_map(|index| scene.mesh.policies.get(*index));
        if straight.into_iter().any(|one| one.action == MeshAction::Allow) {
            continue;
        }
        let of_services = destination.waypoints.iter().filter(|one| one.service.is_some());
        for index in of_services.flat_map(|one| scene.mesh.waypoint_policies(one)) {
            by_policy.entry(index).or_default().push(workload);
        }
    }
    for (index, workloads) in by_policy {
        let Some(policy) = scene.mesh.policies.get(index) else { continue };
        let message = format!(
            "{} can be reached past the waypoint: no policy of `{SECURITY}` that selects the pods says who may",
            scene.names(workloads)
        );
        let mut lint = Lint::new(&WAYPOINT_PASSED_BY, policy.place(), message);
        lint.confidence = Confidence::Medium;
        out.push(lint);
    }
}
