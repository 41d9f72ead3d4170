//! `field-unknown`: an expression asks for a field that no object of its kinds can have.

use seawall_core::Severity;

use super::{Context, Lint, LintRule};
use crate::lint::fold::Missing;
use crate::lint::subject::Written;
use seawall_core::suggest;

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
            let mut messages: Vec<String> = Vec::new();
            for missing in told(own) {
                let message = message(missing);
                if !messages.contains(&message) {
                    messages.push(message.clone());
                    lints.push(Lint::new(&RULE, subject.at(own.route.clone()), message));
                }
            }
        }
    }
}

/// The fields of an expression that are told. Whoever asks whether a field is there may ask it of several kinds, in a text that
/// policies share: then only what is nearly the name of a field is a mistake.
pub(super) fn told<'w, 's>(own: &'w Written<'s>) -> impl Iterator<Item = &'w Missing<'s>> {
    own.trace.missing().into_iter().filter(|missing| !missing.tested || near(missing).is_some())
}

/// The field that was probably meant.
fn near<'s>(missing: &Missing<'s>) -> Option<&'s str> {
    suggest::nearest(&missing.field, missing.of.fields().map(|own| own.name))
}

fn message(missing: &Missing<'_>) -> String {
    let Missing { of, field, tested } = missing;
    let owner = match of.name().rsplit('.').next() {
        None | Some("") => "its type".to_owned(),
        Some(name) => format!("`{name}`"),
    };
    let so = if *tested { "it is never there" } else { "reading it always fails" };
    let hint = near(missing).map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    format!("`{field}` is no field of {owner}: {so}{hint}")
}
