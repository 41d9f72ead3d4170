//! `controlplane-audit-policy-missing`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-audit-policy-missing",
    title: "API server has no audit policy",
    why: "without a policy nothing is logged, even with a log file",
    help: "write a policy and name it with `--audit-policy-file`",
    pillar: Pillar::Audit,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:3.2.1",
        "CIS-EKS-1.8:2.1.1",
        "CIS-GKE-1.9:5.7.1",
        "NSA:general",
        "MITRE:general",
        "SOC2:CC6.8",
        "SOC2:CC7.1",
        "SOC2:CC7.2",
    ],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["audit-policy-file"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
