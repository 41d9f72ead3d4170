//! `always-true` and `always-false`: a validation or match condition whose outcome no object changes.

use seawall_core::Severity;

use super::{Context, Lint, LintRule, field_unknown};
use crate::cel::ast::{Binary, Expr};
use crate::lint::fold::Fails;
use crate::lint::subject::{Role, Subject, Written, paths};

pub(super) static ALWAYS_TRUE: LintRule = LintRule {
    id: "always-true",
    severity: Severity::Medium,
    title: "an expression is always true",
    why: "a validation that is always true refuses nothing, a match condition that is always true excludes nothing",
    help: "say what it is meant to test, or remove it",
};

pub(super) static ALWAYS_FALSE: LintRule = LintRule {
    id: "always-false",
    severity: Severity::Medium,
    title: "an expression is always false",
    why: "a validation that is always false refuses every request that the policy is about",
    help: "say what it is meant to test; where everything is to be refused, write `false`",
};

pub(super) static MATCHES_NOTHING: LintRule = LintRule {
    id: "matches-nothing",
    severity: Severity::High,
    title: "the match conditions of a policy exclude everything",
    why: "the policy is never asked, though it looks as if it were in force",
    help: "correct the condition that is always false",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in &context.subjects.policies {
        if subject.read.is_err() || subject.situations.is_empty() {
            continue;
        }
        if !subject.is_asked() {
            let guilty = subject.of(Role::Condition).find(|own| truth(own) == Some(false));
            let route = guilty.map_or_else(
                || seawall_core::Route::root().keys(&["spec", "matchConditions"]),
                |own| own.route.clone(),
            );
            let message = match guilty {
                Some(_) => "the match condition is always false: the policy is never asked",
                None => {
                    "for everything that the rules take a match condition is false: the policy is never asked"
                }
            };
            lints.push(Lint::new(&MATCHES_NOTHING, subject.at(route), message.to_owned()));
            continue;
        }
        for own in &subject.expressions {
            lints.extend(of(subject, own));
        }
    }
}

fn truth(own: &Written<'_>) -> Option<bool> {
    own.always.and_then(|always| always.truth)
}

/// `object.kind != "CronJob"`: the kind is refused as such.
fn refuses_kind(own: &Written<'_>) -> bool {
    let Expr::Binary { op: Binary::Ne, left, right } = own.ast.expr(own.ast.root()) else { return false };
    let kinds = [["object", "kind"].as_slice(), &["request", "kind", "kind"], &["request", "operation"]];
    [left, right]
        .into_iter()
        .any(|side| own.ast.dotted(*side).is_some_and(|path| kinds.contains(&path.as_slice())))
}

fn names_variables(own: &Written<'_>) -> bool {
    paths(&own.ast).contains_key("variables")
}

fn of(subject: &Subject<'_>, own: &Written<'_>) -> Option<Lint> {
    // A field that does not exist is the reason then, and is told.
    let truth = truth(own).filter(|_| field_unknown::told(own).next().is_none())?;
    let what = match own.role {
        Role::Validation => "validation",
        Role::Condition => "match condition",
        _ => return None,
    };
    let fails = match own.always.map(|always| always.fails) {
        Some(Fails::Never) => "",
        _ => ", where it does not fail",
    };
    let literal = own.text.trim();
    let (rule, so) = match (truth, own.role) {
        (true, Role::Validation) => (&ALWAYS_TRUE, "it refuses nothing"),
        (true, _) => (&ALWAYS_TRUE, "it excludes nothing"),
        // Whoever writes `false` means it, and so may who gathers faults in variables, of which there is always one.
        (false, Role::Validation) if literal == "false" || names_variables(own) || refuses_kind(own) => {
            return None;
        }
        (false, Role::Validation) => (&ALWAYS_FALSE, "it refuses everything"),
        (false, _) => return None,
    };
    // A policy that only writes to the audit log has to have no validation, but may.
    if literal == "true" && subject.of(Role::Annotation).next().is_some() {
        return None;
    }
    let message = format!("the {what} is always {truth}{fails}: {so}");
    let mut lint = Lint::new(rule, subject.at(own.route.clone()), message);
    // Conditions are copied from policy to policy, whether or not there is anything to exclude.
    if own.role == Role::Condition {
        lint.severity = Severity::Low;
    }
    Some(lint)
}
