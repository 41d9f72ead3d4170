//! Maps that an expression makes.
//!
//! Invariants: a key is a bool, an int, a uint or a text, and whole numbers of one value are one key; no key occurs twice.
//! Finding a key costs the same in a map of any size. Entries keep their order.

use std::collections::HashMap;

use seawall_yaml::Node;

use super::EvalError;
use super::limits::Budget;
use super::value::{Shared, Value};

/// A map.
#[derive(Debug, Default)]
pub struct Map<'v> {
    entries: Vec<(Value<'v>, Value<'v>)>,
    /// By key, once there are too many to look through.
    index: HashMap<Key<'v>, usize>,
}

#[derive(Clone, Debug)]
enum Key<'v> {
    Bool(bool),
    Int(i64),
    /// Only what no int can hold.
    Uint(u64),
    Str(Shared<'v, str>),
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Key::Bool(one), Key::Bool(two)) => one == two,
            (Key::Int(one), Key::Int(two)) => one == two,
            (Key::Uint(one), Key::Uint(two)) => one == two,
            (Key::Str(one), Key::Str(two)) => **one == **two,
            _ => false,
        }
    }
}

impl Eq for Key<'_> {}

impl std::hash::Hash for Key<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Key::Bool(value) => value.hash(state),
            Key::Int(value) => value.hash(state),
            Key::Uint(value) => value.hash(state),
            Key::Str(text) => (**text).hash(state),
        }
    }
}

const SMALL: usize = 8;

impl<'v> Key<'v> {
    /// The key that a value stands for when one is looked up; doubles find whole numbers.
    fn of(value: &Value<'v>) -> Option<Self> {
        Some(match value {
            Value::Bool(value) => Key::Bool(*value),
            Value::Int(value) => Key::Int(*value),
            Value::Uint(value) => i64::try_from(*value).map_or(Key::Uint(*value), Key::Int),
            Value::Str(text) => Key::Str(text.clone()),
            // 2^53: beyond it a double does not name one whole number.
            Value::Double(value) if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 => {
                Key::Int(*value as i64)
            }
            _ => return None,
        })
    }
}

impl<'v> Map<'v> {
    /// Adds an entry; an error when there is one of this key, or when no key can be of this type.
    pub fn insert(&mut self, key: Value<'v>, value: Value<'v>) -> Result<(), EvalError> {
        let wanted = Self::wanted(&key)?;
        if self.find(&wanted).is_some() {
            return Err(EvalError::argument(format!("failed with repeated key: {key:?}")));
        }
        self.add(wanted, key, value);
        Ok(())
    }

    /// Adds an entry in place of the one that has this key; an error when no key can be of this type.
    pub fn replace(&mut self, key: Value<'v>, value: Value<'v>) -> Result<(), EvalError> {
        let wanted = Self::wanted(&key)?;
        match self.place(&wanted).and_then(|place| self.entries.get_mut(place)) {
            Some((_, own)) => *own = value,
            None => self.add(wanted, key, value),
        }
        Ok(())
    }

    fn wanted(key: &Value<'v>) -> Result<Key<'v>, EvalError> {
        match (key, Key::of(key)) {
            (Value::Double(_), _) | (_, None) => Err(EvalError::argument("unsupported key type")),
            (_, Some(wanted)) => Ok(wanted),
        }
    }

    fn add(&mut self, wanted: Key<'v>, key: Value<'v>, value: Value<'v>) {
        if self.entries.len() == SMALL {
            let keys = self.entries.iter().enumerate();
            self.index = keys.filter_map(|(place, (key, _))| Some((Key::of(key)?, place))).collect();
        }
        if self.entries.len() >= SMALL {
            self.index.insert(wanted, self.entries.len());
        }
        self.entries.push((key, value));
    }

    fn find(&self, wanted: &Key<'v>) -> Option<&Value<'v>> {
        self.place(wanted).and_then(|place| self.entries.get(place)).map(|(_, value)| value)
    }

    fn place(&self, wanted: &Key<'v>) -> Option<usize> {
        if self.entries.len() > SMALL {
            return self.index.get(wanted).copied();
        }
        self.entries.iter().position(|(key, _)| Key::of(key).as_ref() == Some(wanted))
    }

    /// The value of a key; a value that can be no key finds nothing.
    pub fn get(&self, key: &Value<'v>) -> Option<&Value<'v>> {
        self.find(&Key::of(key)?)
    }

    /// The value of a text key.
    pub fn get_str(&self, key: &str) -> Option<&Value<'v>> {
        let mut entries = self.entries.iter();
        if self.entries.len() > SMALL {
            return self.find(&Key::Str(Shared::Own(key.into())));
        }
        entries.find(|(own, _)| matches!(own, Value::Str(own) if **own == *key)).map(|(_, value)| value)
    }

    /// The entries in the order in which they were added.
    pub fn entries(&self) -> &[(Value<'v>, Value<'v>)] {
        &self.entries
    }
}

/// The value of a key in a map of either kind; `None` when there is none. A large map of a resource is looked through,
/// and that is paid for.
pub(super) fn get<'v>(
    map: &Value<'v>,
    key: &Value<'v>,
    budget: &mut Budget,
) -> Result<Option<Value<'v>>, EvalError> {
    match (map, key) {
        (Value::Map(map), key) => Ok(map.get(key).cloned()),
        (Value::Node(node), Value::Str(key)) if node.is_map() => entry(*node, key, budget),
        (Value::Node(node), _) if node.is_map() => Ok(None),
        _ => Err(EvalError::overload()),
    }
}

/// The steps that it takes to look through a map of a resource.
#[inline]
pub(super) fn looked_through(node: Node<'_>) -> usize {
    node.len() / 16
}

/// The value of a key in a map of a resource.
pub(super) fn entry<'v>(
    node: Node<'v>,
    key: &str,
    budget: &mut Budget,
) -> Result<Option<Value<'v>>, EvalError> {
    budget.take(looked_through(node))?;
    Ok(node.entry(key).map(Value::from_node))
}
