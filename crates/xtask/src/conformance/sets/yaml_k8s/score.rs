//! Compares values.

use serde_json::Value;

use super::engine::Said;
use crate::conformance::verdict::Outcome;

/// What kubectl said.
pub(super) struct Labels {
    /// The value of `spec`, `null` without one.
    pub(super) spec: Value,
    /// It refused the text.
    pub(super) refused: bool,
}

/// A refused text needs a problem of severity error; an accepted one the same value and no such problem.
pub(super) fn score(labels: &Labels, said: &Said) -> Outcome {
    match (labels.refused, said.errors.first(), said.specs.as_slice()) {
        (true, Some(_), _) => Outcome::Passed,
        (true, None, _) => Outcome::Failed("kubectl refuses it, the reader has no error".to_owned()),
        (false, Some(error), _) => Outcome::Failed(format!("kubectl reads it, the reader says: {error}")),
        (false, None, [spec]) => match difference(&labels.spec, spec, "spec") {
            None => Outcome::Passed,
            Some(why) => Outcome::Failed(why),
        },
        (false, None, specs) => Outcome::Failed(format!("one document expected, {} seen", specs.len())),
    }
}

/// The first difference, in words; numbers are equal when they are as 64-bit floats.
fn difference(expected: &Value, seen: &Value, place: &str) -> Option<String> {
    match (expected, seen) {
        (Value::Object(a), Value::Object(b)) => {
            let missing = a.keys().find(|key| !b.contains_key(*key)).map(|key| ("no", key));
            let surplus = b.keys().find(|key| !a.contains_key(*key)).map(|key| ("a surplus", key));
            if let Some((what, key)) = missing.or(surplus) {
                return Some(format!("`{place}` has {what} key `{key}`"));
            }
            a.iter().find_map(|(key, a)| difference(a, b.get(key)?, &format!("{place}.{key}")))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.into_iter().find_map(|(i, (a, b))| difference(a, b, &format!("{place}[{i}]")))
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (a, b) if a == b => None,
        (a, b) => Some(format!("`{place}` is {}, not {}", short(b), short(a))),
    }
}

fn short(value: &Value) -> String {
    const MAX: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_compared_as_kubectl_prints_them() {
        for (expected, seen, why) in [
            (json!({"a": 1, "b": [true]}), json!({"b": [true], "a": 1.0}), None),
            (json!(9007199254740993_u64), json!(9007199254740992.0), None),
            (json!({"a": null}), json!({}), Some("`spec` has no key `a`")),
            (json!({}), json!({"a": 1}), Some("`spec` has a surplus key `a`")),
            (json!({"a": ["x", "y"]}), json!({"a": ["x", "z"]}), Some("`spec.a[1]` is \"z\", not \"y\"")),
            (json!([1]), json!([1, 2]), Some("`spec` is [1,2], not [1]")),
            (json!("1"), json!(1), Some("`spec` is 1, not \"1\"")),
        ] {
            assert_eq!(difference(&expected, &seen, "spec").as_deref(), why);
        }
    }

    #[test]
    fn refusals_and_documents_count() {
        let said = |errors: &[&str], specs: &[Value]| Said {
            errors: errors.iter().map(|error| (*error).to_owned()).collect(),
            specs: specs.to_vec(),
        };
        let refused = Labels { spec: Value::Null, refused: true };
        let read = Labels { spec: json!(1), refused: false };
        assert_eq!(score(&refused, &said(&["e"], &[json!(1)])), Outcome::Passed);
        assert!(matches!(score(&refused, &said(&[], &[Value::Null])), Outcome::Failed(_)));
        assert_eq!(score(&read, &said(&[], &[json!(1)])), Outcome::Passed);
        for wrong in [said(&["e"], &[json!(1)]), said(&[], &[]), said(&[], &[json!(1), json!(1)])] {
            assert!(matches!(score(&read, &wrong), Outcome::Failed(_)));
        }
    }
}
