//! `controlplane-apiserver-audit-maxsize`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules::at_least;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-audit-maxsize",
    title: "audit logs are rotated too early",
    why: "small files reach the limit of their number soon, and older ones are deleted",
    help: "set `--audit-log-maxsize=100`",
    pillar: Pillar::Audit,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.19", "CIS-1.23:1.2.22"],
    settings: &[Setting {
        name: "minimum",
        doc: "Megabytes that an audit log must be allowed to reach",
        default: SettingDefault::Int(100),
    }],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("audit-log-maxsize");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    at_least(component, &PARAMETER, out);
}
