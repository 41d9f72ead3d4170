//! `capabilities_restricted`: all capabilities are dropped, at most `NET_BIND_SERVICE` is added.

use super::capabilities_baseline::{added_beyond, must_not_add};
use crate::pss::control::{Control, Fault};
use crate::pss::exact::{Container, Pod};
use crate::pss::policy::Level;
use crate::pss::setters::{Setters, Values};

pub(super) const CONTROL: Control = Control {
    id: "capabilities_restricted",
    check: "pss-capabilities-restricted",
    level: Level::Restricted,
    title: "capabilities are not dropped, or one is added",
    why: "most programs need no capability at all; each one left is a part of root for whoever takes the container over",
    help: "set `capabilities.drop: [ALL]` in every container and add nothing but `NET_BIND_SERVICE`",
    overrides: Some("capabilities_baseline"),
    revisions: &[(22, drop_all), (25, drop_all_on_linux)],
};

/// In this spelling only.
const ALL: &str = "ALL";
const ADDABLE: [&str; 1] = ["NET_BIND_SERVICE"];

fn drops_all(container: &Container<'_>) -> bool {
    let capabilities = container.context.as_ref().and_then(|context| context.capabilities.as_ref());
    capabilities.is_some_and(|capabilities| capabilities.drop.contains(&ALL))
}

fn drop_all(pod: &Pod<'_>) -> Option<Fault> {
    let missing = Setters::containers(pod, |container| {
        (!drops_all(container)).then(|| container.place(&["securityContext", "capabilities", "drop"]))
    });
    let mut names = Values::new();
    let adding = Setters::containers(pod, |container| added_beyond(container, &ADDABLE, &mut names));
    let mut details = Vec::new();
    if !missing.is_empty() {
        details.push(format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", missing.phrase()));
    }
    if !adding.is_empty() {
        details.push(must_not_add(&adding, &names));
    }
    if details.is_empty() {
        return None;
    }
    let mut places = missing.into_places();
    places.extend(adding.into_places());
    Some(Fault { reason: "unrestricted capabilities", detail: details.join("; "), places })
}

fn drop_all_on_linux(pod: &Pod<'_>) -> Option<Fault> {
    if pod.is_windows() { None } else { drop_all(pod) }
}
