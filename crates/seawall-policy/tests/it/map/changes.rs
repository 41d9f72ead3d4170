//! What policies make of objects.

use super::{apply, made, mutate, object, patch, policy};
use crate::vap::cluster::{ASK, Ask, Cluster, denials};

#[test]
fn a_configuration_is_merged_and_a_patch_applied() {
    let merged = made(&apply("Object{metadata: Object.metadata{labels: {'a': object.data.count}}}"));
    assert!(merged.contains(r#""labels":{"a":"5"}"#) && merged.contains(r#""count":"5""#), "{merged}");
    let patched =
        made(&patch("[JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('a/b'), value: 'x'}]"));
    assert!(patched.contains(r#""a/b":"x""#), "{patched}");
}

#[test]
fn values_of_patches_become_json() {
    let add = |key: &str, value: &str| format!("JSONPatch{{op: 'add', path: '/data/{key}', value: {value}}}");
    let values =
        [add("b", "b'foo'"), add("t", "timestamp('2024-01-01T00:00:00Z')"), add("d", "duration('90s')")];
    let patched = made(&patch(&format!("[{}]", values.join(", "))));
    for expected in [r#""b":"Zm9v""#, r#""t":"2024-01-01T00:00:00Z""#, r#""d":"90s""#] {
        assert!(patched.contains(expected), "{patched}");
    }
}

#[test]
fn the_object_is_defaulted_again() {
    let pod = Ask {
        resource: ("", "v1", "pods"),
        kind: ("", "v1", "Pod"),
        object: Some(
            "{apiVersion: v1, kind: Pod, metadata: {name: thing, namespace: default}, spec: {containers: [{name: a, image: 'a:1'}]}}",
        ),
        ..ASK
    };
    let rest =
        apply("Object{spec: Object.spec{containers: [Object.spec.containers{name: 'side', image: 's'}]}}");
    let decision = mutate(&policy("p", "pods", &rest), &pod);
    let made = object(&decision);
    assert!(made.contains(r#""name":"a""#) && made.contains(r#""name":"side""#), "{made}");
    assert!(made.contains(r#""imagePullPolicy":"Always""#), "{made}");
}

#[test]
fn mutations_see_what_those_before_them_made() {
    let rest = "variables: [{name: n, expression: int(object.data.count)}]
mutations:
- patchType: JSONPatch
  jsonPatch: {expression: \"[JSONPatch{op: 'replace', path: '/data/count', value: string(variables.n + 1)}]\"}
- patchType: JSONPatch
  jsonPatch: {expression: \"[JSONPatch{op: 'replace', path: '/data/count', value: string(variables.n * 10)}]\"}";
    assert!(
        made(&rest.replace("name: n,", "name: num,").replace("variables.n ", "variables.num "))
            .contains(r#""count":"60""#)
    );
}

#[test]
fn a_test_that_does_not_hold_drops_the_patch() {
    let value = "[JSONPatch{op: 'add', path: '/data/x', value: 'y'}, JSONPatch{op: 'test', path: '/data/count', value: '9'}]";
    assert!(!made(&patch(value)).contains(r#""x":"y""#));
}

#[test]
fn conditions_decide_and_a_deleted_object_is_left_alone() {
    let rest = format!(
        "matchConditions: [{{name: c, expression: object.data.count == '6'}}]\n{}",
        patch("[JSONPatch{op: 'remove', path: '/data'}]")
    );
    assert_eq!(made(&rest), "");
}

#[test]
fn validation_sees_what_mutation_made() {
    let text =
        policy("p", "configmaps", &patch("[JSONPatch{op: 'replace', path: '/data/count', value: '6'}]"));
    let validating = crate::vap::cluster::policy(
        "validations: [{expression: object.data.count == '5', messageExpression: string(object.data.count)}]",
    );
    let cluster = Cluster::new(&format!("{text}{validating}"));
    let decision = cluster.with_request(&ASK, |request, world| cluster.policies.admit(request, world));
    assert_eq!(denials(&decision), ["6"]);
    assert!(object(&decision).contains(r#""count":"6""#));
}

#[test]
fn another_version_is_changed_in_the_version_that_the_policy_wants() {
    let text = format!(
        "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: gadgets.example.com}}
spec:
  group: example.com
  scope: Namespaced
  names: {{kind: Gadget, plural: gadgets}}
  versions:
  - {{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{n: {{type: integer}}, v: {{type: string}}}}}}}}}}}}}}
  - {{name: v2, served: true, schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{n: {{type: integer}}, v: {{type: string}}}}}}}}}}}}}}
---
{}",
        policy("p", "example.com/gadgets", &apply("Object{spec: Object.spec{v: object.apiVersion}}"))
    );
    let gadget = Ask {
        resource: ("example.com", "v2", "gadgets"),
        kind: ("example.com", "v2", "Gadget"),
        object: Some("{apiVersion: example.com/v2, kind: Gadget, metadata: {name: thing}, spec: {n: 1}}"),
        ..ASK
    };
    let made = object(&mutate(&text, &gadget));
    assert!(
        made.contains(r#""apiVersion":"example.com/v2""#) && made.contains(r#""v":"example.com/v1""#),
        "{made}"
    );
}

#[test]
fn what_is_not_known_changes_nothing() {
    let ask = Ask {
        resource: ("elsewhere.example", "v1", "things"),
        kind: ("elsewhere.example", "v1", "Thing"),
        object: Some("{apiVersion: elsewhere.example/v1, kind: Thing, metadata: {name: thing}}"),
        ..ASK
    };
    let text = policy(
        "p",
        "elsewhere.example/things",
        &apply("Object{metadata: Object.metadata{labels: {'a': 'b'}}}"),
    );
    let cluster = Cluster::folder(&text);
    let decision = cluster.with_request(&ask, |request, world| cluster.policies.mutate(request, world));
    assert!(decision.object.is_none() && decision.denials.is_empty());
    assert_eq!(decision.not_judged[0].reason, "nothing here defines the type `Thing` of the object");
}
