//! Match conditions: whether a policy is to be judged at all.
//!
//! Source: `Match` (`pkg/admission/plugin/webhook/matchconditions/matcher.go`) of the API server.

use super::activation::Activation;
use super::policy::{FailurePolicy, Policy};
use crate::cel::{Bindings, Value};

/// What all conditions of a policy may cost (`RuntimeCELCostBudgetMatchConditions`).
const BUDGET: u64 = 2_500_000;

/// What the conditions say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Conditions {
    /// All hold.
    Hold,
    /// One does not, or they failed and that is ignored.
    Skip,
    /// They could not be evaluated.
    Failed(String),
}

/// Evaluates the conditions of a policy. One that is false decides, whatever becomes of the others.
pub(crate) fn judge<'a>(
    policy: &'a Policy,
    activation: &Activation<'a>,
    mut bindings: Bindings<'a>,
) -> Conditions {
    if policy.conditions.is_empty() {
        return Conditions::Hold;
    }
    let failed = |error: String| match policy.failure {
        FailurePolicy::Fail => Conditions::Failed(error),
        FailurePolicy::Ignore => Conditions::Skip,
    };
    bindings.set(activation.slots.namespace, Value::Null);
    bindings.set(activation.slots.request, activation.asked.clone());
    let mut budget = BUDGET;
    let mut results = Vec::with_capacity(policy.conditions.len());
    for condition in &policy.conditions {
        match condition.run(&bindings, &mut budget) {
            Ok(result) => results.push(result),
            Err(out) => return failed(out.to_string()),
        }
    }
    let mut errors: Vec<String> = Vec::new();
    for result in results {
        match result {
            Ok(Value::Bool(false)) => return Conditions::Skip,
            Ok(_) => {}
            Err(error) if errors.contains(&error) => {}
            Err(error) => errors.push(error),
        }
    }
    match errors.as_slice() {
        [] => Conditions::Hold,
        [one] => failed(one.clone()),
        many => failed(format!("[{}]", many.join(", "))),
    }
}
