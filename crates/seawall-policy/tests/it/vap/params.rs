//! Parameters.

use super::cluster::{ASK, Ask, Cluster, bound, denials};

const LIMIT: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: limits.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Limit, plural: limits}
  versions: [{name: v1, served: true, storage: true}, {name: v2, served: true}, {name: v0, served: false}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: clusterlimits.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: ClusterLimit, plural: clusterlimits}
  versions: [{name: v1, served: true, storage: true}]
---
{apiVersion: example.com/v1, kind: Limit, metadata: {name: l, namespace: default, labels: {of: all}}, max: 3}
---
{apiVersion: example.com/v1, kind: Limit, metadata: {name: m, namespace: default, labels: {of: all}}, max: 9}
---
{apiVersion: example.com/v1, kind: Limit, metadata: {name: l, namespace: other}, max: 7}
---
{apiVersion: example.com/v1, kind: ClusterLimit, metadata: {name: l}, max: 1}
---
";

fn ask_as(kind: &str, reference: &str, ask: &Ask<'_>) -> Vec<String> {
    let rest = format!(
        "paramKind: {kind}
validations: [{{expression: 'params != null && false', messageExpression: \"params.kind + string(params.max) + ' ' + params.apiVersion\"}}]"
    );
    let binding = format!("validationActions: [Deny]\n{reference}");
    let cluster = Cluster::new(&format!("{LIMIT}{}", bound(&rest, &binding)));
    assert_eq!(cluster.refusals(), Vec::<String>::new());
    let decision = cluster.ask(ask);
    assert_eq!(decision.not_judged, []);
    denials(&decision).into_iter().map(str::to_owned).collect()
}

fn ask(kind: &str, reference: &str) -> Vec<String> {
    ask_as(kind, reference, &ASK)
}

const V1: &str = "{apiVersion: example.com/v1, kind: Limit}";

#[test]
fn by_name_in_the_namespace_of_the_request_or_in_another() {
    let one = "paramRef: {name: l, parameterNotFoundAction: Deny}";
    assert_eq!(ask(V1, one), ["Limit3 example.com/v1"]);
    let other = "paramRef: {name: l, namespace: other, parameterNotFoundAction: Deny}";
    assert_eq!(ask(V1, other), ["Limit7 example.com/v1"]);
    let cluster = "{apiVersion: example.com/v1, kind: ClusterLimit}";
    assert_eq!(ask(cluster, one), ["ClusterLimit1 example.com/v1"]);
}

#[test]
fn in_the_version_that_the_policy_names() {
    let one = "paramRef: {name: l, parameterNotFoundAction: Deny}";
    assert_eq!(ask("{apiVersion: example.com/v2, kind: Limit}", one), ["Limit3 example.com/v2"]);
}

#[test]
fn every_selected_one_is_judged() {
    let all = "paramRef: {selector: {matchLabels: {of: all}}, parameterNotFoundAction: Deny}";
    assert_eq!(ask(V1, all), ["Limit3 example.com/v1", "Limit9 example.com/v1"]);
}

#[test]
fn what_is_missing_denies_or_allows() {
    let none = |action: &str| format!("paramRef: {{name: none, parameterNotFoundAction: {action}}}");
    assert_eq!(
        ask(V1, &none("Deny")),
        [
            "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
        ]
    );
    assert_eq!(ask(V1, &none("Allow")), Vec::<String>::new());
}

#[test]
fn a_kind_that_is_not_served_fails_the_policy() {
    for version in ["example.com/v0", "example.com/v3"] {
        let kind = format!("{{apiVersion: {version}, kind: Limit}}");
        let expected = format!(
            "failed to configure policy: failed to find resource referenced by paramKind: '{version}, Kind=Limit'"
        );
        assert_eq!(ask(&kind, "paramRef: {name: l, parameterNotFoundAction: Deny}"), [expected]);
    }
    let kind = "{apiVersion: nowhere.example/v1, kind: Thing}";
    assert_eq!(ask(kind, "paramRef: {name: l, parameterNotFoundAction: Deny}").len(), 1);
}

#[test]
fn scopes_must_fit() {
    let namespaced = "paramRef: {name: l, namespace: default, parameterNotFoundAction: Allow}";
    assert_eq!(
        ask("{apiVersion: example.com/v1, kind: ClusterLimit}", namespaced),
        [
            "failed to configure binding: paramRef.namespace must not be provided for a cluster-scoped `paramKind`"
        ]
    );
    let at_cluster_scope = Ask { namespace: "", ..ASK };
    assert_eq!(
        ask_as(V1, "paramRef: {name: l, parameterNotFoundAction: Allow}", &at_cluster_scope),
        [
            "failed to configure binding: cannot use namespaced paramRef in policy binding that matches cluster-scoped \
          resources"
        ]
    );
}

#[test]
fn without_a_reference_params_are_null() {
    assert_eq!(ask(V1, ""), ["failed expression: params != null && false"]);
}
