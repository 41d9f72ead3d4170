//! Compares values by type and value, and errors by when they come.

use serde::Deserialize;
use serde_json::Value as Json;

use super::costs::Estimated;
use super::engine::Answered;
use crate::conformance::verdict::Outcome;

/// What the suite expects.
#[derive(Default, Deserialize)]
pub(super) struct Expected {
    value: Option<Json>,
    error: Option<String>,
    compile_error: Option<Vec<String>>,
    pub(super) estimated_cost: Option<Estimated>,
    pub(super) runtime_cost: Option<u64>,
}

/// A case passes when the value is equal, or when an error is expected and met; what a type checker would refuse may also
/// fail when it is evaluated.
pub(super) fn score(expected: &Expected, said: Answered) -> Outcome {
    let fails = expected.error.is_some() || expected.compile_error.is_some();
    match (said, &expected.value) {
        (Answered::Error(_) | Answered::Refused(_), _) if fails => Outcome::Passed,
        (Answered::Value(value), _) if fails => Outcome::Failed(format!("expected an error, got {value}")),
        (Answered::Value(value), Some(wanted)) if same(&value, wanted) => Outcome::Passed,
        (Answered::Value(value), Some(wanted)) => Outcome::Failed(format!("expected {wanted}, got {value}")),
        (Answered::Error(why) | Answered::Refused(why), Some(wanted)) => {
            Outcome::Failed(format!("expected {wanted}, failed: {why}"))
        }
        (_, None) => Outcome::NotBuilt("expects what no release has".to_owned()),
    }
}

/// Whether the text of an error is the expected one; `None` where none is expected by its text.
pub(super) fn text_agrees(expected: &Expected, said: &Answered) -> Option<bool> {
    let wanted = expected.error.as_ref()?;
    Some(match said {
        Answered::Error(text) | Answered::Refused(text) => text.contains(wanted.trim_end_matches(".*")),
        Answered::Value(_) => false,
    })
}

fn same(said: &Json, wanted: &Json) -> bool {
    match (said.get("value"), wanted.get("value")) {
        _ if said.get("type") != wanted.get("type") => false,
        (Some(Json::Array(own)), Some(Json::Array(other))) => {
            own.len() == other.len() && own.iter().zip(other).all(|(own, other)| same(own, other))
        }
        (Some(own @ Json::Object(_)), Some(other @ Json::Object(_))) => same(own, other),
        (own, other) => own == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expected(json: Json) -> Expected {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn values_are_compared_deeply() {
        let wanted = json!({ "value": { "type": "optional", "value": { "type": "list", "value": [{ "type": "int", "value": "1" }] } } });
        let wanted = expected(wanted);
        let inner = |value: &str| json!({ "type": "list", "value": [{ "type": "int", "value": value }] });
        let optional = |value: &str| Answered::Value(json!({ "type": "optional", "value": inner(value) }));
        assert_eq!(score(&wanted, optional("1")), Outcome::Passed);
        assert!(matches!(score(&wanted, optional("2")), Outcome::Failed(_)));
        assert!(matches!(score(&wanted, Answered::Error("x".into())), Outcome::Failed(_)));
    }

    #[test]
    fn an_error_must_come_and_its_text_is_counted_apart() {
        let wanted = expected(json!({ "error": "wrong address.*" }));
        let error = Answered::Error("a wrong address: x".into());
        assert_eq!(text_agrees(&wanted, &error), Some(true));
        assert_eq!(score(&wanted, error), Outcome::Passed);
        assert!(matches!(score(&wanted, Answered::Value(json!({ "type": "null" }))), Outcome::Failed(_)));
        let refused = expected(json!({ "compile_error": ["x"] }));
        assert_eq!(score(&refused, Answered::Error("y".into())), Outcome::Passed);
    }
}
