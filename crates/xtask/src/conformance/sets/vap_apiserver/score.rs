//! Compares answers with those of the API server.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::engine::{Answer, Said};
use crate::conformance::verdict::{Outcome, Score, Verdict};

/// What the server refused.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) message: String,
}

/// What the server warned of in the status of a policy.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) struct TypeWarning {
    field_ref: String,
    warning: String,
}

/// What the server answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answered {
    pub(super) allowed: bool,
    pub(super) code: Option<u16>,
    pub(super) reason: Option<String>,
    pub(super) message: Option<String>,
    #[serde(default)]
    pub(super) warnings: Vec<String>,
    #[serde(default)]
    pub(super) audit_annotations: BTreeMap<String, Value>,
    pub(super) object: Option<Value>,
    #[serde(default)]
    pub(super) also_seen: Vec<AlsoSeen>,
}

/// Another answer to the same request.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct AlsoSeen {
    pub(super) message: Option<String>,
    #[serde(default)]
    pub(super) warnings: Vec<String>,
}

/// What is known of a case.
pub(super) struct Labels {
    pub(super) refused: Option<Vec<Refused>>,
    pub(super) result: Option<Answered>,
    pub(super) order_dependent: bool,
    pub(super) mutates: bool,
    pub(super) warnings: Option<Vec<TypeWarning>>,
}

/// A case holds when what is refused, the verdict and the object are the server's.
pub(super) fn score(labels: &Labels, said: Result<Said, String>) -> Verdict {
    let said = match said {
        Ok(said) => said,
        Err(reason) => return Outcome::NotEvaluated(reason).into(),
    };
    let mut scores = Vec::new();
    let mut count = |name: &'static str, hit: bool| scores.push(Score { name, hit: u64::from(hit), of: 1 });
    if let Some(warnings) = &labels.warnings {
        let same = |(one, own): (&TypeWarning, &(String, String))| {
            one.field_ref == own.0 && one.warning.trim_end() == own.1.trim_end()
        };
        let agree =
            warnings.len() == said.type_warnings.len() && warnings.iter().zip(&said.type_warnings).all(same);
        count("warnings of the type checker", agree);
    }
    let empty = Vec::new();
    let refused = labels.refused.as_ref().unwrap_or(&empty);
    let mut wanted: Vec<_> = refused.iter().map(|one| (one.kind.as_str(), one.name.as_str())).collect();
    let mut found: Vec<_> = said.refused.iter().map(|one| (one.0.as_str(), one.1.as_str())).collect();
    wanted.sort_unstable();
    found.sort_unstable();
    count("policy refused or not", wanted == found);
    if wanted != found {
        let why = format!("refused {:?}, the server refuses {wanted:?}", said.refused);
        return Verdict { outcome: Outcome::Failed(why), scores };
    }
    for (one, own) in
        refused.iter().filter_map(|one| Some((one, said.refused.iter().find(|own| own.1 == one.name)?)))
    {
        count("text of a refusal", one.message == own.2);
    }
    let (Some(expected), Some(answer)) = (&labels.result, &said.answer) else {
        return Verdict { outcome: Outcome::Passed, scores };
    };
    let outcome = compare(labels, expected, answer, &mut count);
    Verdict { outcome, scores }
}

fn compare(
    labels: &Labels,
    expected: &Answered,
    answer: &Answer,
    count: &mut impl FnMut(&'static str, bool),
) -> Outcome {
    let allowed = answer.denial.is_none();
    // Two policies in no fixed order can make either of two verdicts; only the verdict is fixed.
    let unnamed = labels.mutates && !expected.allowed && !names_a_policy(expected);
    let word = if unnamed { "allowed, where the server's validation decides" } else { "allowed" };
    let judged = allowed == expected.allowed && (answer.not_judged.is_empty() || !allowed);
    count(word, judged);
    if !expected.allowed && !labels.order_dependent && !unnamed {
        let (code, reason, message) = answer.denial.clone().unwrap_or_default();
        let texts =
            expected.also_seen.iter().filter_map(|seen| seen.message.as_ref()).chain(&expected.message);
        let same = texts.into_iter().any(|text| *text == message)
            && Some(code) == expected.code
            && Some(&reason) == expected.reason.as_ref();
        count("message, code and reason", same);
    }
    if !labels.order_dependent {
        let lists = expected.also_seen.iter().map(|seen| &seen.warnings).chain([&expected.warnings]);
        let same = lists.into_iter().any(|list| *list == answer.warnings);
        count("warnings", same);
        for warning in &expected.warnings {
            count("warnings, one by one", answer.warnings.contains(warning));
        }
        let same = annotations(expected) == annotations_said(answer);
        count("audit annotations", same);
    }
    if allowed && !answer.not_judged.is_empty() {
        return Outcome::NotEvaluated(answer.not_judged.join("; "));
    }
    if allowed && unnamed {
        return Outcome::NotBuilt("asks for the server's validation of the changed object".to_owned());
    }
    if allowed != expected.allowed {
        return Outcome::Failed(match (&answer.denial, &expected.message) {
            (Some((_, _, message)), _) => format!("denied, the server allows: {message}"),
            (None, Some(message)) => format!("allowed, the server denies: {message}"),
            (None, None) => "allowed, the server denies".to_owned(),
        });
    }
    if let (Some(object), false) = (&expected.object, labels.order_dependent) {
        let own = answer.object.as_ref().map(stripped);
        let same = own.as_ref() == Some(object);
        count("object", same);
        if !same {
            return Outcome::Failed("the object is not the server's".to_owned());
        }
    }
    Outcome::Passed
}

/// A denial by the server's own validation says nothing of a policy.
fn names_a_policy(expected: &Answered) -> bool {
    expected
        .message
        .as_ref()
        .is_some_and(|message| message.contains("olicy '") || message.contains("olicy \""))
}

/// Several values of one annotation come in no fixed order.
fn annotations(expected: &Answered) -> BTreeMap<String, Value> {
    let plain = |(key, value): (&String, &Value)| (key.clone(), unordered(value.clone()));
    expected.audit_annotations.iter().map(plain).collect()
}

fn annotations_said(answer: &Answer) -> BTreeMap<String, Value> {
    let parsed = |(key, text): (&String, &String)| {
        let value = match serde_json::from_str::<Value>(text) {
            Ok(value) if key.ends_with("/validation_failure") => value,
            _ => Value::String(text.clone()),
        };
        (key.clone(), unordered(value))
    };
    answer.annotations.iter().map(parsed).collect()
}

fn unordered(value: Value) -> Value {
    let Value::String(text) = &value else { return value };
    let mut parts: Vec<&str> = text.split(", ").collect();
    parts.sort_unstable();
    Value::String(parts.join(", "))
}

/// An object without what the set leaves out; numbers by value.
fn stripped(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for key in ["uid", "creationTimestamp", "resourceVersion", "generation", "managedFields"] {
            metadata.remove(key);
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(allowed: bool) -> Labels {
        let message = (!allowed).then(|| "policy 'p' denied".to_owned());
        let result = Answered { allowed, message, ..Answered::default() };
        Labels { refused: None, result: Some(result), order_dependent: false, mutates: false, warnings: None }
    }

    fn said(denied: bool) -> Result<Said, String> {
        let denial = denied.then(|| (422, "Invalid".to_owned(), "policy 'p' denied".to_owned()));
        Ok(Said { answer: Some(Answer { denial, ..Answer::default() }), ..Said::default() })
    }

    #[test]
    fn only_the_servers_verdict_passes() {
        assert_eq!(score(&labels(true), said(false)).outcome, Outcome::Passed);
        assert_eq!(score(&labels(false), said(true)).outcome, Outcome::Passed);
        assert!(matches!(score(&labels(true), said(true)).outcome, Outcome::Failed(_)));
        assert!(matches!(score(&labels(false), said(false)).outcome, Outcome::Failed(_)));
        assert!(matches!(score(&labels(true), Err("why".into())).outcome, Outcome::NotEvaluated(_)));
    }

    #[test]
    fn what_was_not_judged_is_no_pass() {
        let answer = Answer { not_judged: vec!["why".into()], ..Answer::default() };
        let said = Said { answer: Some(answer), ..Said::default() };
        assert_eq!(score(&labels(true), Ok(said)).outcome, Outcome::NotEvaluated("why".into()));
    }

    #[test]
    fn a_refusal_must_be_of_the_same_object() {
        let refused = Refused { kind: "K".into(), name: "n".into(), message: "m".into() };
        let labels = Labels {
            refused: Some(vec![refused]),
            result: None,
            order_dependent: false,
            mutates: false,
            warnings: None,
        };
        let own = |name: &str| {
            Ok(Said { refused: vec![("K".into(), name.into(), "other".into())], ..Said::default() })
        };
        assert_eq!(score(&labels, own("n")).outcome, Outcome::Passed);
        assert!(matches!(score(&labels, own("x")).outcome, Outcome::Failed(_)));
    }
}
