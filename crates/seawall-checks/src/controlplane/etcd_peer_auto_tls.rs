//! `controlplane-etcd-peer-auto-tls`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-etcd-peer-auto-tls",
    title: "etcd signs its own peer certificate",
    why: "members cannot verify each other, so that an impostor can join the conversation",
    help: "remove `--peer-auto-tls`, and give `--peer-cert-file` and `--peer-key-file`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:2.6", "CIS-1.23:2.6"],
    judge: Judge::Component(&[Part::Etcd], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("peer-auto-tls");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::switch(component, &PARAMETER, false, false, out);
}
