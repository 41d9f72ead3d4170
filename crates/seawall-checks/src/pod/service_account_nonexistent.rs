//! `pod-service-account-nonexistent`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Completeness, GroupKind, PodView};

use crate::pod::is_mirror;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-service-account-nonexistent",
    title: "pod names a service account that does not exist",
    why: "the API server refuses the pod; and whoever may create service accounts in the namespace decides what the \
          workload becomes",
    help: "create the ServiceAccount, or correct the name",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    needs: &[ACCOUNT],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const ACCOUNT: GroupKind<'static> = GroupKind::new("", "ServiceAccount");

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let resource = pod.resource();
    let name = pod.service_account();
    // The controller manager makes `default` in every namespace.
    if is_mirror(pod) || name == "default" {
        return out.not_applicable();
    }
    let inventory = out.inventory();
    if inventory.find_near(resource, ACCOUNT, resource.namespace(), name).is_some() {
        return;
    }
    // Where accounts may be elsewhere, nobody can say that one is missing.
    if inventory.completeness(ACCOUNT) != Completeness::Complete {
        return out.not_applicable();
    }
    let written = |key: &str| pod.spec().str(key) == Some(name);
    let key = if written("serviceAccountName") { "serviceAccountName" } else { "serviceAccount" };
    out.fail(pod.place(&[key]), format!("ServiceAccount `{name}` does not exist"));
}
