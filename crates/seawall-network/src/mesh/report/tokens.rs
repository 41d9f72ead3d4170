//! RequestAuthentications whose tokens nobody has to bring.

use seawall_inventory::{GroupKind, Lint, Place};
use seawall_yaml::Node;

use super::encryption::field;
use super::rules::TOKEN_NOT_REQUIRED;
use super::{MeshWorkload, Scene};
use crate::mesh::SECURITY;
use crate::mesh::condition::Requirement;
use crate::mesh::reading::{MatchLabels, Reading};

pub(super) fn check(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    for resource in scene.inventory.of_kind(GroupKind::new(SECURITY, "RequestAuthentication")) {
        let spec = resource.root().get("spec");
        let targets =
            spec.is_some_and(|spec| spec.get("targetRef").is_some() || spec.get("targetRefs").is_some());
        let mut ignored = Vec::new();
        let selector = spec.map(|spec| Reading::new(resource, &mut ignored).selector(spec));
        let selector: MatchLabels = match selector {
            Some(Ok(selector)) => selector.unwrap_or_default(),
            None => MatchLabels::default(),
            Some(Err(_)) => continue,
        };
        let rules = spec
            .is_some_and(|spec| spec.list("jwtRules").any(|rule| rule.get("issuer").is_some_and(is_text)));
        if targets || !rules {
            continue;
        }
        let namespace = resource.namespace().unwrap_or("default");
        let meant = |workload: &&MeshWorkload| {
            let here = workload.namespace == namespace || namespace == scene.mesh.settings.root_namespace;
            here && workload.membership.member.is_in() && selects(scene, &selector, workload)
        };
        let open: Vec<&MeshWorkload> =
            scene.workloads.iter().filter(meant).filter(|one| !asks_for_token(scene, one)).collect();
        if !open.is_empty() {
            let place: Place = field(resource, &["spec"]);
            let message = format!("{} lets requests without a token in", scene.names(open));
            out.push(Lint::new(&TOKEN_NOT_REQUIRED, place, message));
        }
    }
}

fn is_text(node: Node<'_>) -> bool {
    node.as_str().is_some()
}

fn selects(scene: &Scene<'_>, selector: &MatchLabels, workload: &MeshWorkload) -> bool {
    let view = workload.endpoints.first().and_then(|id| scene.network.endpoint(*id));
    view.is_some_and(|view| {
        selector
            .0
            .iter()
            .all(|(key, value)| view.labels().any(|(own, label)| own == &**key && label == &**value))
    })
}

fn asks_for_token(scene: &Scene<'_>, workload: &MeshWorkload) -> bool {
    let policies = scene.destination(workload).into_iter().flat_map(|one| &one.policies);
    let policies = policies.filter_map(|index| scene.mesh.policies.get(*index));
    let asks =
        |one: &Requirement| matches!(one, Requirement::Http(name) if name.starts_with("request.auth."));
    policies.flat_map(|policy| policy.requirements()).any(asks)
}
