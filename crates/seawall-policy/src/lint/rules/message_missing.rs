//! `message-missing`: a validation that only its expression explains.

use seawall_core::{Route, Severity};

use super::{Context, Lint, LintRule};
use crate::lint::subject::Role;

pub(super) static RULE: LintRule = LintRule {
    id: "message-missing",
    severity: Severity::Low,
    title: "a validation has no message",
    why: "whoever is refused reads `failed expression: …` and has to understand CEL to know what to change",
    help: "set `message`, or `messageExpression` where the message names what is wrong",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in context.subjects.policies.iter().filter(|own| own.read.is_ok()) {
        for own in subject.of(Role::Validation) {
            let validation =
                subject.resource.root().path(&["spec", "validations"]).and_then(|list| list.item(own.place));
            let Some(validation) = validation else { continue };
            if validation.str("message").is_none() && validation.str("messageExpression").is_none() {
                let route = Route::root().keys(&["spec", "validations"]).index(own.place).key("message");
                lints.push(Lint::new(&RULE, subject.at(route), "the validation has no message".to_owned()));
            }
        }
    }
}
