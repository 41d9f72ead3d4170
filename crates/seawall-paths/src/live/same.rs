//! Whether two objects say the same, as far as anything here looks at them.
//!
//! What a controller writes again and again is passed over: times, counters and conditions. Of the status only those fields
//! count that some room reads.

use seawall_inventory::{GroupKind, Resource};
use seawall_yaml::Node;

/// Groups whose kinds have no other status that is read than the fields below.
const GROUPS: &[&str] = &["", "apps", "batch", "networking.k8s.io", "autoscaling", "policy"];

/// Of `metadata` what says nothing of the object.
const BOOKKEEPING: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Of `status` what the graph is made of: whether a pod runs and where, what a node is, what a Service was given. (Which
/// image runs only matters to reports of flaws, and beside those no pod is followed.)
const READ: &[&str] =
    &["addresses", "completionTime", "hostIP", "loadBalancer", "nodeInfo", "phase", "podIP", "podIPs"];

/// Trees are not followed deeper.
const MAX_DEPTH: usize = 64;

/// Whether an object says what another one of its identity said.
pub(super) fn says_the_same(old: &Resource, new: &Resource) -> bool {
    GROUPS.contains(&new.group()) && old.subject() == new.subject() && {
        let (old, new) = (old.root(), new.root());
        let of = |node: Node<'_>| node.get("metadata").is_some_and(Node::is_map);
        of(old)
            && of(new)
            && entries(old, new, &|key| key != "metadata" && key != "status", MAX_DEPTH)
            && part(old, new, "metadata", &|key| !BOOKKEEPING.contains(&key))
            && status(old, new)
    }
}

/// Kinds that nothing of the graph is made of, whatever they say.
pub(super) fn says_nothing(kind: GroupKind<'_>) -> bool {
    matches!(
        (kind.group, kind.kind),
        ("", "Event" | "LimitRange" | "PodTemplate" | "ResourceQuota")
            | ("events.k8s.io", "Event")
            | ("coordination.k8s.io", "Lease")
            | ("autoscaling", "HorizontalPodAutoscaler")
            | ("policy", "PodDisruptionBudget")
            | ("apps", "ControllerRevision")
    )
}

fn status(old: Node<'_>, new: Node<'_>) -> bool {
    part(old, new, "status", &|key| READ.contains(&key))
}

fn part(old: Node<'_>, new: Node<'_>, key: &str, counts: &dyn Fn(&str) -> bool) -> bool {
    match (old.get(key), new.get(key)) {
        (None, None) => true,
        (Some(old), Some(new)) => old.is_map() && new.is_map() && entries(old, new, counts, MAX_DEPTH),
        // What counts of it may be nothing on both sides.
        (Some(one), None) | (None, Some(one)) => one.is_map() && !one.entries().any(|(key, _)| counts(key)),
    }
}

/// Whether two maps have the same entries in the same order, of those that count.
fn entries(old: Node<'_>, new: Node<'_>, counts: &dyn Fn(&str) -> bool, depth: usize) -> bool {
    let mut old = old.entries().filter(|(key, _)| counts(key));
    let mut new = new.entries().filter(|(key, _)| counts(key));
    loop {
        match (old.next(), new.next()) {
            (None, None) => return true,
            (Some((key, old)), Some((other, new))) if key == other && equal(old, new, depth) => {}
            _ => return false,
        }
    }
}

fn equal(old: Node<'_>, new: Node<'_>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    if old.kind() != new.kind() {
        return false;
    }
    if old.is_map() {
        return entries(old, new, &|_| true, depth);
    }
    if old.is_seq() {
        let (mut old, mut new) = (old.items(), new.items());
        loop {
            match (old.next(), new.next()) {
                (None, None) => return true,
                (Some(old), Some(new)) if equal(old, new, depth) => {}
                _ => return false,
            }
        }
    }
    match (old.as_str(), new.as_str()) {
        (Some(old), Some(new)) => old == new,
        _ => old.scalar_text() == new.scalar_text(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use seawall_core::{Origin, OriginKind};
    use seawall_yaml::{Limits, NodeId, Text, read};

    use super::*;

    fn object(yaml: &str) -> Resource {
        let tree = read(&Text::new(yaml), &Limits::default()).0.remove(0).tree;
        let origin = Origin { file: "test".into(), document: 0, line: 1, kind: OriginKind::File };
        Resource::new(Arc::new(tree), NodeId::ROOT, origin, None).unwrap()
    }

    const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a, resourceVersion: '1', labels: {a: b}}, \
         spec: {containers: [{name: c, env: [{name: N, value: '1'}]}]}, status: {phase: Running, podIP: 10.0.0.1, conditions: [1]}}";

    #[test]
    fn bookkeeping_and_conditions_say_nothing() {
        for (from, to, same) in [
            ("resourceVersion: '1'", "resourceVersion: '2', managedFields: [{manager: m}]", true),
            ("conditions: [1]", "conditions: [2], containerStatuses: [{name: c, restartCount: 3}]", true),
            (", conditions: [1]", "", true),
            ("a: b", "a: c", false),
            ("labels", "annotations", false),
            ("value: '1'", "value: '2'", false),
            ("value: '1'", "value: 1", false),
            ("phase: Running", "phase: Failed", false),
            ("podIP: 10.0.0.1, ", "", false),
            (", status: {phase: Running, podIP: 10.0.0.1, conditions: [1]}", "", false),
            ("name: p,", "name: q,", false),
            ("[{name: N, value: '1'}]", "[]", false),
            ("kind: Pod", "kind: Service", false),
        ] {
            assert!(POD.contains(from), "{from}");
            let other = POD.replace(from, to);
            assert_eq!(says_the_same(&object(POD), &object(&other)), same, "{from} → {to}");
            assert_eq!(says_the_same(&object(&other), &object(POD)), same, "{to} → {from}");
        }
    }

    /// Of kinds whose status some room reads in other fields nothing is taken for the same.
    #[test]
    fn other_groups_are_not_looked_into() {
        let gateway =
            "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g, namespace: a}}";
        assert!(!says_the_same(&object(gateway), &object(gateway)));
    }
}
