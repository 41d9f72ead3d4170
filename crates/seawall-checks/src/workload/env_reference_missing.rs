//! `workload-env-reference-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{ContainerView, GroupKind};
use seawall_yaml::Node;

use crate::workload::absence::unproven;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-env-reference-missing",
    title: "environment refers to a Secret, ConfigMap or key that does not exist",
    why: "the container cannot start: its pod stays in `CreateContainerConfigError`",
    help: "create the object or the key, correct the name, or mark the reference `optional`",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

/// What a variable and a whole environment refer by, and what that is.
const REFERENCES: [(&str, &str, GroupKind<'static>); 2] = [
    ("secretKeyRef", "secretRef", GroupKind::new("", "Secret")),
    ("configMapKeyRef", "configMapRef", GroupKind::new("", "ConfigMap")),
];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    for (of_key, of_all, kind) in REFERENCES {
        for variable in container.env() {
            if let Some(reference) = variable.node.path(&["valueFrom", of_key]) {
                follow(container, reference, kind, reference.get("key"), out);
            }
        }
        for source in container.node().list("envFrom") {
            if let Some(reference) = source.get(of_all) {
                follow(container, reference, kind, None, out);
            }
        }
    }
}

fn follow(
    container: &ContainerView<'_>,
    reference: Node<'_>,
    kind: GroupKind<'_>,
    key: Option<Node<'_>>,
    out: &mut Verdicts<'_>,
) {
    let Some(name) = reference.str("name").filter(|name| !name.is_empty()) else { return };
    if reference.bool("optional") == Some(true) {
        return;
    }
    let pod = container.pod();
    let (resource, inventory) = (pod.resource(), out.inventory());
    let Some(found) = inventory.find_near(resource, kind, resource.namespace(), name) else {
        match unproven(inventory, &[kind]) {
            Some(reason) => out.not_evaluated(format!("{} `{name}` is not here: {reason}", kind.kind)),
            None => {
                let place = pod.place_of(reference).keys(&["name"]);
                let message =
                    format!("{} refers to {} `{name}`, which does not exist", container.label(), kind.kind);
                out.fail(place, message);
            }
        }
        return;
    };
    let Some((node, key)) = key.and_then(|node| Some((node, node.as_str()?))) else { return };
    let is_here = ["data", "stringData", "binaryData"]
        .iter()
        .any(|data| found.root().get(data).is_some_and(|data| data.get(key).is_some()));
    // The token controller fills these in.
    let is_filled = found.root().str("type") == Some("kubernetes.io/service-account-token");
    if !is_here && !is_filled {
        let message =
            format!("{} refers to key `{key}` of {} `{name}`, which has none", container.label(), kind.kind);
        out.fail(pod.place_of(node), message).linked(found.subject());
    }
}
