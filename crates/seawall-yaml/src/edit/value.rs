//! The model of a document that edits are proven against: plain values, without texts, spans and styles.

use seawall_core::{FixValue, Step};

use crate::{Kind, Node};

/// Deeper documents are not edited; the model is walked by recursion.
const DEEPEST: usize = 600;

/// A value as Kubernetes sees it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(u64),
    Str(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
    /// Taken away, but still counted, so that indices do not shift while edits are carried out.
    Gone,
}

impl Value {
    /// The value of a node; `None` when it is nested too deep.
    pub(super) fn of(node: Node<'_>) -> Option<Value> {
        Value::within(node, DEEPEST)
    }

    fn within(node: Node<'_>, depth: usize) -> Option<Value> {
        let below = depth.checked_sub(1)?;
        Some(match node.kind() {
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(node.as_bool()?),
            Kind::Int => Value::Int(node.as_i64()?),
            Kind::UInt => Value::UInt(node.as_u64()?),
            Kind::Float => Value::Float(node.as_f64()?.to_bits()),
            Kind::Str => Value::Str(node.as_str()?.to_owned()),
            Kind::Seq => {
                Value::List(node.items().map(|item| Value::within(item, below)).collect::<Option<_>>()?)
            }
            Kind::Map => {
                let entry = |(key, node): (&str, _)| Some((key.to_owned(), Value::within(node, below)?));
                Value::Map(node.entries().map(entry).collect::<Option<_>>()?)
            }
        })
    }

    /// Whether a node says the same. The order of keys means nothing.
    pub(super) fn means(&self, node: Node<'_>) -> bool {
        Value::of(node).is_some_and(|value| value.sorted() == self.clone().sorted())
    }

    fn sorted(mut self) -> Value {
        match &mut self {
            Value::Map(entries) => {
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                for (_, value) in entries {
                    *value = std::mem::replace(value, Value::Gone).sorted();
                }
            }
            Value::List(items) => {
                for item in items {
                    *item = std::mem::replace(item, Value::Gone).sorted();
                }
            }
            _ => {}
        }
        self
    }

    /// The place that a step leads to.
    pub(super) fn step(&mut self, step: &Step) -> Option<&mut Value> {
        match (self, step) {
            (Value::Map(entries), Step::Key(key)) => {
                entries.iter_mut().find(|(name, _)| **name == **key).map(|(_, value)| value)
            }
            (Value::List(items), Step::Index(index)) => items.get_mut(*index as usize),
            _ => None,
        }
    }

    /// Takes out for good what was taken away.
    pub(super) fn purge(&mut self) {
        match self {
            Value::Map(entries) => {
                entries.retain(|(_, value)| *value != Value::Gone);
                entries.iter_mut().for_each(|(_, value)| value.purge());
            }
            Value::List(items) => {
                items.retain(|value| *value != Value::Gone);
                items.iter_mut().for_each(Value::purge);
            }
            _ => {}
        }
    }
}

impl From<&FixValue> for Value {
    fn from(value: &FixValue) -> Self {
        match value {
            FixValue::Bool(value) => Value::Bool(*value),
            FixValue::Int(value) => Value::Int(*value),
            FixValue::Str(value) => Value::Str(value.clone()),
            FixValue::List(items) => Value::List(items.iter().map(Value::from).collect()),
            FixValue::Map(entries) => {
                // The last of equal keys wins, as everywhere.
                let mut map: Vec<(String, Value)> = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    map.retain(|(name, _)| name != key);
                    map.push((key.clone(), Value::from(value)));
                }
                Value::Map(map)
            }
        }
    }
}
