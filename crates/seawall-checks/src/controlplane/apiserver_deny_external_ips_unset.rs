//! `controlplane-apiserver-deny-external-ips-unset`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::shared::admission;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-deny-external-ips-unset",
    title: "any Service may claim external IP addresses",
    why: "whoever may create or change a Service can draw traffic for any address to own pods (CVE-2020-8554)",
    help: "add `DenyServiceExternalIPs` to `--enable-admission-plugins`, or refuse `spec.externalIPs` by a policy",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.3"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    admission::require(component, "DenyServiceExternalIPs", FixRisk::Medium, out);
}
