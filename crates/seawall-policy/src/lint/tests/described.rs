//! What a cluster's own OpenAPI documents say of kinds and fields.

use std::sync::Arc;

use seawall_yaml::{Limits, Text, Tree};

use super::{BINDING, inventory, policy, validation};
use crate::lint::lint;

fn document(group: &str, kind: &str, schema: &str) -> Arc<Tree> {
    let text = format!(
        "openapi: 3.0.0\npaths:\n  /apis/{group}/v1/things:\n    \
         get: {{x-kubernetes-group-version-kind: {{group: {group}, version: v1, kind: {kind}}}}}\n\
         components:\n  schemas:\n{schema}"
    );
    let (documents, problems) = seawall_yaml::read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    Arc::new(documents.into_iter().next().unwrap().tree)
}

fn told(text: &str, document: Option<Arc<Tree>>) -> Vec<String> {
    let inventory = inventory(text).described_by(document);
    lint(&inventory).iter().map(|lint| format!("{}: {}", lint.rule.id, lint.message)).collect()
}

#[test]
fn fields_of_a_kind_of_an_extension_are_known() {
    let text = policy("[CREATE]", "gauges.example.com", "things", &validation("object.spec.mood == \"a\""));
    assert_eq!(told(&text, None), Vec::<String>::new());
    let schema = "    com.example.Gauge:\n      type: object\n      \
         x-kubernetes-group-version-kind: [{group: gauges.example.com, version: v1, kind: Gauge}]\n      properties:\n        \
         metadata: {$ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'}\n        \
         spec: {type: object, properties: {mode: {type: string}}}\n";
    let told = told(&text, Some(document("gauges.example.com", "Gauge", schema)));
    assert!(told.iter().any(|line| line.contains("field-unknown: `mood` is no field")), "{told:?}");
}

#[test]
fn fields_of_policies_are_those_of_the_servers_release() {
    let text = policy("[CREATE]", "\"\"", "pods", &validation("object.metadata.name != \"x\""));
    let text = text.replace(BINDING, &BINDING.replace("spec: {", "spec: {mood: good, "));
    let before = told(&text, None);
    assert_eq!(before.len(), 1, "{before:?}");
    assert!(before[0].contains("field-dropped: `spec.mood`"), "{before:?}");
    let binding = |field: &str| {
        let schema = format!(
            "    io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec:\n      type: object\n      properties: \
             {{policyName: {{type: string}}, {field}: {{type: array, items: {{type: string}}}}, mood: {{type: string}}}}\n"
        );
        document("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", &schema)
    };
    assert_eq!(told(&text, Some(binding("validationActions"))), Vec::<String>::new());
    // An older server does not know what came later.
    let older = told(&text, Some(binding("other")));
    assert!(older.iter().any(|line| line.contains("field-dropped: `spec.validationActions`")), "{older:?}");
}
