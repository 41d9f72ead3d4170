//! What holds for the checks of control planes and nodes together.

use std::collections::BTreeMap;
use std::sync::Arc;

use seawall_checks::{Check, Evaluation, Profile, Settings, all, evaluate, pick};
use seawall_core::{Origin, OriginKind, Severity};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, edit, read};

/// What kubeadm 1.34 writes for a control plane of one node, but for addresses.
const STOCK: &str = include_str!("data/kubeadm-control-plane.yaml");

pub(crate) fn inventory(text: &str, complete: bool) -> Inventory {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin =
            Origin { file: "a.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    if complete {
        builder.complete();
    }
    builder.build()
}

/// The checks of the two areas in the default profile.
fn checks() -> Vec<&'static Check> {
    let ours = |check: &&Check| check.id.starts_with("controlplane-") || check.id.starts_with("node-");
    pick(Profile::Default, &[], &[]).into_iter().filter(ours).collect()
}

fn judge(text: &str) -> Evaluation {
    evaluate(&inventory(text, true), &checks(), &Settings::default())
}

#[test]
fn a_stock_control_plane_has_nothing_urgent() {
    let evaluation = judge(STOCK);
    assert_eq!(evaluation.not_evaluated, []);
    let mut found: BTreeMap<Severity, Vec<&str>> = BTreeMap::new();
    for finding in &evaluation.findings {
        found.entry(finding.severity).or_default().push(finding.check.id.as_str());
    }
    for list in found.values_mut() {
        list.sort_unstable();
    }
    let medium = [
        "controlplane-apiserver-anonymous",
        "controlplane-apiserver-audit-path",
        "controlplane-apiserver-deny-external-ips-unset",
        "controlplane-apiserver-encryption-config",
        "controlplane-apiserver-kubelet-ca",
        "controlplane-apiserver-service-account-token-extension",
        "controlplane-audit-policy-missing",
        "node-kubelet-tls",
    ];
    let low = [
        "controlplane-apiserver-always-pull-images",
        "controlplane-apiserver-audit-maxage",
        "controlplane-apiserver-audit-maxbackup",
        "controlplane-apiserver-audit-maxsize",
        "controlplane-apiserver-event-rate-limit",
        "controlplane-apiserver-profiling",
        "controlplane-controller-manager-pod-gc",
        "controlplane-controller-manager-profiling",
        "controlplane-scheduler-profiling",
        "node-kubelet-pod-pids-limit",
        "node-kubelet-protect-kernel-defaults",
    ];
    assert_eq!(found.remove(&Severity::Medium).unwrap(), medium);
    assert_eq!(found.remove(&Severity::Low).unwrap(), low);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_managed_cluster_without_its_control_plane_is_left_alone() {
    let world = "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: a, image: b}]}}}\n";
    let evaluation = judge(world);
    assert_eq!(evaluation.coverage.evaluated, 0);
    assert_eq!((evaluation.findings.len(), evaluation.not_evaluated.len()), (0, 0));
}

#[test]
fn fixes_cure_what_they_are_offered_for() {
    let mut cured = 0;
    for entry in all() {
        if !entry.id.starts_with("controlplane-") && !entry.id.starts_with("node-") {
            continue;
        }
        for block in entry.page.split("```yaml").skip(1).filter_map(|rest| rest.split("```").next()) {
            let text = block.split_once('\n').unwrap().1;
            let world = inventory(text, false);
            let before = evaluate(&world, &[entry.check], &Settings::default());
            for finding in &before.findings {
                let Some(fix) = &finding.fix else { continue };
                let tree = world.get(finding.resource).unwrap().tree();
                let edited = edit::apply(tree, &fix.edits)
                    .unwrap_or_else(|error| panic!("{}: {error:?} for {:?} in\n{text}", entry.id, fix.edits));
                let after = evaluate(&inventory(&edited.text, false), &[entry.check], &Settings::default());
                let left = |evaluation: &Evaluation| evaluation.findings.len();
                assert_eq!(left(&after) + 1, left(&before), "{}:\n{}", entry.id, edited.text);
                cured += 1;
            }
        }
    }
    assert!(cured > 30, "only {cured} fixes were tried");
}
