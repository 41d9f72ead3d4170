//! `pod-default-service-account-used`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::is_mirror;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-default-service-account-used",
    title: "pod runs as the service account `default`",
    why: "all pods of a namespace that name no account share this one: what one of them is granted, every other one \
          gets too",
    help: "give the workload a ServiceAccount of its own, or refuse the token with `automountServiceAccountToken: \
          false`",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if is_mirror(pod) {
        return out.not_applicable();
    }
    let without_token = pod.spec().bool("automountServiceAccountToken") == Some(false);
    if pod.service_account() == "default" && !without_token {
        out.fail(pod.place(&["serviceAccountName"]), "pod runs as the ServiceAccount `default`");
    }
}
