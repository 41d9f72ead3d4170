//! `controlplane-apiserver-encryption-config`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-encryption-config",
    title: "data of Secrets is stored in plain text",
    why: "a disk, a snapshot or a backup of etcd gives away every Secret of the cluster",
    help: "write an EncryptionConfiguration and name it with `--encryption-provider-config`",
    pillar: Pillar::Secrets,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.27", "CIS-1.23:1.2.30", "NSA:5.1"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["encryption-provider-config"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
