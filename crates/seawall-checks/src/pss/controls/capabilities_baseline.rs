//! `capabilities_baseline`: nothing beyond the container runtime's default set is added.

use seawall_inventory::Place;

use crate::pss::control::{Control, Fault};
use crate::pss::exact::{Container, Pod};
use crate::pss::policy::Level;
use crate::pss::setters::{Setters, Values, quoted};

pub(super) const CONTROL: Control = Control {
    id: "capabilities_baseline",
    check: "pss-capabilities-baseline",
    level: Level::Baseline,
    title: "capability outside the default set is added",
    why: "capabilities such as `SYS_ADMIN`, `NET_RAW` or `SYS_PTRACE` are the parts of root with which containers are left",
    help: "remove the capability from `capabilities.add`",
    overrides: None,
    revisions: &[(0, only_defaults)],
};

/// The capabilities that `baseline` lets a container add, as in the API: without `CAP_`, upper case; other spellings are not allowed either.
pub const DEFAULT: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The added capabilities that are not allowed, with their places; their names go into `names`.
pub(super) fn added_beyond<'r>(
    container: &Container<'r>,
    allowed: &[&str],
    names: &mut Values<'r>,
) -> Vec<Place> {
    let capabilities = container.context.as_ref().and_then(|context| context.capabilities.as_ref());
    let added = capabilities.into_iter().flat_map(|capabilities| capabilities.add.iter().enumerate());
    let bad: Vec<(usize, &'r str)> =
        added.filter(|(_, name)| !allowed.contains(name)).map(|(index, name)| (index, *name)).collect();
    names.extend(bad.iter().map(|(_, name)| *name));
    let place = |index| container.place(&["securityContext", "capabilities", "add"]).index(index);
    bad.into_iter().map(|(index, _)| place(index)).collect()
}

/// `container(s) … must not include … in securityContext.capabilities.add`
pub(super) fn must_not_add(setters: &Setters<'_>, names: &Values<'_>) -> String {
    let names = quoted(names.iter().copied());
    format!("{} must not include {names} in securityContext.capabilities.add", setters.phrase())
}

fn only_defaults(pod: &Pod<'_>) -> Option<Fault> {
    let mut names = Values::new();
    let bad = Setters::containers(pod, |container| added_beyond(container, &DEFAULT, &mut names));
    if bad.is_empty() {
        return None;
    }
    Some(Fault {
        reason: "non-default capabilities",
        detail: must_not_add(&bad, &names),
        places: bad.into_places(),
    })
}
