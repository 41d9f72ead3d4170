//! `rbac-workload-cluster-takeover-role`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::rbac::holders;
use crate::rbac::model::ALL_FOUR;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-workload-cluster-takeover-role",
    title: "workload can take over the cluster",
    why: "a hole in the program is a hole in the cluster: the token in the pod has rights from which the next steps lead to \
          everything, without another mistake of anybody",
    help: "give the service account the rights that the program uses, in its own namespace and by name; what it must do \
           elsewhere belongs into a program of its own",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    needs: ALL_FOUR,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// Primitives that are critical where they are held: each alone ends at `cluster-admin`.
fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(held) = holders(pod, out) else { return };
    let inventory = out.inventory();
    let takeovers: Vec<_> = held.risks().filter(|risk| risk.severity == Severity::Critical).collect();
    let Some(first) = takeovers.first() else { return };
    let more = match takeovers.len() {
        1 => String::new(),
        2 => ", and there is one more way".to_owned(),
        ways => format!(", and there are {} more ways", ways - 1),
    };
    let (account, gains, place) = (held.named(), first.gains, held.model.place(first.scope));
    let message =
        format!("its service account {account} can take over the cluster: {place} it {gains}{more}");
    let draft = held.fail(pod, out, message);
    held.model.explain(inventory, first, draft);
}
