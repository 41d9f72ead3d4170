//! `seccompProfile_restricted`: every container has a seccomp profile.

use super::seccomp_profile_baseline::fields;
use crate::pss::control::{Control, Fault};
use crate::pss::exact::{Context, Pod};
use crate::pss::policy::Level;
use crate::pss::setters::Setters;

pub(super) const CONTROL: Control = Control {
    id: "seccompProfile_restricted",
    check: "pss-seccomp-profile-restricted",
    level: Level::Restricted,
    title: "container has no seccomp profile",
    why: "without a profile every system call is open, among them those that kernel exploits start from",
    help: "set `securityContext.seccompProfile.type: RuntimeDefault` on the pod",
    overrides: Some("seccompProfile_baseline"),
    revisions: &[(19, must_be_set), (25, must_be_set_on_linux)],
};

fn must_be_set(pod: &Pod<'_>) -> Option<Fault> {
    // Explicit bad values come first, and then nothing is said of missing ones.
    if let Some(explicit) = fields(pod) {
        return Some(explicit);
    }
    let is_set = |context: Option<&Context<'_>>| context.is_some_and(|context| context.seccomp.is_some());
    if is_set(pod.context.as_ref()) {
        return None;
    }
    let missing = Setters::containers(pod, |container| {
        (!is_set(container.context.as_ref()))
            .then(|| container.place(&["securityContext", "seccompProfile", "type"]))
    });
    if missing.is_empty() {
        return None;
    }
    Some(Fault {
        reason: "seccompProfile",
        detail: format!(
            "pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
            missing.phrase()
        ),
        places: missing.into_places(),
    })
}

fn must_be_set_on_linux(pod: &Pod<'_>) -> Option<Fault> {
    if pod.is_windows() { None } else { must_be_set(pod) }
}
