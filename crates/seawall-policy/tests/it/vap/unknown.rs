//! What a folder does not say is not known: never passed.

use seawall_policy::admission::{Operation, Unseen};

use super::cluster::{ASK, Ask, Cluster, bound, policy};

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
fn the_clock_of_the_server() {
    let text = |zone: &str| {
        policy(&format!(
            "validations: [{{expression: \"true || timestamp('2024-01-01T00:00:00Z').getHours('{zone}') == 1\"}}, \
             {{expression: \"timestamp('2024-01-01T00:00:00Z').getHours('{zone}') == 1\"}}]"
        ))
    };
    assert_eq!(reasons(&text("Local")), ["the local time zone of the API server is not known"]);
    assert_eq!(reasons(&text("Europe/Berlin")).len(), 0);
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

#[test]
fn objects_that_were_not_seen() {
    let update =
        Ask { operation: Operation::Update, unseen: Unseen { old_object: true, ..Unseen::default() }, ..ASK };
    let asked = |rest: &str, ask: &Ask<'_>| {
        let decision = Cluster::new(&policy(rest)).ask(ask);
        let reasons: Vec<String> = decision.not_judged.into_iter().map(|one| one.reason).collect();
        (decision.denials.len(), reasons)
    };
    let reads = "variables: [{name: a, expression: oldObject.data.count}]\nvalidations: [{expression: \"variables.a == '5'\"}]";
    let before = "it reads the object as it was before, which is not known";
    assert_eq!(asked(reads, &update), (0, vec![before.to_owned()]));
    // Something that is absent is seen: it fails, as it does for the API server.
    assert_eq!(asked(reads, &ASK), (1, Vec::new()));
    assert_eq!(asked("validations: [{expression: \"object.data.count == '6'\"}]", &update), (1, Vec::new()));
    let neither = Ask { object: None, unseen: Unseen { object: true, old_object: false }, ..ASK };
    let object = "it reads the object, which is not known";
    assert_eq!(
        asked("validations: [{expression: has(object.data)}]", &neither),
        (0, vec![object.to_owned()])
    );
    assert_eq!(asked("validations: [{expression: \"request.userInfo.username == 'bob'\"}]", &neither).0, 1);
}

#[test]
fn labels_of_an_object_that_was_not_seen() {
    let text = bound(
        "validations: [{expression: 'false'}]",
        "validationActions: [Deny]\nmatchResources: {objectSelector: {matchLabels: {tier: prod}}}",
    );
    let cluster = Cluster::new(&text);
    let update = Ask { operation: Operation::Update, ..ASK };
    let unseen = Ask { unseen: Unseen { old_object: true, ..Unseen::default() }, ..update };
    assert_eq!(cluster.ask(&unseen).not_judged.len(), 1, "it may have had the label");
    let decision = cluster.ask(&Ask { operation: Operation::Update, ..ASK });
    assert_eq!((decision.denials.len(), decision.not_judged.len()), (0, 0));
    let labelled = "{apiVersion: v1, kind: ConfigMap, metadata: {name: thing, namespace: default, labels: {tier: prod}}}";
    let decision = cluster.ask(&Ask { object: Some(labelled), ..unseen });
    assert_eq!((decision.denials.len(), decision.not_judged.len()), (1, 0), "the new one has it");
}
