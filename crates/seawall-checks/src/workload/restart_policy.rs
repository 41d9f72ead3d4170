//! `workload-restart-policy`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-restart-policy",
    title: "pods are not started again when they fail",
    why: "a crash that a restart would cure is final",
    help: "set `restartPolicy` to one of the allowed values",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[ALLOWED],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const ALLOWED: Setting = Setting {
    name: "allowed",
    doc: "Restart policies that pods may have",
    default: SettingDefault::Strings(&["Always", "OnFailure"]),
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let keys = ["restartPolicy"];
    let Some(policy) = pod.spec().str("restartPolicy").filter(|policy| !policy.is_empty()) else { return };
    if !out.settings().strings(ALLOWED.name).contains(&policy) {
        out.fail(pod.place(&keys), format!("has restart policy `{policy}`"));
    }
}
