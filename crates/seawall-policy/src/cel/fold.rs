//! Macros that go over lists and maps.
//!
//! cel-go writes each of them as a loop over an accumulator, and so they are here, in cost and in errors: an error becomes
//! the accumulator, and the loop goes on. `all` and `exists` absorb it; of the others, one that a filter gives replaces it.
//!
//! Invariants: items are read one by one and never gathered first; with one variable a map gives its keys, with two a list
//! gives places and items. A macro leaves no variable behind.
//! Source: cel-go `parser/macro.go`, `ext/{comprehensions,lists}.go`.

use std::sync::Arc;

use seawall_yaml::Node;

use super::ast::Fold;
use super::eval::{Evaluated, Machine};
use super::map::Map;
use super::plan::{Folding, OpId};
use super::value::{Shared, Value};
use super::{ErrorKind, EvalError, cost, functions};

/// What has been found so far.
enum Found<'v> {
    /// `all`, `exists`: what is true until an item decides.
    Truth,
    Count(usize),
    List(Vec<Value<'v>>),
    Map(Map<'v>),
}

struct State<'v> {
    found: Found<'v>,
    /// What has gone wrong.
    error: Option<EvalError>,
    decided: bool,
}

/// What the condition costs under which a loop goes on.
fn goes_on(kind: Fold) -> u64 {
    match kind {
        Fold::All => 2,
        Fold::Exists => 3,
        _ => 0,
    }
}

impl<'v, 'o: 'v> Machine<'v, '_, 'o> {
    #[inline(never)]
    pub(super) fn fold(&mut self, folding: Folding) -> Evaluated<'v> {
        let range = self.eval(folding.range)?;
        let found = match folding.kind {
            Fold::All | Fold::Exists => Found::Truth,
            Fold::ExistsOne => Found::Count(0),
            Fold::List => Found::List(Vec::new()),
            Fold::Map | Fold::MapEntry => Found::Map(Map::default()),
        };
        if self.plan.as_written {
            self.budget.charge(match found {
                Found::Truth | Found::Count(_) => 0,
                Found::List(_) => cost::LIST,
                Found::Map(_) => cost::MAP,
            })?;
        }
        let mut state = State { found, error: None, decided: false };
        let depth = self.open();
        let ended = match (folding, &range) {
            (Folding { two: false, filter: None, body: Some(body), .. }, Value::Node(node))
                if matches!(state.found, Found::Truth) && node.is_seq() =>
            {
                self.each_item(*node, body, folding.kind, &mut state)
            }
            _ => self.each(&range, folding, &mut state),
        };
        self.close(depth);
        ended?;
        self.budget.charge(if folding.kind == Fold::ExistsOne { 2 } else { 1 })?;
        if let Some(error) = state.error {
            return Err(error);
        }
        Ok(match state.found {
            Found::Truth => Value::Bool(state.decided == (folding.kind == Fold::Exists)),
            Found::Count(count) => Value::Bool(count == 1),
            Found::List(items) => Value::list(items),
            Found::Map(map) => Value::Map(Arc::new(map)),
        })
    }

    /// What [`Self::each`] comes to for `all` and `exists` over a list of a resource, which most rules are.
    fn each_item(
        &mut self,
        list: Node<'v>,
        body: OpId,
        kind: Fold,
        state: &mut State<'v>,
    ) -> Result<(), EvalError> {
        let place = self.open();
        for item in list.items() {
            self.budget.take(1)?;
            self.budget.charge(goes_on(kind))?;
            if state.decided {
                break;
            }
            self.close(place);
            self.push(Value::from_node(item));
            self.decide(body, kind == Fold::Exists, state)?;
        }
        Ok(())
    }

    fn each(&mut self, range: &Value<'v>, folding: Folding, state: &mut State<'v>) -> Result<(), EvalError> {
        let place = |place: usize| Value::Int(i64::try_from(place).unwrap_or(i64::MAX));
        match range {
            Value::List(items) => {
                for (number, item) in items.iter().enumerate() {
                    if self.item(place(number), item.clone(), true, folding, state)? {
                        break;
                    }
                }
            }
            Value::Keyed(keyed) => return self.each(&keyed.list(), folding, state),
            Value::Node(node) if node.is_seq() => {
                for (number, item) in node.items().enumerate() {
                    if self.item(place(number), Value::from_node(item), true, folding, state)? {
                        break;
                    }
                }
            }
            Value::Node(node) => {
                for (key, value) in node.entries() {
                    let key = Value::Str(Shared::Ref(key));
                    if self.item(key, Value::from_node(value), false, folding, state)? {
                        break;
                    }
                }
            }
            Value::Map(map) => {
                for (key, value) in map.entries() {
                    if self.item(key.clone(), value.clone(), false, folding, state)? {
                        break;
                    }
                }
            }
            other => {
                let named = go_type(other);
                return Err(EvalError::argument(match folding.two {
                    true => format!("unsupported comprehension range type: {named}"),
                    false => format!("got '{named}', expected iterable type"),
                }));
            }
        }
        Ok(())
    }

    /// One turn of the loop; true when it was the last.
    fn item(
        &mut self,
        key: Value<'v>,
        value: Value<'v>,
        list: bool,
        folding: Folding,
        state: &mut State<'v>,
    ) -> Result<bool, EvalError> {
        self.budget.take(1)?;
        self.budget.charge(goes_on(folding.kind))?;
        if state.decided {
            return Ok(true);
        }
        let depth = self.open();
        match (folding.two, list) {
            (true, _) => {
                self.push(key.clone());
                self.push(value.clone());
            }
            (false, true) => self.push(value.clone()),
            (false, false) => self.push(key.clone()),
        }
        let item = if list || folding.two { value } else { key.clone() };
        let judged = self.judge(item, key, folding, state);
        self.close(depth);
        match judged {
            Err(error) if error.kind == ErrorKind::Limit => Err(error),
            Err(error) => {
                state.error = Some(error);
                Ok(false)
            }
            Ok(()) => Ok(false),
        }
    }

    /// What an item changes; an error replaces whatever was found.
    fn judge(
        &mut self,
        item: Value<'v>,
        key: Value<'v>,
        folding: Folding,
        state: &mut State<'v>,
    ) -> Result<(), EvalError> {
        if let Some(filter) = folding.filter
            && !self.truth(filter)?
        {
            return Ok(());
        }
        let Some(body) = folding.body else {
            // The item in a list, added to the list.
            self.budget.charge(1 + 1 + cost::LIST + 1)?;
            if let (Found::List(items), None) = (&mut state.found, &state.error) {
                items.push(item);
            }
            return Ok(());
        };
        match folding.kind {
            Fold::All | Fold::Exists => self.decide(body, folding.kind == Fold::Exists, state),
            Fold::ExistsOne => {
                if self.truth(body)? {
                    self.budget.charge(2)?;
                    if let Found::Count(count) = &mut state.found {
                        *count += 1;
                    }
                }
                Ok(())
            }
            Fold::List => {
                self.budget.charge(1)?;
                let made = self.eval(body);
                self.budget.charge(if folding.constant { 1 } else { cost::LIST + 1 })?;
                state.keep(made, |found, made| match found {
                    Found::List(items) => {
                        items.push(made);
                        Ok(())
                    }
                    _ => Ok(()),
                })
            }
            Fold::Map => {
                self.budget.charge(1)?;
                if state.error.is_some() {
                    return Ok(());
                }
                self.budget.charge(1)?;
                let made = self.eval(body);
                self.budget.charge(1)?;
                state.keep(made, |found, made| match found {
                    Found::Map(map) => added(map, key, made),
                    _ => Ok(()),
                })
            }
            Fold::MapEntry => {
                self.budget.charge(1)?;
                let made = self.eval(body);
                self.budget.charge(1)?;
                self.budget.take(made.as_ref().ok().and_then(Value::count).unwrap_or(0))?;
                state.keep(made, |found, made| match found {
                    Found::Map(map) => {
                        let entries = made.entries().ok_or_else(EvalError::overload)?;
                        entries.into_iter().try_for_each(|(key, value)| added(map, key, value))
                    }
                    _ => Ok(()),
                })
            }
        }
    }

    /// `accumulator && body` or `accumulator || body`: the first error stays unless an item decides.
    fn decide(&mut self, body: OpId, stop: bool, state: &mut State<'v>) -> Result<(), EvalError> {
        self.budget.charge(1)?;
        match self.truth(body) {
            Ok(value) if value == stop => {
                state.decided = true;
                state.error = None;
            }
            Ok(_) => {}
            Err(error) if error.kind == ErrorKind::Limit => return Err(error),
            Err(error) => {
                state.error.get_or_insert(error);
            }
        }
        Ok(())
    }

    /// cel-go writes it as the list in the order of `list.map(x, key)`.
    #[inline(never)]
    pub(super) fn sort_by(&mut self, of: OpId, key: OpId, constant: bool, known: bool) -> Evaluated<'v> {
        let list = self.eval(of);
        self.budget.charge(2)?;
        if self.plan.as_written {
            // The list is a variable, for which cel-go goes over an empty list; its keys are gathered into another one.
            self.budget.charge(2 * cost::LIST)?;
        }
        let list = list?;
        let items = list.items().ok_or_else(EvalError::overload)?;
        let mut state =
            State { found: Found::List(Vec::with_capacity(items.len())), error: None, decided: false };
        let folding =
            Folding { kind: Fold::List, range: of, two: false, filter: None, body: Some(key), constant };
        let depth = self.open();
        let ended = self.each(&list, folding, &mut state);
        self.close(depth);
        ended?;
        self.budget.charge(1)?;
        let keys = match (state.error, state.found) {
            (None, Found::List(keys)) => keys,
            (error, _) => {
                self.budget.charge(1)?;
                return Err(error.unwrap_or_else(EvalError::overload));
            }
        };
        let keys = Value::list(keys);
        self.budget.charge(if known { cost::self_compare(&keys) } else { 1 })?;
        functions::sorted(items, &keys.items().unwrap_or_default(), &mut self.budget)
    }
}

/// A new entry of a map that a macro makes.
fn added<'v>(map: &mut Map<'v>, key: Value<'v>, value: Value<'v>) -> Result<(), EvalError> {
    if map.get(&key).is_some() {
        let message = format!("insert failed: key {} already exists", functions::shown(&key));
        return Err(EvalError::argument(message));
    }
    map.insert(key, value)
}

impl<'v> State<'v> {
    /// Keeps what was made of an item, unless something had gone wrong before: that error is the one that stays.
    fn keep(
        &mut self,
        made: Evaluated<'v>,
        keep: impl FnOnce(&mut Found<'v>, Value<'v>) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        match (made, self.error.take()) {
            (Err(error), _) if error.kind == ErrorKind::Limit => Err(error),
            (_, Some(error)) => Err(error),
            (made, None) => keep(&mut self.found, made?),
        }
    }
}

/// The name of a value's type in cel-go, for what cannot be gone over.
fn go_type(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "types.Null",
        Value::Bool(_) => "types.Bool",
        Value::Int(_) => "types.Int",
        Value::Uint(_) => "types.Uint",
        Value::Double(_) => "types.Double",
        Value::Str(_) => "types.String",
        Value::Bytes(_) => "types.Bytes",
        Value::Duration(_) => "types.Duration",
        Value::Timestamp(_) => "types.Timestamp",
        Value::Optional(_) => "*types.Optional",
        Value::Type(_) => "*types.Type",
        other => other.type_of().name(),
    }
}
