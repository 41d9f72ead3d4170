//! `controlplane-apiserver-etcd-ca`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-etcd-ca",
    title: "API server does not verify etcd",
    why: "it reads its roles and Secrets from whoever answers for etcd, and hands its own data over",
    help: "set `--etcd-cafile`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.26", "CIS-1.23:1.2.29", "NSA:6.1"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["etcd-cafile"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
