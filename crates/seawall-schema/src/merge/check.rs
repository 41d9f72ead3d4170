//! What a configuration must be before it is merged.

use std::collections::HashSet;

use super::{Kind, element, go};
use crate::table::Scalar;
use crate::value::Value;

/// Whether a value is of a type; the errors in the words of the API server.
pub(super) fn types(kind: Kind<'_>, value: &Value<'_>) -> Result<(), String> {
    let mut errors = Vec::new();
    check(kind, value, &mut String::new(), &mut errors);
    match errors.as_slice() {
        [] => Ok(()),
        [one] => Err(one.clone()),
        several => Err(format!("errors:\n  {}", several.join("\n  "))),
    }
}

fn check(kind: Kind<'_>, value: &Value<'_>, path: &mut String, errors: &mut Vec<String>) {
    let mut error = |message: String| {
        errors.push(if path.is_empty() { message } else { format!("{path}: {message}") });
    };
    match (kind, value) {
        (Kind::Map { .. } | Kind::Deduced | Kind::Untyped, Value::Map(map)) => {
            for (key, value) in map {
                let length = path.len();
                path.push('.');
                path.push_str(key);
                match kind.child(key) {
                    Some(child) => check(child, value, path, errors),
                    None => errors.push(format!("{path}: field not declared in schema")),
                }
                path.truncate(length);
            }
        }
        (Kind::Map { .. }, other) => error(format!("expected map, got {}", go(other))),
        (Kind::List { items, schema, atomic }, Value::List(list)) => {
            let mut seen = HashSet::new();
            for (index, item) in list.iter().enumerate() {
                let place = match element(schema, items, item) {
                    _ if atomic => format!("[{index}]"),
                    Ok(place) => place,
                    Err(message) => {
                        errors.push(format!("{path}: element {index}: {message}"));
                        return;
                    }
                };
                if !atomic && !seen.insert(place.clone()) {
                    errors.push(format!("{path}: duplicate entries for key {place}"));
                }
                let length = path.len();
                path.push_str(&place);
                check(Kind::of(items), item, path, errors);
                path.truncate(length);
            }
        }
        (Kind::List { .. }, other) => error(format!("expected list, got {}", go(other))),
        (Kind::Scalar(scalar), value) => {
            if let Some(message) = misfit(scalar, value) {
                error(message);
            }
        }
        (Kind::Deduced | Kind::Untyped, _) => {}
    }
}

fn misfit(scalar: Scalar, value: &Value<'_>) -> Option<String> {
    let number = matches!(value, Value::Int(_) | Value::UInt(_) | Value::Float(_));
    match scalar {
        Scalar::Bool => match value {
            Value::Bool(_) => None,
            other => Some(format!("expected boolean, got {}", go(other))),
        },
        Scalar::Int32 | Scalar::Int64 | Scalar::Number if number => None,
        Scalar::Int32 | Scalar::Int64 | Scalar::Number => {
            let name = match value {
                Value::Null => "structpb.NullValue",
                Value::Bool(_) => "bool",
                Value::Str(_) => "string",
                Value::List(_) => "[]interface {}",
                _ => "map[string]interface {}",
            };
            Some(format!("expected numeric (int or float), got {name}"))
        }
        Scalar::Quantity | Scalar::IntOrString => {
            let fits = number || matches!(value, Value::Str(_) | Value::Bool(_));
            (!fits).then(|| format!("expected any scalar, got {}", go(value)))
        }
        _ => match value {
            Value::Str(_) => None,
            other => Some(format!("expected string, got {}", go(other))),
        },
    }
}

/// The paths of what is atomic in a configuration. Only declared fields and items are looked into, as upstream.
pub(super) fn atomics(kind: Kind<'_>, value: &Value<'_>) -> Vec<String> {
    let mut found = Vec::new();
    search(kind, value, &mut String::new(), &mut found);
    found
}

fn search(kind: Kind<'_>, value: &Value<'_>, path: &mut String, found: &mut Vec<String>) {
    let length = path.len();
    match (kind, value) {
        (Kind::Untyped, Value::Map(_) | Value::List(_)) | (Kind::Deduced, Value::List(_)) => {
            found.push(path.clone());
        }
        (Kind::Map { schema, atomic }, Value::Map(map)) => {
            if atomic {
                found.push(path.clone());
            }
            for (key, value) in map {
                if let Some(property) = schema.field(key) {
                    path.push('.');
                    path.push_str(key);
                    search(Kind::of(property.schema), value, path, found);
                    path.truncate(length);
                }
            }
        }
        (Kind::List { items, atomic, .. }, Value::List(list)) => {
            if atomic {
                found.push(path.clone());
            }
            for (index, item) in list.iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                search(Kind::of(items), item, path, found);
                path.truncate(length);
            }
        }
        _ => {}
    }
}
