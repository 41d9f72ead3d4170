//! `rbac-create-persistent-volumes`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-create-persistent-volumes",
    title: "a subject may create PersistentVolumes",
    why: "a PersistentVolume of type `hostPath` or `local` is a folder of the node, and a pod that claims it passes \
          every Pod Security level, which looks at the claim only",
    help: "let a CSI driver provision volumes, and take the right from everybody else",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.9", "CIS-EKS-1.8:4.1.9"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "create PersistentVolumes",
    grants: GRANTS,
    home: None,
    focus: Focus::Resource,
    weigh,
    unseen: Some(Severity::Medium),
};

static GRANTS: &[Grant] = &[Grant::cluster("", &["persistentvolumes"], &["create"])];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    Some(Weight::plain(Severity::Medium).unless_everything(case))
}
