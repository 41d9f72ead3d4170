//! `param-unset`, `param-unused`, `param-kind-unused`, `param-missing-allowed`: parameters that are not there, or not read.

use seawall_core::{Route, Severity};

use super::{Context, Lint, LintRule};
use crate::admission::Action;
use crate::lint::subject::Subject;

pub(super) static UNSET: LintRule = LintRule {
    id: "param-unset",
    severity: Severity::High,
    title: "a binding gives no parameters to a policy that reads them",
    why: "`params` is null then: what reads it fails, and `failurePolicy` decides",
    help: "set `paramRef`",
};

pub(super) static USELESS: LintRule = LintRule {
    id: "param-unused",
    severity: Severity::Low,
    title: "a binding names parameters, and its policy takes none",
    why: "what stands in the parameters has no effect",
    help: "set `paramKind` in the policy, or remove `paramRef`",
};

pub(super) static UNUSED: LintRule = LintRule {
    id: "param-kind-unused",
    severity: Severity::Low,
    title: "a policy has parameters and reads none",
    why: "what stands in the parameters has no effect, and a parameter that is missing can stop every request",
    help: "read `params` in an expression, or remove `paramKind`",
};

pub(super) static ALLOWED: LintRule = LintRule {
    id: "param-missing-allowed",
    severity: Severity::Low,
    title: "without its parameters a policy lets everything in",
    why: "whoever deletes the parameters, or nobody having made them, switches the policy off without a word",
    help: "set `parameterNotFoundAction: Deny`",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in &context.subjects.policies {
        let Ok(policy) = &subject.read else { continue };
        let reads = reads(subject);
        if policy.params.is_some() && !reads {
            let place = subject.at(Route::root().keys(&["spec", "paramKind"]));
            lints.push(Lint::new(&UNUSED, place, "no expression reads `params`".to_owned()));
        }
        for (bound, binding) in context.subjects.bindings_of(subject) {
            let at = |key: &str| bound.at(Route::root().keys(&["spec", "paramRef"]).keys(&[key]));
            let whole = || bound.at(Route::root().keys(&["spec", "paramRef"]));
            match (&policy.params, &binding.params) {
                (Some(_), None) if reads => {
                    let message = format!(
                        "policy `{}` reads `params`, and this binding sets no `paramRef`: it is null",
                        policy.name
                    );
                    lints.push(Lint::new(&UNSET, whole(), message));
                }
                (None, Some(_)) => {
                    let message =
                        format!("policy `{}` has no `paramKind`: `paramRef` does nothing", policy.name);
                    lints.push(Lint::new(&USELESS, whole(), message));
                }
                (Some(_), Some(reference))
                    if !reference.deny_missing && binding.actions.contains(&Action::Deny) =>
                {
                    let message = "where the parameters are missing everything is let in".to_owned();
                    lints.push(Lint::new(&ALLOWED, at("parameterNotFoundAction"), message));
                }
                _ => {}
            }
        }
    }
}

fn reads(subject: &Subject<'_>) -> bool {
    subject.expressions.iter().any(|own| subject.reads(own, |path| path == "params"))
}
