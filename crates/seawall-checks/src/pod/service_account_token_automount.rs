//! `pod-service-account-token-automount`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{Completeness, GroupKind, PodView};

use crate::pod::is_mirror;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-service-account-token-automount",
    title: "pod gets a token for the API server",
    why: "code that runs in the pod can speak to the API server as its service account, with all rights that the \
          account has or gets later",
    help: "set `automountServiceAccountToken: false` on the pod, or on its ServiceAccount where no pod of it calls \
          the API server",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:5.1.6",
        "CIS-1.23:5.1.6",
        "CIS-EKS-1.8:4.1.6",
        "CIS-AKS-1.8:4.1.6",
        "CIS-GKE-1.9:4.1.5",
        "NSA:1.11",
    ],
    needs: &[ACCOUNT],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const ACCOUNT: GroupKind<'static> = GroupKind::new("", "ServiceAccount");

/// The account that pods share when they name none: its rights say nothing about any of them.
const DEFAULT: &str = "default";

const FIELD: &str = "automountServiceAccountToken";

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    // The API server gives mirror pods no token.
    if is_mirror(pod) {
        return out.not_applicable();
    }
    let resource = pod.resource();
    let name = pod.service_account();
    // An account of its own that somebody gave rights is there to use them.
    if name != DEFAULT && out.inventory().is_bound(resource.namespace(), name) {
        return;
    }
    let account = out.inventory().find_near(resource, ACCOUNT, resource.namespace(), name);
    let said = pod.spec().bool(FIELD);
    let by_account = account.and_then(|account| account.root().bool(FIELD));
    let message = match (said, by_account) {
        (Some(false), _) | (None, Some(false)) => return,
        (Some(true), _) => format!("pod mounts the token of ServiceAccount `{name}`"),
        (None, _) => format!("pod does not refuse the token of ServiceAccount `{name}`"),
    };
    let place = pod.place(&[FIELD]);
    let fix = Fix::set(FixRisk::Medium, place.route.clone(), false);
    let complete = out.inventory().completeness(ACCOUNT) == Completeness::Complete;
    let draft = out.fail(place, message).fix(fix);
    match account {
        Some(account) => draft.linked(account.subject()),
        // An account that is elsewhere may refuse the token for all its pods.
        None if said.is_none() && !complete => draft.confidence(Confidence::Medium),
        None => draft,
    };
}
