//! `controlplane-apiserver-audit-path`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-audit-path",
    title: "API server keeps no audit log",
    why: "nobody can tell afterwards who did what in the cluster",
    help: "set `--audit-log-path` and `--audit-policy-file`, or send events with `--audit-webhook-config-file`",
    pillar: Pillar::Audit,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.16", "CIS-1.23:1.2.19", "NSA:8.1"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PATH: Parameter = Parameter::flag("audit-log-path");
const WEBHOOK: Parameter = Parameter::flag("audit-webhook-config-file");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(path) = component.read(&PATH, out) else { return };
    let Some(webhook) = component.read(&WEBHOOK, out) else { return };
    if path.is_none_or(|path| path.is_empty()) && webhook.is_none_or(|file| file.is_empty()) {
        let message = "kube-apiserver has no `--audit-log-path`";
        out.fail(component.place_of(&PATH), message);
    }
}
