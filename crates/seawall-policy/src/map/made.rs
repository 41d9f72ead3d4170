//! Values that expressions make, as values of objects.
//!
//! Invariant: what has no place in an object is an error, never left out.
//! Source: `convertField` (`pkg/cel/mutation/dynamic/objects.go`) for apply configurations; for JSON patches cel-go's
//! conversion to `google.protobuf.Value`, which is JSON.

use std::borrow::Cow;

use seawall_schema::{MAX_DEPTH, Map, Value as Data};
use seawall_yaml::encode_base64;

use crate::cel::{Shared, Value};

/// Into what a value is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Part of an apply configuration: values stay of their types.
    Configuration,
    /// JSON: bytes, times and spans of time become texts, whole doubles whole numbers.
    Json,
}

/// The largest whole number that JSON keeps exactly; larger ones become texts.
const EXACT: u64 = 1 << 53;

/// The value as data.
pub(super) fn data<'v>(value: &Value<'v>, form: Form) -> Result<Data<'v>, String> {
    convert(value, form, 0)
}

fn convert<'v>(value: &Value<'v>, form: Form, depth: usize) -> Result<Data<'v>, String> {
    if depth > MAX_DEPTH {
        return Err("a value is nested too deeply".to_owned());
    }
    Ok(match (value, form) {
        (Value::Null, _) => Data::Null,
        (Value::Bool(value), _) => Data::Bool(*value),
        (Value::Int(value), Form::Json) if value.unsigned_abs() > EXACT => text(value.to_string()),
        (Value::Int(value), _) => Data::Int(*value),
        (Value::Uint(value), Form::Json) if *value > EXACT => text(value.to_string()),
        (Value::Uint(value), _) => i64::try_from(*value).map_or(Data::UInt(*value), Data::Int),
        (Value::Double(value), Form::Json) if !value.is_finite() => {
            return Err(format!("a number that JSON does not have: {value}"));
        }
        // 2^53: such a double is a whole number, and JSON writes it without a point.
        (Value::Double(value), Form::Json) if value.fract() == 0.0 && value.abs() <= EXACT as f64 => {
            Data::Int(*value as i64)
        }
        (Value::Double(value), _) => Data::Float(*value),
        (Value::Str(Shared::Ref(text)), _) => Data::Str(Cow::Borrowed(*text)),
        (Value::Str(Shared::Own(own)), _) => text(own.to_string()),
        (Value::List(items), _) => {
            Data::List(items.iter().map(|item| convert(item, form, depth + 1)).collect::<Result<_, _>>()?)
        }
        (Value::Map(map), _) => {
            let mut data = Map::new();
            for (key, value) in map.entries() {
                let Value::Str(key) = key else {
                    let name = key.type_of().name();
                    return Err(format!("map key {key:?} is of type {name}, not string"));
                };
                data.push((Cow::Owned(key.to_string()), convert(value, form, depth + 1)?));
            }
            Data::Map(data)
        }
        (Value::Struct(record), _) => {
            let mut data = Map::new();
            for (field, value) in record.fields() {
                data.push((Cow::Owned(field.to_owned()), convert(value, form, depth + 1)?));
            }
            Data::Map(data)
        }
        (Value::Node(node), _) => Data::of(*node).ok_or("a value is nested too deeply")?,
        (Value::Bytes(bytes), Form::Json) => text(encode_base64(bytes)),
        (Value::Duration(duration), Form::Json) => text(duration.to_string()),
        (Value::Timestamp(timestamp), Form::Json) => text(timestamp.to_string()),
        (other, _) => return Err(format!("a {} has no place in an object", other.type_of().name())),
    })
}

fn text<'v>(text: String) -> Data<'v> {
    Data::Str(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_json() {
        assert_eq!(data(&Value::Double(2.0), Form::Json), Ok(Data::Int(2)));
        assert_eq!(data(&Value::Double(2.0), Form::Configuration), Ok(Data::Float(2.0)));
        assert_eq!(data(&Value::Int(i64::MAX), Form::Json), Ok(text(i64::MAX.to_string())));
        assert_eq!(data(&Value::Int(i64::MAX), Form::Configuration), Ok(Data::Int(i64::MAX)));
        assert!(data(&Value::Double(f64::NAN), Form::Json).is_err());
    }
}
