//! `pod-service-account-name-unset`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::is_mirror;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-service-account-name-unset",
    title: "pod names no service account",
    why: "an account by default is an account that nobody chose: a later change of the namespace gives the pod \
          rights without touching it",
    help: "write `serviceAccountName`",
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
    let named = |key| pod.spec().str(key).is_some_and(|name| !name.is_empty());
    if !named("serviceAccountName") && !named("serviceAccount") {
        out.fail(pod.place(&["serviceAccountName"]), "pod names no ServiceAccount");
    }
}
