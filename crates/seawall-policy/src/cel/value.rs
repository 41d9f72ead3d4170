//! Values while an expression is evaluated.
//!
//! Invariants: a resource is a cursor into its tree, and only its lists and maps are; scalars are read when they are met.
//! What a program holds is lent, never copied. A value that is cheap to hold is cheap to copy.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use seawall_yaml::{Kind, Node};

use super::keyed::{Keyed, Keys};
use super::map::Map;
pub(super) use super::opaque::{Authz, Cidr, Format, Ip, Opaque, Quantity, Semver, Url};
use super::time::{Duration, Timestamp};
use super::{Answer, ResourceTarget, Target};

/// Something lent by a program or a resource, or made on the way.
#[derive(Debug)]
pub enum Shared<'v, T: ?Sized> {
    /// Lent.
    Ref(&'v T),
    /// Made.
    Own(Arc<T>),
}

impl<T: ?Sized> Clone for Shared<'_, T> {
    fn clone(&self) -> Self {
        match self {
            Shared::Ref(value) => Shared::Ref(value),
            Shared::Own(value) => Shared::Own(Arc::clone(value)),
        }
    }
}

impl<T: ?Sized> Deref for Shared<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Shared::Ref(value) => value,
            Shared::Own(value) => value,
        }
    }
}

/// The name of a type, as `type(x)` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type(pub(super) &'static str);

impl Type {
    /// Every type that has a name in expressions.
    pub(super) const ALL: [Type; 16] = [
        Type("null_type"),
        Type("bool"),
        Type("int"),
        Type("uint"),
        Type("double"),
        Type("string"),
        Type("bytes"),
        Type("list"),
        Type("map"),
        Type("type"),
        Type("google.protobuf.Duration"),
        Type("google.protobuf.Timestamp"),
        Type("optional_type"),
        Type("dyn"),
        Type("net.IP"),
        Type("net.CIDR"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0
    }
}

/// A record that an expression makes, for mutations: `Object.spec{replicas: 1}`, `JSONPatch{op: "add", …}`.
#[derive(Debug)]
pub struct Struct<'v> {
    name: Box<str>,
    fields: Vec<(Box<str>, Value<'v>)>,
}

impl<'v> Struct<'v> {
    pub(super) fn new(name: &str, fields: Vec<(Box<str>, Value<'v>)>) -> Self {
        Struct { name: name.into(), fields }
    }

    /// The name of its type.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The fields that are set, in the order in which they were written.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Value<'v>)> {
        self.fields.iter().map(|(name, value)| (&**name, value))
    }

    /// The value of a field that is set.
    pub fn field(&self, name: &str) -> Option<&Value<'v>> {
        self.fields().find(|(own, _)| *own == name).map(|(_, value)| value)
    }
}

/// A value.
#[derive(Clone)]
pub enum Value<'v> {
    /// `null`
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number without sign.
    Uint(u64),
    /// A floating-point number.
    Double(f64),
    /// A text.
    Str(Shared<'v, str>),
    /// Bytes.
    Bytes(Shared<'v, [u8]>),
    /// A list made by an expression.
    List(Shared<'v, [Value<'v>]>),
    /// A list whose items are told apart by keys.
    Keyed(Arc<Keyed<'v>>),
    /// A map made by an expression.
    Map(Arc<Map<'v>>),
    /// A list or a map of a resource.
    Node(Node<'v>),
    /// A type.
    Type(Type),
    /// A span of time.
    Duration(Duration),
    /// A point in time.
    Timestamp(Timestamp),
    /// A value or none.
    Optional(Option<Arc<Value<'v>>>),
    /// A value of a type that Kubernetes adds.
    Opaque(Arc<Opaque>),
    /// A record.
    Struct(Arc<Struct<'v>>),
}

impl<'v> Value<'v> {
    /// What stands in a tree. Numbers are those of the API server's decoder: what no int can hold is a double.
    pub fn from_node(node: Node<'v>) -> Self {
        match node.kind() {
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(node.as_bool().unwrap_or_default()),
            Kind::Int => Value::Int(node.as_i64().unwrap_or_default()),
            Kind::UInt | Kind::Float => Value::Double(node.as_f64().unwrap_or_default()),
            Kind::Str => Value::Str(Shared::Ref(node.as_str().unwrap_or_default())),
            Kind::Map | Kind::Seq => Value::Node(node),
        }
    }

    /// A text of its own.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Value::Str(Shared::Own(text.into()))
    }

    /// Bytes of its own.
    pub fn bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Value::Bytes(Shared::Own(bytes.into()))
    }

    /// A list of its own.
    pub fn list(items: Vec<Value<'v>>) -> Self {
        Value::List(Shared::Own(items.into()))
    }

    /// A list whose items are told apart by keys: compared and added without regard to order.
    pub fn keyed(items: Vec<Value<'v>>, keys: Keys) -> Self {
        Value::Keyed(Arc::new(Keyed::new(items, keys)))
    }

    /// An optional that has a value.
    pub fn some(value: Value<'v>) -> Self {
        Value::Optional(Some(Arc::new(value)))
    }

    /// A value of a type that Kubernetes adds.
    pub fn opaque(value: Opaque) -> Self {
        Value::Opaque(Arc::new(value))
    }

    /// `authorizer`: whoever the bindings name answers what is asked of it.
    pub fn authorizer() -> Self {
        Self::authz(Authz::Authorizer { user: None })
    }

    /// `authorizer.requestResource`
    pub fn resource_check(target: ResourceTarget) -> Self {
        Self::authz(Authz::Check { user: None, target: Target::Resource(target) })
    }

    pub(super) fn authz(authz: Authz) -> Self {
        Self::opaque(Opaque::Authz(authz))
    }

    pub(super) fn decision(answer: Answer) -> Self {
        Self::authz(Authz::Decision(answer))
    }

    /// The same for as long as this one lives, without a count.
    pub(super) fn lend(&'v self) -> Value<'v> {
        match self {
            Value::Str(text) => Value::Str(Shared::Ref(text)),
            Value::Bytes(bytes) => Value::Bytes(Shared::Ref(bytes)),
            Value::List(items) => Value::List(Shared::Ref(items)),
            other => other.clone(),
        }
    }

    /// Its type.
    pub fn type_of(&self) -> Type {
        Type(match self {
            Value::Null => "null_type",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Uint(_) => "uint",
            Value::Double(_) => "double",
            Value::Str(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::List(_) | Value::Keyed(_) => "list",
            Value::Map(_) => "map",
            Value::Node(node) if node.is_map() => "map",
            Value::Node(_) => "list",
            Value::Type(_) => "type",
            Value::Duration(_) => "google.protobuf.Duration",
            Value::Timestamp(_) => "google.protobuf.Timestamp",
            Value::Optional(_) => "optional_type",
            Value::Opaque(opaque) => opaque.type_name(),
            // The name of a record's type lives no longer than the record; nothing asks for more than that it is one.
            Value::Struct(_) => "Object",
        })
    }

    /// Whether it is what an unset field of its type reads as.
    pub(super) fn is_zero(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Bool(value) => !value,
            Value::Int(value) => *value == 0,
            Value::Uint(value) => *value == 0,
            Value::Double(value) => *value == 0.0,
            Value::Str(text) => text.is_empty(),
            Value::Bytes(bytes) => bytes.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Keyed(keyed) => keyed.items().is_empty(),
            Value::Map(map) => map.entries().is_empty(),
            Value::Node(node) => node.is_empty(),
            Value::Type(_) => false,
            Value::Duration(duration) => duration.nanos() == 0,
            Value::Timestamp(timestamp) => *timestamp == Timestamp::ZERO,
            Value::Optional(value) => value.is_none(),
            Value::Opaque(_) => false,
            Value::Struct(made) => made.fields.is_empty(),
        }
    }

    /// The items of a list; `None` for anything else.
    pub fn items(&self) -> Option<Vec<Value<'v>>> {
        match self {
            Value::List(items) => Some(items.to_vec()),
            Value::Keyed(keyed) => Some(keyed.items().to_vec()),
            Value::Node(node) if node.is_seq() => Some(node.items().map(Value::from_node).collect()),
            _ => None,
        }
    }

    /// The entries of a map; `None` for anything else.
    pub fn entries(&self) -> Option<Vec<(Value<'v>, Value<'v>)>> {
        match self {
            Value::Map(map) => Some(map.entries().to_vec()),
            Value::Node(node) if node.is_map() => Some(
                node.entries()
                    .map(|(key, node)| (Value::Str(Shared::Ref(key)), Value::from_node(node)))
                    .collect(),
            ),
            _ => None,
        }
    }

    /// How many items or entries it has; `None` for anything else.
    pub(super) fn count(&self) -> Option<usize> {
        match self {
            Value::List(items) => Some(items.len()),
            Value::Keyed(keyed) => Some(keyed.items().len()),
            Value::Map(map) => Some(map.entries().len()),
            Value::Node(node) => Some(node.len()),
            _ => None,
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Uint(value) => write!(f, "{value}u"),
            Value::Double(value) => write!(f, "{value:?}"),
            Value::Str(text) => write!(f, "{:?}", &**text),
            Value::Bytes(bytes) => write!(f, "b{:?}", &**bytes),
            Value::List(items) => f.debug_list().entries(items.iter()).finish(),
            Value::Keyed(keyed) => f.debug_list().entries(keyed.items()).finish(),
            Value::Map(map) => f.debug_map().entries(map.entries().iter().map(|(k, v)| (k, v))).finish(),
            Value::Node(node) => write!(f, "{node:?}"),
            Value::Type(name) => f.write_str(name.0),
            Value::Duration(duration) => write!(f, "duration({duration})"),
            Value::Timestamp(timestamp) => write!(f, "timestamp({timestamp})"),
            Value::Optional(None) => f.write_str("optional.none()"),
            Value::Optional(Some(value)) => write!(f, "optional.of({value:?})"),
            Value::Opaque(opaque) => write!(f, "{}({opaque})", opaque.type_name()),
            Value::Struct(made) => {
                f.write_str(&made.name)?;
                f.debug_map().entries(made.fields.iter().map(|(name, value)| (name, value))).finish()
            }
        }
    }
}
