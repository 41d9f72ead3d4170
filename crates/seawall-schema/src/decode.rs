//! From a tree to typed values, as the API server's decoder does it: `null` is unset, unknown fields are dropped,
//! scalars take their canonical form. What the decoder would refuse stays out and is a problem.

use std::borrow::Cow;

use seawall_core::{Problem, ProblemSeverity};
use seawall_yaml::{Kind, Node, decode_base64};

use crate::quantity::{canonical_quantity, canonical_resource};
use crate::table::{Def, Field, Scalar, Shape, Table};
use crate::time::{canonical_micro_time, canonical_time};
use crate::value::{Map, Value};

/// An object with more problems than this is not worth more of them.
const MAX_PROBLEMS: usize = 100;

/// Decodes values of built-in types.
pub(crate) struct Decoder<'s, 't> {
    pub(crate) table: &'s Table,
    pub(crate) root: Node<'t>,
    pub(crate) problems: Vec<Problem>,
}

impl<'s, 't> Decoder<'s, 't> {
    pub(crate) fn new(table: &'s Table, root: Node<'t>) -> Self {
        Decoder { table, root, problems: Vec::new() }
    }

    /// Notes what is wrong with a node; `message` follows its route.
    pub(crate) fn problem(&mut self, severity: ProblemSeverity, node: Node<'_>, message: &str) {
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let route = self.root.route_to(self.root.tree().node(node.id())).unwrap_or_default();
        let place = if route.is_root() { "the object".to_owned() } else { format!("`{route}`") };
        let mut problem = Problem::new(severity, format!("{place} {message}"));
        if let (Some(text), Some(span)) = (node.tree().text(), node.span()) {
            problem = problem.at(text.position(span.start));
        }
        self.problems.push(problem);
    }

    fn refuse<T>(&mut self, node: Node<'_>, wanted: &str) -> Option<T> {
        let message = format!("must be {wanted}, not {}", word(node.kind()));
        self.problem(ProblemSeverity::Error, node, &message);
        None
    }

    /// The value of a node; `None` for `null`, and for what does not fit.
    pub(crate) fn value(&mut self, def: &'s Def, node: Node<'t>) -> Option<Value<'t>> {
        if node.is_null() {
            return None;
        }
        match &def.shape {
            Shape::Scalar(scalar) => self.scalar(*scalar, node),
            Shape::Struct(fields) => self.fields(fields, node).map(Value::Map),
            Shape::List(items) if node.is_seq() => {
                let items = self.table.def(*items);
                let mut list = Vec::with_capacity(node.len());
                for item in node.items() {
                    list.extend(self.part(items, item));
                }
                Some(Value::List(list))
            }
            Shape::List(_) => self.refuse(node, "a list"),
            Shape::Map(values) if node.is_map() => {
                let values = self.table.def(*values);
                let resources = matches!(values.shape, Shape::Scalar(Scalar::Quantity));
                let mut map = Map::with_capacity(node.len());
                for (key, node) in node.entries() {
                    let value = if resources { self.quantity(node, true) } else { self.part(values, node) };
                    map.extend(value.map(|value| (Cow::Borrowed(key), value)));
                }
                Some(Value::Map(map))
            }
            Shape::Map(_) => self.refuse(node, "a map"),
        }
    }

    /// An item of a list or a value of a map, where `null` is the zero of its type.
    fn part(&mut self, def: &'s Def, node: Node<'t>) -> Option<Value<'t>> {
        if node.is_null() { Some(zero(def)) } else { self.value(def, node) }
    }

    fn fields(&mut self, fields: &'s [Field], node: Node<'t>) -> Option<Map<'t>> {
        if !node.is_map() {
            return self.refuse(node, "a map");
        }
        // Room for what is defaulted.
        let mut map = Map::with_capacity(node.len() + 6);
        for (key, value) in node.entries() {
            let Some(field) = Field::find(fields, key) else {
                self.problem(ProblemSeverity::Warning, value, "is an unknown field, which is dropped");
                continue;
            };
            let value = self.value(self.table.def(field.def), value);
            map.extend(value.map(|value| (Cow::Borrowed(key), value)));
        }
        Some(map)
    }

    fn scalar(&mut self, scalar: Scalar, node: Node<'t>) -> Option<Value<'t>> {
        let text = node.as_str();
        match scalar {
            Scalar::Str => text.map(Value::str).or_else(|| self.refuse(node, "a string")),
            Scalar::Bool => node.as_bool().map(Value::Bool).or_else(|| self.refuse(node, "a boolean")),
            Scalar::Int32 => match node.as_i64() {
                Some(value) if i32::try_from(value).is_ok() => Some(Value::Int(value)),
                Some(_) => {
                    self.problem(ProblemSeverity::Error, node, "does not fit in 32 bits");
                    None
                }
                None => self.refuse(node, "a whole number"),
            },
            Scalar::Int64 => node.as_i64().map(Value::Int).or_else(|| self.refuse(node, "a whole number")),
            Scalar::Number => node.as_f64().map(Value::Float).or_else(|| self.refuse(node, "a number")),
            Scalar::Bytes => match text {
                Some(text) => self.bytes(node, text),
                None => self.refuse(node, "a string in base64"),
            },
            Scalar::Quantity => self.quantity(node, false),
            Scalar::Time => self.time(node, canonical_time),
            Scalar::MicroTime => self.time(node, canonical_micro_time),
            Scalar::IntOrString => match (text, node.as_i64()) {
                (Some(text), _) => Some(Value::str(text)),
                (None, Some(value)) if i32::try_from(value).is_ok() => Some(Value::Int(value)),
                _ => self.refuse(node, "a whole number of 32 bits or a string"),
            },
            Scalar::Object if node.is_map() => self.any(node),
            Scalar::Object => self.refuse(node, "an object"),
            Scalar::Any => self.any(node),
            Scalar::JsonSchema => self.json_schema(node),
        }
    }

    fn any(&mut self, node: Node<'t>) -> Option<Value<'t>> {
        let value = Value::of(node);
        if value.is_none() {
            self.problem(ProblemSeverity::Error, node, "is nested too deep");
        }
        value
    }

    /// A schema, a boolean, a list of schemas or a list of names.
    fn json_schema(&mut self, node: Node<'t>) -> Option<Value<'t>> {
        let schema = self.table.named("apiextensions.v1.JSONSchemaProps").map(|id| self.table.def(id));
        match (node.kind(), schema) {
            (Kind::Map, Some(schema)) => self.value(schema, node),
            (Kind::Seq, _) => {
                let mut list = Vec::with_capacity(node.len());
                for item in node.items() {
                    list.extend(self.json_schema(item));
                }
                Some(Value::List(list))
            }
            (Kind::Bool | Kind::Str, _) => self.any(node),
            _ => self.refuse(node, "a schema"),
        }
    }

    /// Go passes over line breaks, and nothing else.
    fn bytes(&mut self, node: Node<'t>, text: &'t str) -> Option<Value<'t>> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let text: Cow<'t, str> =
            if text.contains(['\n', '\r']) { text.replace(['\n', '\r'], "").into() } else { text.into() };
        if text.len().is_multiple_of(4) && text.bytes().all(plain) && decode_base64(&text).is_some() {
            return Some(Value::Str(text));
        }
        self.problem(ProblemSeverity::Error, node, "is not base64");
        None
    }

    fn quantity(&mut self, node: Node<'t>, resource: bool) -> Option<Value<'t>> {
        if node.is_null() {
            return Some(Value::str("0"));
        }
        let canonical = |text: &str| {
            let found = if resource { canonical_resource(text) } else { canonical_quantity(text) };
            found.map(Cow::into_owned)
        };
        let found = match (node.kind(), node.as_str()) {
            (_, Some(text)) => {
                let found = if resource { canonical_resource(text) } else { canonical_quantity(text) };
                found.map(Value::Str)
            }
            (Kind::Int | Kind::UInt | Kind::Float, None) => {
                let text = node.scalar_text().unwrap_or_default();
                canonical(&text).map(|text| Value::Str(Cow::Owned(text)))
            }
            _ => return self.refuse(node, "a quantity"),
        };
        if found.is_none() {
            self.problem(ProblemSeverity::Error, node, "is not a quantity");
        }
        found
    }

    fn time(&mut self, node: Node<'t>, canonical: fn(&str) -> Option<String>) -> Option<Value<'t>> {
        let Some(text) = node.as_str() else { return self.refuse(node, "a time") };
        match canonical(text) {
            Some(time) if time == text => Some(Value::str(text)),
            Some(time) => Some(Value::Str(Cow::Owned(time))),
            None => {
                self.problem(ProblemSeverity::Error, node, "is not a time of RFC 3339");
                None
            }
        }
    }
}

/// What a value of a type is when nothing sets it.
pub(crate) fn zero(def: &Def) -> Value<'static> {
    match &def.shape {
        Shape::Struct(_) => Value::map(),
        Shape::List(_) | Shape::Map(_) => Value::Null,
        Shape::Scalar(scalar) => match scalar {
            Scalar::Str => Value::str(""),
            Scalar::Bool => Value::Bool(false),
            Scalar::Int32 | Scalar::Int64 | Scalar::IntOrString => Value::Int(0),
            Scalar::Number => Value::Float(0.0),
            Scalar::Quantity => Value::str("0"),
            Scalar::Bytes
            | Scalar::Time
            | Scalar::MicroTime
            | Scalar::Object
            | Scalar::JsonSchema
            | Scalar::Any => Value::Null,
        },
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Int | Kind::UInt => "a whole number",
        Kind::Float => "a number with a fraction",
        Kind::Str => "a string",
        Kind::Map => "a map",
        Kind::Seq => "a list",
    }
}
