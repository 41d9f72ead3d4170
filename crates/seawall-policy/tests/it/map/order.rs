//! Which policies run when, and how often.

use super::{apply, failed, mutate, object, patch, policy};
use crate::vap::cluster::ASK;

/// Adds one to `data.count`.
const COUNT: &str =
    "[JSONPatch{op: 'replace', path: '/data/count', value: string(int(object.data.count) + 1)}]";

#[test]
fn a_policy_that_wants_later_changes_runs_once_more_when_there_are_some() {
    let again = |name: &str| {
        policy(name, "configmaps", &patch(COUNT))
            .replace("reinvocationPolicy: Never", "reinvocationPolicy: IfNeeded")
    };
    let never = |name: &str| policy(name, "configmaps", &patch(COUNT));
    let count = |text: &str| object(&mutate(text, &ASK));
    assert!(count(&never("a")).contains(r#""count":"6""#));
    // A change is a change, also its own.
    assert!(count(&again("a")).contains(r#""count":"7""#));
    assert!(count(&format!("{}{}", never("a"), never("b"))).contains(r#""count":"7""#));
    assert!(count(&format!("{}{}", again("a"), never("b"))).contains(r#""count":"8""#));
    assert!(count(&format!("{}{}", again("a"), again("b"))).contains(r#""count":"9""#));
}

#[test]
fn errors_deny_as_refusals_of_a_plugin() {
    assert_eq!(
        failed(&patch("[JSONPatch{op: 'remove', path: '/data/none/x'}]")),
        (
            403,
            "Invalid",
            "policy 'p' with binding 'p-b' denied request: JSON Patch: remove operation does not apply: doc is missing path: \
             \\\"/data/none/x\\\": missing value"
                .replace('\\', "")
        )
    );
    let text = failed(&apply("Object{metadata: Object.metadata{labels: {'a': object.data.none}}}")).2;
    assert!(text.ends_with("resulted in error: no such key: none"), "{text}");
}

#[test]
fn errors_that_are_ignored_leave_what_the_others_made() {
    let bad = policy(
        "a",
        "configmaps",
        &format!("failurePolicy: Ignore\n{}", patch("[JSONPatch{op: 'remove', path: '/none'}]")),
    );
    let good = policy("b", "configmaps", &patch(COUNT));
    assert!(object(&mutate(&format!("{bad}{good}"), &ASK)).contains(r#""count":"6""#));
}

#[test]
fn parameters_that_are_missing_are_an_error_of_the_binding() {
    let rest = format!("paramKind: {{apiVersion: v1, kind: ConfigMap}}\n{}", patch(COUNT));
    let text = policy("p", "configmaps", &rest)
        .replace("{policyName: p}", "{policyName: p, paramRef: {name: x, parameterNotFoundAction: Deny}}");
    let decision = mutate(&text, &ASK);
    let denial = &decision.denials[0];
    assert_eq!((denial.code, denial.reason.name()), (403, "Forbidden"));
    assert_eq!(
        denial.message,
        "policy 'p' with binding 'p-b' denied request: failed to configure binding: no params found for policy binding with \
         `Deny` parameterNotFoundAction"
    );
}
