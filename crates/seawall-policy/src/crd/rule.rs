//! A rule made ready: its types are checked and its cost is known.
//!
//! Source: `apiextensions-apiserver/pkg/apiserver/schema/cel/compilation.go`.

use super::declared::Declared;
use super::schema::Rule;
use crate::cel::Limits;
use crate::cel::ast::Ast;
use crate::cel::check::{self, Checked, Cost, Environment, Type};

/// A rule that can be evaluated.
#[derive(Debug)]
pub struct Compiled {
    /// The expression.
    pub rule: Ast,
    /// Whether it compares with the value of before: it is not evaluated where there is none.
    pub uses_old_self: bool,
    /// What one evaluation may cost.
    pub cost: Cost,
    /// The expression of its message, or why there is none.
    pub message: Option<Result<Ast, Refused>>,
}

/// Why the API server does not take an expression; the text is its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

/// The type of `self` in issues: the API server makes up another name every time.
const SELF: &str = "selfType";

/// Checks a rule over values of a type, at a version of Kubernetes. Nothing for a rule without a text.
pub fn compile(rule: &Rule, of: &Declared, minor: u32, limits: &Limits) -> Result<Option<Compiled>, Refused> {
    if rule.rule.trim().is_empty() {
        return Ok(None);
    }
    let mut env = Environment::kubernetes(minor);
    let own = of.define(SELF, &mut env);
    env.declare("self", own.clone());
    env.declare("oldSelf", if rule.optional_old_self { Type::optional(own) } else { own });
    let (ast, checked) = checked(&rule.rule, &env, limits, "")?;
    if *checked.result() != Type::Bool {
        return Err(Refused("cel expression must evaluate to a bool".to_owned()));
    }
    let message = match rule.message_expression.as_str() {
        "" => None,
        text => Some(message(text, &env, limits)),
    };
    let (uses_old_self, cost) = (checked.uses("oldSelf"), checked.cost(of));
    Ok(Some(Compiled { rule: ast, uses_old_self, cost, message }))
}

fn message(text: &str, env: &Environment, limits: &Limits) -> Result<Ast, Refused> {
    let (ast, checked) = checked(text, env, limits, "messageExpression ")?;
    match checked.result() {
        Type::String => Ok(ast),
        _ => Err(Refused("messageExpression must evaluate to a string".to_owned())),
    }
}

fn checked(text: &str, env: &Environment, limits: &Limits, what: &str) -> Result<(Ast, Checked), Refused> {
    check::compile(text, env, limits).map_err(|issues| Refused(format!("{what}compilation failed: {issues}")))
}
