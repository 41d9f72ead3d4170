//! `pod-service-account-deprecated-field`

use seawall_core::{Confidence, Edit, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-service-account-deprecated-field",
    title: "pod names its service account in the deprecated field",
    why: "tools and policies that read `serviceAccountName` only take the pod for one of the account `default`",
    help: "write `serviceAccountName` instead of `serviceAccount`",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let name = |key| pod.spec().str(key).filter(|name: &&str| !name.is_empty());
    let Some(old) = name("serviceAccount") else { return };
    let place = pod.place(&["serviceAccount"]);
    let remove = Edit::Remove { route: place.route.clone() };
    let (message, edits) = match name("serviceAccountName") {
        // The API server fills in the other field, so every live pod has both.
        Some(new) if new == old => return,
        Some(new) => (
            format!("pod names the ServiceAccount `{old}` in `serviceAccount` and runs as `{new}`"),
            vec![remove],
        ),
        None => {
            let set = Edit::Set { route: pod.place(&["serviceAccountName"]).route, value: old.into() };
            (format!("pod names the ServiceAccount `{old}` in `serviceAccount`"), vec![set, remove])
        }
    };
    out.fail(place, message).fix(Fix { risk: FixRisk::Low, edits });
}
