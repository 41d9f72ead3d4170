//! CEL as the API server runs it, on resources where they lie.
//!
//! ```text
//! text ─ lex ─ parse (macros) ─ Ast ─ plan (names → slots, functions, constants) ─ Program ─ evaluate(Bindings) ─ Value
//! ```
//!
//! Invariants, above all what is absent:
//! - nothing panics on any text or value; size, depth and steps are bounded by [`Limits`], and there is no other loop;
//! - a program is immutable and shared by threads; an evaluation borrows from it and from the resources, and copies neither;
//! - meaning and texts of errors are cel-go's with the options of Kubernetes; the language definition decides where both agree;
//! - no type checker: what one would refuse because of a name is in [`Program::unresolved`], types are met when they are used;
//! - no protocol buffers, no clock, no named time zones, no randomness; no Kubernetes libraries yet.
//!
//! Source: <https://github.com/google/cel-spec/blob/master/doc/langdef.md>.

mod access;
mod arith;
pub mod ast;
pub mod check;
mod compare;
mod error;
mod eval;
mod fold;
mod functions;
mod lex;
mod limits;
mod literal;
mod macros;
mod map;
mod parse;
mod plan;
mod print;
mod re2;
mod time;
mod value;

#[cfg(test)]
mod tests;

pub use error::{CompileError, ErrorKind, EvalError};
pub use limits::Limits;
pub use map::Map;
pub use parse::parse;
pub use print::print;
pub use time::{Duration, Timestamp};
pub use value::{Shared, Type, Value};

/// The place of a variable's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(usize);

/// The variables that expressions may name, and the container in which names are looked for first.
#[derive(Clone, Debug, Default)]
pub struct Names {
    variables: Vec<String>,
    container: String,
}

impl Names {
    /// No variables, no container.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same in a container: `y` is `a.b.y`, then `a.y`, then `y`.
    #[must_use]
    pub fn within(mut self, container: &str) -> Self {
        container.clone_into(&mut self.container);
        self
    }

    /// Declares a variable; its name may have dots. A name that is known keeps its place.
    pub fn declare(&mut self, name: &str) -> Slot {
        self.slot(name).unwrap_or_else(|| {
            self.variables.push(name.to_owned());
            Slot(self.variables.len() - 1)
        })
    }

    /// The place of a variable.
    pub fn slot(&self, name: &str) -> Option<Slot> {
        self.variables.iter().position(|own| own == name).map(Slot)
    }
}

/// The values of variables.
#[derive(Clone, Debug, Default)]
pub struct Bindings<'v>(Vec<Option<Value<'v>>>);

impl<'v> Bindings<'v> {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a variable its value.
    pub fn set(&mut self, slot: Slot, value: Value<'v>) {
        if self.0.len() <= slot.0 {
            self.0.resize(slot.0 + 1, None);
        }
        if let Some(place) = self.0.get_mut(slot.0) {
            *place = Some(value);
        }
    }

    fn get(&self, slot: Slot, name: &str) -> Result<Value<'v>, EvalError> {
        match self.0.get(slot.0) {
            Some(Some(value)) => Ok(value.clone()),
            _ => Err(EvalError::new(ErrorKind::NoSuchAttribute, format!("no such attribute(s): {name}"))),
        }
    }
}

/// An expression that is ready to run.
#[derive(Debug)]
pub struct Program {
    plan: plan::Plan,
    limits: Limits,
}

impl Program {
    /// Reads an expression and resolves its names.
    pub fn compile(text: &str, names: &Names, limits: &Limits) -> Result<Self, CompileError> {
        let ast = parse(text, limits)?;
        Ok(Program { plan: plan::plan(&ast, names), limits: *limits })
    }

    /// Names of variables, functions and types that nothing declares: the API server refuses such an expression.
    pub fn unresolved(&self) -> &[CompileError] {
        &self.plan.unresolved
    }

    /// Its value with these variables.
    pub fn evaluate<'v>(&'v self, bindings: &Bindings<'v>) -> Result<Value<'v>, EvalError> {
        let Some(root) = self.plan.root else { return Ok(Value::Null) };
        let budget = limits::Budget::new(&self.limits);
        eval::Machine { plan: &self.plan, bindings, locals: Vec::new(), budget }.eval(root)
    }
}
