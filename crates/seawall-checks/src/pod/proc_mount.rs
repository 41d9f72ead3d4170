//! `pod-proc-mount`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-proc-mount",
    title: "container sees `/proc` without the runtime's masks",
    why: "the masks hide the parts of `/proc` that tell about the kernel or change it, such as `/proc/kcore` and \
          `/proc/sysrq-trigger`",
    help: "remove `procMount`; nested container builds that need it belong into a user namespace",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const FIELD: [&str; 2] = ["securityContext", "procMount"];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    let value = container.node().path(&FIELD).and_then(|node| node.as_str());
    let Some(value) = value.filter(|value| *value != "Default") else { return };
    let place = container.place(&FIELD);
    let fix = Fix::remove(FixRisk::High, place.route.clone());
    let draft = out.fail(place, format!("{} sets `procMount` to `{value}`", container.label())).fix(fix);
    // There the kernel checks writes against a root that is nobody on the node; reading remains.
    if container.pod().in_user_namespace() {
        draft.severity(Severity::Low);
    }
}
