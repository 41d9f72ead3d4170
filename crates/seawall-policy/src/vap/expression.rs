//! The one place where policies meet CEL: what expressions may name, how they are compiled, and what running one gives.
//!
//! Invariants: names keep their places in every expression of every policy, so that one set of bindings serves all policies
//! of a request; a policy's own variables come behind them. What is refused here is what the API server refuses.
//! Source: `pkg/admission/plugin/cel/compile.go`, `composition.go`, `activation.go` of the API server.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::LazyLock;

use super::environment::{Extras, add_variable, compose, environment};
use crate::cel::ast::{Ast, Expr};
use crate::cel::check::{self, Environment, Type};
use crate::cel::{Bindings, Evaluation, Limits, Names, Program, Slot, Value};

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
    /// Whatever it is.
    Any,
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

/// What expressions of a policy look at beside the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// `namespaceObject`
    pub(crate) namespace: bool,
    /// `authorizer`
    pub(crate) rights: bool,
}

/// Compiles the expressions of one policy.
pub(crate) struct Compiler {
    /// Where programs find the values of names.
    names: Names,
    /// Of validations, variables and audit annotations.
    full: Cow<'static, Environment>,
    /// Of message expressions.
    message: Cow<'static, Environment>,
    /// Of match conditions.
    condition: Cow<'static, Environment>,
    /// Of mutations.
    mutation: Option<Cow<'static, Environment>>,
    composed: bool,
    variables: Variables,
    reads: Cell<Reads>,
}

/// The names of everything, in the order of [`Slots`].
fn all_names(mutation: bool) -> (Names, Slots) {
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
    /// The places: the same for every policy.
    pub(crate) fn new() -> Self {
        static SLOTS: LazyLock<Slots> = LazyLock::new(|| all_names(false).1);
        *SLOTS
    }
}

impl Compiler {
    /// A compiler for a policy, with parameters or without.
    pub(crate) fn new(params: bool, mutation: bool) -> Self {
        let known = |authorizer, patches| environment(Extras { params, authorizer, patches });
        let mut compiler = Compiler {
            names: all_names(mutation).0,
            full: known(true, false),
            message: known(false, false),
            condition: known(true, false),
            mutation: mutation.then(|| known(true, true)),
            composed: false,
            variables: Variables::default(),
            reads: Cell::default(),
        };
        if mutation {
            compiler.compose();
        }
        compiler
    }

    /// From here on expressions other than match conditions may name `variables`.
    pub(crate) fn compose(&mut self) {
        if !std::mem::replace(&mut self.composed, true) {
            self.composing().for_each(compose);
        }
    }

    fn composing(&mut self) -> impl Iterator<Item = &mut Environment> {
        [&mut self.full, &mut self.message].into_iter().chain(&mut self.mutation).map(Cow::to_mut)
    }

    /// A match condition, which knows no variables.
    pub(crate) fn condition(&self, text: &str) -> Result<Expression, Refused> {
        self.compile(text, &self.condition, Expected::Bool).map(|(expression, _)| expression)
    }

    /// A variable: later expressions may name it, of any type when it is wrong.
    pub(crate) fn variable(&mut self, name: &str, text: &str) -> Result<(), Refused> {
        let compiled = self.compile(text, &self.full, Expected::Any);
        let is = compiled.as_ref().map_or(&Type::Dyn, |(_, is)| is);
        for env in self.composing() {
            add_variable(env, name, is);
        }
        let slot = self.names.declare_composited(name);
        let (expression, _) = compiled?;
        self.variables.0.push((slot, expression.program));
        Ok(())
    }

    /// Any other expression.
    pub(crate) fn expression(&self, text: &str, expected: Expected) -> Result<Expression, Refused> {
        let env = match expected {
            Expected::Message => &self.message,
            Expected::Object | Expected::JsonPatches => self.mutation.as_ref().unwrap_or(&self.full),
            Expected::Bool | Expected::TextOrNull | Expected::Any => &self.full,
        };
        self.compile(text, env, expected).map(|(expression, _)| expression)
    }

    fn compile(
        &self,
        text: &str,
        env: &Environment,
        expected: Expected,
    ) -> Result<(Expression, Type), Refused> {
        let limits = Limits::default();
        let (ast, checked) = check::compile(text, env, &limits)
            .map_err(|issues| Refused::Invalid(format!("compilation failed: {issues}")))?;
        if !expected.takes(checked.result()) {
            let found = checked.result().declared();
            return Err(Refused::Invalid(format!("must evaluate to {} but got {found}", expected.named())));
        }
        // Costs are exact only where the overload is known.
        let overload = |id| match checked.overloads(id) {
            [one] => Some(*one),
            _ => None,
        };
        let program = Program::checked(&ast, &self.names, &limits, &overload);
        if let Some(error) = program.unresolved().first() {
            // The checker knows what this evaluator does not: better not to have the policy than to have half of it.
            return Err(Refused::Internal(format!("program instantiation failed: {}", error.message)));
        }
        let Reads { namespace, rights } = self.reads.get();
        self.reads.set(Reads {
            namespace: namespace || names(&ast, "namespaceObject"),
            rights: rights || names(&ast, "authorizer"),
        });
        Ok((Expression { text: text.into(), program }, checked.result().clone()))
    }

    /// The variables, and what all expressions look at.
    pub(crate) fn finish(self) -> (Variables, Reads) {
        (self.variables, self.reads.get())
    }
}

impl Expected {
    fn takes(self, is: &Type) -> bool {
        match self {
            Expected::Bool => *is == Type::Bool,
            Expected::Message => *is == Type::String,
            Expected::TextOrNull => matches!(is, Type::String | Type::Null),
            Expected::Object => *is == Type::object("Object"),
            Expected::JsonPatches => *is == Type::list(Type::object("JSONPatch")),
            Expected::Any => true,
        }
    }

    fn named(self) -> &'static str {
        match self {
            Expected::Bool => "bool",
            Expected::Message => "string",
            Expected::TextOrNull => "one of [string null_type]",
            Expected::Object => "Object",
            Expected::JsonPatches => "list(JSONPatch)",
            Expected::Any => "any",
        }
    }
}

/// Whether an expression names something.
fn names(ast: &Ast, wanted: &str) -> bool {
    ast.exprs().any(|expr| matches!(expr, Expr::Ident(name) if name.trim_start_matches('.') == wanted))
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
        f.write_str(
            "validation failed due to running out of cost budget, no further validation rules will be run",
        )
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
