//! Severities that depend on the case.

use seawall_checks::{Profile, Settings, evaluate, pick};
use seawall_core::Severity;

use crate::controlplane::inventory;

/// The severities of what one check finds, in the order found.
fn severities(check: &str, text: &str) -> Vec<Severity> {
    let checks: Vec<_> = pick(Profile::All, &[], &[]).into_iter().filter(|one| one.id == check).collect();
    assert_eq!(checks.len(), 1, "{check}");
    let evaluation = evaluate(&inventory(text, false), &checks, &Settings::default());
    evaluation.findings.iter().map(|finding| finding.severity).collect()
}

fn pod(path: &str, read_only: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: c\n    image: i\n    volumeMounts:\n    - {{name: v, mountPath: /x, readOnly: {read_only}}}\n  volumes:\n  - {{name: v, hostPath: {{path: {path}}}}}\n"
    )
}

#[test]
fn programs_of_the_node_are_high_only_where_they_can_be_changed() {
    let of = |path, read_only| severities("pod-host-path-sensitive", &pod(path, read_only));
    assert_eq!(of("/usr/bin/runc", "true"), [Severity::Medium]);
    assert_eq!(of("/sys", "true"), [Severity::Medium]);
    assert_eq!(of("/usr/bin/runc", "false"), [Severity::High]);
    // Credentials lie there: to read is enough.
    for path in ["/", "/etc", "/var/lib", "/proc", "/run/x", "/userdata/../root"] {
        assert_eq!(of(path, "true"), [Severity::High], "{path}");
    }
}

fn role(kind: &str, namespace: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: all, namespace: {namespace}}}\nrules:\n- {{apiGroups: ['*'], resources: ['*'], verbs: ['*']}}\n"
    )
}

#[test]
fn wildcards_of_a_namespace_are_no_takeover_of_the_cluster() {
    let of = |kind, namespace| severities("rbac-wildcard", &role(kind, namespace));
    assert_eq!(of("Role", "shop"), [Severity::High]);
    assert_eq!(of("Role", "kube-system"), [Severity::Critical]);
    assert_eq!(of("ClusterRole", "null"), [Severity::Critical]);
}

#[test]
fn validating_webhooks_change_nothing() {
    let of = |resources: &str| {
        severities(
            "rbac-admission-webhooks",
            &format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: w}}\nrules:\n- {{apiGroups: [admissionregistration.k8s.io], resources: [{resources}], verbs: [update]}}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: w}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: w}}\nsubjects: [{{kind: User, name: eve, apiGroup: rbac.authorization.k8s.io}}]\n"
            ),
        )
    };
    assert_eq!(of("validatingwebhookconfigurations"), [Severity::High]);
    assert_eq!(of("mutatingwebhookconfigurations"), [Severity::Critical]);
    assert_eq!(of("mutatingwebhookconfigurations, validatingwebhookconfigurations"), [Severity::Critical]);
}

#[test]
fn capabilities_that_are_no_way_to_the_node_are_medium() {
    let of = |capability: &str| {
        severities(
            "pod-capability-dangerous-added",
            &format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: c\n    image: i\n    securityContext: {{capabilities: {{add: [{capability}]}}}}\n"
            ),
        )
    };
    assert_eq!(of("SYS_ADMIN"), [Severity::High]);
    assert_eq!(of("cap_net_admin"), [Severity::High]);
    assert_eq!(of("SYS_TIME"), [Severity::Medium]);
    assert_eq!(of("NET_RAW"), [Severity::Medium]);
}
