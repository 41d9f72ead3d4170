//! What is offered as a fix, and with which risk: a fix must never make an object that the cluster refuses to run.

use std::sync::Arc;

use seawall_checks::{Evaluation, SettingValue, Settings, evaluate, find};
use seawall_core::{Edit, FixRisk, Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

/// The risks of the fixes for each finding; `None` where there is no fix.
fn risks(check: &str, spec: &str) -> Vec<Option<FixRisk>> {
    let evaluation = judged(check, spec);
    evaluation.findings.iter().map(|finding| finding.fix.as_ref().map(|fix| fix.risk)).collect()
}

/// A pod with this spec, judged by one check.
fn judged(check: &str, spec: &str) -> Evaluation {
    evaluate(&pod(spec), &[find(check).unwrap().check], &Settings::default())
}

fn pod(spec: &str) -> Inventory {
    let text = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {spec}\n");
    let (documents, problems) = read(&Text::new(text.as_str()), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin =
            Origin { file: "a.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    builder.build()
}

#[test]
fn fixes_are_offered_where_they_are_safe() {
    let (low, medium, high) = (Some(FixRisk::Low), Some(FixRisk::Medium), Some(FixRisk::High));
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
        ("pod-allow-privilege-escalation", "{containers: [{name: a}]}", low),
        ("pod-allow-privilege-escalation", "{containers: [{name: a, args: [sudo ls]}]}", medium),
        (
            "pod-allow-privilege-escalation",
            "{containers: [{name: a, securityContext: {capabilities: {add: [CHOWN]}}}]}",
            medium,
        ),
        (
            "pod-allow-privilege-escalation",
            "{containers: [{name: a, securityContext: {allowPrivilegeEscalation: true}}]}",
            medium,
        ),
        ("pod-capability-drop-all-missing", "{containers: [{name: a}]}", medium),
        (
            "pod-capability-drop-all-missing",
            "{securityContext: {runAsNonRoot: true}, containers: [{name: a, ports: [{containerPort: 8080}]}]}",
            low,
        ),
        (
            "pod-capability-drop-all-missing",
            "{securityContext: {runAsUser: 1000}, containers: [{name: a, ports: [{containerPort: 80}]}]}",
            medium,
        ),
        (
            "pod-capability-drop-all-missing",
            "{securityContext: {runAsUser: 0, runAsNonRoot: true}, containers: [{name: a}]}",
            medium,
        ),
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

/// The edits for each finding, in words.
fn edits(check: &str, spec: &str) -> Vec<String> {
    let of = |edit: &Edit| match edit {
        Edit::Set { route, value } => format!("set {route} {value:?}"),
        Edit::Append { route, value } => format!("append {route} {value:?}"),
        Edit::Remove { route } => format!("remove {route}"),
    };
    let evaluation = judged(check, spec);
    let fixes = evaluation.findings.iter().filter_map(|finding| finding.fix.as_ref());
    fixes.map(|fix| fix.edits.iter().map(of).collect::<Vec<_>>().join("; ")).collect()
}

#[test]
fn all_capabilities_go_and_single_ones_stay() {
    let drop = "spec.containers[0].securityContext.capabilities.drop";
    let add = "spec.containers[0].securityContext.capabilities.add";
    for (capabilities, wanted) in [
        ("{}", format!("append {drop} Str(\"ALL\")")),
        ("{drop: [MKNOD, CHOWN]}", format!("set {drop} List([Str(\"ALL\")])")),
        ("{add: [NET_BIND_SERVICE]}", format!("append {drop} Str(\"ALL\")")),
        ("{add: [ALL]}", format!("append {drop} Str(\"ALL\"); remove {add}")),
        ("{add: [all, CHOWN, ALL]}", format!("append {drop} Str(\"ALL\"); remove {add}[2]; remove {add}[0]")),
    ] {
        let spec =
            format!("{{containers: [{{name: a, securityContext: {{capabilities: {capabilities}}}}}]}}");
        assert_eq!(edits("pod-capability-drop-all-missing", &spec), [wanted], "{capabilities}");
    }
}

/// Checks that one edit cures offer the same one.
#[test]
fn neighbours_offer_one_edit() {
    let bare = "{containers: [{name: a}, {name: b}]}";
    for checks in [
        ["pod-capability-drop-all-missing", "pod-capability-net-raw"],
        ["pod-capability-drop-all-missing", "pod-capability-drop-none"],
        ["pod-seccomp-missing", "pod-linux-hardening"],
    ] {
        let [one, other] = checks.map(|check| edits(check, bare));
        assert_eq!(one, other, "{checks:?}");
    }
    let profile = "securityContext.seccompProfile Map([(\"type\", Str(\"RuntimeDefault\"))])";
    let once = format!("set spec.{profile}");
    assert_eq!(edits("pod-seccomp-missing", bare), [once.as_str(), once.as_str()]);
    let mixed = "{containers: [{name: a}, {name: b, securityContext: {seccompProfile: {type: Localhost}}}]}";
    assert_eq!(edits("pod-seccomp-missing", mixed), [format!("set spec.containers[0].{profile}")]);
}

#[test]
fn the_new_image_differs_in_one_part() {
    for (check, image, wanted) in [
        ("image-registry-deprecated", "k8s.gcr.io/pause:3.1", "registry.k8s.io/pause:3.1"),
        ("image-kyverno-cve-2022-47633", "r.example:5000/kyverno:v1.8.3", "r.example:5000/kyverno:v1.8.5"),
        ("image-grafana-cve-2022-39328", "grafana/grafana:9.2.0-ubuntu", "grafana/grafana:9.2.4-ubuntu"),
    ] {
        let spec = format!("{{containers: [{{name: a, image: \"{image}\"}}]}}");
        assert_eq!(
            edits(check, &spec),
            [format!("set spec.containers[0].image Str(\"{wanted}\")")],
            "{image}"
        );
    }
    let frozen = "{containers: [{name: a, image: bitnamilegacy/redis}]}";
    assert!(edits("image-registry-deprecated", frozen).is_empty());
}

#[test]
fn a_deprecated_account_moves_to_its_new_field() {
    let check = "pod-service-account-deprecated-field";
    let moved = "set spec.serviceAccountName Str(\"a\"); remove spec.serviceAccount";
    assert_eq!(edits(check, "{serviceAccount: a, containers: []}"), [moved]);
    let other = "{serviceAccount: a, serviceAccountName: b, containers: []}";
    assert_eq!(edits(check, other), ["remove spec.serviceAccount"]);
}

/// What a container needs only its owner knows: without a setting nothing is invented.
#[test]
fn amounts_come_from_settings() {
    let limit = "workload-memory-limit-missing";
    let spec = |resources: &str| format!("{{containers: [{{name: a, resources: {resources}}}]}}");
    assert!(edits(limit, &spec("{}")).is_empty());
    let mut settings = Settings::default();
    settings.set(limit, "amount", SettingValue::Strings(vec!["512Mi".to_owned()])).unwrap();
    for (resources, wanted) in [
        ("{}", Some(FixRisk::Medium)),
        ("{requests: {memory: 512Mi}}", Some(FixRisk::Medium)),
        // The API server refuses a limit below its request.
        ("{requests: {memory: 1Gi}}", None),
    ] {
        let evaluation = evaluate(&pod(&spec(resources)), &[find(limit).unwrap().check], &settings);
        let risks: Vec<_> =
            evaluation.findings.iter().map(|one| one.fix.as_ref().map(|fix| fix.risk)).collect();
        assert_eq!(risks, [wanted], "{resources}");
    }
}
