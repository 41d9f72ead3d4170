//! What an update found as it is: noted, and never refused, so that what is older than a policy can be deleted, healed and
//! labelled.
//!
//! Invariants:
//! - a finding is the old object's only when that says the same of the same place, with the same value there: another
//!   privileged container, or another image from a forbidden registry, is new;
//! - while an object is being deleted nothing but its metadata is free: rights in a role that waits for its finalizers count;
//! - where the old object is not known, all findings count.

use seawall_checks::Evaluation;
use seawall_core::{CheckId, Finding, Fingerprint};
use seawall_inventory::Resource;
use seawall_policy::admission::{Note, Operation, Request};
use seawall_schema::Value;
use seawall_yaml::Node;

use super::checks::message;
use crate::judge::Around;

/// Takes out of an evaluation what the update did not bring; `evaluate` judges the old object.
pub(super) fn noted(
    evaluation: &mut Evaluation,
    request: &Request<'_>,
    around: &Around<'_>,
    evaluate: impl FnOnce(Resource) -> Evaluation,
    notes: &mut Vec<Note>,
) {
    let Evaluation { findings, not_evaluated, .. } = evaluation;
    if request.operation != Operation::Update || findings.is_empty() && not_evaluated.is_empty() {
        return;
    }
    let note = |id: &CheckId, reason, message| Note {
        policy: id.as_str().into(),
        reason,
        message,
        annotated: false,
    };
    if is_going(request) {
        notes.extend(findings.drain(..).map(|one| note(&one.check.id, "BeingDeleted", message(&one))));
        not_evaluated.clear();
        return;
    }
    let Some(old) = request.old_object.and_then(|old| around.earlier(old)) else { return };
    let before = evaluate(old.clone());
    let mut known: Vec<Same<'_>> = before.findings.iter().map(|one| Same::of(one, old.root())).collect();
    let Some(object) = request.object else { return };
    for finding in std::mem::take(findings) {
        let same = Same::of(&finding, object);
        match known.iter().position(|known| *known == same) {
            Some(place) => {
                known.swap_remove(place);
                notes.push(note(&finding.check.id, "AlreadyThere", message(&finding)));
            }
            None => findings.push(finding),
        }
    }
    let is_new = |gap: &_| !before.not_evaluated.contains(gap);
    not_evaluated.retain(is_new);
}

/// Whether an object is being deleted, and the update leaves alone what it is.
fn is_going(request: &Request<'_>) -> bool {
    let marked =
        |object: Node<'_>| object.path(&["metadata", "deletionTimestamp"]).is_some_and(|at| !at.is_null());
    let Some(object) = request.object else { return false };
    match request.old_object {
        Some(old) => {
            marked(old) && substance(old).is_some_and(|before| substance(object).as_ref() == Some(&before))
        }
        // Clients cannot set the mark.
        None => request.unseen.old_object && marked(object),
    }
}

/// All of an object but its metadata and what is reported of it; `None` when it is nested too deeply to be compared.
fn substance(object: Node<'_>) -> Option<Vec<(&str, Value<'_>)>> {
    let parts = object.entries().filter(|(key, _)| !matches!(*key, "metadata" | "status"));
    let mut parts = parts.map(|(key, node)| Some((key, Value::of(node)?))).collect::<Option<Vec<_>>>()?;
    parts.sort_by_key(|(key, _)| *key);
    Some(parts)
}

/// What makes a finding the same before and after an update.
#[derive(PartialEq)]
struct Same<'f> {
    fingerprint: Fingerprint,
    message: &'f str,
    /// What stands at its places. Of a map only that it is one: what is missing in it is told at the map.
    values: Vec<Option<Value<'f>>>,
}

impl<'f> Same<'f> {
    fn of(finding: &'f Finding, object: Node<'f>) -> Self {
        let own = finding.locations.iter().filter(|location| location.resource == finding.resource);
        let value = |node: Node<'f>| Value::of(node).filter(|_| !node.is_map());
        let values = own.map(|location| object.at(&location.route).and_then(value)).collect();
        Same { fingerprint: finding.fingerprint, message: &finding.message, values }
    }
}
