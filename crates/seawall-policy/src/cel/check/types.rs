//! Static types, and how cel-go prints them.

use std::fmt;
use std::sync::Arc;

/// What is known of a value before it exists.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// What a wrong expression has, so that one mistake is told once.
    Error,
    /// Anything: only the run knows.
    Dyn,
    /// `null`
    Null,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `uint`
    Uint,
    /// `double`
    Double,
    /// `string`
    String,
    /// `bytes`
    Bytes,
    /// `google.protobuf.Duration`
    Duration,
    /// `google.protobuf.Timestamp`
    Timestamp,
    /// A list of such items.
    List(Arc<Type>),
    /// A map of such keys and values.
    Map(Arc<Type>, Arc<Type>),
    /// A type as a value, and which one where that is known.
    Type(Option<Arc<Type>>),
    /// A type without fields: `net.IP`, `optional_type(int)`.
    Opaque(Arc<str>, Arc<[Type]>),
    /// A type with fields, which the environment knows by this name.
    Object(Arc<str>),
    /// The parameter of a declaration, or what has not been found out yet.
    Param(Arc<str>),
}

/// The name of optional values' type.
pub(super) const OPTIONAL: &str = "optional_type";

impl Type {
    /// A list of these items.
    pub fn list(item: Type) -> Self {
        Type::List(Arc::new(item))
    }

    /// A map of these keys and values.
    pub fn map(key: Type, value: Type) -> Self {
        Type::Map(Arc::new(key), Arc::new(value))
    }

    /// An optional value.
    pub fn optional(value: Type) -> Self {
        Type::Opaque(OPTIONAL.into(), [value].into())
    }

    /// A type that has fields.
    pub fn object(name: &str) -> Self {
        Type::Object(name.into())
    }

    /// A type that has none.
    pub fn opaque(name: &str) -> Self {
        Type::Opaque(name.into(), [].into())
    }

    /// A type as a value.
    pub fn of(of: Type) -> Self {
        Type::Type(Some(Arc::new(of)))
    }

    pub(super) fn param(name: &str) -> Self {
        Type::Param(name.into())
    }

    pub(super) fn is_dyn(&self) -> bool {
        matches!(self, Type::Dyn)
    }

    pub(super) fn is_dyn_or_error(&self) -> bool {
        matches!(self, Type::Dyn | Type::Error)
    }

    /// What an optional value holds.
    pub fn as_optional(&self) -> Option<&Type> {
        match self {
            Type::Opaque(name, params) if &**name == OPTIONAL => params.first(),
            _ => None,
        }
    }

    /// The types within.
    pub(super) fn params(&self) -> Vec<&Type> {
        match self {
            Type::List(item) => vec![item],
            Type::Map(key, value) => vec![key, value],
            Type::Type(of) => of.iter().map(|of| &**of).collect(),
            Type::Opaque(_, params) => params.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Its name at run time, without what is within: `list`, `google.protobuf.Timestamp`.
    pub fn name(&self) -> &str {
        match self {
            Type::Error => "error",
            Type::Dyn => "dyn",
            Type::Null => "null_type",
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Uint => "uint",
            Type::Double => "double",
            Type::String => "string",
            Type::Bytes => "bytes",
            Type::Duration => "google.protobuf.Duration",
            Type::Timestamp => "google.protobuf.Timestamp",
            Type::List(_) => "list",
            Type::Map(..) => "map",
            Type::Type(_) => "type",
            Type::Opaque(name, _) | Type::Object(name) | Type::Param(name) => name,
        }
    }

    /// The type with its declared name, as `must evaluate to … but got …` of the API server has it.
    pub fn declared(&self) -> String {
        let mut text = String::new();
        write(self, Style::Declared, &mut text);
        text
    }
}

#[derive(Clone, Copy)]
enum Style {
    /// As in issues of the checker: `timestamp`, `null`, `!error!`.
    Checker,
    /// By name: `google.protobuf.Timestamp`, `null_type`.
    Declared,
}

/// Longer texts end in an ellipsis.
const LONGEST: usize = 16_384;

fn write(of: &Type, style: Style, out: &mut String) {
    if out.len() > LONGEST {
        return;
    }
    out.push_str(match (style, of) {
        (Style::Checker, Type::Duration) => "duration",
        (Style::Checker, Type::Timestamp) => "timestamp",
        (Style::Checker, Type::Null) => "null",
        (Style::Checker, Type::Error) => "!error!",
        _ => of.name(),
    });
    let params = of.params();
    if params.is_empty() {
        return;
    }
    out.push('(');
    for (place, param) in params.into_iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        write(param, style, out);
    }
    out.push(')');
    if out.len() > LONGEST && !out.ends_with('…') {
        out.push('…');
    }
}

/// As issues of the checker have it.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        write(self, Style::Checker, &mut text);
        f.write_str(&text)
    }
}
