//! What cannot be done, and what the API server refuses when a policy is created.

use super::{apply, failed, patch, policy};
use crate::vap::cluster::Cluster;

#[test]
fn what_is_atomic_unknown_or_of_another_type_is_not_merged() {
    for (expression, expected) in [
        (
            "Object{nope: 'x'}",
            "error applying patch: failed to convert patch object to typed object: .nope: field not declared in schema",
        ),
        (
            "Object{metadata: Object.wrong{labels: {'a': 'b'}}}",
            "type mismatch: unexpected type name \"Object.wrong\", expected \"Object.metadata\", which matches field name path \
             from root Object type",
        ),
    ] {
        let text = failed(&apply(expression)).2;
        assert_eq!(text, format!("policy 'p' with binding 'p-b' denied request: {expected}"));
    }
}

#[test]
fn an_unknown_operation_of_a_patch_fails() {
    assert!(
        failed(&patch("[JSONPatch{op: 'merge', path: '/data'}]"))
            .2
            .ends_with("JSON Patch: Unexpected kind: merge")
    );
}

#[test]
fn a_field_that_the_type_does_not_have_fails_the_request() {
    let (code, reason, text) = failed(&patch("[JSONPatch{op: 'add', path: '/nope', value: 'x'}]"));
    assert_eq!((code, reason), (500, "InternalError"));
    assert!(text.starts_with("Internal error occurred: "), "{text}");
}

#[test]
fn fields_of_policies() {
    let refused = |rest: &str| {
        let refusals = Cluster::new(&policy("p", "configmaps", rest)).refusals();
        assert_eq!(refusals.len(), 1, "{rest}");
        refusals[0].split_once(" is invalid: ").unwrap().1.to_owned()
    };
    assert_eq!(refused(""), "spec.mutations: Required value: mutations must contain at least one item");
    assert_eq!(
        refused("mutations: [{patchType: JSONPatch, applyConfiguration: {expression: 'Object{}'}}]"),
        "[spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch, \
         spec.mutations[0].applyConfiguration: Invalid value: \"{applyConfiguration}\": must not be specified when patchType is \
         JSONPatch]"
    );
    assert_eq!(
        refused("mutations: [{patchType: Magic}, {}]"),
        "[spec.mutations[0].patchType: Unsupported value: \"Magic\": supported values: \"ApplyConfiguration\", \"JSONPatch\", \
         spec.mutations[1].patchType: Required value]"
    );
    assert_eq!(
        refused(&apply("[JSONPatch{op: 'add'}]")),
        "spec.mutations[0].applyConfiguration.expression: Invalid value: \"[JSONPatch{op: 'add'}]\": must evaluate to Object but \
         got list(JSONPatch)"
    );
    assert_eq!(
        refused(&patch("Object{}")),
        "spec.mutations[0].jsonPatch.expression: Invalid value: \"Object{}\": must evaluate to list(JSONPatch) but got Object"
    );
    let delete = policy("p", "configmaps", &apply("Object{}")).replace("[CREATE, UPDATE]", "[DELETE]");
    assert!(Cluster::new(&delete).refusals()[0].ends_with(
        "spec.matchConstraints.resourceRules.operations: Unsupported value: \"DELETE\": supported values: \"*\", \"CONNECT\", \
         \"CREATE\", \"UPDATE\""
    ));
    let unset = policy("p", "configmaps", &apply("Object{}")).replace("reinvocationPolicy: Never", "");
    assert!(Cluster::new(&unset).refusals()[0].ends_with("spec.reinvocationPolicy: Required value"));
}
