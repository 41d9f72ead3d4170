//! What a stricter level means for the pods that are there (`EvaluatePodsInNamespace`).

use std::collections::{BTreeMap, BTreeSet};

use seawall_checks::pss::{Policy, evaluate_pod, forbidden_reason};
use seawall_inventory::{Completeness, GroupKind, Inventory, PodView, Resource};

use crate::judge::Budget;

/// Pods that are judged; upstream's number.
const MOST: usize = 3000;

/// The warnings for a namespace that is to enforce a policy.
pub(super) fn warnings(
    inventory: &Inventory,
    namespace: &str,
    enforce: Policy,
    budget: &Budget,
    is_exempt: impl Fn(&PodView<'_>) -> bool,
) -> Vec<String> {
    let kind = GroupKind::new("", "Pod");
    let completeness = inventory.completeness(kind);
    if matches!(completeness, Completeness::Refused(_)) {
        return vec!["failed to list pods while checking new PodSecurity enforce level".to_owned()];
    }
    let pods: Vec<(&Resource, PodView<'_>)> = inventory
        .of_kind_in(kind, Some(namespace))
        .filter_map(|resource| Some((resource, resource.pods().next()?)))
        .filter(|(_, pod)| !is_exempt(pod))
        .collect();
    let pods = one_of_each_controller_first(pods);
    let mut checked = 0;
    let mut found: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for (resource, pod) in pods.iter().take(MOST) {
        if budget.is_spent() {
            break;
        }
        checked += 1;
        let Ok(violations) = evaluate_pod(pod, enforce.level, enforce.version) else { continue };
        if !violations.is_empty() {
            let (name, count) = found.entry(forbidden_reason(&violations)).or_insert((resource.name(), 0));
            *name = (*name).min(resource.name());
            *count += 1;
        }
    }
    let mut warnings = Vec::new();
    if completeness == Completeness::Partial {
        warnings.push(format!(
            "new PodSecurity enforce level only checked against the {checked} existing pods that are known"
        ));
    } else if checked < pods.len() {
        warnings.push(format!(
            "new PodSecurity enforce level only checked against the first {checked} of {} existing pods",
            pods.len()
        ));
    }
    if !found.is_empty() {
        warnings.push(format!(
            "existing pods in namespace \"{}\" violate the new PodSecurity enforce level \"{enforce}\"",
            namespace.escape_debug()
        ));
    }
    let mut lines: Vec<String> = found
        .into_iter()
        .map(|(reasons, (name, count))| match count {
            1 => format!("{name}: {reasons}"),
            2 => format!("{name} (and 1 other pod): {reasons}"),
            _ => format!("{name} (and {} other pods): {reasons}", count - 1),
        })
        .collect();
    lines.sort();
    warnings.extend(lines);
    warnings
}

/// Replicas say the same: one of each controller comes first, the others last (`prioritizePods`).
fn one_of_each_controller_first<'i>(
    pods: Vec<(&'i Resource, PodView<'i>)>,
) -> Vec<(&'i Resource, PodView<'i>)> {
    let mut seen = BTreeSet::new();
    let (mut first, mut others) = (Vec::new(), Vec::new());
    for (resource, pod) in pods {
        let owners = resource.metadata().into_iter().flat_map(|metadata| metadata.list("ownerReferences"));
        let controller =
            owners.filter(|owner| owner.bool("controller") == Some(true)).find_map(|owner| owner.str("uid"));
        match controller {
            Some(uid) if !seen.insert(uid) => others.push((resource, pod)),
            _ => first.push((resource, pod)),
        }
    }
    first.append(&mut others);
    first
}
