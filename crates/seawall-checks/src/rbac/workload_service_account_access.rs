//! `rbac-workload-service-account-access`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::rbac::holders;
use crate::rbac::model::{ALL_FOUR, MAX_LISTED};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-workload-service-account-access",
    title: "workload holds a token with rights",
    why: "the token lies in a file of every container of the pod; who reads one file of the container speaks to the API server \
          in its name",
    help: "set `automountServiceAccountToken: false` where the program does not speak to the API server, and remove the \
           binding where nothing uses it",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &["MITRE:Credential access"],
    needs: ALL_FOUR,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(held) = holders(pod, out) else { return };
    let inventory = out.inventory();
    let bindings: Vec<_> = held.bindings().collect();
    let Some(first) = bindings.first() else { return };
    let name = held.model.name(first);
    let more = match bindings.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let message =
        format!("its service account {} has rights by {} `{}`{more}", held.named(), name.kind, name.name);
    let draft = held.fail(pod, out, message);
    bindings.iter().take(MAX_LISTED).for_each(|binding| held.model.link(inventory, binding, draft));
}
