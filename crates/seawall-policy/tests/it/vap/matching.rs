//! Which requests are meant.

use seawall_policy::admission::Operation;

use super::cluster::{ASK, Ask, Cluster, denials};

/// A policy with these match constraints that denies whatever it matches, saying as what it sees it.
fn cluster(constraints: &str, binding: &str) -> Cluster {
    let text = format!(
        r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: gadgets.example.com}}
spec:
  group: example.com
  scope: Namespaced
  names: {{kind: Gadget, plural: gadgets}}
  versions:
  - {{name: v1, served: true, storage: true, subresources: {{status: {{}}}}}}
  - {{name: v2, served: true}}
---
apiVersion: v1
kind: Namespace
metadata: {{name: prod, labels: {{env: prod}}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: p}}
spec:
  matchConstraints: {constraints}
  validations:
  - expression: "false"
    messageExpression: >-
      request.resource.version + " " + request.requestResource.version + " " + request.kind.version + " " +
      (object == null ? "-" : object.apiVersion)
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: b}}
spec: {{policyName: p, validationActions: [Deny]{binding}}}
"#
    );
    let cluster = Cluster::new(&text);
    assert_eq!(cluster.refusals(), Vec::<String>::new(), "{constraints}");
    cluster
}

const ALL: &str = "{apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], operations: ['*']}";

fn says(constraints: &str, binding: &str, ask: &Ask<'_>) -> Option<String> {
    let cluster = cluster(constraints, binding);
    let decision = cluster.ask(ask);
    assert_eq!(decision.not_judged, []);
    denials(&decision).first().map(|text| (*text).to_owned())
}

fn takes(constraints: &str, ask: &Ask<'_>) -> bool {
    says(constraints, "", ask).is_some()
}

#[test]
fn rules_and_exclusions() {
    let maps = "{apiGroups: [''], apiVersions: [v1], resources: [configmaps], operations: [CREATE]}";
    assert!(takes(&format!("{{resourceRules: [{maps}]}}"), &ASK));
    let update = Ask { operation: Operation::Update, ..ASK };
    assert!(!takes(&format!("{{resourceRules: [{maps}]}}"), &update));
    assert!(!takes(&format!("{{resourceRules: [{ALL}], excludeResourceRules: [{maps}]}}"), &ASK));
    assert!(takes(&format!("{{resourceRules: [{ALL}], excludeResourceRules: [{maps}]}}"), &update));
    let named = maps.replace("operations", "resourceNames: [other], operations");
    assert!(!takes(&format!("{{resourceRules: [{named}]}}"), &ASK));
    assert!(takes(&format!("{{resourceRules: [{named}]}}"), &Ask { name: "other", ..ASK }));
}

#[test]
fn objects_are_selected_by_their_new_or_their_old_labels() {
    let selector = format!("{{resourceRules: [{ALL}], objectSelector: {{matchLabels: {{app: web}}}}}}");
    let labelled = Some("{apiVersion: v1, kind: ConfigMap, metadata: {name: thing, labels: {app: web}}}");
    assert!(!takes(&selector, &ASK));
    assert!(takes(&selector, &Ask { object: labelled, ..ASK }));
    assert!(takes(&selector, &Ask { operation: Operation::Update, old: labelled, ..ASK }));
    assert!(takes(&selector, &Ask { operation: Operation::Delete, object: None, old: labelled, ..ASK }));
}

#[test]
fn the_options_of_a_connection_have_no_labels() {
    let selector = "{matchExpressions: [{key: app, operator: DoesNotExist}]}";
    let constraints = format!("{{resourceRules: [{ALL}], objectSelector: {selector}}}");
    let exec = Ask {
        operation: Operation::Connect,
        resource: ("", "v1", "pods"),
        kind: ("", "v1", "PodExecOptions"),
        subresource: "exec",
        object: Some("{apiVersion: v1, kind: PodExecOptions, command: [sh]}"),
        ..ASK
    };
    assert!(!takes(&constraints, &exec));
    assert!(takes(&format!("{{resourceRules: [{ALL}]}}"), &exec));
}

#[test]
fn namespaces_are_selected_and_nothing_else_at_cluster_scope_is_excluded() {
    let constraints =
        format!("{{resourceRules: [{ALL}], namespaceSelector: {{matchLabels: {{env: prod}}}}}}");
    assert!(!takes(&constraints, &ASK));
    assert!(takes(&constraints, &Ask { namespace: "prod", ..ASK }));
    let node = Ask {
        resource: ("", "v1", "nodes"),
        kind: ("", "v1", "Node"),
        namespace: "",
        object: Some("{apiVersion: v1, kind: Node, metadata: {name: n}}"),
        ..ASK
    };
    assert!(takes(&constraints, &node));
    let namespace = |labels| Ask {
        resource: ("", "v1", "namespaces"),
        kind: ("", "v1", "Namespace"),
        namespace: "new",
        name: "new",
        object: Some(labels),
        ..ASK
    };
    assert!(takes(
        &constraints,
        &namespace("{apiVersion: v1, kind: Namespace, metadata: {name: new, labels: {env: prod}}}")
    ));
    assert!(!takes(&constraints, &namespace("{apiVersion: v1, kind: Namespace, metadata: {name: new}}")));
    // A namespace that is deleted is known by what is stored.
    let gone = Ask { operation: Operation::Delete, namespace: "prod", name: "prod", ..namespace("{}") };
    assert!(takes(&constraints, &gone));
}

#[test]
fn a_namespace_that_does_not_exist_is_an_error_of_the_policy() {
    let constraints =
        format!("{{resourceRules: [{ALL}], namespaceSelector: {{matchLabels: {{env: prod}}}}}}");
    let said = says(&constraints, "", &Ask { namespace: "gone", ..ASK });
    assert_eq!(said.as_deref(), Some("failed to configure policy: namespaces \"gone\" not found"));
}

#[test]
fn other_versions_are_meant_unless_the_match_is_exact() {
    let rules = "resourceRules: [{apiGroups: [example.com], apiVersions: [v1], resources: [gadgets], operations: ['*']}]";
    let gadget = Ask {
        resource: ("example.com", "v2", "gadgets"),
        kind: ("example.com", "v2", "Gadget"),
        object: Some("{apiVersion: example.com/v2, kind: Gadget, metadata: {name: thing}}"),
        ..ASK
    };
    assert_eq!(says(&format!("{{{rules}}}"), "", &gadget).as_deref(), Some("v1 v2 v1 example.com/v1"));
    assert_eq!(says(&format!("{{{rules}, matchPolicy: Exact}}"), "", &gadget), None);
    // The status is a part of one version only.
    let status = Ask { operation: Operation::Update, subresource: "status", ..gadget };
    assert_eq!(
        says(&format!("{{{}}}", rules.replace("gadgets", "gadgets/status")), "", &status).as_deref(),
        Some("v1 v2 v1 example.com/v1")
    );
}

#[test]
fn a_binding_narrows() {
    let constraints = format!("{{resourceRules: [{ALL}]}}");
    let binding = ", matchResources: {namespaceSelector: {matchLabels: {env: prod}}}";
    assert_eq!(says(&constraints, binding, &ASK), None);
    assert!(says(&constraints, binding, &Ask { namespace: "prod", ..ASK }).is_some());
}

#[test]
fn no_policy_speaks_about_policies() {
    let policy = Ask {
        resource: ("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies"),
        kind: ("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy"),
        namespace: "",
        ..ASK
    };
    assert!(!takes(&format!("{{resourceRules: [{ALL}]}}"), &policy));
}
