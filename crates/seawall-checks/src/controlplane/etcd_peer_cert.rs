//! `controlplane-etcd-peer-cert`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-etcd-peer-cert",
    title: "etcd talks to its peers without a certificate of its own",
    why: "the replication stream, with all data of the cluster, crosses the network in plain text",
    help: "set `--peer-cert-file` and `--peer-key-file`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:2.4", "CIS-1.23:2.4"],
    judge: Judge::Component(&[Part::Etcd], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["peer-cert-file", "peer-key-file"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
