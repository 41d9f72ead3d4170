//! `rbac-cluster-admin`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{
    ALL_FOUR, ALLOWED_SUBJECTS, CLUSTER_ROLE_BINDING, Evidence, Looking, PLATFORM_BINDINGS, everything,
    gives_everything, judge_bindings,
};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-cluster-admin",
    title: "binding makes a subject cluster administrator",
    why: "its subjects may do everything to everything, today and with whatever is installed later: whoever takes one over owns the \
          cluster",
    help: "bind a role with the rights that are needed; keep `cluster-admin` for an emergency group",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:5.1.1",
        "CIS-1.23:5.1.1",
        "CIS-EKS-1.8:4.1.1",
        "CIS-AKS-1.8:4.1.1",
        "CIS-GKE-1.9:4.1.1",
        "NSA:general",
        "MITRE:Privilege escalation",
        "SOC2:CC6.1",
        "SOC2:CC6.2",
        "SOC2:CC6.7",
        "SOC2:CC6.8",
    ],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS, PLATFORM_BINDINGS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let looking = Looking {
        builtin: &gives_everything,
        bindings: &[CLUSTER_ROLE_BINDING],
        role: Some("ClusterRole"),
        grade: &|rules| {
            let rule = everything(rules.iter().copied())?;
            Some(Evidence { rule: Some(rule.place(&[])), named: false })
        },
    };
    judge_bindings(&looking, out, |bound, verdicts| {
        let name = bound.role_ref.name;
        let message = match name {
            "cluster-admin" => format!("{} has `cluster-admin`", bound.reach.who()),
            _ => format!("{} may do everything through ClusterRole `{name}`", bound.reach.who()),
        };
        bound.fail(verdicts, message);
    });
}
