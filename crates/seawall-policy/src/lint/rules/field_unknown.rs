//! `field-unknown`: an expression asks for a field that no object of its kinds can have.

use seawall_core::Severity;

use super::{Context, Lint, LintRule};
use crate::lint::fold::Missing;
use crate::lint::suggest;

pub(super) static RULE: LintRule = LintRule {
    id: "field-unknown",
    severity: Severity::High,
    title: "an expression asks for a field that no object has",
    why: "a test for it is always false and reading it always fails: the policy does not look at what it is meant to look at",
    help: "correct the name of the field, or the kinds that the rules name",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in &context.subjects.policies {
        for own in &subject.expressions {
            let mut told: Vec<String> = Vec::new();
            for missing in own.trace.missing() {
                let message = message(missing);
                if !told.contains(&message) {
                    told.push(message.clone());
                    lints.push(Lint::new(&RULE, subject.at(own.route.clone()), message));
                }
            }
        }
    }
}

fn message(missing: &Missing<'_>) -> String {
    let Missing { of, field, tested } = missing;
    let owner = match of.name().rsplit('.').next() {
        None | Some("") => "its type".to_owned(),
        Some(name) => format!("`{name}`"),
    };
    let so = if *tested { "it is never there" } else { "reading it always fails" };
    let hint = suggest::hint(field, of.fields().map(|own| own.name));
    format!("`{field}` is no field of {owner}: {so}{hint}")
}
