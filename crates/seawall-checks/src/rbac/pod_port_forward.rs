//! `rbac-pod-port-forward`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-pod-port-forward",
    title: "a subject may forward ports of pods",
    why: "the tunnel ends inside the pod's network: it reaches ports that no Service publishes, those bound to localhost \
          too, past every network policy and without the program's login page in front",
    help: "name the pods in `resourceNames`, or publish what people need through a route with a login",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

const FORWARD: &str = "pods/portforward";

const fn power(grants: &'static [Grant]) -> Power {
    Power {
        may: "forward ports of pods",
        grants,
        home: None,
        focus: Focus::Resource,
        weigh,
        unseen: Some(Severity::Medium),
    }
}

/// A WebSocket opens with a GET, for which `get` sufficed until Kubernetes 1.35 asked for `create` in either case.
static OLD: Power = power(&[Grant::namespaced("", &[FORWARD], &["create", "get"])]);
static NEW: Power = power(&[Grant::namespaced("", &[FORWARD], &["create"])]);

fn judge(inventory: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let new = inventory.server_is_at_least((1, 35));
    judge_power(if new { &NEW } else { &OLD }, out);
}

fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    Some(if case.any_name(&[FORWARD]) {
        Weight::plain(Severity::Medium).unless_everything(case)
    } else {
        Weight { severity: Severity::Low, note: ", those that the rule names" }
    })
}
