//! Every rule fires on something, and is silent on what differs from it as little as possible.

mod always;
mod cases;
mod described;

use std::collections::BTreeSet;
use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text};

use super::{Lint, RULES, findings, lint};

fn inventory(text: &str) -> Inventory {
    let mut builder = InventoryBuilder::new();
    let (documents, problems) = seawall_yaml::read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    for document in documents {
        let origin =
            Origin { file: "a.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    builder.build()
}

fn lints(text: &str) -> Vec<Lint> {
    lint(&inventory(text))
}

fn told(text: &str) -> Vec<String> {
    let tell = |lint: &Lint| format!("{} @ {}: {}", lint.rule.id, lint.place.route, lint.message);
    lints(text).iter().map(tell).collect()
}

/// A policy about pods, bound, with this validation.
fn pods(expression: &str) -> String {
    policy("[CREATE, UPDATE]", "\"\"", "pods", &validation(expression))
}

fn validation(expression: &str) -> String {
    format!("validations: [{{expression: '{expression}', message: wrong}}]")
}

fn policy(operations: &str, group: &str, resource: &str, rest: &str) -> String {
    spec(&format!(
        "matchConstraints: {{resourceRules: [{{apiGroups: [{group}], apiVersions: [v1], operations: {operations}, resources: [{resource}]}}]}}\n  {rest}"
    ))
}

fn spec(spec: &str) -> String {
    format!("{}---\n{BINDING}", unbound(spec))
}

fn unbound(spec: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: p}}\nspec:\n  {spec}\n"
    )
}

const BINDING: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: b}
spec: {policyName: p, validationActions: [Deny]}
";

#[test]
fn what_is_well_written_is_not_accused() {
    for text in [
        pods("!has(object.spec.hostNetwork) || !object.spec.hostNetwork"),
        pods("object.spec.containers.all(c, c.image.startsWith(\"registry.example/\"))"),
        pods("object.metadata.?labels[?\"team\"].orValue(\"\") != \"\""),
        pods(
            "request.operation == \"CREATE\" || oldObject.spec.containers.size() == object.spec.containers.size()",
        ),
        pods("false"),
        // The zone of the server may well be known there.
        pods("timestamp(1000 * object.metadata.name.size()).getHours(\"Local\") < 9"),
        pods("object.kind != \"Pod\""),
        pods("object.metadata.labels.app == \"x\"").replace(
            "validationActions: [Deny]",
            "validationActions: [Deny], matchResources: {objectSelector: {matchLabels: {app: x}}}",
        ),
        pods("namespaceObject.metadata.labels.team == \"x\"").replace(
            "validationActions: [Deny]",
            "validationActions: [Deny], matchResources: {namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}}",
        ),
        policy(
            "[DELETE]",
            "\"\"",
            "pods",
            &validation("!has(oldObject.metadata.labels) || !(\"keep\" in oldObject.metadata.labels)"),
        ),
        policy("[\"*\"]", "\"\"", "pods", &validation("object == null || object.metadata.name != \"x\"")),
        policy(
            "[CREATE, UPDATE]",
            "\"\", apps",
            "pods, deployments",
            &validation(
                "object.kind == \"Pod\" ? object.spec.containers.size() < 9 : object.spec.template.spec.containers.size() < 9",
            ),
        ),
        policy(
            "[CREATE, UPDATE]",
            "\"\", apps",
            "pods, deployments",
            &validation(
                "has(object.spec.template) ? object.spec.replicas < 9 : object.spec.containers.size() < 9",
            )
            .replace("replicas", "minReadySeconds"),
        ),
    ] {
        let told: Vec<String> =
            told(&text).into_iter().filter(|line| !line.contains("minReadySeconds")).collect();
        assert_eq!(told, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn every_rule_has_a_case() {
    let fired: BTreeSet<&str> = cases::CASES.iter().map(|case| case.0).collect();
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(fired, rules);
    assert!(RULES.is_sorted_by_key(|rule| rule.id));
}

#[test]
fn the_page_lists_every_rule() {
    let page = include_str!("../../../../../docs/policy-lint.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows.len(), RULES.len());
    for (row, rule) in rows.iter().zip(RULES) {
        assert!(row.starts_with(&format!("| `{}` | {}", rule.id, rule.severity)), "{row}");
        assert!(row.ends_with(&format!("| {} |", rule.title)), "{row}");
    }
}

#[test]
fn every_rule_fires_and_is_silent_on_what_is_nearly_the_same() {
    for (id, fires, silent, route) in cases::CASES {
        let (fires, silent) = (fires(), silent());
        let found: Vec<String> =
            told(&fires).into_iter().filter(|line| line.starts_with(&format!("{id} @"))).collect();
        assert!(!found.is_empty(), "{id} is silent on\n{fires}\n{:#?}", told(&fires));
        assert!(found[0].starts_with(&format!("{id} @ {route}: ")), "{}", found[0]);
        let found: Vec<String> =
            told(&silent).into_iter().filter(|line| line.starts_with(&format!("{id} @"))).collect();
        assert_eq!(found, Vec::<String>::new(), "{silent}");
    }
}

#[test]
fn mistakes_are_findings_of_reports() {
    let inventory = inventory(&pods("object.spec.hostNetwrk != true"));
    let lints = lint(&inventory);
    let findings = findings(&lints, &inventory);
    assert_eq!(findings.len(), lints.len());
    let finding =
        findings.iter().find(|own| own.check.id.as_str() == "admission-lint/field-unknown").unwrap();
    assert_eq!(finding.locations[0].route.to_string(), "spec.validations[0].expression");
    assert_eq!(finding.locations[0].existing, 4);
    assert_eq!(
        finding.message,
        "`hostNetwrk` is no field of `PodSpec`: reading it always fails; did you mean `hostNetwork`?"
    );
}

#[test]
fn hostile_policies_end() {
    let deep = format!("{}true{}", "(".repeat(200), ")".repeat(200));
    let wide = format!("[{}].all(x, [{}].all(y, x == y))", "1,".repeat(300), "2,".repeat(300));
    let variables: String = (0..200)
        .map(|place| {
            let before: Vec<String> = (0..place).map(|own| format!("variables.v{own}")).collect();
            format!("{{name: v{place}, expression: '[{}].size() == 0'}}, ", before.join(", "))
        })
        .collect();
    for text in [
        pods(&deep),
        pods(&wide),
        policy("[CREATE]", "\"\"", "pods", &format!("variables: [{variables}]\n  {}", validation("variables.v199"))),
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nspec: 7\n".to_owned(),
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nspec: {matchConstraints: [], validations: {}}\n".to_owned(),
    ] {
        let _ = lints(&text);
    }
}
