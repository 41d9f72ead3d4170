//! `workload-pvc-access-mode-rwo`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;
use seawall_yaml::Node;

use crate::workload::claims::claims;
use crate::workload::fields::place_of;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-pvc-access-mode-rwo",
    title: "volume claim lets several nodes write",
    why: "two copies of a program that expects to be alone write into one file system and destroy each \
          other's data",
    help: "claim `ReadWriteOnce`, or `ReadWriteOncePod` where only one pod may write",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[], judge),
    ..Check::PLAIN
};

/// A claim, what makes claims, or pods with claims of their own.
fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let claims = claims(resource);
    if claims.is_empty() {
        return out.not_applicable();
    }
    for spec in claims {
        judge_claim(resource, spec, out);
    }
}

fn judge_claim(resource: &Resource, spec: Node<'_>, out: &mut Verdicts<'_>) {
    let place = place_of(resource, spec).keys(&["accessModes"]);
    let modes: Vec<&str> = spec.list("accessModes").filter_map(Node::as_str).collect();
    if modes.is_empty() {
        out.fail(place, "claims a volume without an access mode");
    } else if modes.contains(&"ReadWriteMany") {
        out.fail(place, "claims a volume that several nodes may write");
    }
}
