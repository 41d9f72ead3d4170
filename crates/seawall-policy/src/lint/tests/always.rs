//! What is said to be always so is so for objects that are there.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::super::witness::WITNESSES;
use super::{lints, policy, validation};
use crate::admission::{Resources, User};
use crate::vap::{PolicySet, World};

/// Expressions over pods and deployments whose parts are often constant.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "true",
        "false",
        "has(object.spec)",
        "has(object.metadata)",
        "has(object.spec.template)",
        "has(object.spec.containers)",
        "has(object.spec.hostNetwork)",
        "has(object.nothing)",
        "has(request.subResource)",
        "object == null",
        "oldObject == null",
        "object.kind == \"Pod\"",
        "object.kind in [\"Pod\", \"Deployment\"]",
        "object.kind in [\"Job\"]",
        "object.apiVersion == \"v1\"",
        "request.operation == \"CREATE\"",
        "request.operation == \"create\"",
        "request.kind.kind == object.kind",
        "request.resource.resource.startsWith(\"po\")",
        "size(object.metadata.name) >= 0",
        "size(object.metadata.name) < 0",
        "object.metadata.name == object.metadata.name",
        "object.metadata.name != object.metadata.name",
        "object.metadata.labels == object.metadata.labels",
        "object.spec.containers.all(c, size(c.name) >= 0)",
        "object.spec.containers.exists(c, has(c.nothing))",
        "[\"Pod\", \"Job\"].all(k, object.kind != k)",
        "[\"Pod\", \"Job\"].exists(k, object.kind == k)",
        "object.metadata.name.indexOf(\"x\") >= -1",
        "object.spec.template.spec.containers.size() > -1",
        "has(namespaceObject.metadata)",
        "namespaceObject != null",
        "\"a\" + \"b\" == \"ab\"",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
    })
}

/// What a policy denies, of all objects that are there.
fn denied(text: &str) -> Vec<(String, Option<String>)> {
    let inventory = super::inventory(text);
    let (set, problems) = PolicySet::read(&inventory);
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    let around = super::inventory(
        "{apiVersion: v1, kind: Namespace, metadata: {name: example, labels: {kubernetes.io/metadata.name: example}}}",
    );
    let world = World::new(&around, None);
    let resources = Resources::new(world.schemas());
    let user = User { name: "a", ..User::default() };
    let mut all = Vec::new();
    for witness in WITNESSES.iter() {
        let root = witness.tree.root();
        if !["Pod", "Deployment"].contains(&root.str("kind").unwrap()) {
            continue;
        }
        let request = resources.create(root, &user).unwrap();
        let decision = set.judge(&request, &world);
        assert!(decision.not_judged.is_empty(), "{:?}", decision.not_judged);
        let message = decision.failures.first().map(|failure| failure.message.to_string());
        all.push((root.str("kind").unwrap().to_owned(), message));
    }
    all
}

fn holds(expression: &str) -> TestCaseResult {
    let text = policy("[CREATE]", "\"\", apps", "pods, deployments", &validation(expression));
    let said = lints(&text);
    let of = |id: &str| said.iter().find(|lint| lint.rule.id == id);
    let objects = denied(&text);
    if let Some(lint) = of("always-true") {
        let may_fail = lint.message.contains("does not fail");
        for (kind, message) in &objects {
            let fine = message.as_ref().is_none_or(|text| may_fail && text.contains("resulted in error"));
            prop_assert!(fine, "{expression} on {kind}: {message:?}");
        }
    }
    // A validation that fails is refused, too.
    if of("always-false").is_some() {
        for (kind, message) in &objects {
            prop_assert!(message.is_some(), "{expression} on {kind}");
        }
    }
    // What is said to fail was seen to fail.
    if of("fails-on-valid-object").is_some() {
        let failed = objects
            .iter()
            .any(|(_, message)| message.as_ref().is_some_and(|text| text.contains("resulted in error")));
        prop_assert!(failed, "{expression}: {objects:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_always_so_is_so(expression in expression()) {
        holds(&expression)?;
    }
}

#[test]
fn constants_are_found() {
    for (expression, id) in [
        ("has(object.metadata)", "always-true"),
        ("object.kind in [\"Pod\", \"Deployment\"]", "always-true"),
        ("[\"Job\", \"CronJob\"].all(k, object.kind != k)", "always-true"),
        ("object.metadata.name == object.metadata.name", "always-true"),
        ("object != null", "always-true"),
        ("object.kind == \"Job\" && object.metadata.name == \"x\"", "always-false"),
        ("request.operation == \"Create\"", "always-false"),
        ("object.metadata.name.indexOf(\"x\") < -1", "always-false"),
    ] {
        let text = policy("[CREATE]", "\"\", apps", "pods, deployments", &validation(expression));
        let ids: Vec<&str> = lints(&text).iter().map(|lint| lint.rule.id).collect();
        assert!(ids.contains(&id), "{expression}: {ids:?}");
    }
}

#[test]
fn a_definition_counts_for_what_was_held_against_it() {
    const DEFINITION: &str = "---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: gadgets, kind: Gadget}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, required: [spec], properties: {spec: {type: object, required: [mode], properties: {mode: {type: string, enum: [on, off]}}}}}}
";
    let ids = |expression: &str| -> Vec<&str> {
        let text = policy("[CREATE, UPDATE]", "example.com", "gadgets", &validation(expression));
        lints(&format!("{text}{}", DEFINITION.replace("[on, off]", "[\"on\", \"off\"]")))
            .iter()
            .map(|lint| lint.rule.id)
            .collect()
    };
    assert_eq!(ids("object.spec.mode != \"auto\""), ["always-true"]);
    assert_eq!(ids("has(object.spec.mode)"), ["always-true"]);
    assert_eq!(ids("object.spec.mode != \"off\""), Vec::<&str>::new());
    // What is stored may follow an older definition.
    assert_eq!(ids("oldObject == null || oldObject.spec.mode != \"auto\""), Vec::<&str>::new());
}
