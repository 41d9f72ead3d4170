//! What is wrong with admission policies themselves: those that do nothing, those that do less or more than they seem to, and
//! those that fail.
//!
//! ```text
//! Inventory ─ subject (policies, bindings, expressions) ─ situations (kind × operation) ─┬─ fold (what is always so)
//!                                                                                        ├─ trial (run on objects that exist)
//!                                                                                        └─ rules ─ Lint
//! ```
//!
//! Invariants, above all what is absent:
//! - a false alarm is worse than silence: what is said to be always so follows from types, rules and operations; what is
//!   said to fail was run and failed, on an object that the API server takes;
//! - one rule, one file, one name for ever, one section of `docs/policy-lint.md`;
//! - absence accuses only where the inventory is complete, or where nothing else could be meant;
//! - no IO, no clock, no judgement of what a policy is for.

mod fold;
mod rules;
mod situation;
mod subject;
mod telling;
mod trial;
mod witness;

#[cfg(test)]
mod tests;

use seawall_inventory::{Inventory, Lint, LintRule};
use seawall_schema::Schemas;
use seawall_yaml::Node;

pub use rules::RULES;
pub use telling::findings;

use crate::vap::World;
use crate::vap::typing::Typing;
use subject::Subjects;

/// What all rules look at.
pub(crate) struct Context<'a> {
    pub(crate) inventory: &'a Inventory,
    pub(crate) world: &'a World<'a>,
    pub(crate) subjects: &'a Subjects<'a>,
}

/// Everything that is wrong with the policies and bindings of an inventory, in the order of its objects. Definitions of
/// custom resources, parameters and namespaces in it are known to the rules.
pub fn lint(inventory: &Inventory) -> Vec<Lint> {
    let world = World::new(inventory, None);
    let mut typing = Typing::new(world.schemas());
    let subjects = Subjects::of(inventory, &world, &mut typing);
    let context = Context { inventory, world: &world, subjects: &subjects };
    let mut lints = Vec::new();
    for check in rules::CHECKS {
        check(&context, &mut lints);
    }
    lints.sort_by_key(|lint| (lint.place.resource.0, lint.place.route.to_string(), lint.rule.id));
    lints
}

/// The warnings that the API server writes into `status.typeChecking.expressionWarnings` of a policy: `fieldRef` and
/// `warning`.
pub fn type_checking(policy: Node<'_>, schemas: &Schemas) -> Vec<(String, String)> {
    let warnings = Typing::new(schemas).warnings(policy);
    warnings.into_iter().map(|field| (field.route.to_string(), field.text())).collect()
}

/// Whether an object is a policy or a binding.
pub fn is_judged(resource: &seawall_inventory::Resource) -> bool {
    resource.group() == crate::vap::GROUP && subject::flavor(resource.kind()).is_some()
}
