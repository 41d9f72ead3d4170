//! `type-warning`: types do not fit, for every kind that the policy is about.

use seawall_core::Severity;

use super::{Context, Lint, LintRule};

pub(super) static RULE: LintRule = LintRule {
    id: "type-warning",
    severity: Severity::Medium,
    title: "the types of an expression do not fit",
    why: "the API server only warns, in the status of the policy: the comparison is never true, or the expression fails when it runs",
    help: "compare values of one type",
};

/// What every generated name of a type has in it: such types are compared by the checker, and are plain maps when it runs.
const GENERATED: [&str; 2] = [".@", "Object"];

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in &context.subjects.policies {
        let asked: Vec<_> = subject
            .situations
            .iter()
            .zip(&subject.excluded)
            .filter(|(_, excluded)| !**excluded)
            .map(|(situation, _)| &situation.kind)
            .collect();
        for field in &subject.warnings {
            let Some(first) = field.warnings.first() else { continue };
            for issue in first.issues.iter().filter(|issue| is_certain(&issue.message)) {
                let so_for = |kind: &&Option<_>| {
                    kind.as_ref().is_some_and(|kind| {
                        field.warnings.iter().any(|warning| {
                            warning.kind == *kind && warning.issues.iter().any(|own| same(own, issue))
                        })
                    })
                };
                if !asked.is_empty() && asked.iter().all(so_for) {
                    let message = format!("the API server warns for `{}`: {}", first.kind, issue.message);
                    lints.push(Lint::new(&RULE, subject.at(field.route.clone()), message));
                }
            }
        }
    }
}

fn same(one: &crate::cel::check::Issue, other: &crate::cel::check::Issue) -> bool {
    (&one.message, one.line, one.column) == (&other.message, other.line, other.column)
}

/// Whether a warning means something at run time. Fields are `field-unknown`'s, which knows more of them.
fn is_certain(message: &str) -> bool {
    message.starts_with("found no matching overload")
        && !GENERATED.iter().any(|part| message.contains(part))
        && !types(message).any(|own| own.contains('.'))
}

/// The types that an operator was applied to.
fn types(message: &str) -> impl Iterator<Item = &str> {
    let applied = message.split_once("applied to '").map_or("", |(_, types)| types);
    applied.trim_matches(|c| matches!(c, '(' | ')' | '\'')).split(", ")
}
