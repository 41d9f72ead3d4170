//! What expressions cost, before they run and when they do.
//!
//! The suite counts as cel-go does by itself: constants are not made beforehand, lists may be of mixed types, and a text of
//! unknown size has up to 12 characters (`testCostEstimator` of `pkg/cel/library/cost_test.go`).

use std::sync::Arc;

use seawall_policy::cel::check::{self, Environment, Size, Sizes, Type};
use seawall_policy::cel::{Bindings, Limits, Names, Program, ResourceTarget, Value};
use serde::Deserialize;

use super::engine::Everybody;
use crate::conformance::verdict::{Case, Outcome, Score, Verdict};

/// A release that has every library.
const RELEASE: u32 = 37;

/// What the suite expects.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Estimated {
    min: u64,
    max: u64,
}

/// An expression and its costs.
pub(super) struct CostCase {
    pub(super) name: String,
    pub(super) expr: String,
    pub(super) estimated: Option<Estimated>,
    pub(super) cost: u64,
}

/// The sizes that the suite's estimator knows.
struct Twelve;

impl Sizes for Twelve {
    fn size(&self, _: &[Arc<str>], is: &Type) -> Option<Size> {
        matches!(is, Type::String | Type::Bytes).then_some(Size { min: 0, max: 12 })
    }
}

impl Case for CostCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        let (estimated, cost) = match costs(&self.expr) {
            Ok(costs) => costs,
            Err(why) => return Outcome::Failed(why).into(),
        };
        let wanted = self.estimated.unwrap_or(estimated);
        let scores = vec![
            Score { name: "estimated costs", hit: u64::from(estimated == wanted), of: 1 },
            Score { name: "run-time costs", hit: u64::from(cost == self.cost), of: 1 },
        ];
        let outcome = if estimated == wanted && cost == self.cost {
            Outcome::Passed
        } else {
            Outcome::Failed(format!(
                "estimated {}..{} for {}..{}, run-time {cost} for {}",
                estimated.min, estimated.max, wanted.min, wanted.max, self.cost
            ))
        };
        Verdict { outcome, scores }
    }
}

fn costs(expr: &str) -> Result<(Estimated, u64), String> {
    let mut env = Environment::kubernetes(RELEASE).with_mixed_literals().mutating();
    env.declare("authorizer", Type::object("kubernetes.authorization.Authorizer"));
    env.declare("authorizer.requestResource", Type::object("kubernetes.authorization.ResourceCheck"));
    let limits = Limits::default();
    let (ast, checked) = check::compile(expr, &env, &limits).map_err(|issues| issues.to_string())?;
    let estimate = checked.cost(&Twelve);
    let mut names = Names::new().for_mutation();
    let mut bindings = Bindings::new();
    bindings.set(names.declare("authorizer"), Value::authorizer());
    let checks = names.declare("authorizer.requestResource");
    bindings.set(checks, Value::resource_check(ResourceTarget::new("", "")));
    bindings.set_authorizer(&Everybody);
    let overload = |id| match checked.overloads(id) {
        [one] => Some(*one),
        _ => None,
    };
    let program = Program::as_written(&ast, &names, &limits, &overload);
    if let Some(problem) = program.unresolved().first() {
        return Err(problem.to_string());
    }
    Ok((Estimated { min: estimate.min, max: estimate.max }, program.run(&bindings).cost))
}
