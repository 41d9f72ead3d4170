//! `pod-mount-propagation`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-mount-propagation",
    title: "container passes its mounts on to the node",
    why: "what the container mounts there appears on the node and in other pods: one mount in the right place \
          replaces files that they trust",
    help: "use `HostToContainer`, or no propagation; only storage drivers need `Bidirectional`",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    for mount in container.volume_mounts() {
        if mount.node.str("mountPropagation") == Some("Bidirectional") {
            let place = container.place_of(mount.node).keys(&["mountPropagation"]);
            let fix = Fix::set(FixRisk::High, place.route.clone(), "HostToContainer");
            let message = format!(
                "{} passes mounts below `{}` on to the node",
                container.label(),
                mount.node.str("mountPath").unwrap_or("")
            );
            out.fail(place, message).fix(fix);
        }
    }
}
