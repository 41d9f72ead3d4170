//! The one place where policies meet CEL: what expressions may name, how they are compiled, and what running one gives.
//!
//! Invariants: names keep their places in every expression of every policy, so that one set of bindings serves all policies
//! of a request; a policy's own variables come behind them. What is refused here is what the API server refuses.
//! Source: `pkg/admission/plugin/cel/compile.go`, `composition.go`, `activation.go` of the API server.

use crate::cel::ast::{Ast, Expr};
use crate::cel::{Bindings, Evaluation, Limits, Names, Program, Slot, Value, parse};

/// The type that an expression must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Bool,
    /// A text; the authorizer is not known.
    Message,
    TextOrNull,
    /// `Object{…}`
    Object,
    /// A list of `JSONPatch{…}`.
    JsonPatches,
}

/// Why an expression is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is wrong.
    Invalid(String),
    /// The API server fails on it.
    Internal(String),
}

/// The places of what every expression may name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slots {
    pub(crate) object: Slot,
    pub(crate) old_object: Slot,
    pub(crate) namespace: Slot,
    pub(crate) request: Slot,
    pub(crate) params: Slot,
    pub(crate) authorizer: Slot,
    pub(crate) request_resource: Slot,
}

/// An expression that is ready to run.
#[derive(Debug)]
pub(crate) struct Expression {
    /// As errors quote it.
    text: Box<str>,
    program: Program,
}

/// A policy's own variables; of two of one name the later one counts.
#[derive(Debug, Default)]
pub(crate) struct Variables(Vec<(Slot, Program)>);

/// Compiles the expressions of one policy.
#[derive(Debug)]
pub(crate) struct Compiler {
    names: Names,
    params: bool,
    mutation: bool,
    composed: bool,
    variables: Variables,
    reads_namespace: std::cell::Cell<bool>,
}

/// The names of everything, in the order of [`Slots`].
fn names(mutation: bool) -> (Names, Slots) {
    let mut names = Names::new();
    if mutation {
        names = names.for_mutation();
    }
    let slots = Slots {
        object: names.declare("object"),
        old_object: names.declare("oldObject"),
        namespace: names.declare("namespaceObject"),
        request: names.declare("request"),
        params: names.declare("params"),
        authorizer: names.declare("authorizer"),
        request_resource: names.declare("authorizer.requestResource"),
    };
    (names, slots)
}

impl Slots {
    /// The places.
    pub(crate) fn new() -> Self {
        names(false).1
    }
}

impl Compiler {
    /// A compiler for a policy, with parameters or without.
    pub(crate) fn new(params: bool, mutation: bool) -> Self {
        Compiler {
            names: names(mutation).0,
            params,
            mutation,
            composed: mutation,
            variables: Variables::default(),
            reads_namespace: std::cell::Cell::new(false),
        }
    }

    /// From here on expressions may name `variables`.
    pub(crate) fn compose(&mut self) {
        self.composed = true;
    }

    /// A match condition, which knows no variables.
    pub(crate) fn condition(&self, text: &str) -> Result<Expression, Refused> {
        self.compile(text)
    }

    /// A variable: later expressions may name it.
    pub(crate) fn variable(&mut self, name: &str, text: &str) -> Result<(), Refused> {
        let program = self.compile(text)?.program;
        let slot = self.names.declare_composited(name);
        self.variables.0.push((slot, program));
        Ok(())
    }

    /// Any other expression.
    pub(crate) fn expression(&self, text: &str, _expected: Expected) -> Result<Expression, Refused> {
        self.compile(text)
    }

    fn compile(&self, text: &str) -> Result<Expression, Refused> {
        let failed = |detail: String| Refused::Invalid(format!("compilation failed: {detail}"));
        let limits = Limits::default();
        let ast = parse(text, &limits).map_err(|error| failed(error.to_string()))?;
        let program = Program::of(&ast, &self.names, &limits);
        if let Some(error) = program.unresolved().first() {
            return Err(failed(error.to_string()));
        }
        if names_namespace(&ast) {
            self.reads_namespace.set(true);
        }
        Ok(Expression { text: text.into(), program })
    }

    /// The variables, and whether any expression names the namespace.
    pub(crate) fn finish(self) -> (Variables, bool) {
        (self.variables, self.reads_namespace.get())
    }
}

fn names_namespace(ast: &Ast) -> bool {
    ast.exprs().any(|expr| matches!(expr, Expr::Ident(name) if name.trim_start_matches('.') == "namespaceObject"))
}

impl Expression {
    /// The same; errors quote another text.
    pub(crate) fn shown_as(self, text: &str) -> Self {
        Expression { text: text.into(), ..self }
    }

    /// As errors quote it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Runs it and takes what it cost from the budget. The inner error is the expression's own; the outer one means that
    /// the budget is used up and nothing more may run.
    pub(crate) fn run<'v>(
        &'v self,
        bindings: &Bindings<'v>,
        budget: &mut u64,
    ) -> Result<Result<Value<'v>, String>, OutOfBudget> {
        let Evaluation { result, cost } = self.program.run(bindings);
        for cost in [bindings.take_composited_cost(), cost] {
            *budget = budget.checked_sub(cost).ok_or(OutOfBudget)?;
        }
        Ok(result.map_err(|error| format!("expression '{}' resulted in error: {error}", self.text)))
    }
}

/// What a whole phase may cost is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfBudget;

impl std::fmt::Display for OutOfBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("validation failed due to running out of cost budget, no further validation rules will be run")
    }
}

impl Variables {
    /// Makes them known to expressions; they are evaluated when they are asked for, and anew after this.
    pub(crate) fn bind<'v>(&'v self, bindings: &mut Bindings<'v>) {
        for (slot, program) in &self.0 {
            bindings.set_lazy(*slot, program);
        }
    }
}
