//! `controlplane-apiserver-deny-external-ips-set`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::shared::admission::Plugins;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-deny-external-ips-set",
    title: "admission plugin `DenyServiceExternalIPs` is enabled",
    why: "older editions of the CIS benchmark treat the plugin as one that breaks Services with external IPs",
    help: "leave the plugin out, if this edition of the benchmark binds you",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.23:1.2.3"],
    profile: Profile::All,
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PLUGIN: &str = "DenyServiceExternalIPs";

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(plugins) = Plugins::of(component, out) else { return };
    if !plugins.enables(PLUGIN) {
        return;
    }
    let flag = plugins.on_switch();
    let fix = component.remove_from_list(FixRisk::Low, flag.flag, PLUGIN);
    let draft = out.fail(component.place_of(flag), format!("admission plugin `{PLUGIN}` is enabled"));
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}
