//! `rbac-node-proxy`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-node-proxy",
    title: "a subject may use `nodes/proxy`",
    why: "the kubelet's own API runs commands in every pod of the node, past admission and past most of the audit log; a \
          `get` is enough, since commands run over a WebSocket",
    help: "give the fine-grained subresources instead (`nodes/metrics`, `nodes/stats`, `nodes/log`, `nodes/pods`, \
           `nodes/healthz`)",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.10", "CIS-EKS-1.8:4.1.10", "CIS-AKS-1.8:4.1.9"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "use the kubelet's API through `nodes/proxy`",
    grants: GRANTS,
    home: None,
    focus: Focus::Resource,
    weigh,
    unseen: Some(Severity::High),
};

/// The verbs of the HTTP methods that the proxy passes on.
static GRANTS: &[Grant] =
    &[Grant::cluster("", &["nodes/proxy"], &["get", "create", "update", "patch", "delete"])];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    Some(if case.any_name(&["nodes/proxy"]) {
        Weight::plain(Severity::High)
    } else {
        Weight { severity: Severity::Medium, note: ", on the nodes that the rule names" }
    })
}
