//! `pod-run-as-low-gid`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::id_floor::fail_low;
use crate::{Check, Judge, Profile, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-run-as-low-gid",
    title: "container runs with a group that the node may know",
    why: "group numbers are shared with the node: what its groups may read or write is open to a process that \
          breaks out with the same number",
    help: "set `runAsGroup` to a number of 10000 or above; give volumes to that group with `fsGroup`",
    pillar: Pillar::Images,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.23:5.7.3"],
    settings: &[Setting {
        name: FLOOR,
        doc: "the lowest number that a container may run with",
        default: SettingDefault::Int(10_000),
    }],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// The setting.
const FLOOR: &str = "minGroupId";

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    fail_low(pod, "runAsGroup", out.settings().int(FLOOR), "group", out);
}
