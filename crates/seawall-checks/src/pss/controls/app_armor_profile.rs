//! `appArmorProfile`: the default profile is not replaced by none.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::{Context, Pod};
use crate::pss::policy::Level;
use crate::pss::setters::{Setters, Values, go_quoted, plural, quoted};

pub(super) const CONTROL: Control = Control {
    id: "appArmorProfile",
    check: "pss-app-armor-profile",
    level: Level::Baseline,
    title: "AppArmor profile is not the default or a local one",
    why: "an unconfined container loses a layer that stops mounts, ptrace and writes to kernel files after a break-in",
    help: "remove the profile, or set `appArmorProfile.type` to `RuntimeDefault` or `Localhost`",
    overrides: None,
    revisions: &[(0, profiles_and_annotations)],
};

/// The annotation of a container is this and the container's name; whether such a container exists does not matter.
const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn forbidden<'r>(context: Option<&Context<'r>>) -> Option<&'r str> {
    context?.app_armor.filter(|kind| !matches!(*kind, "RuntimeDefault" | "Localhost"))
}

fn allowed_annotation(value: &str) -> bool {
    value.is_empty() || value == "runtime/default" || value.starts_with("localhost/")
}

fn profiles_and_annotations(pod: &Pod<'_>) -> Option<Fault> {
    let mut kinds = Values::new();
    let own = forbidden(pod.context.as_ref());
    kinds.extend(own);
    let setters = Setters::containers(pod, |container| {
        let kind = forbidden(container.context.as_ref());
        kinds.extend(kind);
        kind.map(|_| container.place(&["securityContext", "appArmorProfile", "type"]))
    });
    let setters = setters.and_pod(own.map(|_| pod.place(&["securityContext", "appArmorProfile", "type"])));

    let mut annotations: Vec<(String, &str)> = pod
        .annotations
        .iter()
        .filter(|(key, value)| key.starts_with(ANNOTATION) && !allowed_annotation(value))
        .map(|(key, value)| (format!("{key}={}", go_quoted(value)), *key))
        .collect();
    annotations.sort();

    let mut parts = setters.parts();
    if !annotations.is_empty() {
        parts.push(plural("annotation", "annotations", annotations.len()).to_owned());
    }
    if parts.is_empty() {
        return None;
    }
    let values = kinds.iter().copied().chain(annotations.iter().map(|(text, _)| text.as_str()));
    let count = kinds.len() + annotations.len();
    let mut places = setters.into_places();
    places.extend(annotations.iter().map(|(_, key)| pod.annotation_place(key)));
    Some(Fault {
        reason: plural("forbidden AppArmor profile", "forbidden AppArmor profiles", count),
        detail: format!("{} must not set AppArmor profile type to {}", parts.join(" and "), quoted(values)),
        places,
    })
}
