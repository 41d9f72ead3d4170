//! `workload-schema-invalid`

use seawall_core::{Confidence, Fix, FixRisk, FixValue, Pillar, Severity};
use seawall_inventory::Resource;
use seawall_yaml::Node;

use crate::workload::fields::place_of;
use crate::workload::schema::{Misfit, Wanted, misfits};
use crate::workload::workload::is_live;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-schema-invalid",
    title: "object does not fit its schema",
    why: "a field that does not exist is dropped in silence, so what it was meant to switch on stays \
          off; a value of the wrong kind is refused",
    help: "correct the name of the field or the kind of its value",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Resource(&[], judge),
    ..Check::PLAIN
};

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    // What a cluster has stored has passed its own schema, which may be newer.
    if is_live(resource) {
        return out.not_applicable();
    }
    let subject = resource.subject();
    let Some(misfits) = misfits(resource.root(), &subject.api_version, &subject.kind) else {
        return out.not_applicable();
    };
    // What stands in a Secret is shown nowhere.
    let is_secret = resource.group().is_empty() && resource.kind() == "Secret";
    for misfit in misfits {
        match misfit {
            Misfit::Unknown(node, name) => {
                let draft = out.fail(place_of(resource, node), format!("field `{name}` does not exist here"));
                draft.withhold_value();
            }
            Misfit::Missing(node, name) => {
                out.fail(place_of(resource, node).keys(&[name]), format!("field `{name}` is missing"));
            }
            Misfit::Wrong(node, wanted, may_be_secret) => {
                let place = place_of(resource, node);
                let name = node.key().unwrap_or("item").to_owned();
                let fix = repaired(node, wanted)
                    .filter(|_| !may_be_secret && !is_secret)
                    .map(|value| Fix::set(FixRisk::Low, place.route.clone(), value));
                let draft = out.fail(place, format!("value of `{name}` should be {wanted}"));
                if may_be_secret || is_secret {
                    draft.withhold_value();
                }
                if let Some(fix) = fix {
                    draft.fix(fix);
                }
            }
        }
    }
}

/// The value as it was meant, where a pair of quotes is all that is wrong.
fn repaired(node: Node<'_>, wanted: Wanted) -> Option<FixValue> {
    let text = node.scalar_text()?;
    match wanted {
        Wanted::Text => Some(FixValue::Str(text.into_owned())),
        Wanted::Bool => text.parse().ok().map(FixValue::Bool),
        Wanted::Int => text.parse().ok().map(FixValue::Int),
        _ => None,
    }
}
