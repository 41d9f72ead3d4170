//! `controlplane-audit-policy-content`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::controlplane::shared::audit::{Level, Request, level};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-audit-policy-content",
    title: "audit policy leaves out what investigations need, or logs secrets",
    why: "requests that no rule logs never happened as far as anybody can show; bodies of Secrets in the log are a second, unguarded store of them",
    help: "log Secrets, ConfigMaps and token reviews at `Metadata`, and changes of workloads and ways into pods at `Metadata` or above",
    pillar: Pillar::Audit,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:3.2.2"],
    judge: Judge::Resource(&[GroupKind::new("audit.k8s.io", "Policy")], judge),
    ..Check::PLAIN
};

/// What must not be lost: a change, or a way into a pod or past the API server.
const LOGGED: &[Request] = &[
    Request { verb: "get", group: "", resource: "secrets" },
    Request { verb: "update", group: "", resource: "configmaps" },
    Request { verb: "create", group: "authentication.k8s.io", resource: "tokenreviews" },
    Request { verb: "create", group: "", resource: "serviceaccounts/token" },
    Request { verb: "create", group: "", resource: "pods" },
    Request { verb: "patch", group: "apps", resource: "deployments" },
    Request { verb: "create", group: "", resource: "pods/exec" },
    Request { verb: "get", group: "", resource: "pods/exec" },
    Request { verb: "create", group: "", resource: "pods/portforward" },
    Request { verb: "get", group: "", resource: "pods/proxy" },
    Request { verb: "get", group: "", resource: "services/proxy" },
    Request { verb: "create", group: "rbac.authorization.k8s.io", resource: "clusterrolebindings" },
];

/// What has secret values in its bodies.
const BODILESS: &[Request] = &[
    Request { verb: "create", group: "", resource: "secrets" },
    Request { verb: "get", group: "", resource: "secrets" },
    Request { verb: "create", group: "", resource: "serviceaccounts/token" },
    Request { verb: "create", group: "authentication.k8s.io", resource: "tokenreviews" },
];

fn judge(policy: &Resource, out: &mut Verdicts<'_>) {
    let root = policy.root();
    let rules = Place { resource: policy.id(), route: policy.route_of(root).key("rules") };
    let lost: Vec<String> = LOGGED
        .iter()
        .filter(|request| level(root, request).0 == Level::None)
        .map(|request| format!("`{} {}`", request.verb, request.resource))
        .collect();
    if !lost.is_empty() {
        let message = format!("not logged: {}", lost.join(", "));
        out.fail(rules, message).discriminator("lost");
    }
    let mut told = Vec::new();
    for request in BODILESS {
        let (level, Some(rule)) = level(root, request) else { continue };
        if level > Level::Metadata && !told.contains(&rule.id()) {
            told.push(rule.id());
            let at = rule.get("level").unwrap_or(rule);
            let place = Place { resource: policy.id(), route: policy.route_of(at) };
            let message = format!("bodies of `{} {}` are logged", request.verb, request.resource);
            out.fail(place, message).severity(Severity::High).discriminator("bodies");
        }
    }
}
