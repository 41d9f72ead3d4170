//! The engine: grouping, panics, gaps, order.

use std::sync::Arc;

use seawall_checks::{Check, Evaluation, Judge, Settings, evaluate, find};
use seawall_core::{Origin, OriginKind, Pillar};
use seawall_inventory::{GroupKind, Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

fn builder(text: &str) -> InventoryBuilder {
    let mut builder = InventoryBuilder::new();
    for document in read(&Text::new(text), &Limits::default()).0 {
        let origin =
            Origin { file: "t.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    builder
}

fn inventory(text: &str) -> Inventory {
    builder(text).build()
}

fn privileged(inventory: &Inventory) -> Evaluation {
    evaluate(inventory, &[find("pod-privileged").unwrap().check], &Settings::default())
}

fn workload(kind: &str, version: &str, name: &str, owner: &str, containers: &str) -> String {
    let owner = match owner.split_once('/') {
        Some((kind, name)) => {
            let version = if kind == "Node" { "v1" } else { "apps/v1" };
            format!(
                "  ownerReferences: [{{apiVersion: {version}, kind: {kind}, name: {name}, controller: true}}]\n"
            )
        }
        None => String::new(),
    };
    let spec = if kind == "Pod" {
        format!("spec: {{containers: [{containers}]}}")
    } else {
        format!("spec: {{template: {{spec: {{containers: [{containers}]}}}}}}")
    };
    format!(
        "---\napiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: shop\n{owner}{spec}\n"
    )
}

const BAD: &str = "{name: web, image: a, securityContext: {privileged: true}}";
const SIDECAR: &str = "{name: side, image: b, securityContext: {privileged: true}}";

#[test]
fn a_deployment_its_replica_sets_and_pods_give_one_finding() {
    let text = workload("Deployment", "apps/v1", "web", "", BAD)
        + &workload("ReplicaSet", "apps/v1", "web-1", "Deployment/web", BAD)
        + &workload("Pod", "v1", "web-1-a", "ReplicaSet/web-1", BAD)
        + &workload("Pod", "v1", "web-1-b", "ReplicaSet/web-1", BAD);
    let evaluation = privileged(&inventory(&text));
    let subjects: Vec<String> =
        evaluation.findings.iter().map(|finding| finding.subject.to_string()).collect();
    assert_eq!(subjects, ["Deployment/shop/web"]);
    assert_eq!(evaluation.coverage.evaluated, 1);
}

#[test]
fn a_pod_that_drifted_gives_its_own() {
    let text = workload("Deployment", "apps/v1", "web", "", BAD)
        + &workload("ReplicaSet", "apps/v1", "web-1", "Deployment/web", BAD)
        + &workload("Pod", "v1", "web-1-a", "ReplicaSet/web-1", &format!("{BAD}, {SIDECAR}"));
    let evaluation = privileged(&inventory(&text));
    let subjects: Vec<String> = evaluation
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.subject, finding.message))
        .collect();
    assert_eq!(
        subjects,
        [
            "Deployment/shop/web container `web` runs privileged",
            "Pod/shop/web-1-a container `side` runs privileged"
        ]
    );
}

#[test]
fn children_of_an_absent_owner_speak_once_under_its_name() {
    let text = workload("Pod", "v1", "web-1-a", "ReplicaSet/web-1", BAD)
        + &workload("Pod", "v1", "web-1-b", "ReplicaSet/web-1", BAD);
    let evaluation = privileged(&inventory(&text));
    let subjects: Vec<String> =
        evaluation.findings.iter().map(|finding| finding.subject.to_string()).collect();
    assert_eq!(subjects, ["ReplicaSet/shop/web-1"]);
    let tally = evaluation.tallies[&Pillar::Nodes];
    assert_eq!(tally.failed, tally.evaluated, "a repeated fail is no pass");
    let static_pod = privileged(&inventory(&workload("Pod", "v1", "etcd-n1", "Node/n1", BAD)));
    assert_eq!(static_pod.findings[0].subject.to_string(), "Pod/shop/etcd-n1");
}

#[test]
fn owners_in_a_circle_end() {
    let text = workload("ReplicaSet", "apps/v1", "a", "ReplicaSet/b", BAD)
        + &workload("ReplicaSet", "apps/v1", "b", "ReplicaSet/a", BAD);
    let evaluation = privileged(&inventory(&text));
    assert!(!evaluation.findings.is_empty(), "a circle must not hide the findings of all its members");
}

#[test]
fn fingerprints_survive_moved_lines_and_reordered_containers() {
    let one = privileged(&inventory(&workload("Pod", "v1", "web", "", &format!("{SIDECAR}, {BAD}"))));
    let two = privileged(&inventory(&format!(
        "# moved\n{}",
        workload("Pod", "v1", "web", "", &format!("{BAD}, {SIDECAR}"))
    )));
    let prints = |evaluation: &Evaluation| {
        let mut prints: Vec<_> = evaluation.findings.iter().map(|finding| finding.fingerprint).collect();
        prints.sort();
        prints
    };
    assert_eq!(prints(&one), prints(&two));
    assert_eq!(one.findings.len(), 2);
    assert_ne!(one.findings[0].fingerprint, one.findings[1].fingerprint);
}

static CRASHES: Check = Check {
    id: "pod-crashes",
    title: "crashes",
    pillar: Pillar::Nodes,
    judge: Judge::Pod(|_, _| panic!("unexpected {}", "thing")),
    ..Check::PLAIN
};

static NEEDS_ROLES: Check = Check {
    id: "rbac-needs-roles",
    title: "needs roles",
    needs: &[GroupKind::new("rbac.authorization.k8s.io", "Role")],
    judge: Judge::Pod(|_, _| {}),
    ..Check::PLAIN
};

#[test]
fn a_check_that_panics_is_not_evaluated() {
    let evaluation =
        evaluate(&inventory(&workload("Pod", "v1", "web", "", BAD)), &[&CRASHES], &Settings::default());
    assert_eq!(evaluation.coverage.evaluated, 0);
    assert_eq!(evaluation.not_evaluated.len(), 1);
    let gap = &evaluation.not_evaluated[0];
    assert_eq!(gap.check.as_str(), "pod-crashes");
    assert!(gap.reason.contains("the check crashed: unexpected thing"), "{}", gap.reason);
}

#[test]
fn a_refused_kind_leaves_exactly_the_checks_that_need_it_unevaluated() {
    let mut builder = builder(&workload("Pod", "v1", "web", "", BAD));
    builder.refuse(GroupKind::new("rbac.authorization.k8s.io", "Role"), "403 forbidden");
    let checks = [&NEEDS_ROLES, find("pod-privileged").unwrap().check];
    let evaluation = evaluate(&builder.build(), &checks, &Settings::default());
    assert_eq!(evaluation.not_evaluated.len(), 1);
    assert_eq!(evaluation.not_evaluated[0].check.as_str(), "rbac-needs-roles");
    assert_eq!(
        evaluation.not_evaluated[0].reason,
        "`Role.rbac.authorization.k8s.io` could not be read: 403 forbidden"
    );
    assert_eq!(evaluation.findings.len(), 1);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let text: String = (0..200)
        .map(|i| workload("Pod", "v1", &format!("web-{i}"), "", &format!("{BAD}, {SIDECAR}")))
        .collect();
    let inventory = inventory(&text);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        format!("{:?}", pool.install(|| privileged(&inventory)))
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn a_worse_verdict_does_not_hide_behind_its_owner() {
    let secret =
        |value: &str| format!("{{name: web, image: a, env: [{{name: DB_PASSWORD, value: {value}}}]}}");
    let text = workload("ReplicaSet", "apps/v1", "web", "", &secret("changeme"))
        + &workload("Pod", "v1", "web-a", "ReplicaSet/web", &secret("kT9vQ2xLmZ4p"));
    let check = find("secret-env-plaintext").unwrap().check;
    let evaluation = evaluate(&inventory(&text), &[check], &Settings::default());
    assert!(evaluation.findings.iter().any(|finding| finding.severity == check.severity));
}

#[test]
fn a_refused_kind_of_pods_is_told() {
    let mut builder = builder(&workload("Pod", "v1", "web", "", BAD));
    builder.refuse(GroupKind::new("apps", "Deployment"), "403 forbidden");
    let evaluation =
        evaluate(&builder.build(), &[find("pod-privileged").unwrap().check], &Settings::default());
    assert_eq!(evaluation.findings.len(), 1, "what is there is judged");
    assert_eq!(evaluation.not_evaluated[0].reason, "`Deployment.apps` could not be read: 403 forbidden");
}

#[test]
fn fails_beyond_number_are_counted() {
    let containers: Vec<String> = (0..1_200)
        .map(|n| format!("{{name: c{n}, image: a, securityContext: {{privileged: true}}}}"))
        .collect();
    let evaluation = privileged(&inventory(&workload("Pod", "v1", "web", "", &containers.join(", "))));
    assert_eq!(evaluation.findings.len(), 1_000);
    assert_eq!(evaluation.not_evaluated[0].reason, "1000 fails of this object are shown, 200 more are not");
}

/// Long lists are looked up through tables, short ones by walking: both must name and place items alike.
#[test]
fn a_long_list_gives_the_findings_of_a_short_one() {
    let containers = |count: usize| {
        let one = |i: usize| {
            let name = if i.is_multiple_of(2) { "twin".to_owned() } else { format!("c{i}") };
            format!("{{name: {name}, image: a, securityContext: {{privileged: true}}}}")
        };
        workload("Pod", "v1", "web", "", &(0..count).map(one).collect::<Vec<_>>().join(", "))
    };
    let shown = |count: usize| -> Vec<(String, String)> {
        let evaluation = privileged(&inventory(&containers(count)));
        let shown = |finding: &seawall_core::Finding| {
            (finding.locations[0].route.to_string(), finding.fingerprint.to_string())
        };
        evaluation.findings.iter().map(shown).collect()
    };
    let (short, long) = (shown(20), shown(200));
    assert_eq!((short.len(), long.len()), (20, 200));
    assert_eq!(short, long[..20]);
    let prints: std::collections::HashSet<&String> = long.iter().map(|(_, print)| print).collect();
    assert_eq!(prints.len(), 200);
    assert_eq!(long[150].0, "spec.containers[150].securityContext.privileged");
}

#[test]
fn all_required_labels_are_asked_for_and_those_that_lack_are_named() {
    let check = "workload-required-labels";
    let mut settings = Settings::default();
    let labels = ["team", "app", "tier"].map(str::to_owned).to_vec();
    settings.set(check, "requiredLabels", seawall_checks::SettingValue::Strings(labels)).unwrap();
    for (labels, said) in [
        ("{team: a, app: b, tier: c}", None),
        ("{team: a, app: ''}", Some("lacks labels that it must have: app, tier")),
        ("{owner: a}", Some("lacks labels that it must have: team, app, tier")),
    ] {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, labels: {labels}}}\nspec: {{containers: []}}\n"
        );
        let evaluation = evaluate(&inventory(&text), &[find(check).unwrap().check], &settings);
        let messages: Vec<&str> = evaluation.findings.iter().map(|finding| &*finding.message).collect();
        assert_eq!(messages, said.into_iter().collect::<Vec<_>>(), "{labels}");
    }
}
