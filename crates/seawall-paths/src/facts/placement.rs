//! Whether a pod that is not placed yet can only run on control-plane nodes.
//!
//! Source: the scheduler's documentation of `nodeSelector` and of required node affinity, whose terms are alternatives and
//! whose expressions all have to hold. Preferences decide nothing.

use seawall_yaml::Node;

use super::node::CONTROL_PLANE;

/// The field of the pod spec that binds it to control-plane nodes.
pub(super) fn binds_to_control_plane(spec: Node<'_>) -> Option<&'static [&'static str]> {
    let labels = spec.get("nodeSelector").into_iter().flat_map(Node::entries);
    if labels.map(|(key, _)| key).any(|key| CONTROL_PLANE.contains(&key)) {
        return Some(&["nodeSelector"]);
    }
    let required = &["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"];
    let mut terms =
        spec.path(required).into_iter().flat_map(|required| required.list("nodeSelectorTerms")).peekable();
    (terms.peek().is_some() && terms.all(asks_for_control_plane)).then_some(required)
}

fn asks_for_control_plane(term: Node<'_>) -> bool {
    term.list("matchExpressions").any(|expression| {
        expression.str("key").is_some_and(|key| CONTROL_PLANE.contains(&key))
            && matches!(expression.str("operator"), Some("Exists" | "In"))
    })
}
