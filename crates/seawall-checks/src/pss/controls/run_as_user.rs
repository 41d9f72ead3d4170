//! `runAsUser`: nobody asks for user 0.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::{Context, Pod};
use crate::pss::policy::Level;
use crate::pss::setters::Setters;

pub(super) const CONTROL: Control = Control {
    id: "runAsUser",
    check: "pss-run-as-user",
    level: Level::Restricted,
    title: "user 0 is asked for",
    why: "root in the container is root on the node as soon as anything lets it out",
    help: "set `runAsUser` to another user, or remove it if the image names one",
    overrides: None,
    revisions: &[(23, not_zero), (35, not_zero_in_host_users)],
};

fn not_zero(pod: &Pod<'_>) -> Option<Fault> {
    let is_zero = |context: Option<&Context<'_>>| context.and_then(|context| context.run_as_user) == Some(0);
    let bad = Setters::containers(pod, |container| {
        is_zero(container.context.as_ref()).then(|| container.context_place("runAsUser"))
    });
    let own = is_zero(pod.context.as_ref());
    let bad = bad.and_pod(own.then(|| pod.place(&["securityContext", "runAsUser"])));
    if bad.is_empty() {
        return None;
    }
    Some(Fault {
        reason: "runAsUser=0",
        detail: format!("{} must not set runAsUser=0", bad.phrase()),
        places: bad.into_places(),
    })
}

fn not_zero_in_host_users(pod: &Pod<'_>) -> Option<Fault> {
    if pod.in_user_namespace() { None } else { not_zero(pod) }
}
