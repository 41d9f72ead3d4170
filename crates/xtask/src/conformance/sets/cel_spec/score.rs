//! Compares values by type and value: NaN is NaN, maps have no order.

use seawall_yaml::decode_base64;
use serde::Deserialize;
use serde_json::Value as Json;

use super::engine::Said;
use crate::conformance::verdict::Outcome;

/// What the suite expects. Static types are not judged: there is no checker.
#[derive(Default, Deserialize)]
pub(super) struct Expected {
    value: Option<Json>,
    error: Option<String>,
}

/// The labels of a case.
pub(super) struct Labels {
    pub(super) expected: Expected,
    pub(super) kubernetes: bool,
}

/// A case passes when the value is equal, or when an error is expected and met.
pub(super) fn score(labels: &Labels, said: Said) -> Outcome {
    let Labels { expected, kubernetes } = labels;
    match (said, &expected.value, &expected.error) {
        // An extension that is not there must not pass for an error.
        (Said::Unresolved(what), ..) if !kubernetes => {
            Outcome::NotBuilt(format!("the API server's environment does not declare what it needs: {what}"))
        }
        (Said::NoInput(name), ..) => Outcome::Failed(format!("no value can be made of the binding `{name}`")),
        (Said::Error(_) | Said::Unresolved(_), _, Some(_)) => Outcome::Passed,
        (Said::Error(why) | Said::Unresolved(why), Some(value), None) => {
            Outcome::Failed(format!("expected {value}, failed: {why}"))
        }
        (Said::Value(value), Some(wanted), None) if same(&value, wanted) => Outcome::Passed,
        (Said::Value(value), Some(wanted), None) => {
            Outcome::Failed(format!("expected {wanted}, got {value}"))
        }
        (Said::Value(value), _, Some(error)) => {
            Outcome::Failed(format!("expected an error ({error}), got {value}"))
        }
        (_, None, None) => Outcome::NotBuilt("expects nothing but a static type".to_owned()),
    }
}

fn same(said: &Json, wanted: &Json) -> bool {
    let kind = wanted.get("type").and_then(Json::as_str).unwrap_or("");
    if said.get("type") != wanted.get("type") {
        return false;
    }
    let (own, other) = (said.get("value"), wanted.get("value"));
    let pairs = |value: Option<&Json>| value.and_then(Json::as_array).cloned().unwrap_or_default();
    let float = |value: Option<&Json>| value.and_then(Json::as_str).and_then(|text| text.parse::<f64>().ok());
    match kind {
        "double" => match (float(own), float(other)) {
            (Some(own), Some(other)) => own == other || (own.is_nan() && other.is_nan()),
            _ => false,
        },
        "bytes" => {
            let wanted = wanted.get("base64").and_then(Json::as_str).and_then(decode_base64);
            let said = pairs(said.get("bytes"));
            wanted.is_some_and(|wanted| {
                said.iter().map(Json::as_u64).eq(wanted.iter().map(|byte| Some(u64::from(*byte))))
            })
        }
        "list" => {
            let (own, other) = (pairs(own), pairs(other));
            own.len() == other.len() && own.iter().zip(&other).all(|(own, other)| same(own, other))
        }
        "map" => {
            let (own, mut other) = (pairs(own), pairs(other));
            own.len() == other.len()
                && own.iter().all(|entry| {
                    let part = |pair: &Json, place: usize| pair.get(place).cloned().unwrap_or_default();
                    let place = other.iter().position(|wanted| {
                        same(&part(entry, 0), &part(wanted, 0)) && same(&part(entry, 1), &part(wanted, 1))
                    });
                    place.map(|place| other.swap_remove(place)).is_some()
                })
        }
        "timestamp" | "duration" => {
            let nanos = |value: &Json| value.get("nanos").and_then(Json::as_i64).unwrap_or(0);
            said.get("seconds") == wanted.get("seconds") && nanos(said) == nanos(wanted)
        }
        _ => own == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn labels(expected: Json, kubernetes: bool) -> Labels {
        Labels { expected: serde_json::from_value(expected).unwrap(), kubernetes }
    }

    #[test]
    fn type_and_value_decide() {
        let one = labels(json!({ "value": { "type": "int", "value": "1" } }), true);
        assert_eq!(score(&one, Said::Value(json!({ "type": "int", "value": "1" }))), Outcome::Passed);
        for said in [json!({ "type": "uint", "value": "1" }), json!({ "type": "int", "value": "2" })] {
            assert!(matches!(score(&one, Said::Value(said)), Outcome::Failed(_)));
        }
        assert!(matches!(score(&one, Said::Error("x".into())), Outcome::Failed(_)));
        let map = json!({ "type": "map", "value": [[1, 2], [3, 4]] });
        assert!(!same(&map, &json!({ "type": "map", "value": [[1, 2]] })));
        let nan = json!({ "type": "double", "value": "NaN" });
        assert!(same(&nan, &nan));
        let bytes = json!({ "type": "bytes", "bytes": [195, 191] });
        assert!(same(&bytes, &json!({ "type": "bytes", "base64": "w78=" })));
        assert!(!same(&bytes, &json!({ "type": "bytes", "base64": "" })));
    }

    #[test]
    fn what_is_missing_is_no_error_that_was_expected() {
        let error = json!({ "error": "x" });
        assert_eq!(score(&labels(error.clone(), true), Said::Unresolved("ip".into())), Outcome::Passed);
        assert!(matches!(
            score(&labels(error.clone(), false), Said::Unresolved("ip".into())),
            Outcome::NotBuilt(_)
        ));
        assert!(matches!(
            score(&labels(error, true), Said::Value(json!({ "type": "null" }))),
            Outcome::Failed(_)
        ));
    }
}
