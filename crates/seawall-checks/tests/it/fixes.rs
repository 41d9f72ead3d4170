//! What is offered as a fix, and with which risk: a fix must never make an object that the cluster refuses to run.

use std::sync::Arc;

use seawall_checks::{Settings, evaluate, find};
use seawall_core::{FixRisk, Origin, OriginKind};
use seawall_inventory::{InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

/// The risks of the fixes for each finding; `None` where there is no fix.
fn risks(check: &str, spec: &str) -> Vec<Option<FixRisk>> {
    let text = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {spec}\n");
    let (documents, problems) = read(&Text::new(text.as_str()), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin =
            Origin { file: "a.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    let check = find(check).unwrap().check;
    let evaluation = evaluate(&builder.build(), &[check], &Settings::default());
    evaluation.findings.iter().map(|finding| finding.fix.as_ref().map(|fix| fix.risk)).collect()
}

#[test]
fn fixes_are_offered_where_they_are_safe() {
    let (medium, high) = (Some(FixRisk::Medium), Some(FixRisk::High));
    for (check, spec, wanted) in [
        ("pod-run-as-non-root", "{containers: [{name: a}]}", medium),
        ("pod-run-as-non-root", "{containers: [{name: a, securityContext: {runAsUser: 0}}]}", None),
        ("pod-run-as-non-root", "{securityContext: {runAsUser: 0}, containers: [{name: a}]}", None),
        (
            "pod-run-as-non-root",
            "{securityContext: {runAsNonRoot: false}, containers: [{name: a}, {name: b, securityContext: {runAsUser: 0}}]}",
            None,
        ),
        ("pod-run-as-non-root", "{securityContext: {runAsNonRoot: false}, containers: [{name: a}]}", medium),
        ("pod-allow-privilege-escalation", "{containers: [{name: a}]}", medium),
        (
            "pod-allow-privilege-escalation",
            "{containers: [{name: a, securityContext: {privileged: true}}]}",
            None,
        ),
        (
            "pod-allow-privilege-escalation",
            "{containers: [{name: a, securityContext: {capabilities: {add: [CAP_SYS_ADMIN]}}}]}",
            None,
        ),
        (
            "pod-host-path-writable",
            "{volumes: [{name: v, hostPath: {path: /opt}}], containers: [{name: a, volumeMounts: [{name: v, mountPath: /v}]}]}",
            high,
        ),
        (
            "pod-host-path-writable",
            "{volumes: [{name: v, hostPath: {path: /var/run/docker.sock}}], containers: [{name: a, volumeMounts: [{name: v, mountPath: /v}]}]}",
            None,
        ),
        (
            "pod-host-path-writable",
            "{volumes: [{name: v, hostPath: {path: /run/plugin, type: Socket}}], containers: [{name: a, volumeMounts: [{name: v, mountPath: /v}]}]}",
            None,
        ),
    ] {
        assert_eq!(risks(check, spec), [wanted], "{check}: {spec}");
    }
}

#[test]
fn one_edit_has_one_risk() {
    let spec = "{containers: [{name: a, securityContext: {capabilities: {add: [SYS_ADMIN]}}}]}";
    for check in [
        "pod-capability-beyond-net-bind",
        "pod-capability-dangerous-added",
        "pod-capability-non-default",
        "pod-capability-sys-admin",
    ] {
        assert_eq!(risks(check, spec), [Some(FixRisk::High)], "{check}");
    }
}
