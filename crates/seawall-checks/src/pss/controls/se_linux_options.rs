//! `seLinuxOptions`: only types made for containers, no user and no role.

use seawall_inventory::Place;

use crate::pss::control::{Control, Fault};
use crate::pss::exact::{Context, Pod};
use crate::pss::policy::Level;
use crate::pss::setters::{Setters, Values, plural, quoted};

pub(super) const CONTROL: Control = Control {
    id: "seLinuxOptions",
    check: "pss-se-linux-options",
    level: Level::Baseline,
    title: "SELinux type, user or role is not allowed",
    why: "types such as `spc_t` and own users or roles take the container out of its confinement",
    help: "remove `user` and `role` and use a container type such as `container_t`",
    overrides: None,
    revisions: &[(0, container_types), (31, container_and_engine_types)],
};

fn container_types(pod: &Pod<'_>) -> Option<Fault> {
    only(&["", "container_t", "container_init_t", "container_kvm_t"], pod)
}

fn container_and_engine_types(pod: &Pod<'_>) -> Option<Fault> {
    only(&["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"], pod)
}

#[derive(Default)]
struct Seen<'r> {
    kinds: Values<'r>,
    user: bool,
    role: bool,
}

impl<'r> Seen<'r> {
    fn faults(&mut self, types: &[&str], context: Option<&Context<'r>>, place: &Place) -> Vec<Place> {
        let Some(options) = context.and_then(|context| context.selinux.as_ref()) else { return Vec::new() };
        let mut places = Vec::new();
        let mut note =
            |key: &str| places.push(place.clone().keys(&["securityContext", "seLinuxOptions", key]));
        if !types.contains(&options.kind) {
            self.kinds.insert(options.kind);
            note("type");
        }
        if !options.user.is_empty() {
            self.user = true;
            note("user");
        }
        if !options.role.is_empty() {
            self.role = true;
            note("role");
        }
        places
    }
}

fn only(types: &[&str], pod: &Pod<'_>) -> Option<Fault> {
    let mut seen = Seen::default();
    let own = seen.faults(types, pod.context.as_ref(), &pod.place(&[]));
    let bad = Setters::containers(pod, |container| {
        seen.faults(types, container.context.as_ref(), &container.place(&[]))
    });
    let bad = bad.and_pod(own);
    if bad.is_empty() {
        return None;
    }
    let mut data = Vec::new();
    if !seen.kinds.is_empty() {
        let kinds = quoted(seen.kinds.iter().copied());
        data.push(format!("{} {kinds}", plural("type", "types", seen.kinds.len())));
    }
    if seen.user {
        data.push("user may not be set".to_owned());
    }
    if seen.role {
        data.push("role may not be set".to_owned());
    }
    Some(Fault {
        reason: "seLinuxOptions",
        detail: format!("{} set forbidden securityContext.seLinuxOptions: {}", bad.phrase(), data.join("; ")),
        places: bad.into_places(),
    })
}
