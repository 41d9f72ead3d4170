//! `controlplane-apiserver-service-account-plugin`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::admission;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-service-account-plugin",
    title: "admission plugin `ServiceAccount` is switched off",
    why: "pods get no identity of their own, so that people give them shared and long-lived credentials",
    help: "take `ServiceAccount` out of `--disable-admission-plugins`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.12", "CIS-1.23:1.2.14"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    admission::keep(component, "ServiceAccount", out);
}
