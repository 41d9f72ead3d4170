//! `controlplane-etcd-auto-tls`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-etcd-auto-tls",
    title: "etcd signs its own serving certificate",
    why: "clients cannot verify a certificate that each start makes anew, and are told not to",
    help: "remove `--auto-tls`, and give `--cert-file` and `--key-file`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:2.3", "CIS-1.23:2.3"],
    judge: Judge::Component(&[Part::Etcd], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("auto-tls");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::switch(component, &PARAMETER, false, false, out);
}
