//! A value that can be changed: what a [`Tree`] is read into, and written from.

use std::borrow::Cow;

use seawall_yaml::{Kind, Node, Span, Style, Tree, TreeBuilder};

/// Nesting beyond this is refused; readers stop at the same depth.
pub const MAX_DEPTH: usize = 512;

/// A JSON value. Strings may be borrowed from the tree that they were read from.
///
/// Maps keep the order of their keys, which means nothing; no key stands twice. Two numbers are equal when they are of
/// one kind and value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value<'t> {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number that fits in 64 bits, signed.
    Int(i64),
    /// A whole number above the signed range.
    UInt(u64),
    /// Any other number.
    Float(f64),
    /// A text.
    Str(Cow<'t, str>),
    /// A list.
    List(Vec<Value<'t>>),
    /// A map.
    Map(Map<'t>),
}

/// The entries of a map.
pub type Map<'t> = Vec<(Cow<'t, str>, Value<'t>)>;

impl<'t> Value<'t> {
    /// Reads a node as it is; what is nested deeper than [`MAX_DEPTH`] is `None`.
    pub fn of(node: Node<'t>) -> Option<Self> {
        Self::within(node, MAX_DEPTH)
    }

    fn within(node: Node<'t>, depth: usize) -> Option<Self> {
        let below = depth.checked_sub(1)?;
        Some(match node.kind() {
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(node.as_bool()?),
            Kind::Int => Value::Int(node.as_i64()?),
            Kind::UInt => Value::UInt(node.as_u64()?),
            Kind::Float => Value::Float(node.as_f64()?),
            Kind::Str => Value::Str(Cow::Borrowed(node.as_str()?)),
            Kind::Seq => {
                Value::List(node.items().map(|item| Self::within(item, below)).collect::<Option<_>>()?)
            }
            Kind::Map => {
                let mut map = Map::with_capacity(node.len());
                for (key, node) in node.entries() {
                    map.push((Cow::Borrowed(key), Self::within(node, below)?));
                }
                Value::Map(map)
            }
        })
    }

    /// A text.
    pub fn str(text: &'t str) -> Self {
        Value::Str(Cow::Borrowed(text))
    }

    /// A map with no entries.
    pub fn map() -> Self {
        Value::Map(Vec::new())
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a signed whole number.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The entries of a map.
    pub fn as_map(&self) -> Option<&Map<'t>> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The entries of a map, to be changed.
    pub fn as_map_mut(&mut self) -> Option<&mut Map<'t>> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items of a list; nothing for anything else.
    pub fn items(&self) -> &[Value<'t>] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The items of a list, to be changed; nothing for anything else.
    pub fn items_mut(&mut self) -> &mut [Value<'t>] {
        match self {
            Value::List(items) => items,
            _ => &mut [],
        }
    }

    /// The value under a key, `null` included.
    pub fn get(&self, key: &str) -> Option<&Value<'t>> {
        self.as_map()?.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value under a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value<'t>> {
        self.as_map_mut()?.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value below several keys.
    pub fn path(&self, keys: &[&str]) -> Option<&Value<'t>> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The value below several keys, to be changed.
    pub fn path_mut(&mut self, keys: &[&str]) -> Option<&mut Value<'t>> {
        keys.iter().try_fold(self, |value, key| value.get_mut(key))
    }

    /// Sets the value under a key of a map; nothing happens to anything else.
    pub fn set(&mut self, key: impl Into<Cow<'t, str>> + AsRef<str>, value: Value<'t>) {
        let Value::Map(map) = self else { return };
        match map.iter_mut().find(|(name, _)| name == key.as_ref()) {
            Some((_, old)) => *old = value,
            None => map.push((key.into(), value)),
        }
    }

    /// Takes the value under a key out of a map.
    pub fn remove(&mut self, key: &str) -> Option<Value<'t>> {
        let map = self.as_map_mut()?;
        let at = map.iter().position(|(name, _)| name == key)?;
        Some(map.remove(at).1)
    }

    /// Whether the encoder of Go leaves this out under `omitempty`: the zero of a scalar, an empty list or map, `null`.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Bool(value) => !value,
            Value::Int(value) => *value == 0,
            Value::UInt(value) => *value == 0,
            Value::Float(value) => *value == 0.0,
            Value::Str(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Map(map) => map.is_empty(),
        }
    }

    /// How many values there are, this one included.
    pub fn count(&self) -> usize {
        match self {
            Value::List(items) => 1 + items.iter().map(Value::count).sum::<usize>(),
            Value::Map(map) => 1 + map.iter().map(|(_, value)| value.count()).sum::<usize>(),
            _ => 1,
        }
    }

    /// The same without a tie to a tree.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(value),
            Value::Int(value) => Value::Int(value),
            Value::UInt(value) => Value::UInt(value),
            Value::Float(value) => Value::Float(value),
            Value::Str(text) => Value::Str(Cow::Owned(text.into_owned())),
            Value::List(items) => Value::List(items.into_iter().map(Value::into_owned).collect()),
            Value::Map(map) => Value::Map(
                map.into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }

    /// Whether both say the same: the order of keys means nothing, and numbers are equal by value.
    pub fn means(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Value::Map(a), Value::Map(b)) if a.len() > 16 => {
                let mut sorted: Vec<_> = b.iter().map(|(key, value)| (key.as_ref(), value)).collect();
                sorted.sort_unstable_by_key(|(key, _)| *key);
                a.len() == b.len()
                    && a.iter().all(|(key, value)| {
                        let at = sorted.binary_search_by(|(name, _)| (*name).cmp(key));
                        at.ok().and_then(|at| sorted.get(at)).is_some_and(|(_, other)| value.means(other))
                    })
            }
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, value)| other.get(key).is_some_and(|other| value.means(other)))
            }
            (Value::List(a), Value::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.means(b))
            }
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Null, Value::Null) => true,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::UInt(a), Value::UInt(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Float(float), Value::Int(int)) | (Value::Int(int), Value::Float(float)) => {
                *float == *int as f64
            }
            _ => false,
        }
    }

    /// Writes this as a tree without a text.
    pub fn to_tree(&self) -> Tree {
        let mut out = TreeBuilder::new(None);
        self.write(&mut out);
        out.finish()
    }

    /// Gives this to a builder, as its next value.
    pub fn write(&self, out: &mut TreeBuilder) {
        let nowhere = Span::default();
        match self {
            Value::Null => drop(out.null(Style::Plain, nowhere)),
            Value::Bool(value) => drop(out.bool(*value, nowhere)),
            Value::Int(value) => drop(out.int(*value, nowhere)),
            Value::UInt(value) => drop(out.uint(*value, nowhere)),
            Value::Float(value) => drop(out.float(*value, nowhere)),
            Value::Str(text) => drop(out.str(text, Style::Plain, nowhere)),
            Value::List(items) => {
                out.open(Kind::Seq, Style::Plain, 0);
                items.iter().for_each(|item| item.write(out));
                out.close(0);
            }
            Value::Map(map) => {
                out.open(Kind::Map, Style::Plain, 0);
                for (key, value) in map {
                    out.key(key, None);
                    value.write(out);
                }
                out.close(0);
            }
        }
    }
}

impl<'t> From<&'t str> for Value<'t> {
    fn from(text: &'t str) -> Self {
        Value::str(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}
