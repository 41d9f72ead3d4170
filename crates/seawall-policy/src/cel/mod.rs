//! CEL as the API server runs it, on resources where they lie.
//!
//! ```text
//! text ─ lex ─ parse (macros) ─ Ast ─ plan (names → slots, functions, constants) ─ Program ─ evaluate(Bindings) ─ Value
//! ```
//!
//! Invariants, above all what is absent:
//! - nothing panics on any text or value; size, depth, cost and steps are bounded by [`Limits`], and there is no other loop;
//! - a program is immutable and shared by threads; an evaluation borrows from it and from the resources, and copies neither;
//! - meaning, cost and texts of errors are cel-go's with the options of Kubernetes ([`Names::language`] is for what the
//!   language definition has otherwise);
//! - a program needs no types: what the checker ([`check`]) would refuse because of a name is in [`Program::unresolved`], types
//!   are met when they are used;
//! - no protocol buffers, no clock, no time zones but those that come with the program, no randomness; who may do what is
//!   asked of an [`Authorizer`].
//!
//! Source: <https://github.com/google/cel-spec/blob/master/doc/langdef.md>.

mod access;
mod arith;
pub mod ast;
mod attr;
mod authorizer;
mod bindings;
pub mod check;
mod compare;
mod cost;
mod error;
mod eval;
mod fold;
mod functions;
mod keyed;
mod lex;
mod limits;
mod literal;
mod macros;
mod map;
mod names;
mod opaque;
mod parse;
mod plan;
mod print;
mod quote;
mod re2;
mod time;
mod value;
mod version;
mod words;
mod zone;

#[cfg(test)]
mod tests;

pub use authorizer::{Answer, Attributes, Authorizer, ResourceTarget, ServiceAccount, Target};
pub use bindings::Bindings;
pub use error::{CompileError, ErrorKind, EvalError, EvalFailure};
pub use keyed::{Keyed, Keys};
pub use limits::Limits;
pub use map::Map;
pub use names::{Names, Slot};
pub use opaque::{Authz, Cidr, Format, Ip, Opaque, Quantity, Semver, Url};
pub use parse::parse;
pub(crate) use print::literal;
pub use print::print;
pub use time::{Duration, Timestamp};
pub use value::{Shared, Struct, Type, Value};
pub use version::Version;
pub(crate) use words::is_word;

/// What an evaluation gave.
#[derive(Debug)]
pub struct Evaluation<'v> {
    /// The value, or why there is none.
    pub result: Result<Value<'v>, EvalError>,
    /// What it cost in the API server's units, also when it ended early; lazy variables are not part of it.
    pub cost: u64,
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
        Ok(Self::of(&parse(text, limits)?, names, limits))
    }

    /// Resolves the names of an expression that has been read.
    pub fn of(ast: &ast::Ast, names: &Names, limits: &Limits) -> Self {
        Program { plan: plan::plan(ast, names, None, plan::Constants::Made), limits: *limits }
    }

    /// The same with what a type checker knows: the overload that each operator and call is, by cel-go's name, where there is
    /// only one. Costs are exact only with it.
    pub fn checked(
        ast: &ast::Ast,
        names: &Names,
        limits: &Limits,
        overloads: &dyn Fn(ast::ExprId) -> Option<&'static str>,
    ) -> Self {
        Program { plan: plan::plan(ast, names, Some(overloads), plan::Constants::Made), limits: *limits }
    }

    /// The same without constants that are made beforehand: what cel-go counts where it is not told to optimize.
    pub fn as_written(
        ast: &ast::Ast,
        names: &Names,
        limits: &Limits,
        overloads: &dyn Fn(ast::ExprId) -> Option<&'static str>,
    ) -> Self {
        Program { plan: plan::plan(ast, names, Some(overloads), plan::Constants::AsWritten), limits: *limits }
    }

    /// Names of variables, functions and types that nothing declares, and constants that cannot be made: the API server
    /// refuses such an expression.
    pub fn unresolved(&self) -> &[CompileError] {
        &self.plan.unresolved
    }

    /// Its value with these variables.
    pub fn evaluate<'v, 'o: 'v>(&'v self, bindings: &Bindings<'o>) -> Result<Value<'v>, EvalError> {
        self.run(bindings).result
    }

    /// Its value with these variables, and what it cost.
    pub fn run<'v, 'o: 'v>(&'v self, bindings: &Bindings<'o>) -> Evaluation<'v> {
        let Some(root) = self.plan.root else { return Evaluation { result: Ok(Value::Null), cost: 0 } };
        if let Err(error) = bindings.enter(self.plan.height) {
            return Evaluation { result: Err(error), cost: 0 };
        }
        let budget = limits::Budget::new(&self.limits);
        let mut machine = eval::Machine::new(&self.plan, bindings, budget);
        let result = machine.eval(root);
        bindings.leave(self.plan.height);
        Evaluation { result, cost: machine.budget.cost() }
    }
}
