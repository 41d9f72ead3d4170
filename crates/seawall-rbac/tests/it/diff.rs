//! What was gained and lost, by meaning.

use seawall_rbac::{Rbac, Right, diff};

use crate::{inventory, resources};

fn model(rules: &str, namespace: Option<&str>) -> Rbac {
    let (kind, place) = match namespace {
        Some(namespace) => ("RoleBinding", format!(", namespace: {namespace}")),
        None => ("ClusterRoleBinding", String::new()),
    };
    let text = format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r}}\nrules: [{rules}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: b{place}}}\n\
         roleRef: {{kind: ClusterRole, name: r}}\nsubjects: [{{kind: User, name: eve}}]\n"
    );
    Rbac::build(&inventory(resources(&text))).0
}

fn words(rights: &[Right]) -> Vec<String> {
    rights
        .iter()
        .map(|right| {
            let parts = [&right.verbs, &right.groups, &right.resources, &right.paths, &right.names];
            parts.map(|part| part.join(",")).join(" ").trim_end().to_owned()
        })
        .collect()
}

#[test]
fn rules_are_compared_by_what_they_grant() {
    let both = "{apiGroups: ['', apps], resources: [pods, pods/log], verbs: [get, list]}";
    let split = "{apiGroups: [apps], resources: [pods, pods/log], verbs: [list, get]}, {apiGroups: [''], resources: [pods/log], verbs: [get, list]}, {apiGroups: [''], resources: [pods], verbs: [get]}, {apiGroups: [''], resources: [pods], verbs: [list]}";
    let more = "{apiGroups: ['', apps], resources: [pods, pods/log], verbs: [get, list, watch]}";
    let all = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}";
    let log = "{apiGroups: [''], resources: ['*/log'], verbs: [get]}";
    let some = "{apiGroups: [''], resources: [pods/log], verbs: [get]}";
    let named = "{apiGroups: [''], resources: [pods/log], verbs: [get], resourceNames: [a, b]}";
    let paths = "{nonResourceURLs: ['/logs/*'], verbs: [get]}";
    let path = "{nonResourceURLs: [/logs/a], verbs: [get]}";
    for (old, new, gained, lost) in [
        (both, both, &[][..], &[][..]),
        (both, split, &[], &[]),
        (split, both, &[], &[]),
        (both, more, &["watch ,apps pods,pods/log"], &[]),
        (both, all, &["* * *"], &[]),
        (log, some, &[], &["get  */log"]),
        (some, named, &[], &["get  pods/log"]),
        (named, some, &["get  pods/log"], &[]),
        (paths, path, &[], &["get   /logs/*"]),
    ] {
        for namespace in [None, Some("a")] {
            let changes = diff(&model(old, namespace), &model(new, namespace));
            let gains: Vec<String> = changes.iter().flat_map(|change| words(&change.gained)).collect();
            let losses: Vec<String> = changes.iter().flat_map(|change| words(&change.lost)).collect();
            assert_eq!(
                (gains, losses),
                (
                    gained.iter().map(|w| (*w).to_owned()).collect(),
                    lost.iter().map(|w| (*w).to_owned()).collect()
                ),
                "{old} → {new}"
            );
            assert!(changes.iter().all(|change| change.namespace.as_deref() == namespace));
        }
    }
}

#[test]
fn what_is_held_everywhere_is_no_gain_in_a_namespace() {
    let get = "{apiGroups: [''], resources: [pods], verbs: [get]}";
    let narrowed = diff(&model(get, None), &model(get, Some("a")));
    assert_eq!(narrowed.len(), 1, "{narrowed:?}");
    assert_eq!(
        (narrowed[0].namespace.as_deref(), narrowed[0].gained.len(), narrowed[0].lost.len()),
        (None, 0, 1)
    );
    let widened = diff(&model(get, Some("a")), &model(get, None));
    assert_eq!((widened.len(), widened[0].gained.len(), widened[0].lost.len()), (1, 1, 0));
}
