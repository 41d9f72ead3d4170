//! The privilege classes that kubernetes-goat plants and that its manifests show, when its files are there: each has the
//! step and the fix that `docs/paths-goat.md` names.

use seawall_paths::Filter;

use crate::snapshots::{data, loaded};

/// Who, by which primitive, to what; a word of the fix, and the field or rule that allows it.
const PLANTED: &[(&str, &str, &str, &str, &str)] = &[
    (
        "ServiceAccount/kube-system/superadmin",
        "A01",
        "cluster-admin",
        "take the subject out of ClusterRoleBinding/superadmin",
        "ClusterRoleBinding/superadmin subjects",
    ),
    (
        "ServiceAccount/big-monolith/big-monolith-sa",
        "A17",
        "Secret/big-monolith/vaultapikey",
        "in Role/big-monolith/secret-reader: take `list` and `watch` on `secrets` away",
        "Role/big-monolith/secret-reader rules[0]",
    ),
    (
        "Deployment/default/health-check-deployment",
        "B01",
        "node-root",
        "set `privileged: false`",
        "Deployment/default/health-check-deployment spec.template.spec.containers[0].securityContext.privileged",
    ),
    (
        "Deployment/default/system-monitor-deployment",
        "B01",
        "node-root",
        "set `privileged: false`",
        "Deployment/default/system-monitor-deployment spec.template.spec.containers[0].securityContext.privileged",
    ),
    (
        "DaemonSet/default/docker-bench-security",
        "B01",
        "node-root",
        "set `privileged: false`",
        "DaemonSet/default/docker-bench-security spec.template.spec.containers[0].securityContext.privileged",
    ),
    (
        "Job/default/kube-bench-master",
        "B14",
        "cluster-admin",
        "do not mount the path",
        "Job/default/kube-bench-master spec.template.spec.volumes[0].hostPath.path",
    ),
    (
        "Job/default/kube-bench-node",
        "B14",
        "NodeFiles/*",
        "do not mount the path",
        "Job/default/kube-bench-node spec.template.spec.volumes",
    ),
    (
        "internet",
        "E01",
        "Container/default/internal-proxy-deployment/info-app",
        "in Service/default/internal-proxy-info-app-service: expose it no longer",
        "Service/default/internal-proxy-info-app-service spec.type",
    ),
];

/// Ways out that stand beside the shortest one of a workload.
const BESIDE: &[(&str, &str)] = &[
    ("health-check-deployment/health-check", "B12"),
    ("system-monitor-deployment/system-monitor", "B02"),
    ("system-monitor-deployment/system-monitor", "B10"),
    ("system-monitor-deployment/system-monitor", "B12"),
    ("system-monitor-deployment/system-monitor", "B13"),
    ("docker-bench-security/docker-bench", "B02"),
    ("docker-bench-security/docker-bench", "B10"),
    ("docker-bench-security/docker-bench", "B11"),
    ("docker-bench-security/docker-bench", "B12"),
    ("kube-bench-master/kube-bench", "B09"),
    ("kube-bench-master/kube-bench", "B15"),
    ("kube-bench-node/kube-bench", "B09"),
    ("kube-bench-node/kube-bench", "B15"),
];

#[test]
fn each_planted_class_has_its_step_and_its_fix() {
    let Some(folder) = data("corpus/kubernetes-goat") else { return };
    let model = loaded(&folder);
    for (from, primitive, to, fix, place) in PLANTED {
        let filter = Filter { from: vec![(*from).into()], to: vec![(*to).into()] };
        let groups = model.paths(&filter).unwrap();
        let steps: Vec<_> = groups.iter().flat_map(|group| &group.path.steps).collect();
        let step = steps.iter().find(|step| step.primitive == *primitive);
        let step = step.unwrap_or_else(|| panic!("{from} {primitive} {to}: {steps:#?}"));
        assert!(step.fix.contains(fix), "{from} {primitive}: {}", step.fix);
        let named = step.evidence.iter().map(|own| format!("{} {}", own.object, own.route));
        let named: Vec<String> = named.collect();
        assert!(named.iter().any(|own| own.starts_with(place)), "{from} {primitive}: {named:?}");
    }
    let attacks = model.attacks();
    for (container, primitive) in BESIDE {
        let from = format!("Container/default/{container}");
        assert!(
            attacks.iter().any(|own| own.from == from && own.primitive.id() == *primitive),
            "{from} {primitive}"
        );
    }
}

/// What is reached by nobody but those who are planted, and by whom the control plane lets.
#[test]
fn nothing_else_of_it_reaches_a_capability() {
    let Some(folder) = data("corpus/kubernetes-goat") else { return };
    let groups = crate::snapshots::plain(&loaded(&folder));
    let mut starts: Vec<String> = groups
        .iter()
        .flat_map(|group| group.starts.iter().map(|start| format!("{start} → {}", group.path.sink)))
        .collect();
    starts.sort();
    assert_eq!(
        starts,
        [
            "DaemonSet/default/docker-bench-security → node-root",
            "Deployment/default/health-check-deployment → node-root",
            "Deployment/default/system-monitor-deployment → node-root",
            "Job/default/kube-bench-master → cluster-admin",
            "ServiceAccount/kube-system/superadmin → cluster-admin",
        ]
    );
}
