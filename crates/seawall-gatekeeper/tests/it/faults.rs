//! What is wrong with templates and constraints is an error with file, line and column.

use crate::support::{places, read};

const POLICIES: &str = include_str!("data/owner.yaml");

fn faults(from: &str, to: &str) -> String {
    assert!(POLICIES.contains(from), "{from}");
    let (_, problems) = read(&POLICIES.replacen(from, to, 1));
    format!("{from:?} -> {to:?}\n{}", places(&problems))
}

#[test]
fn nothing_is_wrong_with_these() {
    let (set, problems) = read(POLICIES);
    assert_eq!((set.len(), places(&problems).as_str()), (2, ""));
}

#[test]
fn faults_say_where_they_are() {
    let said: Vec<String> = [
        ("templates.gatekeeper.sh/v1", "templates.gatekeeper.sh/v2"),
        ("name: ownedby", "name: owner"),
        ("kind: OwnedBy\n      v", "kind: 7\n      v"),
        ("target: admission.k8s.gatekeeper.sh", "target: other"),
        ("engine: Rego", "engine: K8sNativeValidation"),
        ("engine: Rego", "engine: Lua"),
        ("version: v1", "version: v3"),
        ("version: v1\n", "version: v0\n"),
        ("sprintf(\"%v is", "sprint(\"%v is"),
        ("value_of(object, key) := object", "value_of(object, key) := := object"),
        ("package lib.labels", "package other"),
        ("label: owner\n    teams: [shop]", "label: Owner\n    teams: [shop]"),
        ("label: owner\n    teams: [shop]", "teams: [shop, 7]"),
        ("label: owner\n    teams: [shop]", "label: owner\n    team: shop"),
        ("apiGroups: [\"\"]", "apigroups: [\"\"]"),
        ("excludedNamespaces: [kube-*]", "excludedNamespaces: kube-*"),
        ("excludedNamespaces: [kube-*]", "labelSelector: {matchExpressions: [{key: a, operator: Is}]}"),
        ("excludedNamespaces: [kube-*]", "scope: Namespace"),
        ("enforcementAction: warn", "enforcementAction: block"),
        ("enforcementAction: warn", "enforcementAction: scoped"),
        ("kind: OwnedBy\nmetadata: {name: shop-only}", "kind: Owned\nmetadata: {name: shop-only}"),
    ]
    .into_iter()
    .map(|(from, to)| faults(from, to))
    .collect();
    insta::assert_snapshot!(said.join("\n\n"));
}

#[test]
fn kinds_that_would_do_something_else_are_errors() {
    let (set, problems) = read(
        "{apiVersion: mutations.gatekeeper.sh/v1, kind: Assign, metadata: {name: a}}\n---\n{apiVersion: \
         externaldata.gatekeeper.sh/v1beta1, kind: Provider, metadata: {name: b}}\n---\n{apiVersion: \
         expansion.gatekeeper.sh/v1beta1, kind: ExpansionTemplate, metadata: {name: c}}\n",
    );
    assert!(set.is_empty());
    insta::assert_snapshot!(places(&problems));
}
