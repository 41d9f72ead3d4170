//! What a folder does not say is not known: never passed.

use super::cluster::{ASK, Cluster, bound, policy};

fn reasons(text: &str) -> Vec<String> {
    let decision = Cluster::folder(text).ask(&ASK);
    assert!(decision.is_allowed());
    decision.not_judged.into_iter().map(|one| one.reason).collect()
}

#[test]
fn labels_of_a_namespace_that_is_not_here() {
    let rest = "validations: [{expression: 'false'}]";
    let selector = |key: &str, value: &str| {
        bound(
            rest,
            &format!(
                "validationActions: [Deny]\nmatchResources: {{namespaceSelector: {{matchLabels: {{{key}: {value}}}}}}}"
            ),
        )
    };
    assert_eq!(reasons(&selector("env", "prod")).len(), 1);
    // Its name is known, and so is the label that the API server makes of it.
    assert_eq!(reasons(&selector("kubernetes.io/metadata.name", "other")).len(), 0);
    let own = Cluster::folder(&selector("kubernetes.io/metadata.name", "default")).ask(&ASK);
    assert_eq!(own.denials.len(), 1);
}

#[test]
fn a_namespace_that_is_looked_at() {
    let text = policy("validations: [{expression: \"namespaceObject.metadata.name == 'x'\"}]");
    assert_eq!(reasons(&text), ["it reads namespace `default`, which is not known"]);
    assert_eq!(Cluster::folder(&policy("validations: [{expression: 'false'}]")).ask(&ASK).denials.len(), 1);
}

#[test]
fn parameters_and_their_kinds() {
    let rest = |kind: &str| format!("paramKind: {kind}\nvalidations: [{{expression: 'false'}}]");
    let named = "validationActions: [Deny]\nparamRef: {name: x, parameterNotFoundAction: Deny}";
    let known = bound(&rest("{apiVersion: v1, kind: ConfigMap}"), named);
    assert_eq!(
        reasons(&known),
        ["parameters of kind `ConfigMap` are not known: not all objects of the kind are here"]
    );
    let unknown = bound(&rest("{apiVersion: example.com/v1, kind: Limit}"), named);
    assert_eq!(reasons(&unknown), ["nothing here defines the kind `Limit` of its parameters"]);
    let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, labels: {a: b}}}\n---\n";
    assert_eq!(Cluster::folder(&format!("{map}{known}")).ask(&ASK).denials.len(), 1);
    let selected = "validationActions: [Deny]\nparamRef: {selector: {matchLabels: {a: b}}, parameterNotFoundAction: Deny}";
    let selected = bound(&rest("{apiVersion: v1, kind: ConfigMap}"), selected);
    let decision = Cluster::folder(&format!("{map}{selected}")).ask(&ASK);
    // The one that is here is judged, and there may be more.
    assert_eq!((decision.denials.len(), decision.not_judged.len()), (1, 1));
}
