//! Which findings have one cause: the same place is wrong, or the same part of an object is missing.
//!
//! A container without a `securityContext` fails half a dozen checks, and one block of lines cures them all. People read
//! and count such findings together; machines get them one by one.

use std::collections::{BTreeSet, HashMap};

use seawall_core::{Finding, LocationRole, ResourceId, Route, Step};

/// What is wrong or missing, however many checks say so.
pub(crate) type Cause = (ResourceId, Route);

/// The block whose missing parts have one cause, wherever in it they belong.
const BLOCK: &str = "securityContext";

/// The cause of a finding; `None` for one with several places, which has no single cause.
pub(crate) fn cause(finding: &Finding) -> Option<Cause> {
    let mut places = finding.locations.iter().filter(|location| location.role == LocationRole::Primary);
    let location = places.next()?;
    if places.next().is_some() {
        return None;
    }
    let steps = location.route.steps();
    if location.existing >= steps.len() {
        return Some((location.resource, location.route.clone()));
    }
    // The first step that is missing, or the block if that is there already.
    let block = steps.iter().position(|step| matches!(step, Step::Key(key) if **key == *BLOCK));
    let length = block.filter(|at| *at <= location.existing).unwrap_or(location.existing) + 1;
    Some((location.resource, location.route.prefix(length)))
}

/// Findings with their cause together, in the order of the first of each cause. A check that fails twice for one cause
/// has more to say than the place: it begins another group.
pub(crate) fn by_cause<'a, T>(
    findings: impl IntoIterator<Item = T>,
    finding_of: impl Fn(&T) -> &'a Finding,
) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut open: HashMap<Cause, (usize, BTreeSet<&'a str>)> = HashMap::new();
    for item in findings {
        let finding = finding_of(&item);
        let check = finding.check.id.as_str();
        let cause = cause(finding);
        let known = cause.as_ref().and_then(|cause| open.get_mut(cause));
        if let Some((group, checks)) = known
            && checks.insert(check)
            && let Some(group) = groups.get_mut(*group)
        {
            group.push(item);
            continue;
        }
        if let Some(cause) = cause {
            open.insert(cause, (groups.len(), BTreeSet::from([check])));
        }
        groups.push(vec![item]);
    }
    groups
}
