//! `procMount`: the runtime's masks over `/proc` stay, except in a user namespace.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::Pod;
use crate::pss::policy::Level;
use crate::pss::setters::{Setters, Values, quoted};

pub(super) const CONTROL: Control = Control {
    id: "procMount",
    check: "pss-proc-mount",
    level: Level::Baseline,
    title: "container sees `/proc` unmasked",
    why: "the masks hide files through which a container reads or changes the kernel of the node",
    help: "remove `procMount`, or set `hostUsers: false` if the container must start containers itself",
    overrides: None,
    revisions: &[(0, must_be_default), (35, must_be_default_in_host_users)],
};

pub(super) fn must_be_default(pod: &Pod<'_>) -> Option<Fault> {
    let mut values = Values::new();
    let bad = Setters::containers(pod, |container| {
        let value = container.context.as_ref().and_then(|context| context.proc_mount);
        let value = value.filter(|value| *value != "Default");
        values.extend(value);
        value.map(|_| container.context_place("procMount"))
    });
    if bad.is_empty() {
        return None;
    }
    let values = quoted(values.iter().copied());
    Some(Fault {
        reason: "procMount",
        detail: format!("{} must not set securityContext.procMount to {values}", bad.phrase()),
        places: bad.into_places(),
    })
}

fn must_be_default_in_host_users(pod: &Pod<'_>) -> Option<Fault> {
    if pod.in_user_namespace() { None } else { must_be_default(pod) }
}
