//! `controlplane-apiserver-audit-maxage`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules::at_least;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-audit-maxage",
    title: "audit logs are not kept for long enough",
    why: "an intrusion is found after weeks; logs of the first days are gone by then",
    help: "set `--audit-log-maxage=30`",
    pillar: Pillar::Audit,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.17", "CIS-1.23:1.2.20", "NSA:8.2"],
    settings: &[Setting {
        name: "minimum",
        doc: "Days for which rotated audit logs must be kept",
        default: SettingDefault::Int(30),
    }],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("audit-log-maxage");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    at_least(component, &PARAMETER, out);
}
