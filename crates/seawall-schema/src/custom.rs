//! What the API server makes of a custom resource: fields that its schema does not describe are pruned, unset fields get
//! their defaults (`apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting,objectmeta}`).

use std::borrow::Cow;

use seawall_core::ProblemSeverity;
use seawall_yaml::{Kind, Node, TreeBuilder};

use crate::decode::Decoder;
use crate::encode;
use crate::table::{Def, Field, Scalar, Shape, Table};
use crate::value::{Map, Value};

/// The object with what its type describes, and nothing else.
pub(crate) fn prune<'s, 't>(decoder: &mut Decoder<'s, 't>, def: &'s Def, root: Node<'t>) -> Value<'t> {
    if !root.is_map() {
        decoder.problem(ProblemSeverity::Error, root, "must be a map");
        return Value::map();
    }
    pruned(decoder, Some(def), root).unwrap_or_else(Value::map)
}

/// `None` for what stays out. Without a definition, everything below a map or list is unknown.
fn pruned<'s, 't>(decoder: &mut Decoder<'s, 't>, def: Option<&'s Def>, node: Node<'t>) -> Option<Value<'t>> {
    let shape = def.map(|def| &def.shape);
    if let Some(Shape::Scalar(Scalar::Any)) = shape {
        return decoder.value(def?, node).or(Some(Value::Null));
    }
    match node.kind() {
        Kind::Map => match (def, shape) {
            (Some(def), Some(Shape::Struct(_) | Shape::Map(_))) => {
                Some(Value::Map(entries(decoder, def, node)))
            }
            (None, _) => {
                for (_, value) in node.entries() {
                    unknown(decoder, value);
                }
                Some(Value::map())
            }
            (Some(def), _) => decoder.value(def, node),
        },
        Kind::Seq => {
            let items = match (shape, def) {
                (Some(Shape::List(items)), _) => Some(decoder.table.def(*items)),
                // Where any type is fine, a list is one of anything.
                (Some(Shape::Struct(fields)), Some(def)) if fields.is_empty() && def.name.is_empty() => None,
                (None, _) => None,
                (Some(_), Some(def)) => return decoder.value(def, node),
                (Some(_), None) => None,
            };
            let mut list = Vec::with_capacity(node.len());
            for item in node.items() {
                list.extend(pruned(decoder, items, item));
            }
            Some(Value::List(list))
        }
        Kind::Null => Some(Value::Null),
        _ => match (def, shape) {
            // The decoder says whether it fits; canonical forms are those of built-in types, and not taken.
            (Some(def), Some(Shape::Scalar(_))) => decoder.value(def, node).and_then(|_| Value::of(node)),
            (Some(def), Some(Shape::Struct(fields))) if !fields.is_empty() || def.preserve => {
                decoder.value(def, node)
            }
            (Some(def), Some(Shape::List(_) | Shape::Map(_))) => decoder.value(def, node),
            _ => Value::of(node),
        },
    }
}

fn unknown(decoder: &mut Decoder<'_, '_>, node: Node<'_>) {
    decoder.problem(ProblemSeverity::Warning, node, "is an unknown field, which is dropped");
}

fn entries<'s, 't>(decoder: &mut Decoder<'s, 't>, def: &'s Def, node: Node<'t>) -> Map<'t> {
    let table = decoder.table;
    let mut map = Map::with_capacity(node.len() + 2);
    for (key, value) in node.entries() {
        let found = match &def.shape {
            Shape::Struct(fields) => Field::find(fields, key).map(|field| table.def(field.def)),
            Shape::Map(values) => Some(table.def(*values)),
            _ => None,
        };
        let kept = match found {
            Some(_) if def.embedded && key == "metadata" => metadata(decoder, value),
            // What may not be `null` and has no default is unset.
            Some(child) if value.is_null() && !child.nullable && child.default.is_none() => None,
            Some(child) => pruned(decoder, Some(child), value),
            None if def.preserve => Value::of(value),
            None => {
                unknown(decoder, value);
                None
            }
        };
        map.extend(kept.map(|value| (Cow::Borrowed(key), value)));
    }
    map
}

/// The metadata of a whole object is of a built-in type, and goes through its decoder and encoder.
fn metadata<'s, 't>(decoder: &mut Decoder<'s, 't>, node: Node<'t>) -> Option<Value<'t>> {
    let def = decoder.table.named("meta.v1.ObjectMeta").map(|id| decoder.table.def(id))?;
    let value = decoder.value(def, node)?;
    let mut out = TreeBuilder::new(None);
    encode::write(decoder.table, def, &value, &mut out);
    Value::of(out.finish().root()).map(Value::into_owned)
}

/// Sets what is unset and has a default, from the outside in.
pub(crate) fn fill(table: &Table, def: &Def, value: &mut Value<'_>) {
    match (&def.shape, value) {
        (Shape::Struct(fields), Value::Map(map)) => {
            for field in fields {
                let Some(default) = &table.def(field.def).default else { continue };
                match map.iter_mut().find(|(key, _)| *key == field.name) {
                    Some((_, value)) => replace_null(table.def(field.def), value),
                    None => map.push((field.name.clone(), default.clone())),
                }
            }
            for (key, value) in map {
                if let Some(field) = Field::find(fields, key) {
                    fill(table, table.def(field.def), value);
                }
            }
        }
        (Shape::Map(values), Value::Map(map)) => {
            for (_, value) in map {
                replace_null(table.def(*values), value);
                fill(table, table.def(*values), value);
            }
        }
        (Shape::List(items), Value::List(list)) => {
            for item in list {
                replace_null(table.def(*items), item);
                fill(table, table.def(*items), item);
            }
        }
        _ => {}
    }
}

fn replace_null(def: &Def, value: &mut Value<'_>) {
    if let (Value::Null, false, Some(default)) = (&*value, def.nullable, &def.default) {
        *value = default.clone();
    }
}
