//! `workload-label-values-invalid`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::Resource;
use seawall_yaml::Node;

use crate::workload::fields::place_of;
use crate::workload::labels::label_maps;
use crate::workload::names::label_value_fault;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-label-values-invalid",
    title: "value of a label is invalid",
    why: "the API server refuses the object, so what stands in the repository is not what runs",
    help: "quote numbers and booleans; use at most 63 letters, digits, `-`, `_` and `.`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[], judge),
    ..Check::PLAIN
};

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    for (key, value) in label_maps(resource).flat_map(Node::entries) {
        let place = place_of(resource, value);
        match value.as_str() {
            Some(text) => {
                if let Some(fault) = label_value_fault(text) {
                    out.fail(place, format!("value `{text}` of label `{key}` {fault}"));
                }
            }
            None => {
                let route = place.route.clone();
                let draft = out.fail(place, format!("value of label `{key}` is no text"));
                if let Some(text) = value.scalar_text() {
                    draft.fix(Fix::set(FixRisk::Low, route, &*text));
                }
            }
        }
    }
}
