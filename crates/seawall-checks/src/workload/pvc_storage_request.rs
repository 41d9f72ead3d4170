//! `workload-pvc-storage-request`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;
use seawall_yaml::Node;

use crate::workload::claims::claims;
use crate::workload::fields::place_of;
use crate::workload::quantity::Quantity;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-pvc-storage-request",
    title: "volume claim requests no storage",
    why: "the API server refuses it, and a quota for storage cannot count it",
    help: "set `resources.requests.storage`",
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
    let keys = ["resources", "requests", "storage"];
    let place = place_of(resource, spec).keys(&keys);
    let Some(node) = spec.path(&keys).filter(|node| !node.is_null()) else {
        out.fail(place, "claims a volume without a size");
        return;
    };
    let text = node.scalar_text().unwrap_or_default();
    match Quantity::of(node) {
        None => {
            out.fail(place, format!("claims a volume of `{text}`, which is no quantity"));
        }
        Some(size) if size <= Quantity::nought() => {
            out.fail(place, format!("claims a volume of `{text}`"));
        }
        Some(_) => {}
    }
}
