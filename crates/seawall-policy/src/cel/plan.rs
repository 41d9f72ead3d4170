//! A tree made ready to run: names are places, functions are pointers, constants are values, constant patterns are compiled.
//!
//! Invariant: whatever parses has a plan. A name that nothing declares is an operation that fails when it is reached, as it
//! does in cel-go without its checker, and is listed for those who refuse such an expression beforehand.

use regex::Regex;

use super::ast::{Ast, Binary, Expr, ExprId, Fold};
use super::functions::{self, Native};
use super::value::{Type, Value};
use super::{CompileError, ErrorKind, EvalError, Names, Slot};

/// The number of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpId(u32);

#[derive(Debug)]
pub(super) enum Op {
    Const(Value<'static>),
    Global(Slot, Box<str>),
    Local(usize),
    Fail(EvalError),
    Select {
        of: OpId,
        field: Box<str>,
        optional: bool,
    },
    Has {
        of: OpId,
        field: Box<str>,
    },
    Index {
        of: OpId,
        index: OpId,
        optional: bool,
    },
    /// `has(variables.x)`, `variables.?x`: the variable is there when it has a value, whatever that is.
    Present {
        of: OpId,
        optional: bool,
    },
    Call {
        native: Native,
        args: Box<[OpId]>,
    },
    Matches {
        text: OpId,
        pattern: Regex,
    },
    Not(OpId),
    Neg(OpId),
    Arith {
        op: Binary,
        left: OpId,
        right: OpId,
    },
    Order {
        op: Binary,
        left: OpId,
        right: OpId,
    },
    Equal {
        left: OpId,
        right: OpId,
        negate: bool,
    },
    In {
        left: OpId,
        right: OpId,
    },
    /// `stop` is what ends the chain: false for `&&`, true for `||`.
    Chain {
        terms: Box<[OpId]>,
        stop: bool,
    },
    Cond {
        test: OpId,
        yes: OpId,
        no: OpId,
    },
    List(Box<[(OpId, bool)]>),
    Map(Box<[(OpId, OpId, bool)]>),
    Fold {
        kind: Fold,
        range: OpId,
        two: bool,
        filter: Option<OpId>,
        body: Option<OpId>,
    },
    OptMap {
        of: OpId,
        body: OpId,
        flat: bool,
    },
    /// `of.or(other)`, `of.orValue(other)`: the other one is evaluated only when it is needed.
    OptOr {
        of: OpId,
        other: OpId,
        value: bool,
    },
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    ops: Vec<(Op, u32)>,
    pub(super) root: Option<OpId>,
    /// How deep its operations are nested.
    pub(super) height: u16,
    pub(super) unresolved: Vec<CompileError>,
}

impl Plan {
    pub(super) fn op(&self, id: OpId) -> Option<&(Op, u32)> {
        self.ops.get(id.0 as usize)
    }
}

pub(super) fn plan(ast: &Ast, names: &Names) -> Plan {
    let mut planner = Planner { ast, names, locals: Vec::new(), depth: 0, plan: Plan::default() };
    planner.plan.root = Some(planner.expr(ast.root()));
    planner.plan
}

struct Planner<'a> {
    ast: &'a Ast,
    names: &'a Names,
    /// Variables of the macros around, the innermost last.
    locals: Vec<&'a str>,
    depth: u16,
    plan: Plan,
}

impl<'a> Planner<'a> {
    fn add(&mut self, op: Op, at: u32) -> OpId {
        let id = OpId(u32::try_from(self.plan.ops.len()).unwrap_or(u32::MAX));
        self.plan.ops.push((op, at));
        id
    }

    fn exprs(&mut self, ids: &[ExprId]) -> Box<[OpId]> {
        ids.iter().map(|id| self.expr(*id)).collect()
    }

    fn expr(&mut self, id: ExprId) -> OpId {
        self.depth += 1;
        self.plan.height = self.plan.height.max(self.depth);
        let at = self.ast.at(id);
        let op = match self.ast.expr(id) {
            Expr::Null => Op::Const(Value::Null),
            Expr::Bool(value) => Op::Const(Value::Bool(*value)),
            Expr::Int(value) => Op::Const(Value::Int(*value)),
            Expr::Uint(value) => Op::Const(Value::Uint(*value)),
            Expr::Double(value) => Op::Const(Value::Double(*value)),
            Expr::Str(text) => Op::Const(Value::text(text.as_str())),
            Expr::Bytes(bytes) => Op::Const(Value::bytes(bytes.as_slice())),
            Expr::Ident(_) => self.name(id, at),
            Expr::Select { of, field, optional } => match self.qualified(id) {
                Some(op) => op,
                None => match self.composited(*of, field).filter(|_| *optional) {
                    Some(variable) => Op::Present { of: self.add(variable, at), optional: true },
                    None => {
                        Op::Select { of: self.expr(*of), field: field.as_str().into(), optional: *optional }
                    }
                },
            },
            Expr::Has { of, field } => match self.composited(*of, field) {
                Some(variable) => Op::Present { of: self.add(variable, at), optional: false },
                None => Op::Has { of: self.expr(*of), field: field.as_str().into() },
            },
            Expr::Index { of, index, optional } => {
                Op::Index { of: self.expr(*of), index: self.expr(*index), optional: *optional }
            }
            Expr::Call { function, target, args } => self.call(function, *target, args, at),
            Expr::Not(of) => Op::Not(self.expr(*of)),
            Expr::Neg(of) => Op::Neg(self.expr(*of)),
            Expr::Binary { op, left, right } => {
                let (left, right) = (self.expr(*left), self.expr(*right));
                match op {
                    Binary::Eq | Binary::Ne => Op::Equal { left, right, negate: *op == Binary::Ne },
                    Binary::In => Op::In { left, right },
                    Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge => Op::Order { op: *op, left, right },
                    _ => Op::Arith { op: *op, left, right },
                }
            }
            Expr::And(terms) => Op::Chain { terms: self.exprs(terms), stop: false },
            Expr::Or(terms) => Op::Chain { terms: self.exprs(terms), stop: true },
            Expr::Cond { test, yes, no } => {
                Op::Cond { test: self.expr(*test), yes: self.expr(*yes), no: self.expr(*no) }
            }
            Expr::List(items) => self.list(items),
            Expr::Map(entries) => {
                let entries = entries.iter();
                Op::Map(entries.map(|(key, value, opt)| (self.expr(*key), self.expr(*value), *opt)).collect())
            }
            Expr::Message { name, .. } => self.unresolved(format!("unknown type: {name}"), at),
            Expr::Fold { kind, range, vars, filter, body } => {
                let range = self.expr(*range);
                let depth = self.locals.len();
                self.locals.push(&vars.0);
                self.locals.extend(vars.1.as_deref());
                let filter = filter.map(|filter| self.expr(filter));
                let body = body.map(|body| self.expr(body));
                self.locals.truncate(depth);
                Op::Fold { kind: *kind, range, two: vars.1.is_some(), filter, body }
            }
            Expr::OptMap { of, var, body, flat } => {
                let of = self.expr(*of);
                self.locals.push(var);
                let body = self.expr(*body);
                self.locals.pop();
                Op::OptMap { of, body, flat: *flat }
            }
        };
        self.depth -= 1;
        self.add(op, at)
    }

    /// A list of constants is a constant.
    fn list(&mut self, items: &[(ExprId, bool)]) -> Op {
        let ops: Box<[(OpId, bool)]> =
            items.iter().map(|(item, optional)| (self.expr(*item), *optional)).collect();
        let constant = |(id, optional): &(OpId, bool)| match self.plan.op(*id) {
            Some((Op::Const(value), _)) if !optional => Some(value.clone()),
            _ => None,
        };
        match ops.iter().map(constant).collect::<Option<Vec<_>>>() {
            Some(values) => Op::Const(Value::list(values)),
            None => Op::List(ops),
        }
    }

    fn unresolved(&mut self, message: String, at: u32) -> Op {
        self.plan.unresolved.push(CompileError::new(message.clone(), at));
        Op::Fail(EvalError::new(ErrorKind::NoSuchAttribute, message))
    }

    fn name(&mut self, id: ExprId, at: u32) -> Op {
        let Expr::Ident(name) = self.ast.expr(id) else { return Op::Const(Value::Null) };
        if let Some(place) = self.local(name) {
            return Op::Local(place);
        }
        match self.qualified(id) {
            Some(op) => op,
            None => self.unresolved(format!("no such attribute(s): {}", name.trim_start_matches('.')), at),
        }
    }

    fn local(&self, name: &str) -> Option<usize> {
        self.locals.iter().rposition(|local| *local == name)
    }

    /// The variable or type that dotted names are, looked for in the container and outwards.
    fn qualified(&self, id: ExprId) -> Option<Op> {
        let names = self.ast.dotted(id)?;
        let first = *names.first()?;
        if self.local(first).is_some() {
            return None;
        }
        let dotted = names.join(".");
        let mut container = if first.starts_with('.') { "" } else { self.names.container() };
        loop {
            let name = match container {
                "" => dotted.trim_start_matches('.').to_owned(),
                _ => format!("{container}.{dotted}"),
            };
            if let Some(slot) = self.names.slot(&name) {
                return Some(Op::Global(slot, name.into()));
            }
            // `dyn` is a type to the checker only.
            if let Some(named) = Type::ALL.into_iter().find(|own| own.name() == name && name != "dyn") {
                return Some(Op::Const(Value::Type(named)));
            }
            if container.is_empty() {
                return None;
            }
            container = container.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }

    /// A policy's own variable, when `of` is what holds them.
    fn composited(&self, of: ExprId, name: &str) -> Option<Op> {
        let Expr::Ident(holder) = self.ast.expr(of) else { return None };
        if self.local(holder).is_some() {
            return None;
        }
        let name = format!("{}.{name}", holder.trim_start_matches('.'));
        super::names::composited(&name)?;
        Some(Op::Global(self.names.slot(&name)?, name.into()))
    }

    fn call(&mut self, function: &str, target: Option<ExprId>, args: &'a [ExprId], at: u32) -> Op {
        let function = function.trim_start_matches('.');
        if let Some(target) = target {
            // `strings.quote(x)` is a function with a dot in its name, unless something is called `strings`.
            if let Some(names) = self.ast.dotted(target)
                && names.first().is_some_and(|first| self.local(first).is_none())
                && self.qualified(target).is_none()
                && let Some(native) =
                    functions::find(&format!("{}.{function}", names.join(".")), false, args.len())
            {
                return Op::Call { native, args: self.exprs(args) };
            }
            if let ("or" | "orValue", [other]) = (function, args) {
                let (of, other) = (self.expr(target), self.expr(*other));
                return Op::OptOr { of, other, value: function == "orValue" };
            }
        }
        let args: Box<[OpId]> = target.iter().chain(args).map(|arg| self.expr(*arg)).collect();
        let Some(native) = functions::find(function, target.is_some(), args.len()) else {
            self.plan.unresolved.push(CompileError::new(format!("undeclared reference to '{function}'"), at));
            return Op::Fail(EvalError::new(
                ErrorKind::NoSuchOverload,
                format!("no such overload: {function}"),
            ));
        };
        if let ("matches", [text, pattern]) = (function, &*args)
            && let Some((Op::Const(Value::Str(pattern)), _)) = self.plan.op(*pattern)
            && let Some(pattern) = functions::pattern(pattern)
        {
            return Op::Matches { text: *text, pattern };
        }
        Op::Call { native, args }
    }
}
