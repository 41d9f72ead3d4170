//! `field-dropped`: a field of a policy or binding that its type does not have.

use seawall_core::{Severity, Step};
use seawall_inventory::{Place, Resource};

use super::{Context, Lint, LintRule};
use seawall_core::suggest;

pub(super) static RULE: LintRule = LintRule {
    id: "field-dropped",
    severity: Severity::High,
    title: "a policy has a field that the API does not have",
    why: "the API server drops it, so what it was meant to restrict or to say is not so",
    help: "correct its name or its place",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    let policies = context.subjects.policies.iter().map(|own| own.resource);
    for resource in policies.chain(context.subjects.bindings.iter().map(|own| own.resource)) {
        of(context, resource, lints);
    }
}

fn of(context: &Context<'_>, resource: &Resource, lints: &mut Vec<Lint>) {
    let Some(schema) = context.world.schemas().of_object(resource.root()) else { return };
    for node in schema.unknown_fields(resource.root()) {
        let route = resource.route_of(node);
        let Some((above, Step::Key(field))) = route.split_last() else { continue };
        let mut own = Some(schema);
        for step in above.steps() {
            own = match step {
                Step::Key(key) => own.and_then(|own| own.child(key)),
                Step::Index(_) => own.and_then(|own| own.items()),
            };
        }
        let known: Vec<&str> = own.into_iter().flat_map(|own| own.fields()).map(|own| own.name).collect();
        let hint = suggest::hint(field, known);
        let message = format!("`{route}` is an unknown field, which the API server drops{hint}");
        lints.push(Lint::new(&RULE, Place { resource: resource.id(), route }, message));
    }
}
