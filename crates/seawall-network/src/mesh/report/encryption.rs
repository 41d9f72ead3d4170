//! Who takes plaintext, and who is made to send it.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::{Confidence, Route};
use seawall_inventory::{GroupKind, Lint, Place, Resource};
use seawall_yaml::Node;

use super::rules::{CLIENT_WITHOUT_TLS, PEER_OUTDONE, PLAINTEXT_ACCEPTED};
use super::{MeshWorkload, Scene};
use crate::mesh::MtlsMode;
use crate::mesh::egress::host_service;

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    plaintext(scene, out);
    outdone(scene, out);
    clients(scene, out);
}

fn takes_plaintext(workload: &MeshWorkload) -> bool {
    let usual = workload.mtls.as_ref().is_some_and(|(mode, _)| *mode != MtlsMode::Strict);
    usual || workload.mtls_of_ports.iter().any(|(_, mode)| *mode != MtlsMode::Strict)
}

fn plaintext(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    for (namespace, workloads) in scene.guarded() {
        let mut by_word: BTreeMap<String, Vec<&MeshWorkload>> = BTreeMap::new();
        for workload in workloads.into_iter().filter(|one| takes_plaintext(one)) {
            by_word.entry(word(workload)).or_default().push(workload);
        }
        for (word, workloads) in by_word {
            let said = workloads.iter().find_map(|one| one.mtls.as_ref().and_then(|(_, by)| by.clone()));
            let endpoints: Vec<_> = workloads.iter().flat_map(|one| one.endpoints.iter().copied()).collect();
            let Some(place) = scene.world.place_in(namespace, &endpoints) else { continue };
            let message = format!("{} of `{namespace}` take plaintext: {word}", scene.names(workloads));
            let mut lint = Lint::new(&PLAINTEXT_ACCEPTED, place, message);
            lint.related.extend(said.map(|by| (by, "says so".to_owned())));
            out.push(lint);
        }
    }
}

/// The mode, and the ports that differ.
fn word(workload: &MeshWorkload) -> String {
    let (mode, by) = workload.mtls.clone().unwrap_or_default();
    let ports: Vec<String> = workload
        .mtls_of_ports
        .iter()
        .map(|(port, mode)| format!("{} on port {port}", mode.as_str()))
        .collect();
    let usual = match by {
        Some(_) => mode.as_str().to_owned(),
        None => format!("{}, since no PeerAuthentication says otherwise", mode.as_str()),
    };
    if ports.is_empty() { usual } else { format!("{usual}, {}", ports.join(", ")) }
}

fn outdone(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    let ids: BTreeSet<_> =
        scene.mesh.ends.destinations.iter().flat_map(|one| one.peer.outdone.iter().copied()).collect();
    for one in ids.into_iter().filter_map(|id| scene.mesh.peers.get(id)) {
        let message = "an older one of the same scope counts; of equal or unknown age, the first by name";
        out.push(Lint::new(&PEER_OUTDONE, one.place(None), message.to_owned()));
    }
}

/// The modes with which a client's sidecar leaves the mesh's own TLS out.
const WITHOUT: [&str; 3] = ["DISABLE", "SIMPLE", "MUTUAL"];

fn clients(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    for rule in scene.inventory.of_kind(GroupKind::new("networking.istio.io", "DestinationRule")) {
        let Some(spec) = rule.root().get("spec") else { continue };
        let host = spec.str("host").unwrap_or_default();
        let Some(service) = host_service(scene.inventory, rule, host) else { continue };
        let behind = |workload: &&MeshWorkload| {
            let name = (service.namespace().unwrap_or("default"), service.name());
            let services = scene.destination(workload).map(|one| &one.services);
            services.is_some_and(|all| all.iter().any(|(namespace, own)| (&**namespace, &**own) == name))
        };
        let workloads: Vec<&MeshWorkload> = scene.workloads.iter().filter(behind).collect();
        if workloads.is_empty() {
            continue;
        }
        for node in modes(spec) {
            let mode = node.as_str().unwrap_or_default();
            let place = Place { resource: rule.id(), route: rule.route_of(node) };
            let names = scene.names(workloads.iter().copied());
            let message =
                format!("clients that follow it reach {names} with `{mode}`, without their identity");
            let mut lint = Lint::new(&CLIENT_WITHOUT_TLS, place, message);
            lint.confidence = Confidence::Medium;
            out.push(lint);
        }
    }
}

/// The modes of a rule that leave the mesh's own TLS out: its own, those of its ports and of its subsets.
fn modes(spec: Node<'_>) -> Vec<Node<'_>> {
    let subsets = spec.list("subsets").filter_map(|subset| subset.get("trafficPolicy"));
    let policies: Vec<Node<'_>> = spec.get("trafficPolicy").into_iter().chain(subsets).collect();
    let ports = policies.iter().flat_map(|policy| policy.list("portLevelSettings"));
    let all = policies.iter().copied().chain(ports);
    let modes = all.filter_map(|one| one.path(&["tls", "mode"]));
    modes.filter(|mode| mode.as_str().is_some_and(|mode| WITHOUT.contains(&mode))).collect()
}

/// The field of an object, for evidence.
pub(super) fn field(resource: &Resource, keys: &[&str]) -> Place {
    Place { resource: resource.id(), route: Route::root().keys(keys) }
}
