//! `rbac-manage-aws-auth`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Inventory};

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-manage-aws-auth",
    title: "a subject may change who is an administrator of an EKS cluster",
    why: "the ConfigMap `aws-auth` maps AWS roles and users to groups of the cluster: a line in it makes any AWS \
          identity a member of `system:masters`",
    help: "use EKS access entries and delete the ConfigMap, or leave it to the tool that builds the cluster",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &[],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "map itself to `system:masters` in the ConfigMap `aws-auth`",
    grants: GRANTS,
    home: Some("kube-system"),
    focus: Focus::Resource,
    weigh,
    unseen: None,
};

static GRANTS: &[Grant] =
    &[Grant::namespaced("", &["configmaps"], &["update", "patch", "create", "delete"]).about("aws-auth")];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// A right on all ConfigMaps counts where the cluster has this one: elsewhere nobody reads it.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    let by_name = case.hits.iter().any(|hit| hit.named);
    let here =
        || case.inventory.find(GroupKind::new("", "ConfigMap"), Some("kube-system"), "aws-auth").is_some();
    (by_name || here()).then_some(Weight::plain(Severity::Critical))
}
