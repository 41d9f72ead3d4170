//! Calls.

use super::super::ast::{Expr, ExprId};
use super::super::cost::Cost;
use super::super::functions::{self, Function, Kind, Run};
use super::super::limits::Budget;
use super::super::value::Value;
use super::super::{CompileError, ErrorKind, EvalError, Limits};
use super::{Constants, Op, OpId, Planner, text_of};

/// Conversions, which cel-go's planner carries out when their argument is constant.
const CONVERSIONS: [&str; 10] =
    ["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"];

/// Functions that take a pattern as their second argument.
const SEARCHES: [&str; 3] = ["matches", "find", "findAll"];

impl<'a> Planner<'a> {
    pub(super) fn call(
        &mut self,
        id: ExprId,
        name: &str,
        target: Option<ExprId>,
        args: &'a [ExprId],
        at: u32,
    ) -> Op {
        let name = name.trim_start_matches('.');
        if let Some(target) = target {
            // `strings.quote(x)` is a function with a dot in its name, unless something is called `strings`.
            if let Some(names) = self.ast.dotted(target)
                && names.first().is_some_and(|first| self.local(first).is_none())
                && self.qualified(target).is_none()
                && let Some(function) =
                    functions::find(&format!("{}.{name}", names.join(".")), false, args.len(), self.names)
            {
                let args = self.exprs(args);
                return self.native(id, function, args, at);
            }
            match (name, args) {
                ("or" | "orValue", [other]) => {
                    self.since(28, true, &format!("undeclared reference to '{name}'"), at);
                    let (of, other) = (self.expr(target), self.expr(*other));
                    return Op::OptOr { of, other, value: name == "orValue" };
                }
                ("sortBy", [var, key]) => {
                    if let Expr::Ident(var) = self.ast.expr(*var) {
                        return self.sort_by(id, target, var, *key, at);
                    }
                }
                _ => {}
            }
        }
        let args: Box<[OpId]> = target.iter().chain(args).map(|arg| self.expr(*arg)).collect();
        match functions::find(name, target.is_some(), args.len(), self.names) {
            Some(function) => self.native(id, function, args, at),
            None => {
                self.plan.unresolved.push(CompileError::new(format!("undeclared reference to '{name}'"), at));
                Op::Fail(EvalError::new(ErrorKind::NoSuchOverload, format!("no such overload: {name}")))
            }
        }
    }

    fn sort_by(&mut self, id: ExprId, of: ExprId, var: &'a str, key: ExprId, at: u32) -> Op {
        self.since(34, true, "undeclared reference to 'sortBy'", at);
        let of = self.expr(of);
        self.locals.push(var);
        let key = self.expr(key);
        self.locals.pop();
        let known = match self.overloads {
            Some(overloads) => overloads(id).is_some(),
            None => match self.constant(key) {
                Some(value) => super::super::compare::has_order(value),
                None => matches!(self.kind(key), Kind::Str | Kind::Bytes | Kind::Other),
            },
        };
        Op::SortBy { of, key, constant: self.is_made(key), known }
    }

    fn native(&mut self, id: ExprId, function: &'static Function, args: Box<[OpId]>, at: u32) -> Op {
        if let (Constants::Made, Run::Native(run), [arg]) = (self.constants, function.run, &*args)
            && CONVERSIONS.contains(&function.name)
            && let Some(value) = self.constant(*arg)
        {
            let args = std::slice::from_ref(value);
            let made = run(args, &mut Budget::new(&Limits::default()));
            let made = made.map_err(|error| function.explained(error, args));
            return self.made(made, at);
        }
        if SEARCHES.contains(&function.name)
            && let [text, pattern, rest @ ..] = &*args
            && let Some(pattern) = text_of(self.constant(*pattern)).cloned()
        {
            return match functions::pattern(&pattern) {
                Some(compiled) => Op::Pattern {
                    function,
                    args: [text].into_iter().chain(rest).copied().collect(),
                    pattern: compiled,
                    characters: pattern.chars().count() as u64,
                },
                None => {
                    self.made(Err(EvalError::argument(format!("error parsing regexp: `{}`", &*pattern))), at)
                }
            };
        }
        let known = self.known(id, function, &args);
        Op::Call { function, args, known }
    }

    /// A constant, or what is refused because it cannot be made.
    fn made(&mut self, value: Result<Value<'static>, EvalError>, at: u32) -> Op {
        match value {
            Ok(value) => Op::Const(value),
            Err(error) => {
                if !self.plan.language {
                    let message = format!("program instantiation failed: {error}");
                    self.plan.unresolved.push(CompileError::new(message, at));
                }
                Op::Fail(error)
            }
        }
    }

    /// Whether the types are known that decide what a call costs.
    fn known(&self, id: ExprId, function: &Function, args: &[OpId]) -> bool {
        let kind = |place: usize| args.get(place).map_or(Kind::Unknown, |arg| self.kind(*arg));
        let expected: &[&str] = match (function.cost, function.name) {
            (Cost::KnownText, "string") => &["bytes_to_string"],
            (Cost::KnownText, _) => &["string_to_bytes"],
            (Cost::ContainsIp, _) => &["cidr_contains_ip_string"],
            (Cost::ContainsCidr, _) => &["cidr_contains_cidr_string"],
            (Cost::KnownSelfCompare, _) => {
                return self
                    .overloads
                    .map_or_else(|| kind(0) == Kind::Sortable, |overloads| overloads(id).is_some());
            }
            _ => return true,
        };
        match self.overloads {
            Some(overloads) => overloads(id).is_some_and(|overload| expected.contains(&overload)),
            None => match function.cost {
                Cost::KnownText if function.name == "string" => kind(0) == Kind::Bytes,
                Cost::KnownText => kind(0) == Kind::Str,
                _ => kind(1) == Kind::Str,
            },
        }
    }
}
