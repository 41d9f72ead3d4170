//! Runs a plan.
//!
//! Invariants: recursion is as deep as the expression, which is bounded; operations cost what they cost cel-go with the API
//! server's options, and work that costs nothing takes steps, so that nothing runs long. An error is a value for `&&`, `||`
//! and macros, which absorb it when another operand decides; an exceeded limit is absorbed by nothing.
//! Source: cel-go `interpreter/interpretable.go`.

use std::cmp::Ordering;
use std::sync::Arc;

use seawall_yaml::Node;
use smallvec::SmallVec;

use super::ast::Binary;
use super::functions::{self, Function, Run};
use super::limits::Budget;
use super::map::Map;
use super::plan::{Op, OpId, Plan, Within};
use super::value::{Shared, Struct, Value};
use super::{Bindings, ErrorKind, EvalError, arith, compare, cost};

pub(super) type Evaluated<'v> = Result<Value<'v>, EvalError>;

/// The value of a macro's variable, and what is to be paid when it is first asked for.
struct Local<'v> {
    value: Value<'v>,
    debt: u64,
}

/// Values live as long as the program (`'v`), those of variables longer (`'o`).
pub(super) struct Machine<'v, 'b, 'o> {
    pub(super) plan: &'v Plan,
    pub(super) bindings: &'b Bindings<'o>,
    locals: SmallVec<[Local<'v>; 2]>,
    pub(super) budget: Budget,
}

/// Whether an error ends everything.
fn ends(error: &EvalError) -> bool {
    error.kind == ErrorKind::Limit
}

impl<'v, 'b, 'o: 'v> Machine<'v, 'b, 'o> {
    pub(super) fn new(plan: &'v Plan, bindings: &'b Bindings<'o>, budget: Budget) -> Self {
        Machine { plan, bindings, locals: SmallVec::new(), budget }
    }

    pub(super) fn eval(&mut self, id: OpId) -> Evaluated<'v> {
        let plan: &'v Plan = self.plan;
        let Some((op, at)) = plan.op(id) else { return Ok(Value::Null) };
        self.op(op).map_err(|error| error.at(*at))
    }

    pub(super) fn push(&mut self, value: Value<'v>) {
        self.locals.push(Local { value, debt: 0 });
    }

    pub(super) fn open(&self) -> usize {
        self.locals.len()
    }

    pub(super) fn close(&mut self, depth: usize) {
        self.locals.truncate(depth);
    }

    /// The list or map of a resource that a macro's variable is, if it is one and nothing is to be paid for it.
    #[inline]
    pub(super) fn local_node(&self, place: usize) -> Option<Node<'v>> {
        match self.locals.get(place) {
            Some(Local { value: Value::Node(node), debt: 0 }) => Some(*node),
            _ => None,
        }
    }

    pub(super) fn local(&mut self, place: usize) -> Evaluated<'v> {
        let Some(local) = self.locals.get_mut(place) else { return Ok(Value::Null) };
        let value = local.value.clone();
        let debt = std::mem::take(&mut local.debt);
        self.budget.charge(debt)?;
        Ok(value)
    }

    fn op(&mut self, op: &'v Op) -> Evaluated<'v> {
        match op {
            Op::Const(value) => Ok(value.lend()),
            Op::Attr(attr) => self.attr(attr),
            Op::Fail(error) => Err(error.clone()),
            Op::Call { function, args, known } => self.call(function, args, *known),
            Op::Pattern { function, args, pattern, characters } => {
                self.search(function, args, pattern, *characters)
            }
            Op::Not(of) => self.not(*of).map(Value::Bool),
            Op::Neg(of) => arith::negate(&self.unary(*of)?),
            Op::Arith { op, left, right, texts } => {
                let units = if *texts { cost::concatenated } else { one };
                let (left, right) = self.pair(*left, *right, units)?;
                let made = arith::arith(*op, &left, &right, &mut self.budget);
                made.map_err(|error| arith::explained(error, *op, &left))
            }
            Op::Order { op, left, right, texts } => {
                let units = if *texts { cost::smaller } else { one };
                let (left, right) = self.pair(*left, *right, units)?;
                let order = compare::order(&left, &right, &mut self.budget);
                let order = order.map_err(|error| arith::explained(error, *op, &left))?;
                Ok(Value::Bool(match op {
                    Binary::Lt => order == Ordering::Less,
                    Binary::Le => order != Ordering::Greater,
                    Binary::Gt => order == Ordering::Greater,
                    _ => order != Ordering::Less,
                }))
            }
            Op::Equal { left, right, negate } => self.equal(*left, *right, *negate).map(Value::Bool),
            Op::In { left, right, within } => self.within(*left, *right, *within),
            Op::Chain { terms, stop } => self.chain(terms, *stop).map(Value::Bool),
            Op::Cond { test, yes, no } => match self.eval(*test)? {
                Value::Bool(true) => self.operand(*yes),
                Value::Bool(false) => self.operand(*no),
                _ => Err(EvalError::overload()),
            },
            Op::List(items) => self.list(items),
            Op::Map(entries) => self.map(entries),
            Op::Struct { name, fields } => self.record(name, fields),
            Op::Fold(folding) => self.fold(*folding),
            Op::OptMap { of, body, flat } => self.opt_map(*of, *body, *flat),
            Op::OptOr { of, other, value } => match self.eval(*of)? {
                Value::Optional(Some(inner)) if *value => Ok(Arc::unwrap_or_clone(inner)),
                Value::Optional(None) => self.eval(*other),
                // What is no optional is handed on as it is.
                of => Ok(of),
            },
            Op::SortBy { of, key, constant, known } => self.sort_by(*of, *key, *constant, *known),
        }
    }

    /// One operand of an operator that costs one.
    fn unary(&mut self, of: OpId) -> Evaluated<'v> {
        let value = self.eval(of);
        self.budget.charge(1)?;
        value
    }

    /// Two operands, both of which are evaluated even if the first is an error, and what their operator costs.
    #[inline]
    fn pair(
        &mut self,
        left: OpId,
        right: OpId,
        units: fn(&Value<'v>, &Value<'v>) -> u64,
    ) -> Result<(Value<'v>, Value<'v>), EvalError> {
        match (self.eval(left), self.eval(right)) {
            (Ok(left), Ok(right)) => {
                self.budget.charge(units(&left, &right))?;
                Ok((left, right))
            }
            (left, right) => self.failed(left, right, units),
        }
    }

    #[cold]
    fn failed(
        &mut self,
        left: Evaluated<'v>,
        right: Evaluated<'v>,
        units: fn(&Value<'v>, &Value<'v>) -> u64,
    ) -> Result<(Value<'v>, Value<'v>), EvalError> {
        let error = Value::Null;
        let cost = units(left.as_ref().unwrap_or(&error), right.as_ref().unwrap_or(&error));
        let charged = self.budget.charge(cost);
        let (left, right) = match (left, right) {
            (Err(left), Err(right)) if ends(&right) && !ends(&left) => return Err(right),
            (left, right) => (left?, right),
        };
        charged?;
        Ok((left, right?))
    }

    #[inline(never)]
    fn within(&mut self, left: OpId, right: OpId, within: Within) -> Evaluated<'v> {
        let (left, right) = match within {
            Within::Constants => (self.eval(left)?, self.eval(right)?),
            Within::List => self.pair(left, right, |_, list| cost::looked_through(list))?,
            Within::Any => self.pair(left, right, one)?,
        };
        compare::contains(&left, &right, &mut self.budget).map(Value::Bool)
    }

    fn not(&mut self, of: OpId) -> Result<bool, EvalError> {
        let value = self.truth(of);
        self.budget.charge(1)?;
        value.map(|value| !value)
    }

    /// `==`, or `!=` where `negate` says so.
    fn equal(&mut self, left: OpId, right: OpId, negate: bool) -> Result<bool, EvalError> {
        let units = if negate { cost::smaller } else { cost::equal };
        let compare = if negate { compare::is_equal } else { compare::equal };
        let equal = match self.plan.op(right) {
            // Most things are compared with a constant, which stays where it is.
            Some((Op::Const(right), _)) => match self.eval(left) {
                Ok(left) => {
                    self.budget.charge(units(&left, right))?;
                    compare(&left, right, &mut self.budget)?
                }
                left => {
                    let (left, right) = self.failed(left, Ok(right.lend()), units)?;
                    compare(&left, &right, &mut self.budget)?
                }
            },
            _ => {
                let (left, right) = self.pair(left, right, units)?;
                compare(&left, &right, &mut self.budget)?
            }
        };
        Ok(equal != negate)
    }

    /// The first operand that decides; else the first error; else the other truth value.
    fn chain(&mut self, terms: &'v [OpId], stop: bool) -> Result<bool, EvalError> {
        let mut first = None;
        for term in terms {
            match self.truth(*term) {
                Ok(value) if value == stop => return Ok(stop),
                Ok(_) => {}
                Err(error) if ends(&error) => return Err(error),
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
        first.map_or(Ok(!stop), Err)
    }

    /// An operand that must be a truth value. Operations that give nothing else never make a [`Value`] of it.
    pub(super) fn truth(&mut self, id: OpId) -> Result<bool, EvalError> {
        let plan: &'v Plan = self.plan;
        let Some((op, at)) = plan.op(id) else { return Err(EvalError::overload()) };
        let truth = match op {
            Op::Not(of) => self.not(*of),
            Op::Equal { left, right, negate } => self.equal(*left, *right, *negate),
            Op::Chain { terms, stop } => self.chain(terms, *stop),
            Op::Attr(attr) if attr.test => self.is_there(attr),
            other => match self.op(other) {
                Ok(Value::Bool(value)) => return Ok(value),
                Ok(_) => return Err(EvalError::overload()),
                Err(error) => Err(error),
            },
        };
        truth.map_err(|error| error.at(*at))
    }

    fn call(&mut self, function: &'static Function, args: &'v [OpId], known: bool) -> Evaluated<'v> {
        // No function takes more.
        match args.len() {
            0 | 1 => self.call_with::<1>(function, args, known),
            2 => self.call_with::<2>(function, args, known),
            _ => self.call_with::<4>(function, args, known),
        }
    }

    /// With room for so many arguments.
    #[inline(never)]
    fn call_with<const ROOM: usize>(
        &mut self,
        function: &'static Function,
        args: &'v [OpId],
        known: bool,
    ) -> Evaluated<'v> {
        let mut values = [const { Value::Null }; ROOM];
        let mut failed = None;
        let mut places = values.iter_mut().zip(args).peekable();
        while let Some((value, arg)) = places.next() {
            match self.eval(*arg) {
                Ok(found) => *value = found,
                Err(error) if ends(&error) => return Err(error),
                // Of three arguments and more none is evaluated after one that is an error.
                Err(error) if args.len() > 2 && places.peek().is_some() => return Err(error),
                Err(error) => {
                    failed.get_or_insert(error);
                }
            }
        }
        let values = values.get(..args.len()).unwrap_or_default();
        let result = match (failed, function.run) {
            (Some(error), _) => Err(error),
            (None, Run::Native(native)) => {
                native(values, &mut self.budget).map_err(|error| function.explained(error, values))
            }
            (None, Run::Check) => functions::check(values, self.bindings.authorizer())
                .map_err(|error| function.explained(error, values)),
        };
        if let (Err(error), Some(authorizer)) = (&result, self.bindings.authorizer())
            && error.kind == ErrorKind::Unknown
        {
            authorizer.doubt(&error.message);
        }
        self.budget.charge(function.cost.of(values, result.as_ref().ok(), known))?;
        result
    }

    /// A text in which a constant pattern is looked for.
    #[inline(never)]
    fn search(
        &mut self,
        function: &'static Function,
        args: &'v [OpId],
        pattern: &'v regex::Regex,
        characters: u64,
    ) -> Evaluated<'v> {
        let [text, rest @ ..] = args else { return Err(EvalError::overload()) };
        let text = self.eval(*text)?;
        let most = rest.first().map(|most| self.eval(*most)).transpose()?;
        let units = match function.cost {
            cost::Cost::Pattern => cost::pattern(&text, characters),
            _ => 1,
        };
        self.budget.charge(units)?;
        let text = self::text(&text)?;
        self.budget.search(text.len(), pattern.as_str())?;
        if function.name == "matches" {
            return Ok(Value::Bool(pattern.is_match(&text)));
        }
        functions::found(pattern, &text, most.as_ref(), function.name == "findAll", &mut self.budget)
    }

    #[inline(never)]
    fn list(&mut self, items: &'v [(OpId, bool)]) -> Evaluated<'v> {
        let list = self.items(items);
        self.budget.charge(cost::LIST)?;
        list.map(Value::list)
    }

    fn items(&mut self, items: &'v [(OpId, bool)]) -> Result<Vec<Value<'v>>, EvalError> {
        let mut list = Vec::with_capacity(items.len());
        for (item, optional) in items {
            match (self.eval(*item)?, optional) {
                (value, false) => list.push(value),
                (Value::Optional(value), true) => list.extend(value.map(Arc::unwrap_or_clone)),
                (other, true) => {
                    let message = "cannot initialize optional list element from non-optional value";
                    return Err(EvalError::argument(format!("{message} {}", functions::shown(&other))));
                }
            }
        }
        Ok(list)
    }

    #[inline(never)]
    fn map(&mut self, entries: &'v [(OpId, OpId, bool)]) -> Evaluated<'v> {
        let map = self.entries(entries);
        self.budget.charge(cost::MAP)?;
        map.map(|map| Value::Map(Arc::new(map)))
    }

    fn entries(&mut self, entries: &'v [(OpId, OpId, bool)]) -> Result<Map<'v>, EvalError> {
        let mut map = Map::default();
        for (key, value, optional) in entries {
            let (key, value) = (self.eval(*key)?, self.eval(*value)?);
            match initial(value, *optional, || functions::shown(&key))? {
                Some(value) if self.plan.language => map.insert(key, value)?,
                Some(value) => map.replace(key, value)?,
                None => {}
            }
        }
        Ok(map)
    }

    #[inline(never)]
    fn record(&mut self, name: &'v str, fields: &'v [(Box<str>, OpId, bool)]) -> Evaluated<'v> {
        let made = self.fields(fields);
        self.budget.charge(cost::STRUCT)?;
        Ok(Value::Struct(Arc::new(Struct::new(name, made?))))
    }

    fn fields(
        &mut self,
        fields: &'v [(Box<str>, OpId, bool)],
    ) -> Result<Vec<(Box<str>, Value<'v>)>, EvalError> {
        let mut made = Vec::with_capacity(fields.len());
        for (field, value, optional) in fields {
            let value = self.eval(*value)?;
            if let Some(value) = initial(value, *optional, || field.to_string())? {
                made.push((field.clone(), value));
            }
        }
        Ok(made)
    }

    /// cel-go writes it as `of.hasValue() ? optional.of(body) : optional.none()`, with `of.value()` as the variable: it is
    /// evaluated, and paid, once more when the variable is first asked for.
    #[inline(never)]
    fn opt_map(&mut self, of: OpId, body: OpId, flat: bool) -> Evaluated<'v> {
        let before = self.budget.cost();
        let of = self.eval(of);
        let debt = self.budget.cost() - before + 1;
        self.budget.charge(1)?;
        match of? {
            Value::Optional(Some(inner)) => {
                if self.plan.as_written {
                    // The variable is a loop over an empty list.
                    self.budget.charge(cost::LIST)?;
                }
                self.locals.push(Local { value: Arc::unwrap_or_clone(inner), debt });
                let made = self.eval(body);
                self.locals.pop();
                if flat {
                    return made;
                }
                self.budget.charge(1)?;
                made.map(Value::some)
            }
            none @ Value::Optional(None) => {
                self.budget.charge(1)?;
                Ok(none)
            }
            _ => Err(EvalError::overload()),
        }
    }
}

fn one(_: &Value<'_>, _: &Value<'_>) -> u64 {
    1
}

/// The value of an entry or a field that may be optional; `None` when it is not set.
fn initial<'v>(
    value: Value<'v>,
    optional: bool,
    name: impl Fn() -> String,
) -> Result<Option<Value<'v>>, EvalError> {
    match value {
        value if !optional => Ok(Some(value)),
        Value::Optional(value) => Ok(value.map(Arc::unwrap_or_clone)),
        other => {
            let (name, other) = (name(), functions::shown(&other));
            let message =
                format!("cannot initialize optional entry '{name}' from non-optional value {other}");
            Err(EvalError::argument(message))
        }
    }
}

/// A text for as long as the program lives.
pub(super) fn text<'v>(value: &Value<'v>) -> Result<Shared<'v, str>, EvalError> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        _ => Err(EvalError::overload()),
    }
}
