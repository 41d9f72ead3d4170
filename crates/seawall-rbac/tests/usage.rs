//! How often rights were used, from events.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_events::read_events;
use seawall_inventory::{InventoryBuilder, Resource};
use seawall_rbac::usage::{ClientRecorder, Requests, Usage};
use seawall_rbac::{Binding, Rbac, Subject};
use seawall_yaml::{Limits, NodeId, Text, read};

const CLUSTER: &str = "\
kind: ClusterRole
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: reader}
rules:
  - {apiGroups: [''], resources: [pods], verbs: [get, list]}
  - {apiGroups: [''], resources: [secrets], verbs: [get]}
---
kind: ClusterRoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: everywhere}
roleRef: {kind: ClusterRole, name: reader, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: User, name: alice}, {kind: Group, name: dev}]
---
kind: RoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: here, namespace: a}
roleRef: {kind: ClusterRole, name: reader, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: User, name: alice}]
";

fn rbac() -> Rbac {
    let (documents, problems) = read(&Text::new(CLUSTER), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let origin = Origin { file: "test".into(), document: 0, line: 1, kind: OriginKind::File };
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let tree = Arc::new(document.tree);
        builder.push(Resource::new(tree, NodeId::ROOT, origin.clone(), None).unwrap());
    }
    Rbac::build(&builder.build()).0
}

/// `get pods` in a namespace by somebody in groups.
fn event(user: &str, groups: &str, resource: &str, namespace: &str, more: &str, number: usize) -> String {
    format!(
        r#"{{"auditID":"id-{number}","stage":"ResponseComplete","verb":"get","user":{{"username":"{user}","groups":[{groups}]}},"objectRef":{{"resource":"{resource}","namespace":"{namespace}","name":"x"}},"responseStatus":{{"code":200}},"stageTimestamp":"2026-11-22T00:00:{number:02}Z","annotations":{{"authorization.k8s.io/decision":"allow"}}{more}}}"#
    ) + "\n"
}

fn requests(log: &str) -> Requests {
    let (events, problems) = read_events(log, 1);
    assert!(problems.is_empty(), "{problems:?}");
    let mut recorder = ClientRecorder::default();
    events.iter().for_each(|event| recorder.add(event));
    recorder.finish()
}

fn binding<'r>(rbac: &'r Rbac, name: &str) -> &'r Binding {
    rbac.bindings().find(|binding| rbac.text(binding.name()) == name).unwrap()
}

#[test]
fn what_two_bindings_allow_is_needed_from_neither() {
    let rbac = rbac();
    let log = event("alice", "", "pods", "a", "", 1) + &event("alice", "", "pods", "b", "", 2);
    let usage = Usage::of(&rbac, &requests(&log));
    let (everywhere, here) = (binding(&rbac, "everywhere"), binding(&rbac, "here"));
    let used = usage.of_binding(everywhere.id()).unwrap();
    // In `a` both allow it, in `b` only the wide one.
    assert_eq!((used.count, used.needed, used.by.as_str()), (2, 1, "alice"));
    let used = usage.of_binding(here.id()).unwrap();
    assert_eq!((used.count, used.needed), (1, 0));
    let role = everywhere.role().unwrap();
    assert_eq!(usage.of_rule(role, 0).unwrap().count, 3, "once for each binding that gives the rule");
    assert!(usage.of_rule(role, 1).is_none(), "secrets were not read");
}

#[test]
fn members_use_what_their_group_is_given_and_masters_use_nothing() {
    let rbac = rbac();
    let log = event("bob", "\"dev\"", "secrets", "b", "", 1)
        + &event("root", "\"system:masters\", \"dev\"", "secrets", "b", "", 2)
        + &event("eve", "", "secrets", "b", r#","stage":"RequestReceived""#, 3);
    let usage = Usage::of(&rbac, &requests(&log));
    let used = usage.of_binding(binding(&rbac, "everywhere").id()).unwrap();
    assert_eq!(used.users.iter().collect::<Vec<_>>(), [(&"bob".to_owned(), &1)]);
    assert!(usage.of_subject(&Subject::user("root")).is_none());
    assert_eq!(usage.of_subject(&Subject::user("bob")).unwrap().count, 1);
}

#[test]
fn acting_as_somebody_else_is_a_use_of_impersonation() {
    let log =
        event("carol", "", "pods", "a", r#","impersonatedUser":{"username":"alice","groups":["dev"]}"#, 1);
    let requests = requests(&log);
    let rbac = rbac();
    let usage = Usage::of(&rbac, &requests);
    assert_eq!(usage.of_subject(&Subject::user("alice")).unwrap().count, 1, "the request itself");
    assert_eq!(usage.of_subject(&Subject::user("carol")).unwrap().count, 2, "a user and a group");
}

#[test]
fn what_went_through_a_binding_is_observed_of_its_subject() {
    let rbac = rbac();
    let log = event("alice", "", "pods", "a", "", 1)
        + &event("alice", "", "pods", "a", "", 4)
        + &event("alice", "", "pods", "b", "", 2)
        + &event("bob", "", "pods", "a", "", 3);
    let requests = requests(&log);
    let seen = requests.through(&rbac, binding(&rbac, "here"), &Subject::user("alice"));
    let words: Vec<String> =
        seen.requests.iter().map(|own| format!("{} {}", own.allowed, own.request)).collect();
    assert_eq!(words.len(), 1, "{words:?}");
    assert!(words[0].starts_with("2 get pods"), "{words:?}");
}
