//! `workload-argo-hygiene`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::workload::argo;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-argo-hygiene",
    title: "object of Argo departs from good practice",
    why: "workflows that retry for ever or as the default account, rollouts that hang or cannot be \
          rolled back",
    help: "follow the message",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(KINDS, judge),
    ..Check::PLAIN
};

/// Kinds of Argo Workflows, Rollouts and CD that are looked at.
const KINDS: &[GroupKind<'static>] = &[
    GroupKind::new("argoproj.io", "Workflow"),
    GroupKind::new("argoproj.io", "WorkflowTemplate"),
    GroupKind::new("argoproj.io", "ClusterWorkflowTemplate"),
    GroupKind::new("argoproj.io", "CronWorkflow"),
    GroupKind::new("argoproj.io", "Rollout"),
    GroupKind::new("argoproj.io", "Application"),
    GroupKind::new("argoproj.io", "AppProject"),
    GroupKind::new("", "ConfigMap"),
];

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    match resource.kind() {
        "Rollout" => argo::judge_rollout(resource, out),
        "Application" | "AppProject" => argo::judge_home(resource, out),
        "ConfigMap" => argo::judge_settings(resource, out),
        _ => argo::judge_workflow(resource, out),
    }
}
