//! A rule made ready: its types are checked and its cost is known.
//!
//! Source: `apiextensions-apiserver/pkg/apiserver/schema/cel/{compilation,validation}.go`.

use super::declared::Declared;
use super::schema::Rule;
use crate::cel::check::{self, Checked, Cost, Environment, Type};
use crate::cel::{Bindings, ErrorKind, EvalError, Limits, Names, Program, Slot, Value};

/// A rule that can be evaluated.
#[derive(Debug)]
pub struct Compiled {
    rule: Rule,
    program: Program,
    message: Option<Result<Program, Refused>>,
    slots: [Slot; 2],
    /// Whether it compares with the value of before: it is not evaluated where there is none.
    pub uses_old_self: bool,
    /// What one evaluation may cost.
    pub cost: Cost,
}

/// Why the API server does not take an expression; the text is its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

/// What a rule says of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It compares with a value of before, which there is not.
    Skipped,
    /// It does not hold, or could not be evaluated, which is the same for the API server.
    Fails(String),
}

/// The type of `self` in issues: the API server makes up another name every time.
const SELF: &str = "selfType";

/// The bytes of the longest message that an expression may make.
const LONGEST_MESSAGE: usize = 5 << 10;

/// Checks a rule over values of a type, at a version of Kubernetes. Nothing for a rule without a text.
pub fn compile(rule: &Rule, of: &Declared, minor: u32, limits: &Limits) -> Result<Option<Compiled>, Refused> {
    if rule.rule.trim().is_empty() {
        return Ok(None);
    }
    let mut env = Environment::kubernetes(minor);
    let own = of.define(SELF, &mut env);
    env.declare("self", own.clone());
    env.declare("oldSelf", if rule.optional_old_self { Type::optional(own) } else { own });
    let mut names = Names::new();
    let slots = [names.declare("self"), names.declare("oldSelf")];
    let ready = Ready { env, names, limits };
    let (program, checked) = ready.compile(&rule.rule, "")?;
    if *checked.result() != Type::Bool {
        return Err(Refused("cel expression must evaluate to a bool".to_owned()));
    }
    let message = match rule.message_expression.as_str() {
        "" => None,
        text => Some(ready.message(text)),
    };
    let (uses_old_self, cost) = (checked.uses("oldSelf"), checked.cost(of));
    Ok(Some(Compiled { rule: rule.clone(), program, message, slots, uses_old_self, cost }))
}

struct Ready<'l> {
    env: Environment,
    names: Names,
    limits: &'l Limits,
}

impl Ready<'_> {
    fn compile(&self, text: &str, what: &str) -> Result<(Program, Checked), Refused> {
        let (ast, checked) = check::compile(text, &self.env, self.limits)
            .map_err(|issues| Refused(format!("{what}compilation failed: {issues}")))?;
        Ok((Program::of(&ast, &self.names, self.limits), checked))
    }

    fn message(&self, text: &str) -> Result<Program, Refused> {
        let (program, checked) = self.compile(text, "messageExpression ")?;
        match checked.result() {
            Type::String => Ok(program),
            _ => Err(Refused("messageExpression must evaluate to a string".to_owned())),
        }
    }
}

impl Compiled {
    /// Why its message is not made by its expression.
    pub fn message_refused(&self) -> Option<&Refused> {
        self.message.as_ref().and_then(|message| message.as_ref().err())
    }

    /// What it says of a value, and of that of before.
    pub fn evaluate(&self, own: &Value<'_>, old: Option<&Value<'_>>) -> Outcome {
        if self.uses_old_self && old.is_none() && !self.rule.optional_old_self {
            return Outcome::Skipped;
        }
        let [slot, old_slot] = self.slots;
        let mut bindings = Bindings::new();
        bindings.set(slot, own.clone());
        match old {
            old if self.rule.optional_old_self => {
                bindings.set(old_slot, old.map_or(Value::Optional(None), |old| Value::some(old.clone())));
            }
            Some(old) => bindings.set(old_slot, old.clone()),
            None => {}
        }
        match self.program.evaluate(&bindings) {
            Ok(Value::Bool(true)) => Outcome::Holds,
            Ok(_) => Outcome::Fails(self.said(&bindings)),
            Err(error) => Outcome::Fails(self.failed(&error)),
        }
    }

    fn failed(&self, error: &EvalError) -> String {
        let rule = self.text();
        match error.kind {
            ErrorKind::NoSuchOverload => format!(
                "'{error}': call arguments did not match a supported operator, function or macro signature for \
                 rule: {rule}"
            ),
            ErrorKind::Limit => format!(
                "'{error}': no further validation rules will be run due to call cost exceeds limit for rule: {rule}"
            ),
            _ => format!("{error} evaluating rule: {rule}"),
        }
    }

    /// The name of the rule in messages: what it says of itself, or its text.
    fn text(&self) -> &str {
        if self.rule.message.is_empty() { self.rule.rule.trim() } else { self.rule.message.trim() }
    }

    fn said<'v, 'o: 'v>(&'v self, bindings: &Bindings<'o>) -> String {
        let made = match &self.message {
            Some(Ok(program)) => program.evaluate(bindings).ok(),
            _ => None,
        };
        if let Some(Value::Str(made)) = made {
            let made = made.trim();
            if !made.is_empty() && made.len() <= LONGEST_MESSAGE && !made.contains(['\n', '\r']) {
                return made.to_owned();
            }
        }
        if self.rule.message.is_empty() {
            format!("failed rule: {}", self.rule.rule.trim())
        } else {
            self.rule.message.trim().to_owned()
        }
    }
}
