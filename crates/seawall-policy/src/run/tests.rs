use std::fmt::Write as _;
use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text};

use super::*;
use crate::admission::{Action, NotJudged};

fn inventory(text: &str) -> Inventory {
    let mut builder = InventoryBuilder::new();
    for document in seawall_yaml::read(&Text::new(text), &Limits::default()).0 {
        let origin =
            Origin { file: "a.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    builder.build()
}

const POLICY: &str = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: small, annotations: {seawall.dev/severity: critical, policies.kyverno.io/title: Few replicas}}
spec:
  variables: [{name: r, expression: object.spec.replicas}]
  validations: [{expression: variables.r < 5}, {expression: 'true'}]
";

const OBJECTS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 7}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web-1, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true}]}
spec: {replicas: 7}
";

fn failure(binding: &str, actions: &[Action]) -> Failure {
    Failure {
        policy: "small".into(),
        binding: binding.into(),
        validation: 0,
        actions: actions.into(),
        message: "too many".into(),
    }
}

fn told(ran: &Ran) -> String {
    let mut out = String::new();
    for finding in &ran.findings {
        let place = &finding.locations[0];
        _ = writeln!(
            out,
            "{} {} {} at {} of {} existing {} linked {} title {}",
            finding.check.id,
            finding.severity,
            finding.subject,
            place.route,
            place.resource.0,
            place.existing,
            finding.linked.len(),
            finding.check.title
        );
    }
    out
}

#[test]
fn an_owner_and_what_it_owns_are_one_finding_that_points_at_the_field() {
    let (policies, objects) = (inventory(POLICY), inventory(OBJECTS));
    let mut telling = Telling::new(&objects, &policies);
    let decision = Decision {
        failures: vec![failure("a", &[Action::Audit]), failure("b", &[Action::Warn])],
        ..Decision::default()
    };
    for resource in objects.resources() {
        telling.take(resource, &decision);
    }
    assert_eq!(
        told(&telling.finish()),
        "admission-policy/small critical Deployment/shop/web at spec.replicas of 0 existing 2 linked 0 title Few replicas\n"
    );
}

#[test]
fn severity_follows_what_the_binding_leads_to() {
    let policies = inventory(&POLICY.replace("seawall.dev/severity: critical, ", ""));
    let objects = inventory(OBJECTS);
    for (actions, severity) in
        [(&[Action::Deny, Action::Audit][..], "high"), (&[Action::Warn], "medium"), (&[Action::Audit], "low")]
    {
        let mut telling = Telling::new(&objects, &policies);
        let decision = Decision { failures: vec![failure("a", actions)], ..Decision::default() };
        telling.take(&objects.resources()[1], &decision);
        let ran = telling.finish();
        assert_eq!(ran.findings[0].severity.to_string(), severity);
        assert_eq!(ran.findings[0].subject.name, "web".into());
        assert_eq!(ran.findings[0].linked.len(), 1);
    }
}

#[test]
fn what_was_not_judged_is_never_a_pass() {
    let (policies, objects) = (inventory(POLICY), inventory(OBJECTS));
    let mut telling = Telling::new(&objects, &policies);
    let not_judged =
        NotJudged { policy: "small".into(), binding: "a".into(), reason: "no rights are known".into() };
    telling.take(&objects.resources()[0], &Decision { not_judged: vec![not_judged], ..Decision::default() });
    let ran = telling.finish();
    assert!(ran.findings.is_empty());
    assert_eq!(ran.not_evaluated[0].reason, "no rights are known (binding `a`)");
    assert_eq!(ran.not_evaluated[0].check.as_str(), "admission-policy/small");
}
