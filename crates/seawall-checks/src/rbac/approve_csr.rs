//! `rbac-approve-csr`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-approve-csr",
    title: "a subject may approve certificate signing requests",
    why: "an approved request is a certificate in any name that the signer accepts: a user, a group or a node",
    help: "remove the right, or limit `signers` to the one signer that is needed",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.11", "CIS-AKS-1.8:4.1.10"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "approve certificate signing requests",
    grants: GRANTS,
    home: None,
    focus: Focus::Resource,
    weigh,
    unseen: Some(Severity::High),
};

static GRANTS: &[Grant] = &[
    Grant::cluster(GROUP, &["certificatesigningrequests/approval"], &["update", "patch"]),
    Grant::cluster(GROUP, &["signers"], &["approve"]).support(),
];

const GROUP: &str = "certificates.k8s.io";

/// Signers whose certificates log in to the API server as users or nodes; names with `/*` stand for a whole domain.
const LOGIN_SIGNERS: [&str; 4] = [
    "kubernetes.io/kube-apiserver-client",
    "kubernetes.io/kube-apiserver-client-kubelet",
    "kubernetes.io/legacy-unknown",
    "kubernetes.io/*",
];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// Approving takes both the approval of the request and `approve` on its signer.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    let mut signers = case.on(&["signers"]).peekable();
    Some(if signers.peek().is_none() {
        Weight { severity: Severity::Low, note: ", but without `approve` on a signer that gains nothing" }
    } else if signers.any(|hit| LOGIN_SIGNERS.iter().any(|signer| hit.rule.covers_name(signer))) {
        Weight::plain(Severity::High)
    } else {
        Weight { severity: Severity::Medium, note: ", of signers whose certificates open no login" }
    })
}
