//! `workload-port-names`

use std::collections::HashSet;

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{ContainerKind, ContainerView, GroupKind, Resource};

use crate::workload::fields::place_of;
use crate::workload::names::port_name_fault;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-port-names",
    title: "port has an invalid name or is declared twice",
    why: "the API server refuses the object, or a Service that goes by the name reaches another port \
          than was meant",
    help: "name ports with at most 15 lower-case letters, digits and `-`, each once",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[], judge),
    ..Check::PLAIN
};

const SERVICE: GroupKind<'static> = GroupKind::new("", "Service");

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    if resource.group_kind() == SERVICE {
        return judge_targets(resource, out);
    }
    // The owner's template has the same ports.
    let owner = out.inventory().top_owner(resource);
    if !resource.has_pods() || owner.is_some_and(Resource::has_pods) {
        return out.not_applicable();
    }
    for pod in resource.pods() {
        let mut numbers = HashSet::new();
        for container in pod.containers() {
            judge_container(&container, &mut numbers, out);
        }
    }
}

/// `numbers` are those of the containers before it that run at the same time.
fn judge_container<'r>(
    container: &ContainerView<'r>,
    numbers: &mut HashSet<(i64, &'r str)>,
    out: &mut Verdicts<'_>,
) {
    let (pod, label) = (container.pod(), container.label());
    let mut names = HashSet::new();
    for port in container.node().list("ports") {
        if let Some(node) = port.get("name").filter(|name| !name.is_null()) {
            let name = node.scalar_text().unwrap_or_default();
            if let Some(fault) = port_name_fault(&name) {
                out.fail(pod.place_of(node), format!("name `{name}` of a port of {label} {fault}"));
            } else if !names.insert(name.clone().into_owned()) {
                out.fail(pod.place_of(node), format!("{label} has two ports of the name `{name}`"));
            }
        }
        let protocol = port.str("protocol").unwrap_or("TCP");
        let Some(number) = port.int("containerPort") else { continue };
        if container.kind() == ContainerKind::Main && !numbers.insert((number, protocol)) {
            let place = pod.place_of(port).keys(&["containerPort"]);
            out.fail(place, format!("{protocol} port {number} of {label} is declared twice in the pod"));
        }
    }
}

fn judge_targets(service: &Resource, out: &mut Verdicts<'_>) {
    let ports = service.root().get("spec").map(|spec| spec.list("ports"));
    for port in ports.into_iter().flatten() {
        let Some(target) = port.get("targetPort") else { continue };
        let Some(name) = target.as_str() else { continue };
        if let Some(fault) = port_name_fault(name) {
            out.fail(place_of(service, target), format!("target port `{name}` {fault}"));
        }
    }
}
