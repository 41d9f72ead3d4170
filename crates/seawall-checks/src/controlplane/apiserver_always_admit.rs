//! `controlplane-apiserver-always-admit`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::shared::admission::Plugins;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-always-admit",
    title: "admission plugin `AlwaysAdmit` is enabled",
    why: "the plugin checks nothing; as the only one it switches admission control off",
    help: "take `AlwaysAdmit` out of the list of admission plugins",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.10", "CIS-1.23:1.2.11"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PLUGIN: &str = "AlwaysAdmit";

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(plugins) = Plugins::of(component, out) else { return };
    if !plugins.enables(PLUGIN) {
        return;
    }
    let flag = plugins.on_switch();
    let fix = component.remove_from_list(FixRisk::Low, flag.flag, PLUGIN);
    let draft = out.fail(component.place_of(flag), format!("admission plugin `{PLUGIN}` is enabled"));
    if plugins.is_only(PLUGIN) {
        draft.severity(Severity::High);
    }
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}
