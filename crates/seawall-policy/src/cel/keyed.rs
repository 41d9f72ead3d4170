//! Lists whose items are told apart by what they are and not by where they stand: sets, and lists that are maps.
//!
//! Invariants: what stands on the left decides how two lists are compared and added. Items keep their order.
//! Source: `apiserver/pkg/cel/common/valuesunstructured.go`.

use std::sync::Arc;

use seawall_yaml::Key;

use super::EvalError;
use super::access;
use super::compare::equal;
use super::limits::Budget;
use super::value::{Shared, Value};

/// What tells the items of a list apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// The whole item.
    Item,
    /// These fields of it.
    Fields(Arc<[Key]>),
}

/// A list with keys.
#[derive(Debug)]
pub struct Keyed<'v> {
    items: Arc<[Value<'v>]>,
    keys: Keys,
}

impl<'v> Keyed<'v> {
    pub(super) fn new(items: Vec<Value<'v>>, keys: Keys) -> Self {
        Keyed { items: items.into(), keys }
    }

    pub(super) fn items(&self) -> &[Value<'v>] {
        &self.items
    }

    /// The same without keys.
    pub(super) fn list(&self) -> Value<'v> {
        Value::List(Shared::Own(self.items.clone()))
    }

    /// The place of the item with the key of this one.
    fn place(
        &self,
        items: &[Value<'v>],
        wanted: &Value<'v>,
        budget: &mut Budget,
    ) -> Result<Option<usize>, EvalError> {
        for (place, own) in items.iter().enumerate() {
            budget.take(1)?;
            if self.same(own, wanted, budget)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    fn same(&self, one: &Value<'v>, other: &Value<'v>, budget: &mut Budget) -> Result<bool, EvalError> {
        let Keys::Fields(fields) = &self.keys else { return equal(one, other, budget) };
        for field in fields.iter() {
            let (one, other) = (key(one, field, budget), key(other, field, budget));
            if !equal(&one, &other, budget)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether another list has the same items, in any order.
    pub(super) fn equal(&self, other: &Value<'v>, budget: &mut Budget) -> Result<bool, EvalError> {
        let Some(others) = other.items() else { return Ok(false) };
        if others.len() != self.items.len() {
            return Ok(false);
        }
        for other in &others {
            let place = self.place(&self.items, other, budget)?;
            let own = place.and_then(|place| self.items.get(place));
            match own {
                Some(own) if equal(own, other, budget)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The items of both: what is in both stays where it is, and is the other one's where it has fields.
    pub(super) fn plus(&self, other: &Value<'v>, budget: &mut Budget) -> Result<Value<'v>, EvalError> {
        let others = other.items().ok_or_else(EvalError::overload)?;
        let mut items = self.items.to_vec();
        for other in others {
            match self.place(&items, &other, budget)? {
                Some(place) => {
                    if let (Some(own), Keys::Fields(_)) = (items.get_mut(place), &self.keys) {
                        *own = other;
                    }
                }
                None => items.push(other),
            }
        }
        Ok(Value::keyed(items, self.keys.clone()))
    }
}

/// The value of a key; null where there is none.
fn key<'v>(of: &Value<'v>, field: &Key, budget: &mut Budget) -> Value<'v> {
    access::field(of, field, budget).ok().flatten().unwrap_or(Value::Null)
}
