//! `pod-run-as-low-uid`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::id_floor::fail_low;
use crate::{Check, Judge, Profile, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-run-as-low-uid",
    title: "container runs as a user that the node may know",
    why: "user numbers are shared with the node: files and processes of its own users belong to whoever breaks out \
          under the same number",
    help: "set `runAsUser` to a number of 10000 or above, and make the files of the image readable for it",
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
const FLOOR: &str = "minUserId";

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    fail_low(pod, "runAsUser", out.settings().int(FLOOR), "user", out);
}
