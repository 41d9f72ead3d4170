//! Pods that a namespace no longer admits.

use seawall_checks::pss::{Level, Version, evaluate_pod};
use seawall_core::Route;
use seawall_inventory::{Inventory, Place, Resource};

use super::Dangers;

const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
const VERSION: &str = "pod-security.kubernetes.io/enforce-version";

/// Workloads that are named; the rest is counted.
const SHOWN: usize = 5;

pub(super) fn compare(was: &Resource, is: &Resource, dangers: &mut Dangers<'_>) {
    if is.kind() != "Namespace" || !is.group().is_empty() {
        return;
    }
    let level = |namespace: &Resource| -> Option<Level> { namespace.labels().get(ENFORCE)?.parse().ok() };
    let Some(now) = level(is).filter(|now| level(was).is_none_or(|old| old < *now)) else { return };
    let version = is.labels().get(VERSION).and_then(|text| text.parse().ok()).unwrap_or(Version::LATEST);
    let refused = |resource: &&Resource| {
        let home = Inventory::same_namespace(resource.namespace(), Some(is.name()));
        // What the API server cannot read it refuses as well.
        home && resource
            .pods()
            .any(|pod| evaluate_pod(&pod, now, version).map_or(true, |violations| !violations.is_empty()))
    };
    let names: Vec<String> =
        dangers.after.resources().iter().filter(refused).map(|one| one.subject().to_string()).collect();
    if names.is_empty() {
        return;
    }
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let place = Place { resource: is.id(), route: Route::root().keys(&["metadata", "labels", ENFORCE]) };
    let message = format!("level `{now}` refuses new pods of {}{more}", shown.join(", "));
    dangers.say(place, message);
}
