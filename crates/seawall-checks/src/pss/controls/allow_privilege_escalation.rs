//! `allowPrivilegeEscalation`: no process gains more privileges than its parent.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::Pod;
use crate::pss::policy::Level;
use crate::pss::setters::Setters;

pub(super) const CONTROL: Control = Control {
    id: "allowPrivilegeEscalation",
    check: "pss-allow-privilege-escalation",
    level: Level::Restricted,
    title: "container may gain privileges",
    why: "without `no_new_privs` a set-user-ID binary in the image turns any user into root inside the container",
    help: "set `securityContext.allowPrivilegeEscalation: false` in every container",
    overrides: None,
    revisions: &[(8, must_be_false), (25, must_be_false_on_linux)],
};

fn must_be_false(pod: &Pod<'_>) -> Option<Fault> {
    let bad = Setters::containers(pod, |container| {
        let value = container.context.as_ref().and_then(|context| context.allow_privilege_escalation);
        (value != Some(false)).then(|| container.context_place("allowPrivilegeEscalation"))
    });
    if bad.is_empty() {
        return None;
    }
    Some(Fault {
        reason: "allowPrivilegeEscalation != false",
        detail: format!("{} must set securityContext.allowPrivilegeEscalation=false", bad.phrase()),
        places: bad.into_places(),
    })
}

fn must_be_false_on_linux(pod: &Pod<'_>) -> Option<Fault> {
    if pod.is_windows() { None } else { must_be_false(pod) }
}
