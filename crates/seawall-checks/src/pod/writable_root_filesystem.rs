//! `pod-writable-root-filesystem`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-writable-root-filesystem",
    title: "container can write to its root file system",
    why: "whoever runs code in the container can replace its programs and keep tools and loot between requests",
    help: "set `readOnlyRootFilesystem: true` and mount an `emptyDir` where the program writes",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["NSA:1.1"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const FIELD: [&str; 2] = ["securityContext", "readOnlyRootFilesystem"];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    // The API server refuses the field for Windows pods.
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    if container.node().path(&FIELD).and_then(|node| node.as_bool()) == Some(true) {
        return;
    }
    let place = container.place(&FIELD);
    // Most programs write something somewhere: a pid file, a cache, `/tmp`.
    let fix = Fix::set(FixRisk::High, place.route.clone(), true);
    out.fail(place, format!("{} can write to its root file system", container.label())).fix(fix);
}
