//! `cost-near-limit`: an expression, or all of a policy, comes near what the API server lets it cost.

use seawall_core::{Route, Severity};

use super::{Context, Lint, LintRule};
use crate::lint::trial::{BUDGET, LIMIT, costs};
use crate::lint::witness::CONTAINERS;

pub(super) static RULE: LintRule = LintRule {
    id: "cost-near-limit",
    severity: Severity::Medium,
    title: "an expression costs nearly what it may cost",
    why: "what costs more is an error, and `failurePolicy` decides: large pods are refused, or nobody judges them",
    help: "do not go over a list within a list; give what is used twice a name (`variables`)",
};

/// From this share of a limit on it is near.
const NEAR: u64 = 2;

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in &context.subjects.policies {
        let (most, together) = costs(subject, context.subjects);
        let told = |cost: u64, limit: u64, what: &str| {
            let on = format!("on a pod with {CONTAINERS} containers {what} costs");
            if cost > limit {
                format!("{on} more than the API server's limit of {limit} units")
            } else {
                format!("{on} {cost} units; the API server's limit is {limit}")
            }
        };
        let mut dear = false;
        for (place, cost) in most {
            let Some(own) = subject.expressions.get(place).filter(|_| cost > LIMIT / NEAR) else { continue };
            dear = true;
            lints.push(Lint::new(&RULE, subject.at(own.route.clone()), told(cost, LIMIT, "the expression")));
        }
        if !dear && together > BUDGET / NEAR {
            let route = Route::root().keys(&["spec"]);
            lints.push(Lint::new(&RULE, subject.at(route), told(together, BUDGET, "the policy")));
        }
    }
}
