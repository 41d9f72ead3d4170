//! Compares answers with the envelope of the request.

use serde_json::Value;

use crate::conformance::verdict::Outcome;

/// What an answer must repeat.
pub(super) struct Labels {
    pub(super) uid: String,
    pub(super) api_version: String,
}

/// A case passes when every answer is a review of the same version with the uid of the request and says whether it goes on.
pub(super) fn score(labels: &Labels, answers: Result<Vec<String>, String>) -> Outcome {
    let answers = match answers {
        Ok(answers) => answers,
        Err(error) => return Outcome::Failed(error),
    };
    for answer in answers {
        let Ok(json) = serde_json::from_str::<Value>(&answer) else {
            return Outcome::Failed(format!("no JSON: {answer}"));
        };
        let holds = json.pointer("/apiVersion").and_then(Value::as_str) == Some(&labels.api_version)
            && json.pointer("/response/uid").and_then(Value::as_str) == Some(&labels.uid)
            && json.pointer("/response/allowed").is_some_and(Value::is_boolean);
        if !holds {
            return Outcome::Failed(format!("another envelope: {answer}"));
        }
    }
    Outcome::Passed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_is_compared() {
        let labels = Labels { uid: "u".into(), api_version: "admission.k8s.io/v1".into() };
        let answer = |uid: &str| {
            format!(r#"{{"apiVersion":"admission.k8s.io/v1","response":{{"uid":"{uid}","allowed":true}}}}"#)
        };
        assert_eq!(score(&labels, Ok(vec![answer("u")])), Outcome::Passed);
        assert!(matches!(score(&labels, Ok(vec![answer("u"), answer("v")])), Outcome::Failed(_)));
        assert!(matches!(score(&labels, Err("400".into())), Outcome::Failed(_)));
    }
}
