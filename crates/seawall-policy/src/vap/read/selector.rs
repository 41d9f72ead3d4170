//! Label selectors.
//!
//! Source: `ValidateLabelSelector` of apimachinery (`pkg/apis/meta/v1/validation`).

use seawall_inventory::{LabelTest, OwnedSelector, Requirement};

use super::fault::Faults;
use super::field::Field;
use super::names;

/// Reads a selector; an unset one selects everything, as the API server's defaults have it.
pub(crate) fn selector(field: &Field<'_>, faults: &mut Faults) -> OwnedSelector {
    let mut requirements = Vec::new();
    let labels = field.key("matchLabels");
    for (key, value) in labels.map(faults) {
        for error in names::qualified_name(key) {
            faults.invalid(&labels.route, key, &error);
        }
        for error in names::label_value(value) {
            faults.invalid(&labels.route, value, &error);
        }
        requirements.push(Requirement { key: key.into(), test: LabelTest::In(vec![value.into()]) });
    }
    for expression in field.key("matchExpressions").objects(faults) {
        requirements.extend(requirement(&expression, faults));
    }
    OwnedSelector(requirements)
}

fn requirement(field: &Field<'_>, faults: &mut Faults) -> Option<Requirement> {
    let (key, operator, values) = (field.key("key"), field.key("operator"), field.key("values"));
    let listed = values.texts(faults);
    let owned = || listed.iter().map(|value| (*value).into()).collect();
    let name = operator.text_or_empty(faults);
    let test = match name {
        "In" | "NotIn" => {
            if listed.is_empty() {
                faults.required(&values.route, "must be specified when `operator` is 'In' or 'NotIn'");
            }
            Some(if name == "In" { LabelTest::In(owned()) } else { LabelTest::NotIn(owned()) })
        }
        "Exists" | "DoesNotExist" => {
            if !listed.is_empty() {
                faults.forbidden(
                    &values.route,
                    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                );
            }
            Some(if name == "Exists" { LabelTest::Exists } else { LabelTest::DoesNotExist })
        }
        other => {
            faults.invalid(&operator.route, other, "not a valid selector operator");
            None
        }
    };
    let text = key.text_or_empty(faults);
    for error in names::qualified_name(text) {
        faults.invalid(&key.route, text, &error);
    }
    for (place, value) in listed.iter().enumerate() {
        for error in names::label_value(value) {
            faults.invalid(&values.route.clone().index(place), value, &error);
        }
    }
    Some(Requirement { key: text.into(), test: test? })
}
