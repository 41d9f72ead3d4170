//! The merge of `ApplyConfiguration`: an incomplete object of a type is merged into a whole one, field by field
//! (`apiserver/pkg/admission/plugin/policy/mutating/patch/smd.go` on `structured-merge-diff`).
//!
//! Fields are merged, lists with keys are merged by them, sets get what they lack. What is atomic may not be named at
//! all, since what the configuration leaves out would be lost. Where no type is known, maps are merged and lists are
//! replaced.

mod check;
mod walk;

use crate::Schema;
use crate::table::{Field, Scalar, Shape, Topology};
use crate::value::Value;

/// Why a configuration cannot be applied; the texts are the API server's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// It is not of the type.
    #[error("failed to convert patch object to typed object: {0}")]
    Type(String),
    /// It names something atomic.
    #[error("invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {0}")]
    Atomic(String),
    /// It cannot be merged into this object.
    #[error("failed to merge patch: {0}")]
    Merge(String),
}

/// Merges a configuration into an object of the same type.
///
/// The result may be no object of the type yet: decode and default it again with [`admitted`](crate::admitted).
pub fn apply_configuration<'t>(
    object: &Value<'t>,
    configuration: &Value<'t>,
    schema: Schema<'_>,
) -> Result<Value<'t>, MergeError> {
    // Scales belong to several groups, and the API server's converter finds no type for them.
    if schema.name() == "autoscaling.v1.Scale" {
        return Err(MergeError::Type("no corresponding type for autoscaling/v1, Kind=Scale".to_owned()));
    }
    let kind = Kind::of(schema);
    check::types(kind, configuration).map_err(MergeError::Type)?;
    let atomic = check::atomics(kind, configuration);
    if !atomic.is_empty() {
        return Err(MergeError::Atomic(atomic.join(", ")));
    }
    let merged = walk::merged(kind, Some(object), Some(configuration)).map_err(MergeError::Merge)?;
    Ok(merged.unwrap_or_else(Value::map))
}

/// How values of a type are merged (`kube-openapi/pkg/schemaconv/openapi.go`).
#[derive(Clone, Copy)]
enum Kind<'s> {
    Scalar(Scalar),
    /// Any type: maps are merged, all else is replaced.
    Deduced,
    /// Any type, replaced as a whole.
    Untyped,
    List {
        items: Schema<'s>,
        schema: Schema<'s>,
        atomic: bool,
    },
    Map {
        schema: Schema<'s>,
        atomic: bool,
    },
}

impl<'s> Kind<'s> {
    fn of(schema: Schema<'s>) -> Self {
        let atomic = schema.def.topology == Topology::Atomic;
        match &schema.def.shape {
            Shape::Scalar(Scalar::Any | Scalar::JsonSchema) => Kind::Deduced,
            Shape::Scalar(Scalar::Object) => Kind::Untyped,
            Shape::Scalar(scalar) => Kind::Scalar(*scalar),
            Shape::List(items) => {
                let items = Schema { table: schema.table, def: schema.table.def(*items) };
                let merged = matches!(schema.def.topology, Topology::Keyed | Topology::Set);
                Kind::List { items, schema, atomic: !merged }
            }
            Shape::Map(_) | Shape::Struct(_) => Kind::Map { schema, atomic },
        }
    }

    /// The kind of what stands under a key of a map; `None` for a field that is not declared.
    fn child(self, key: &str) -> Option<Kind<'s>> {
        match self {
            Kind::Map { schema, .. } => match &schema.def.shape {
                Shape::Struct(fields) => match Field::find(fields, key) {
                    Some(field) => Some(Kind::of(Schema { def: schema.table.def(field.def), ..schema })),
                    // A struct without fields is a map of anything.
                    None if fields.is_empty() || schema.def.preserve => Some(Kind::Deduced),
                    None => None,
                },
                Shape::Map(values) => Some(Kind::of(Schema { def: schema.table.def(*values), ..schema })),
                _ => None,
            },
            Kind::Untyped => Some(Kind::Untyped),
            _ => Some(Kind::Deduced),
        }
    }
}

/// How an item of a list with keys, or of a set, is told apart: the text of its path element.
fn element(schema: Schema<'_>, items: Schema<'_>, item: &Value<'_>) -> Result<String, String> {
    if schema.def.topology == Topology::Set {
        return match item {
            Value::Map(_) => Err("associative list without keys has an element that's a map type".to_owned()),
            Value::List(_) => Err("not supported: associative list with lists as elements".to_owned()),
            Value::Null => {
                Err("associative list without keys has an element that's an explicit null".to_owned())
            }
            scalar => Ok(format!("[={}]", json(scalar))),
        };
    }
    match item {
        Value::Map(_) => {}
        Value::Null => return Err("associative list with keys may not have a null element".to_owned()),
        _ => return Err("associative list with keys may not have non-map elements".to_owned()),
    }
    let mut keys: Vec<(&str, String)> = Vec::with_capacity(schema.def.keys.len());
    for key in &schema.def.keys {
        let value = item.get(key).map(json).or_else(|| key_default(items, key));
        keys.extend(value.map(|value| (key.as_ref(), value)));
    }
    if keys.is_empty() {
        let names: Vec<String> = schema.def.keys.iter().map(|key| format!("{key:?}")).collect();
        let names = names.join(" ");
        return Err(format!(
            "associative list with keys has an element that omits all key fields [{names}] (and doesn't have default \
             values for any key fields)"
        ));
    }
    keys.sort_unstable();
    let keys: Vec<String> = keys.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    Ok(format!("[{}]", keys.join(",")))
}

/// A key that is not written has the default that the OpenAPI documents tell, which for a plain field is its zero.
fn key_default(items: Schema<'_>, key: &str) -> Option<String> {
    let Shape::Struct(fields) = &items.def.shape else { return None };
    let field = Field::find(fields, key)?;
    let def = items.table.def(field.def);
    if let Some(default) = field.default.as_ref().or(def.default.as_ref()) {
        return Some(json(default));
    }
    let plain = items.def.name.contains(".v") && !field.pointer;
    let named = !field.omit_empty || items.def.name == "core.v1.LocalObjectReference";
    (plain && named).then(|| json(&crate::decode::zero(def)))
}

fn json(value: &Value<'_>) -> String {
    let mut out = String::new();
    value.to_tree().root().write_json(&mut out);
    out
}

/// A value as Go's `%v` prints one behind a pointer to a struct.
fn go(value: &Value<'_>) -> String {
    fn plain(value: &Value<'_>) -> String {
        match value {
            Value::Null => "NULL_VALUE".to_owned(),
            Value::Str(text) => text.to_string(),
            Value::List(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(" ")),
            Value::Map(map) => {
                let mut entries: Vec<String> =
                    map.iter().map(|(key, value)| format!("{key}:{}", plain(value))).collect();
                entries.sort_unstable();
                format!("map[{}]", entries.join(" "))
            }
            scalar => json(scalar),
        }
    }
    format!("&{{{}}}", plain(value))
}
