//! `controlplane-apiserver-audit-maxbackup`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules::at_least;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-audit-maxbackup",
    title: "too few audit logs are kept",
    why: "files are deleted by number before they are old enough",
    help: "set `--audit-log-maxbackup=10`",
    pillar: Pillar::Audit,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.18", "CIS-1.23:1.2.21"],
    settings: &[Setting {
        name: "minimum",
        doc: "Rotated audit logs that must be kept",
        default: SettingDefault::Int(10),
    }],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("audit-log-maxbackup");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    at_least(component, &PARAMETER, out);
}
