//! A tree made ready to run: names are places, functions are pointers, constants are values, constant patterns are compiled.
//!
//! Invariants: whatever parses has a plan. A name that nothing declares is an operation that fails when it is reached, as it
//! does in cel-go without its checker, and is listed for those who refuse such an expression beforehand; so is a constant
//! that cannot be made. What is constant to cel-go's planner, and so costs nothing, is constant here.

mod call;
mod name;

use regex::Regex;
use seawall_yaml::Key;

use super::ast::{Ast, Binary, Expr, ExprId, Fold};
use super::functions::{Function, Kind};
use super::value::{Shared, Value};
use super::{CompileError, ErrorKind, EvalError, Names, Slot, Version};

/// The number of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpId(u32);

/// What is asked of a variable or of a value: `a.b[0].?c`.
#[derive(Debug)]
pub(super) struct Attr {
    pub(super) root: Root,
    pub(super) steps: Box<[Step]>,
    /// Whether only the presence of the last step is asked: `has(a.b)`.
    pub(super) test: bool,
    /// What it costs besides its steps.
    pub(super) units: u64,
}

#[derive(Debug)]
pub(super) enum Root {
    Global(Slot, Box<str>),
    /// `variables.name`, `variables.?name`: a step that is taken at once.
    Composited {
        slot: Slot,
        name: Box<str>,
        optional: bool,
    },
    Local(usize),
    Of(OpId),
}

#[derive(Debug)]
pub(super) struct Step {
    pub(super) to: To,
    pub(super) optional: bool,
    pub(super) at: u32,
}

#[derive(Debug)]
pub(super) enum To {
    Field(Key),
    Index(OpId),
}

/// How `in` finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// In a list of constants, which costs nothing.
    Constants,
    /// In a list, item by item.
    List,
    /// In a map, or in what is not known beforehand.
    Any,
}

#[derive(Debug)]
pub(super) enum Op {
    Const(Value<'static>),
    Attr(Attr),
    Fail(EvalError),
    /// `known`: the types of its arguments are, as far as its cost depends on them.
    Call {
        function: &'static Function,
        args: Box<[OpId]>,
        known: bool,
    },
    /// A call whose second argument is this pattern; the others are given.
    Pattern {
        function: &'static Function,
        args: Box<[OpId]>,
        pattern: Regex,
        characters: u64,
    },
    Not(OpId),
    Neg(OpId),
    /// `texts`: it is known to be an operation on texts or bytes, and costs accordingly.
    Arith {
        op: Binary,
        left: OpId,
        right: OpId,
        texts: bool,
    },
    Order {
        op: Binary,
        left: OpId,
        right: OpId,
        texts: bool,
    },
    Equal {
        left: OpId,
        right: OpId,
        negate: bool,
    },
    In {
        left: OpId,
        right: OpId,
        within: Within,
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
    Struct {
        name: Box<str>,
        fields: Box<[(Box<str>, OpId, bool)]>,
    },
    Fold(Folding),
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
    /// `of.sortBy(x, key)`; `known`: the keys are known to have an order.
    SortBy {
        of: OpId,
        key: OpId,
        constant: bool,
        known: bool,
    },
}

/// A macro that goes over a list or a map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folding {
    pub(super) kind: Fold,
    pub(super) range: OpId,
    pub(super) two: bool,
    pub(super) filter: Option<OpId>,
    pub(super) body: Option<OpId>,
    /// Whether what is made of an item is constant.
    pub(super) constant: bool,
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    ops: Vec<(Op, u32)>,
    pub(super) root: Option<OpId>,
    /// How deep its operations are nested.
    pub(super) height: u16,
    pub(super) unresolved: Vec<CompileError>,
    /// Whether the language definition decides where the API server differs.
    pub(super) language: bool,
}

impl Plan {
    pub(super) fn op(&self, id: OpId) -> Option<&(Op, u32)> {
        self.ops.get(id.0 as usize)
    }
}

/// What a type checker knows: the overload that an operator or a call is, where there is only one.
pub(super) type Overloads<'a> = &'a dyn Fn(ExprId) -> Option<&'static str>;

pub(super) fn plan(ast: &Ast, names: &Names, overloads: Option<Overloads<'_>>) -> Plan {
    let (locals, kinds) = (Vec::new(), Vec::new());
    let plan = Plan { language: names.is_language(), ..Plan::default() };
    let mut planner = Planner { ast, names, overloads, locals, kinds, depth: 0, plan };
    planner.plan.root = Some(planner.expr(ast.root()));
    planner.plan
}

struct Planner<'a> {
    ast: &'a Ast,
    names: &'a Names,
    overloads: Option<Overloads<'a>>,
    /// Variables of the macros around, the innermost last.
    locals: Vec<&'a str>,
    /// What is known of the values of operations, by number.
    kinds: Vec<Kind>,
    depth: u16,
    plan: Plan,
}

impl<'a> Planner<'a> {
    fn add(&mut self, op: Op, at: u32) -> OpId {
        let id = OpId(u32::try_from(self.plan.ops.len()).unwrap_or(u32::MAX));
        self.kinds.push(self.kind_of(&op));
        self.plan.ops.push((op, at));
        id
    }

    fn expr(&mut self, id: ExprId) -> OpId {
        let op = self.op(id);
        self.add(op, self.ast.at(id))
    }

    fn exprs(&mut self, ids: &[ExprId]) -> Box<[OpId]> {
        ids.iter().map(|id| self.expr(*id)).collect()
    }

    fn constant(&self, id: OpId) -> Option<&Value<'static>> {
        match self.plan.op(id) {
            Some((Op::Const(value), _)) => Some(value),
            _ => None,
        }
    }

    fn op(&mut self, id: ExprId) -> Op {
        self.depth += 1;
        self.plan.height = self.plan.height.max(self.depth);
        let op = self.form(id);
        self.depth -= 1;
        op
    }

    fn form(&mut self, id: ExprId) -> Op {
        let ast = self.ast;
        let at = ast.at(id);
        match ast.expr(id) {
            Expr::Null => Op::Const(Value::Null),
            Expr::Bool(value) => Op::Const(Value::Bool(*value)),
            Expr::Int(value) => Op::Const(Value::Int(*value)),
            Expr::Uint(value) => Op::Const(Value::Uint(*value)),
            Expr::Double(value) => Op::Const(Value::Double(*value)),
            Expr::Str(text) => Op::Const(Value::text(text.as_str())),
            Expr::Bytes(bytes) => Op::Const(Value::bytes(bytes.as_slice())),
            Expr::Ident(_) => self.name(id, at),
            Expr::Select { of, field, optional } => self.select(id, *of, field, *optional, at),
            Expr::Has { of, field } => self.has(*of, field, at),
            Expr::Index { of, index, optional } => {
                let of = self.op(*of);
                let to = To::Index(self.expr(*index));
                self.since(28, *optional, "unsupported syntax '[?'", at);
                self.step(of, Step { to, optional: *optional, at }, false)
            }
            Expr::Call { function, target, args } => self.call(id, function, *target, args, at),
            Expr::Not(of) => Op::Not(self.expr(*of)),
            Expr::Neg(of) => Op::Neg(self.expr(*of)),
            Expr::Binary { op, left, right } => self.binary(id, *op, *left, *right),
            Expr::And(terms) => Op::Chain { terms: self.exprs(terms), stop: false },
            Expr::Or(terms) => Op::Chain { terms: self.exprs(terms), stop: true },
            Expr::Cond { test, yes, no } => {
                Op::Cond { test: self.expr(*test), yes: self.expr(*yes), no: self.expr(*no) }
            }
            Expr::List(items) => self.list(items),
            Expr::Map(entries) => self.map(entries),
            Expr::Message { name, fields } => self.message(name, fields, at),
            Expr::Fold { kind, range, vars, filter, body } => {
                let range = self.expr(*range);
                if let (Some(_), name) = (&vars.1, folding_name(*kind)) {
                    self.since(32, true, &format!("undeclared reference to '{name}'"), at);
                }
                let depth = self.locals.len();
                self.locals.push(&vars.0);
                self.locals.extend(vars.1.as_deref());
                let filter = filter.map(|filter| self.expr(filter));
                let body = body.map(|body| self.expr(body));
                self.locals.truncate(depth);
                let constant = body.is_some_and(|body| self.constant(body).is_some());
                Op::Fold(Folding { kind: *kind, range, two: vars.1.is_some(), filter, body, constant })
            }
            Expr::OptMap { of, var, body, flat } => {
                self.since(28, true, "undeclared reference to 'optMap'", at);
                let of = self.expr(*of);
                self.locals.push(var);
                let body = self.expr(*body);
                self.locals.pop();
                Op::OptMap { of, body, flat: *flat }
            }
        }
    }

    /// Lists what a release does not have yet.
    fn since(&mut self, minor: u16, used: bool, message: &str, at: u32) {
        if used && self.names.version() < Version::minor(minor) {
            self.plan.unresolved.push(CompileError::new(message, at));
        }
    }

    fn unresolved(&mut self, message: String, at: u32) -> Op {
        self.plan.unresolved.push(CompileError::new(message.clone(), at));
        Op::Fail(EvalError::new(ErrorKind::NoSuchAttribute, message))
    }

    /// A list of constants is a constant.
    fn list(&mut self, items: &'a [(ExprId, bool)]) -> Op {
        let ops: Box<[(OpId, bool)]> =
            items.iter().map(|(item, optional)| (self.expr(*item), *optional)).collect();
        let constants = ops.iter().map(|(id, optional)| self.constant(*id).filter(|_| !optional).cloned());
        match constants.collect::<Option<Vec<_>>>() {
            Some(values) => Op::Const(Value::list(values)),
            None => Op::List(ops),
        }
    }

    /// A map of constants is a constant, unless it cannot be made.
    fn map(&mut self, entries: &'a [(ExprId, ExprId, bool)]) -> Op {
        let ops: Box<[(OpId, OpId, bool)]> = entries
            .iter()
            .map(|(key, value, optional)| (self.expr(*key), self.expr(*value), *optional))
            .collect();
        let mut map = super::map::Map::default();
        for (key, value, optional) in &ops {
            match (self.constant(*key), self.constant(*value)) {
                (Some(key), Some(value)) if !optional => {
                    let (key, value) = (key.clone(), value.clone());
                    let added =
                        if self.plan.language { map.insert(key, value) } else { map.replace(key, value) };
                    if added.is_err() {
                        return Op::Map(ops);
                    }
                }
                _ => return Op::Map(ops),
            }
        }
        Op::Const(Value::Map(map.into()))
    }

    fn message(&mut self, name: &str, fields: &'a [(String, ExprId, bool)], at: u32) -> Op {
        let made = |name: &str| name == "JSONPatch" || name == "Object" || name.starts_with("Object.");
        if !self.names.is_for_mutation() || !made(name) {
            return self.unresolved(format!("unknown type: {name}"), at);
        }
        let known = |field: &str| name != "JSONPatch" || ["op", "path", "from", "value"].contains(&field);
        for (field, _, _) in fields.iter().filter(|(field, _, _)| !known(field)) {
            self.plan.unresolved.push(CompileError::new(format!("undefined field '{field}'"), at));
        }
        let fields = fields
            .iter()
            .map(|(field, value, optional)| (field.as_str().into(), self.expr(*value), *optional));
        Op::Struct { name: name.into(), fields: fields.collect() }
    }

    fn binary(&mut self, id: ExprId, op: Binary, left: ExprId, right: ExprId) -> Op {
        let (left, right) = (self.expr(left), self.expr(right));
        match op {
            Binary::Eq | Binary::Ne => Op::Equal { left, right, negate: op == Binary::Ne },
            Binary::In => self.within(id, left, right),
            Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge => {
                Op::Order { op, left, right, texts: self.texts(id, left, right) }
            }
            _ => Op::Arith { op, left, right, texts: op == Binary::Add && self.texts(id, left, right) },
        }
    }

    fn within(&mut self, id: ExprId, left: OpId, right: OpId) -> Op {
        let list = match self.overloads {
            Some(overloads) => overloads(id) == Some("in_list"),
            None => matches!(self.kind(right), Kind::List | Kind::Sortable),
        };
        if !list {
            return Op::In { left, right, within: Within::Any };
        }
        let simple = |item: &Value<'_>| {
            matches!(item, Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::Str(_))
        };
        match self.constant(right) {
            Some(Value::List(items)) if items.is_empty() => Op::Const(Value::Bool(false)),
            Some(Value::List(items)) if items.iter().all(simple) => {
                Op::In { left, right, within: Within::Constants }
            }
            _ => Op::In { left, right, within: Within::List },
        }
    }

    /// Whether an operator is known to be one on texts or bytes.
    fn texts(&self, id: ExprId, left: OpId, right: OpId) -> bool {
        if let Some(overloads) = self.overloads {
            return overloads(id)
                .is_some_and(|overload| overload.ends_with("string") || overload.ends_with("bytes"));
        }
        let text = |id: OpId| matches!(self.kind(id), Kind::Str | Kind::Bytes);
        text(left) || text(right)
    }

    fn kind(&self, id: OpId) -> Kind {
        self.kinds.get(id.0 as usize).copied().unwrap_or(Kind::Unknown)
    }

    /// What is known of a value without a type checker.
    fn kind_of(&self, op: &Op) -> Kind {
        match op {
            Op::Const(value) => constant_kind(value),
            Op::Attr(attr) if attr.test => Kind::Other,
            Op::Attr(_) | Op::Fail(_) => Kind::Unknown,
            Op::Call { function, .. } | Op::Pattern { function, .. } => function.gives,
            Op::Not(_)
            | Op::Neg(_)
            | Op::Order { .. }
            | Op::Equal { .. }
            | Op::In { .. }
            | Op::Chain { .. } => Kind::Other,
            Op::Arith { op: Binary::Add, left, right, .. } => match (self.kind(*left), self.kind(*right)) {
                (Kind::Unknown, other) | (other, _) => other,
            },
            Op::Arith { .. } => Kind::Other,
            Op::Cond { yes, no, .. } if self.kind(*yes) == self.kind(*no) => self.kind(*yes),
            Op::Cond { .. } | Op::OptOr { .. } | Op::OptMap { .. } => Kind::Unknown,
            Op::List(_) => Kind::List,
            Op::Map(_) => Kind::Map,
            Op::Struct { .. } => Kind::Other,
            Op::Fold(folding) => match folding.kind {
                Fold::All | Fold::Exists | Fold::ExistsOne => Kind::Other,
                Fold::List => match folding.body.map(|body| self.kind(body)) {
                    Some(Kind::Str | Kind::Bytes) => Kind::Sortable,
                    _ => Kind::List,
                },
                Fold::Map | Fold::MapEntry => Kind::Map,
            },
            Op::SortBy { of, .. } => self.kind(*of),
        }
    }
}

fn constant_kind(value: &Value<'_>) -> Kind {
    match value {
        Value::Str(_) => Kind::Str,
        Value::Bytes(_) => Kind::Bytes,
        Value::List(items) => match items.first() {
            Some(first) if super::compare::has_order(first) => Kind::Sortable,
            _ => Kind::List,
        },
        Value::Map(_) => Kind::Map,
        _ => Kind::Other,
    }
}

fn folding_name(kind: Fold) -> &'static str {
    match kind {
        Fold::All => "all",
        Fold::Exists => "exists",
        Fold::ExistsOne => "existsOne",
        Fold::List => "transformList",
        Fold::Map => "transformMap",
        Fold::MapEntry => "transformMapEntry",
    }
}

/// The text of a constant.
fn text_of<'v>(value: Option<&'v Value<'static>>) -> Option<&'v Shared<'static, str>> {
    match value {
        Some(Value::Str(text)) => Some(text),
        _ => None,
    }
}
