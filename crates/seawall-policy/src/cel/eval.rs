//! Runs a plan.
//!
//! Invariants: recursion is as deep as the expression, which is bounded; every operation takes a step, so that nothing runs
//! long. An error is a value for `&&`, `||`, `all` and `exists`, which absorb it when another operand decides; steps that
//! are used up are absorbed by nothing.

use std::cmp::Ordering;
use std::sync::Arc;

use super::ast::Binary;
use super::limits::Budget;
use super::map::Map;
use super::plan::{Op, OpId, Plan};
use super::value::{Shared, Value};
use super::{Bindings, ErrorKind, EvalError, access, arith, compare};

pub(super) type Evaluated<'v> = Result<Value<'v>, EvalError>;

/// Values live as long as the program (`'v`), those of variables longer (`'o`).
pub(super) struct Machine<'v, 'b, 'o> {
    pub(super) plan: &'v Plan,
    pub(super) bindings: &'b Bindings<'o>,
    pub(super) locals: Vec<Value<'v>>,
    pub(super) budget: Budget,
}

impl<'v, 'o: 'v> Machine<'v, '_, 'o> {
    pub(super) fn eval(&mut self, id: OpId) -> Evaluated<'v> {
        let plan: &'v Plan = self.plan;
        let Some((op, at)) = plan.op(id) else { return Ok(Value::Null) };
        self.budget.take(1)?;
        self.op(op).map_err(|error| error.at(*at))
    }

    fn op(&mut self, op: &'v Op) -> Evaluated<'v> {
        match op {
            Op::Const(value) => Ok(value.lend()),
            Op::Global(slot, name) => self.bindings.get(*slot, name),
            Op::Local(place) => Ok(self.locals.get(*place).cloned().unwrap_or(Value::Null)),
            Op::Fail(error) => Err(error.clone()),
            Op::Select { of, field, optional } => {
                let of = self.eval(*of)?;
                access::select(of, field, *optional, &mut self.budget)
            }
            Op::Has { of, field } => {
                let of = self.eval(*of)?;
                access::has(&of, field, &mut self.budget).map(Value::Bool)
            }
            Op::Index { of, index, optional } => {
                let (of, index) = (self.eval(*of)?, self.eval(*index)?);
                access::index(of, &index, *optional, &mut self.budget)
            }
            Op::Present { of, optional } => {
                let value = self.eval(*of)?;
                Ok(if *optional { Value::some(value) } else { Value::Bool(true) })
            }
            Op::Call { native, args } => self.call(*native, args),
            Op::Matches { text, pattern } => match self.eval(*text)? {
                Value::Str(text) => {
                    self.budget.search(text.len(), pattern.as_str())?;
                    Ok(Value::Bool(pattern.is_match(&text)))
                }
                _ => Err(EvalError::overload()),
            },
            Op::Not(of) => match self.eval(*of)? {
                Value::Bool(value) => Ok(Value::Bool(!value)),
                _ => Err(EvalError::overload()),
            },
            Op::Neg(of) => arith::negate(&self.eval(*of)?),
            Op::Arith { op, left, right } => {
                let (left, right) = (self.eval(*left)?, self.eval(*right)?);
                arith::arith(*op, &left, &right, &mut self.budget)
            }
            Op::Order { op, left, right } => {
                let (left, right) = (self.eval(*left)?, self.eval(*right)?);
                let order = compare::order(&left, &right, &mut self.budget)?;
                Ok(Value::Bool(match op {
                    Binary::Lt => order == Ordering::Less,
                    Binary::Le => order != Ordering::Greater,
                    Binary::Gt => order == Ordering::Greater,
                    _ => order != Ordering::Less,
                }))
            }
            Op::Equal { left, right, negate } => {
                let (left, right) = (self.eval(*left)?, self.eval(*right)?);
                Ok(Value::Bool(compare::equal(&left, &right, &mut self.budget)? != *negate))
            }
            Op::In { left, right } => {
                let (left, right) = (self.eval(*left)?, self.eval(*right)?);
                compare::contains(&left, &right, &mut self.budget).map(Value::Bool)
            }
            Op::Chain { terms, stop } => self.chain(terms, *stop),
            Op::Cond { test, yes, no } => match self.eval(*test)? {
                Value::Bool(true) => self.eval(*yes),
                Value::Bool(false) => self.eval(*no),
                _ => Err(EvalError::overload()),
            },
            Op::List(items) => self.list(items),
            Op::Map(entries) => self.map(entries),
            Op::Fold { kind, range, two, filter, body } => self.fold(*kind, *range, *two, *filter, *body),
            Op::OptMap { of, body, flat } => self.opt_map(*of, *body, *flat),
            Op::OptOr { of, other, value } => match self.eval(*of)? {
                Value::Optional(Some(inner)) if *value => Ok((*inner).clone()),
                Value::Optional(Some(inner)) => Ok(Value::Optional(Some(inner))),
                Value::Optional(None) => match self.eval(*other)? {
                    other @ Value::Optional(_) => Ok(other),
                    other if *value => Ok(other),
                    _ => Err(EvalError::overload()),
                },
                _ => Err(EvalError::overload()),
            },
        }
    }

    /// The first operand that decides; else the first error; else the other truth value.
    fn chain(&mut self, terms: &'v [OpId], stop: bool) -> Evaluated<'v> {
        let mut first = None;
        for term in terms {
            if let Some(decided) = self.absorb(*term, stop, &mut first)? {
                return Ok(Value::Bool(decided));
            }
        }
        first.map_or(Ok(Value::Bool(!stop)), Err)
    }

    /// Whether one operand decides; an error is kept, except that of the steps.
    pub(super) fn absorb(
        &mut self,
        id: OpId,
        stop: bool,
        first: &mut Option<EvalError>,
    ) -> Result<Option<bool>, EvalError> {
        let error = match self.eval(id) {
            Ok(Value::Bool(value)) => return Ok((value == stop).then_some(stop)),
            Ok(_) => EvalError::overload(),
            Err(error) if error.kind == ErrorKind::Limit => return Err(error),
            Err(error) => error,
        };
        first.get_or_insert(error);
        Ok(None)
    }

    #[inline(never)]
    fn call(&mut self, native: super::functions::Native, args: &'v [OpId]) -> Evaluated<'v> {
        let mut values = [Value::Null, Value::Null, Value::Null, Value::Null];
        let count = args.len();
        for (value, arg) in values.iter_mut().zip(args) {
            *value = self.eval(*arg)?;
        }
        native(values.get(..count).unwrap_or_default(), &mut self.budget)
    }

    #[inline(never)]
    fn list(&mut self, items: &'v [(OpId, bool)]) -> Evaluated<'v> {
        let mut list = Vec::with_capacity(items.len());
        for (item, optional) in items {
            match (self.eval(*item)?, optional) {
                (Value::Optional(Some(value)), true) => list.push((*value).clone()),
                (Value::Optional(None), true) => {}
                (_, true) => return Err(EvalError::overload()),
                (value, false) => list.push(value),
            }
        }
        Ok(Value::list(list))
    }

    #[inline(never)]
    fn map(&mut self, entries: &'v [(OpId, OpId, bool)]) -> Evaluated<'v> {
        let mut map = Map::default();
        for (key, value, optional) in entries {
            let key = self.eval(*key)?;
            match (self.eval(*value)?, optional) {
                (Value::Optional(Some(value)), true) => map.insert(key, (*value).clone())?,
                (Value::Optional(None), true) => {}
                (_, true) => return Err(EvalError::overload()),
                (value, false) => map.insert(key, value)?,
            }
        }
        Ok(Value::Map(Arc::new(map)))
    }

    #[inline(never)]
    fn opt_map(&mut self, of: OpId, body: OpId, flat: bool) -> Evaluated<'v> {
        match self.eval(of)? {
            Value::Optional(Some(inner)) => {
                self.locals.push((*inner).clone());
                let made = self.eval(body);
                self.locals.pop();
                match made? {
                    made @ Value::Optional(_) if flat => Ok(made),
                    _ if flat => Err(EvalError::overload()),
                    made => Ok(Value::some(made)),
                }
            }
            none @ Value::Optional(None) => Ok(none),
            _ => Err(EvalError::overload()),
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
