//! Objects that stand in no text: snapshots and live clusters.

use super::{fixed, inventory};

#[test]
fn an_object_of_a_snapshot_gets_a_patch() {
    let deployment = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","uid":"1"},"spec":{"template":{"spec":{"hostPID":true,"containers":[{"name":"a","image":"r/a:1","env":[{"name":"TOKEN","value":"secret-thing"}]}]}}}}"#;
    let world = inventory(&[("all.jsonl", deployment)]);
    let outcome =
        fixed(&world, &["pod-host-pid", "pod-allow-privilege-escalation", "pod-capability-drop-all-missing"]);
    assert!(outcome.files.is_empty());
    assert_eq!((outcome.fixed.len(), outcome.left.len(), outcome.objects.len()), (3, 0, 1));
    let words: Vec<String> = outcome.objects[0]
        .patch
        .iter()
        .map(|one| format!("{} {} {}", one.kind.as_str(), one.path(), one.value.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(
        words,
        [
            "remove /spec/template/spec/hostPID ",
            r#"add /spec/template/spec/containers/0/securityContext {"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}"#,
        ]
    );
}

/// A ReplicaSet that a Deployment makes is made again from it.
#[test]
fn what_an_owner_makes_is_changed_at_the_owner() {
    let owned = |owner: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"web-1","namespace":"shop","ownerReferences":[{{"apiVersion":"apps/v1","kind":"{owner}","name":"web","uid":"1","controller":true}}]}},"spec":{{"hostPID":true,"containers":[{{"name":"a","image":"r/a:1"}}]}}}}"#
        )
    };
    let world = inventory(&[("all.jsonl", &owned("ReplicaSet"))]);
    let outcome = fixed(&world, &["pod-host-pid"]);
    assert!(outcome.is_empty());
    assert_eq!(outcome.left[0].reason.word(), "made-by-owner");
    assert!(outcome.left[0].reason.to_string().contains("ReplicaSet/shop/web makes this object"));
}
