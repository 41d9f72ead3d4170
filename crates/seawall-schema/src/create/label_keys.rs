//! `matchLabelKeys` and `mismatchLabelKeys` of a pod: what its own labels say under these keys becomes part of the
//! selectors beside them (`pkg/registry/core/pod/strategy.go`).

use crate::value::Value;

pub(super) fn apply(pod: &mut Value<'_>) {
    let Some(Value::Map(labels)) = pod.path(&["metadata", "labels"]).cloned() else { return };
    let labels = Value::Map(labels);
    for affinity in ["podAffinity", "podAntiAffinity"] {
        let Some(affinity) = pod.path_mut(&["spec", "affinity", affinity]) else { continue };
        let preferred = affinity.get_mut("preferredDuringSchedulingIgnoredDuringExecution");
        for term in preferred.map(Value::items_mut).unwrap_or_default() {
            if let Some(term) = term.get_mut("podAffinityTerm") {
                select(term, &labels);
            }
        }
        let required = affinity.get_mut("requiredDuringSchedulingIgnoredDuringExecution");
        for term in required.map(Value::items_mut).unwrap_or_default() {
            select(term, &labels);
        }
    }
    let constraints = pod.path_mut(&["spec", "topologySpreadConstraints"]);
    for constraint in constraints.map(Value::items_mut).unwrap_or_default() {
        select(constraint, &labels);
    }
}

/// Constraints of spreading know only the first kind of keys.
fn select<'t>(term: &mut Value<'t>, labels: &Value<'t>) {
    let mut expressions = Vec::new();
    for (keys, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        for key in term.get(keys).map(Value::items).unwrap_or_default() {
            if let Some(value) = key.as_str().and_then(|key| labels.get(key)) {
                let mut expression = Value::map();
                expression.set("key", key.clone());
                expression.set("operator", Value::str(operator));
                expression.set("values", Value::List(vec![value.clone()]));
                expressions.push(expression);
            }
        }
    }
    let Some(selector) = term.get_mut("labelSelector").filter(|selector| selector.as_map().is_some()) else {
        return;
    };
    match selector.get_mut("matchExpressions") {
        Some(Value::List(list)) => list.extend(expressions),
        _ if expressions.is_empty() => {}
        _ => selector.set("matchExpressions", Value::List(expressions)),
    }
}
