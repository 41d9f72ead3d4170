//! Compares objects, less what only that cluster knows.

use serde_json::{Map, Value};

use crate::conformance::verdict::Outcome;

/// The objects must be the same.
pub(super) fn score(expected: &Value, seen: Result<Value, String>, created: bool) -> Outcome {
    let mut seen = match seen {
        Ok(seen) => seen,
        Err(why) => return Outcome::NotEvaluated(why),
    };
    let mut expected = expected.clone();
    for object in [&mut expected, &mut seen] {
        if let Some(object) = object.as_object_mut() {
            forget(object, created);
        }
    }
    match difference(&expected, &seen, "") {
        None => Outcome::Passed,
        Some(why) => Outcome::Failed(why),
    }
}

/// Addresses, identifiers, names made at random, the history of an old object, and what the distribution that answered
/// adds to every token.
fn forget(object: &mut Map<String, Value>, created: bool) {
    if !created {
        object.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
        && metadata.contains_key("generateName")
    {
        metadata.remove("name");
    }
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or("").to_owned();
    let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) else { return };
    if kind == "Service" {
        for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"] {
            spec.remove(field);
        }
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            port.as_object_mut().and_then(|port| port.remove("nodePort"));
        }
    }
    if kind == "Job" {
        for labels in ["/selector/matchLabels", "/template/metadata/labels"] {
            let mut value = Value::Object(std::mem::take(spec));
            for label in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
                if let Some(found) = value.pointer_mut(labels).and_then(|labels| labels.get_mut(label)) {
                    *found = Value::Null;
                }
            }
            if let Value::Object(map) = value {
                *spec = map;
            }
        }
    }
    for volume in spec.get_mut("volumes").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(Value::Array(sources)) = volume.pointer_mut("/projected/sources") {
            sources.retain(|source| {
                source.pointer("/configMap/name").and_then(Value::as_str) != Some("openshift-service-ca.crt")
            });
        }
    }
}

/// The first difference, in words; numbers are equal by value.
fn difference(expected: &Value, seen: &Value, place: &str) -> Option<String> {
    match (expected, seen) {
        (Value::Object(a), Value::Object(b)) => {
            if let Some(key) = a.keys().find(|key| !b.contains_key(*key)) {
                return Some(format!("`{place}` has no `{key}`"));
            }
            if let Some(key) = b.keys().find(|key| !a.contains_key(*key)) {
                return Some(format!("`{place}` has a surplus `{key}`"));
            }
            a.iter().find_map(|(key, a)| difference(a, b.get(key)?, &format!("{place}.{key}")))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (a, b))| difference(a, b, &format!("{place}[{i}]")))
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (a, b) if a == b => None,
        (a, b) => Some(format!("`{place}` is {b}, not {a}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_a_cluster_knows_may_differ() {
        let service =
            |address: &str| json!({"kind": "Service", "spec": {"clusterIP": address, "type": "ClusterIP"}});
        assert_eq!(score(&service("10.0.0.1"), Ok(service("")), true), Outcome::Passed);
        let job = |uid: &str| json!({"kind": "Job", "spec": {"selector": {"matchLabels": {"controller-uid": uid}}}});
        assert_eq!(score(&job("1"), Ok(job("")), true), Outcome::Passed);
        let pod = |value: i64| json!({"kind": "Pod", "spec": {"priority": value}});
        let why = "`.spec.priority` is 1, not 0".to_owned();
        assert_eq!(score(&pod(0), Ok(pod(1)), true), Outcome::Failed(why));
        let status = json!({"kind": "Pod", "spec": {}, "status": {}});
        assert_eq!(score(&status, Ok(json!({"kind": "Pod", "spec": {}})), false), Outcome::Passed);
        assert!(matches!(score(&status, Err("x".to_owned()), true), Outcome::NotEvaluated(_)));
    }
}
