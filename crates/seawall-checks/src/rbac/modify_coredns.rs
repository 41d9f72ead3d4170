//! `rbac-modify-coredns`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-modify-coredns",
    title: "a subject may change the configuration of CoreDNS",
    why: "the ConfigMap `coredns` says which answers every pod gets: one line sends the name of any service, inside or \
          outside, to an address of the writer",
    help: "give changes of ConfigMaps in `kube-system` to the cluster's own operator only, or name other ConfigMaps in \
           `resourceNames`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &["MITRE:Lateral Movement"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "change the configuration of CoreDNS",
    grants: GRANTS,
    home: Some("kube-system"),
    focus: Focus::Resource,
    weigh,
    unseen: Some(Severity::Medium),
};

static GRANTS: &[Grant] = &[Grant::namespaced("", &["configmaps"], &["update", "patch"]).about("coredns")];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    Some(Weight::plain(Severity::Medium).unless_everything(case))
}
