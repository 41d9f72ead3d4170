//! `seccompProfile_baseline`: the seccomp profile is not switched off.

use std::collections::BTreeMap;

use crate::pss::control::{Control, Fault};
use crate::pss::exact::{Context, Pod};
use crate::pss::policy::Level;
use crate::pss::setters::{Setters, Values, go_quoted, plural, quoted};

pub(super) const CONTROL: Control = Control {
    id: "seccompProfile_baseline",
    check: "pss-seccomp-profile-baseline",
    level: Level::Baseline,
    title: "seccomp is switched off",
    why: "an unconfined container may call every system call, among them those that kernel exploits start from",
    help: "remove the profile, or set `seccompProfile.type` to `RuntimeDefault` or `Localhost`",
    overrides: None,
    revisions: &[(0, annotations), (19, fields)],
};

/// The alpha annotations that the fields of 1.19 replaced.
const POD_ANNOTATION: &str = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER_ANNOTATION: &str = "container.seccomp.security.alpha.kubernetes.io/";

fn annotations(pod: &Pod<'_>) -> Option<Fault> {
    let of_containers =
        pod.containers.iter().map(|container| format!("{CONTAINER_ANNOTATION}{}", container.name));
    let mut forbidden = BTreeMap::new();
    for key in std::iter::once(POD_ANNOTATION.to_owned()).chain(of_containers) {
        let Some(value) = pod.annotation(&key) else { continue };
        let allowed =
            matches!(value, "runtime/default" | "docker/default") || value.starts_with("localhost/");
        if !allowed {
            forbidden.insert(format!("{key}={}", go_quoted(value)), pod.annotation_place(&key));
        }
    }
    if forbidden.is_empty() {
        return None;
    }
    let list: Vec<&str> = forbidden.keys().map(String::as_str).collect();
    Some(Fault {
        reason: "seccompProfile",
        detail: format!("forbidden {} {}", plural("annotation", "annotations", list.len()), list.join(", ")),
        places: forbidden.into_values().collect(),
    })
}

/// The type of a profile that is set but not allowed.
fn forbidden<'r>(context: Option<&Context<'r>>) -> Option<&'r str> {
    context?.seccomp.filter(|kind| !matches!(*kind, "RuntimeDefault" | "Localhost"))
}

/// Denies explicit values other than `RuntimeDefault` and `Localhost`; at restricted too.
pub(super) fn fields(pod: &Pod<'_>) -> Option<Fault> {
    let own = forbidden(pod.context.as_ref());
    let mut kinds: Values<'_> = own.into_iter().collect();
    let bad = Setters::containers(pod, |container| {
        let kind = forbidden(container.context.as_ref());
        kinds.extend(kind);
        kind.map(|_| container.place(&["securityContext", "seccompProfile", "type"]))
    });
    let bad = bad.and_pod(own.map(|_| pod.place(&["securityContext", "seccompProfile", "type"])));
    if bad.is_empty() {
        return None;
    }
    let kinds = quoted(kinds.iter().copied());
    Some(Fault {
        reason: "seccompProfile",
        detail: format!("{} must not set securityContext.seccompProfile.type to {kinds}", bad.phrase()),
        places: bad.into_places(),
    })
}
