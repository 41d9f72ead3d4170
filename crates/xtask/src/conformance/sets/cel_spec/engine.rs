//! Compiles and evaluates; values go in and come out in the notation of the set.

use std::collections::BTreeMap;

use seawall_policy::cel::{Bindings, Duration, Limits, Map, Names, Program, Timestamp, Value};
use seawall_yaml::decode_base64;
use serde_json::{Value as Json, json};

/// What is asked.
pub(super) struct Input {
    pub(super) expr: String,
    pub(super) container: String,
    pub(super) declared: Vec<String>,
    pub(super) bindings: BTreeMap<String, Json>,
    /// Whether names that nothing declares are refused beforehand.
    pub(super) checked: bool,
}

/// What was said.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    Value(Json),
    Error(String),
    /// The expression names what is not there.
    Unresolved(String),
    /// A binding that has no value here.
    NoInput(String),
}

/// The value of an expression.
pub(super) fn judge(input: &Input) -> Said {
    let mut names = Names::language().within(&input.container);
    let mut bindings = Bindings::new();
    for name in &input.declared {
        names.declare(name);
    }
    for (name, value) in &input.bindings {
        let Some(value) = read(value) else { return Said::NoInput(name.clone()) };
        let slot = names.declare(name);
        bindings.set(slot, value);
    }
    let program = match Program::compile(&input.expr, &names, &Limits::default()) {
        Ok(program) => program,
        Err(error) => return Said::Error(error.to_string()),
    };
    if let (true, Some(problem)) = (input.checked, program.unresolved().first()) {
        return Said::Unresolved(problem.to_string());
    }
    match program.evaluate(&bindings) {
        Ok(value) => Said::Value(write(&value)),
        Err(error) => Said::Error(error.to_string()),
    }
}

fn read(json: &Json) -> Option<Value<'static>> {
    let value = json.get("value");
    let text = value.and_then(Json::as_str);
    Some(match json.get("type")?.as_str()? {
        "null" => Value::Null,
        "bool" => Value::Bool(value?.as_bool()?),
        "int" => Value::Int(text?.parse().ok()?),
        "uint" => Value::Uint(text?.parse().ok()?),
        "double" => Value::Double(text?.parse().ok()?),
        "string" => Value::text(text?),
        "bytes" => Value::bytes(decode_base64(json.get("base64")?.as_str()?)?),
        "list" => Value::list(value?.as_array()?.iter().map(read).collect::<Option<_>>()?),
        "map" => {
            let mut map = Map::default();
            for entry in value?.as_array()? {
                map.insert(read(entry.get(0)?)?, read(entry.get(1)?)?).ok()?;
            }
            Value::Map(map.into())
        }
        "timestamp" => {
            let (seconds, nanos) = time(json)?;
            Value::Timestamp(Timestamp::new(seconds, u32::try_from(nanos).ok()?)?)
        }
        "duration" => {
            let (seconds, nanos) = time(json)?;
            Value::Duration(Duration::from_nanos(seconds.checked_mul(1_000_000_000)?.checked_add(nanos)?))
        }
        _ => return None,
    })
}

fn time(json: &Json) -> Option<(i64, i64)> {
    let seconds = json.get("seconds")?.as_str()?.parse().ok()?;
    Some((seconds, json.get("nanos").and_then(Json::as_i64).unwrap_or(0)))
}

fn write(value: &Value<'_>) -> Json {
    let typed = |value: Json, kind: &str| json!({ "type": kind, "value": value });
    match value {
        Value::Null => json!({ "type": "null" }),
        Value::Bool(value) => typed(json!(value), "bool"),
        Value::Int(value) => typed(json!(value.to_string()), "int"),
        Value::Uint(value) => typed(json!(value.to_string()), "uint"),
        Value::Double(value) => typed(json!(value.to_string()), "double"),
        Value::Str(text) => typed(json!(**text), "string"),
        Value::Bytes(bytes) => json!({ "type": "bytes", "bytes": &**bytes }),
        Value::Type(named) => typed(json!(named.name()), "type"),
        Value::Duration(duration) => {
            json!({ "type": "duration", "seconds": (duration.nanos() / 1_000_000_000).to_string(), "nanos": duration.nanos() % 1_000_000_000 })
        }
        Value::Timestamp(timestamp) => {
            json!({ "type": "timestamp", "seconds": timestamp.seconds().to_string(), "nanos": timestamp.nanos() })
        }
        Value::Optional(inner) => json!({ "type": "optional", "value": inner.as_deref().map(write) }),
        Value::Opaque(opaque) => typed(json!(opaque.to_string()), opaque.type_name()),
        Value::Struct(made) => {
            typed(made.fields().map(|(name, value)| json!([name, write(value)])).collect(), made.name())
        }
        Value::List(_) | Value::Keyed(_) | Value::Map(_) | Value::Node(_) => {
            match (value.items(), value.entries()) {
                (Some(items), _) => typed(items.iter().map(write).collect(), "list"),
                (None, entries) => {
                    let entries = entries.unwrap_or_default();
                    typed(
                        entries.iter().map(|(key, value)| json!([write(key), write(value)])).collect(),
                        "map",
                    )
                }
            }
        }
    }
}
