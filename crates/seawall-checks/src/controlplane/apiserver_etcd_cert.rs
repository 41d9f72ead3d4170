//! `controlplane-apiserver-etcd-cert`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-etcd-cert",
    title: "API server has no client certificate for etcd",
    why: "etcd must then take connections from everybody who reaches it, and holds all Secrets of the cluster",
    help: "set `--etcd-certfile` and `--etcd-keyfile`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.23", "CIS-1.23:1.2.26"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["etcd-certfile", "etcd-keyfile"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
