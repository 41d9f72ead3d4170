//! `controlplane-apiserver-security-context-deny`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::admission::Plugins;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-security-context-deny",
    title: "no admission plugin limits security contexts",
    why: "old servers admit pods with any user, capability or SELinux option",
    help: "enable `SecurityContextDeny` or `PodSecurityPolicy` on servers before 1.25; on newer ones keep `PodSecurity` on",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.23:1.2.13"],
    profile: Profile::All,
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(plugins) = Plugins::of(component, out) else { return };
    if component.is_before((1, 25)) {
        if !plugins.enables("SecurityContextDeny") && !plugins.enables("PodSecurityPolicy") {
            let message = "neither `SecurityContextDeny` nor `PodSecurityPolicy` is enabled";
            out.fail(component.place_of(plugins.on_switch()), message);
        }
    } else if plugins.disables("PodSecurity") {
        let message = "admission plugin `PodSecurity` is switched off";
        out.fail(component.place_of(plugins.off_switch()), message);
    }
}
