//! What a schema is to the checker: a type, and how large its values can be.
//!
//! Invariant: sizes are bounds for one request; where the schema gives none, they follow from what fits into a request.
//!
//! Source: `apiserver/pkg/cel/common/schemas.go`, `apiserver/pkg/cel/types.go`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::escape::{escape, reserved_word};
use super::schema::Schema;
use crate::cel::check::{Environment, Size, Sizes, Type};

/// The bytes of the largest request.
const REQUEST: i64 = 3 << 20;
/// `"2006-01-02"` in JSON.
const DATE: i64 = 12;
/// The longest point in time or duration in JSON.
const TIME: i64 = 32;

/// A type with bounds.
#[derive(Clone, Debug)]
pub struct Declared {
    shape: Shape,
    /// How many characters, items or entries there are at most.
    most: i64,
    /// How many bytes of JSON it is at least.
    least: i64,
}

#[derive(Clone, Debug)]
enum Shape {
    Scalar(Type),
    List(Box<Declared>),
    Map(Box<Declared>),
    Object(BTreeMap<Arc<str>, Declared>),
}

/// Whether a schema is that of a whole resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    Resource,
    Part,
}

impl Declared {
    /// The type of a resource's values; `None` where the schema does not type them.
    pub fn of_resource(schema: &Schema) -> Option<Self> {
        Self::new(schema, Root::Resource)
    }

    /// The type of the values of a part of one.
    pub fn of_part(schema: &Schema) -> Option<Self> {
        Self::new(schema, Root::Part)
    }

    pub(crate) fn new(schema: &Schema, root: Root) -> Option<Self> {
        if schema.int_or_string {
            let most = schema.max_length.map_or(REQUEST - 2, |most| most.max(0).saturating_mul(4));
            return Some(Self::scalar(Type::Dyn, most, 1));
        }
        if root == Root::Resource {
            return Self::typed(&schema.with_metadata());
        }
        Self::typed(schema)
    }

    fn within(schema: &Schema) -> Option<Self> {
        Self::new(schema, if schema.embedded { Root::Resource } else { Root::Part })
    }

    fn typed(schema: &Schema) -> Option<Self> {
        match schema.kind.as_str() {
            "array" => {
                let item = Self::within(schema.items.as_deref()?)?;
                let most = schema.max_items.map_or((REQUEST - 2) / (item.least + 1), |most| most.max(0));
                Some(Declared { shape: Shape::List(Box::new(item)), most, least: 2 })
            }
            "object" => match &schema.additional {
                Some(value) => {
                    let value = Self::within(value)?;
                    let most =
                        schema.max_properties.map_or((REQUEST - 2) / (value.least + 6), |most| most.max(0));
                    Some(Declared { shape: Shape::Map(Box::new(value)), most, least: 2 })
                }
                None => Some(Self::object(schema)),
            },
            "string" => Some(Self::text(schema)),
            "boolean" => Some(Self::scalar(Type::Bool, 0, 4)),
            "number" => Some(Self::scalar(Type::Double, 0, 1)),
            "integer" => Some(Self::scalar(Type::Int, 0, 1)),
            _ => None,
        }
    }

    fn scalar(is: Type, most: i64, least: i64) -> Self {
        Declared { shape: Shape::Scalar(is), most, least }
    }

    fn text(schema: &Schema) -> Self {
        let length = schema.max_length.map(|most| most.max(0));
        match schema.format.as_str() {
            "byte" => Self::scalar(Type::Bytes, length.unwrap_or(REQUEST - 2), 2),
            "duration" => Self::scalar(Type::Duration, TIME, 3),
            "date" => Self::scalar(Type::Timestamp, DATE, DATE),
            "date-time" => Self::scalar(Type::Timestamp, TIME, 21),
            _ => {
                // A character is four bytes at most.
                let length = length.map(|most| most.saturating_mul(4));
                let value = || schema.longest_value.map(|longest| i64::try_from(longest).unwrap_or(i64::MAX));
                Self::scalar(Type::String, length.or_else(value).unwrap_or(REQUEST - 2), 2)
            }
        }
    }

    fn object(schema: &Schema) -> Self {
        let mut fields = BTreeMap::new();
        let mut least: i64 = 2;
        for (name, own) in schema.properties.iter().flatten() {
            let Some(declared) = Self::within(own) else { continue };
            if !own.has_default && schema.required.contains(name) {
                let bytes = i64::try_from(name.len()).unwrap_or(i64::MAX);
                least = least.saturating_add(bytes).saturating_add(declared.least).saturating_add(4);
            }
            if let Some(name) = escape(name) {
                fields.insert(name.into(), declared);
            }
        }
        Declared { shape: Shape::Object(fields), most: 0, least }
    }

    /// Tells an environment its types, objects by names that begin with this one; the type of the whole.
    pub fn define(&self, name: &str, env: &mut Environment) -> Type {
        match &self.shape {
            Shape::Scalar(is) => is.clone(),
            Shape::List(item) => Type::list(item.define(&format!("{name}.@idx"), env)),
            Shape::Map(value) => Type::map(Type::String, value.define(&format!("{name}.@elem"), env)),
            Shape::Object(fields) => {
                for (field, own) in fields {
                    let is = own.define(&format!("{name}.{field}"), env);
                    let word = reserved_word(field).map(|word| (Arc::from(word), is.clone()));
                    env.define(name, word.into_iter().chain([(field.clone(), is)]));
                }
                env.define(name, []);
                Type::object(name)
            }
        }
    }

    /// How often such a value can be in one request at most.
    pub fn most_in_a_request(&self) -> u64 {
        u64::try_from(REQUEST / self.least.saturating_add(1)).unwrap_or(0)
    }

    /// The type of the items of a list or of the values of a map.
    pub fn items(&self) -> Option<&Declared> {
        match &self.shape {
            Shape::List(item) | Shape::Map(item) => Some(item),
            _ => None,
        }
    }

    /// The type of a property, by its escaped name.
    pub fn field(&self, name: &str) -> Option<&Declared> {
        match &self.shape {
            Shape::Object(fields) => fields.get(name),
            _ => None,
        }
    }

    /// The size of what is below; `None` where nothing is known.
    fn size_at(&self, path: &[Arc<str>]) -> Option<Size> {
        let mut own = self;
        for (place, step) in path.iter().enumerate() {
            own = match (&**step, &own.shape) {
                ("@items" | "@values", Shape::List(item) | Shape::Map(item)) => item,
                // A key is a text without a bound of its own.
                ("@keys", Shape::Map(_)) => {
                    return (place + 1 == path.len()).then_some(Size { min: 0, max: 0 });
                }
                (_, Shape::Object(fields)) => fields.get(step)?,
                _ => return None,
            };
        }
        Some(Size { min: 0, max: own.most.cast_unsigned() })
    }
}

/// Paths begin with the name of a variable, which is this value.
impl Sizes for Declared {
    fn size(&self, path: &[Arc<str>], _: &Type) -> Option<Size> {
        self.size_at(path.get(1..)?)
    }
}
