//! Macros that go over lists and maps.
//!
//! Invariants: items are read one by one and never gathered first; with one variable a map gives its keys, with two a list
//! gives places and items. A macro leaves no variable behind.

use std::sync::Arc;

use super::EvalError;
use super::ast::Fold;
use super::eval::{Evaluated, Machine};
use super::map::Map;
use super::plan::OpId;
use super::value::{Shared, Value};

/// What has been found so far.
enum Found<'v> {
    /// `all`, `exists`: what ends it, and the first error.
    Decision(bool, Option<EvalError>),
    Count(usize),
    List(Vec<Value<'v>>),
    Map(Map<'v>),
}

#[derive(Clone, Copy)]
struct Step {
    kind: Fold,
    two: bool,
    filter: Option<OpId>,
    body: Option<OpId>,
}

impl<'v, 'o: 'v> Machine<'v, '_, 'o> {
    #[inline(never)]
    pub(super) fn fold(
        &mut self,
        kind: Fold,
        range: OpId,
        two: bool,
        filter: Option<OpId>,
        body: Option<OpId>,
    ) -> Evaluated<'v> {
        let range = self.eval(range)?;
        let mut found = match kind {
            Fold::All => Found::Decision(false, None),
            Fold::Exists => Found::Decision(true, None),
            Fold::ExistsOne => Found::Count(0),
            Fold::List => Found::List(Vec::new()),
            Fold::Map | Fold::MapEntry => Found::Map(Map::default()),
        };
        let depth = self.locals.len();
        let ended = self.each(&range, Step { kind, two, filter, body }, &mut found);
        self.locals.truncate(depth);
        match (ended?, found) {
            (true, Found::Decision(stop, _)) => Ok(Value::Bool(stop)),
            (false, Found::Decision(_, Some(error))) => Err(error),
            (false, Found::Decision(stop, None)) => Ok(Value::Bool(!stop)),
            (_, Found::Count(count)) => Ok(Value::Bool(count == 1)),
            (_, Found::List(items)) => Ok(Value::list(items)),
            (_, Found::Map(map)) => Ok(Value::Map(Arc::new(map))),
        }
    }

    /// Goes over the range; true when an item decided.
    fn each(&mut self, range: &Value<'v>, step: Step, found: &mut Found<'v>) -> Result<bool, EvalError> {
        let place = |place: usize| Value::Int(i64::try_from(place).unwrap_or(i64::MAX));
        match range {
            Value::List(items) => {
                for (number, item) in items.iter().enumerate() {
                    if self.item(place(number), item.clone(), true, step, found)? {
                        return Ok(true);
                    }
                }
            }
            Value::Keyed(keyed) => return self.each(&keyed.list(), step, found),
            Value::Node(node) if node.is_seq() => {
                for (number, item) in node.items().enumerate() {
                    if self.item(place(number), Value::from_node(item), true, step, found)? {
                        return Ok(true);
                    }
                }
            }
            Value::Node(node) => {
                for (key, value) in node.entries() {
                    let key = Value::Str(Shared::Ref(key));
                    if self.item(key, Value::from_node(value), false, step, found)? {
                        return Ok(true);
                    }
                }
            }
            Value::Map(map) => {
                for (key, value) in map.entries() {
                    if self.item(key.clone(), value.clone(), false, step, found)? {
                        return Ok(true);
                    }
                }
            }
            _ => return Err(EvalError::overload()),
        }
        Ok(false)
    }

    fn item(
        &mut self,
        key: Value<'v>,
        value: Value<'v>,
        list: bool,
        step: Step,
        found: &mut Found<'v>,
    ) -> Result<bool, EvalError> {
        self.budget.take(1)?;
        let depth = self.locals.len();
        match (step.two, list) {
            (true, _) => self.locals.extend([key.clone(), value.clone()]),
            (false, true) => self.locals.push(value.clone()),
            (false, false) => self.locals.push(key.clone()),
        }
        let decided = self.judge(if list || step.two { value } else { key.clone() }, key, step, found);
        self.locals.truncate(depth);
        decided
    }

    fn judge(
        &mut self,
        item: Value<'v>,
        key: Value<'v>,
        step: Step,
        found: &mut Found<'v>,
    ) -> Result<bool, EvalError> {
        if let Found::Decision(stop, first) = found {
            let Some(body) = step.body else { return Ok(false) };
            return Ok(self.absorb(body, *stop, first)?.is_some());
        }
        if let Some(filter) = step.filter
            && !self.truth(filter)?
        {
            return Ok(false);
        }
        match (found, step.body) {
            (Found::Count(count), Some(body)) => *count += usize::from(self.truth(body)?),
            (Found::List(items), Some(body)) => items.push(self.eval(body)?),
            (Found::List(items), None) => items.push(item),
            (Found::Map(map), Some(body)) => {
                let value = self.eval(body)?;
                if step.kind == Fold::Map {
                    map.insert(key, value)?;
                } else {
                    self.budget.take(value.count().unwrap_or(0))?;
                    for (key, value) in value.entries().ok_or_else(EvalError::overload)? {
                        map.insert(key, value)?;
                    }
                }
            }
            _ => {}
        }
        Ok(false)
    }

    fn truth(&mut self, id: OpId) -> Result<bool, EvalError> {
        match self.eval(id)? {
            Value::Bool(value) => Ok(value),
            _ => Err(EvalError::overload()),
        }
    }
}
