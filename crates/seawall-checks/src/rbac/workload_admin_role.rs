//! `rbac-workload-admin-role`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::rbac::holders;
use crate::rbac::model::ALL_FOUR;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-workload-admin-role",
    title: "workload runs with the rights of an administrator",
    why: "whoever gets into the program administers what its service account administers: a namespace with its Secrets and \
          accounts, or all of them",
    help: "look at the requests that the program really makes (`seawall rbac minimize` reads them from an audit log), and bind a \
           role with those",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::All,
    needs: ALL_FOUR,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// A01 and A02 are everything in the cluster and in a namespace; all verbs on all core objects come to the same.
fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(held) = holders(pod, out) else { return };
    let inventory = out.inventory();
    let account = held.named();
    if let Some(risk) = held.risks().find(|risk| matches!(risk.id, "A01" | "A02")) {
        let place = held.model.place(risk.scope);
        let draft = held.fail(pod, out, format!("its service account {account} is administrator {place}"));
        held.model.explain(inventory, risk, draft);
    } else if let Some(binding) = held.all_core_objects() {
        let place = held.model.place(binding.scope());
        let message = format!("its service account {account} may do everything to all core objects {place}");
        let draft = held.fail(pod, out, message);
        held.model.link(inventory, binding, draft);
    }
}
