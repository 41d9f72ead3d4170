//! `refused`: the API server does not take the object.

use seawall_core::Severity;

use super::{Context, Lint, LintRule};
use crate::vap::Fault;

pub(super) static RULE: LintRule = LintRule {
    id: "refused",
    severity: Severity::High,
    title: "the API server refuses the policy",
    why: "what is refused is not in force, and an older version of it stays in force without a word",
    help: "correct the field as the message says",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    let subjects = context.subjects;
    let policies = subjects.policies.iter().map(|own| (own.resource, own.read.as_ref().err()));
    let bindings = subjects.bindings.iter().map(|own| (own.resource, own.read.as_ref().err()));
    for (resource, fault) in policies.chain(bindings) {
        let errors = match fault {
            None => continue,
            Some(Fault::Undecodable(error)) => std::slice::from_ref(error),
            Some(Fault::Invalid(errors)) => errors.as_slice(),
        };
        for error in errors {
            let place = seawall_inventory::Place { resource: resource.id(), route: error.route.clone() };
            let lint = Lint::new(&RULE, place, format!("the API server refuses this: {error}"));
            if !lints.iter().any(|known| known.place == lint.place && known.message == lint.message) {
                lints.push(lint);
            }
        }
    }
}
