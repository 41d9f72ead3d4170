//! `fails-on-valid-object`, `object-on-delete`, `old-object-on-create`, `message-fails`: an expression that was run on an object
//! that the API server takes, and failed.

use seawall_core::Severity;

use super::{Context, Lint, LintRule, field_unknown};
use crate::admission::Operation;
use crate::cel::ErrorKind;
use crate::lint::subject::{Role, Subject, Written};
use crate::lint::trial::{self, Failure};
use crate::vap::FailurePolicy;

pub(super) static FAILS: LintRule = LintRule {
    id: "fails-on-valid-object",
    severity: Severity::Medium,
    title: "an expression fails on an object that the API server takes",
    why: "`failurePolicy` decides then: `Fail` refuses the object with an error that nobody understands, `Ignore` lets it in",
    help: "ask first: `has(a.b) && …`, `a.?b.orValue(…)`",
};

pub(super) static ON_DELETE: LintRule = LintRule {
    id: "object-on-delete",
    severity: Severity::High,
    title: "`object` is read on DELETE, where it is null",
    why: "with `failurePolicy: Fail` nothing that the policy matches can be deleted, with `Ignore` deletion is not judged",
    help: "leave DELETE out of `operations`, or read `oldObject` there",
};

pub(super) static ON_CREATE: LintRule = LintRule {
    id: "old-object-on-create",
    severity: Severity::High,
    title: "`oldObject` is read on CREATE, where it is null",
    why: "with `failurePolicy: Fail` nothing that the policy matches can be created, with `Ignore` creation is not judged",
    help: "leave CREATE out of `operations`, or test `oldObject != null` first",
};

pub(super) static MESSAGE: LintRule = LintRule {
    id: "message-fails",
    severity: Severity::Low,
    title: "a message expression fails where its message is needed",
    why: "the user then reads `message`, or the bare expression",
    help: "ask first: `has(a.b)`, `a.?b.orValue(…)`",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in &context.subjects.policies {
        let mut told: Vec<(usize, &'static str, String)> = Vec::new();
        let failures = trial::failures(subject, context.subjects);
        for (place, failure) in &failures {
            let Some(own) = subject.expressions.get(*place) else { continue };
            // What costs too much does so with every object, what depends on the server need not fail there, and fields
            // that no object has are told already.
            let unknown = |field: &str| failure.error.message.ends_with(&format!("no such key: {field}"));
            if matches!(failure.error.kind, ErrorKind::Limit | ErrorKind::Unknown)
                || field_unknown::told(own).any(|missing| unknown(&missing.field))
            {
                continue;
            }
            let elsewhere = failures.iter().any(|(other, known)| {
                other == place
                    && known.error.message == failure.error.message
                    && known.operation != failure.operation
            });
            let rule = rule(subject, own, failure, elsewhere);
            // The same mistake on another operation or kind is one mistake.
            let error = failure.error.message.to_string();
            if told.iter().any(|known| *known == (*place, rule.id, error.clone())) {
                continue;
            }
            told.push((*place, rule.id, error));
            lints.push(lint(subject, own, failure, rule));
        }
    }
}

/// Null has no fields: what fails on one operation only, and reads what is null there, fails because of it.
fn rule(subject: &Subject<'_>, own: &Written<'_>, failure: &Failure, elsewhere: bool) -> &'static LintRule {
    match failure.operation {
        _ if own.role == Role::Message => &MESSAGE,
        Operation::Delete if !elsewhere && subject.reads(own, |path| path == "object") => &ON_DELETE,
        Operation::Create if !elsewhere && subject.reads(own, |path| path == "oldObject") => &ON_CREATE,
        _ => &FAILS,
    }
}

fn lint(subject: &Subject<'_>, own: &Written<'_>, failure: &Failure, rule: &'static LintRule) -> Lint {
    let what = match own.role {
        Role::Message => "the message",
        Role::Condition => "the match condition",
        Role::Annotation => "the audit annotation",
        Role::Mutation => "the mutation",
        Role::Validation | Role::Variable => "the validation",
    };
    let Failure { error, operation, kind, about } = failure;
    let ignored = subject.read.as_ref().is_ok_and(|policy| policy.failure == FailurePolicy::Ignore);
    let so = match (own.role, ignored) {
        (Role::Message, _) => "the message is not shown",
        (_, true) => "`failurePolicy: Ignore` lets it in unjudged",
        (_, false) => "`failurePolicy: Fail` refuses it",
    };
    let message = format!("{what} fails with `{error}` on {} of a {kind} {about}: {so}", operation.name());
    let mut lint = Lint::new(rule, subject.at(own.route.clone()), message);
    if ignored && own.role == Role::Validation {
        lint.severity = Severity::High;
    }
    lint
}
