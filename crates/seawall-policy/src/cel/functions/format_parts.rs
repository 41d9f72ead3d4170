//! What both versions of `format` write alike: whole numbers in any base, and bytes.

use super::super::EvalError;
use super::super::limits::Budget;
use super::super::value::Value;

/// What `%d`, `%b`, `%o`, `%x` and `%X` make of a value.
pub(super) enum Whole {
    Text(String),
    /// The value is of no type that the clause takes; these are.
    Refused(&'static str),
}

/// A value in the base that a clause names.
pub(super) fn whole(clause: char, item: &Value<'_>, budget: &mut Budget) -> Result<Whole, EvalError> {
    Ok(Whole::Text(match (clause, item) {
        ('d', Value::Int(value)) => value.to_string(),
        ('d', Value::Uint(value)) => value.to_string(),
        ('d', _) => return Ok(Whole::Refused("decimal clause can only be used on integers")),
        ('b', Value::Bool(value)) => u8::from(*value).to_string(),
        ('b', Value::Int(value)) => signed(*value, format!("{:b}", value.unsigned_abs())),
        ('b', Value::Uint(value)) => format!("{value:b}"),
        ('b', _) => return Ok(Whole::Refused("only integers and bools can be formatted as binary")),
        ('o', Value::Int(value)) => signed(*value, format!("{:o}", value.unsigned_abs())),
        ('o', Value::Uint(value)) => format!("{value:o}"),
        ('o', _) => return Ok(Whole::Refused("octal clause can only be used on integers")),
        (_, item) => {
            let text = match item {
                Value::Int(value) => signed(*value, format!("{:x}", value.unsigned_abs())),
                Value::Uint(value) => format!("{value:x}"),
                Value::Str(text) => hex(text.as_bytes(), budget)?,
                Value::Bytes(bytes) => hex(bytes, budget)?,
                _ => {
                    return Ok(Whole::Refused(
                        "only integers, byte buffers, and strings can be formatted as hex",
                    ));
                }
            };
            if clause == 'X' { text.to_ascii_uppercase() } else { text }
        }
    }))
}

fn signed(value: i64, digits: String) -> String {
    if value < 0 { format!("-{digits}") } else { digits }
}

fn hex(bytes: &[u8], budget: &mut Budget) -> Result<String, EvalError> {
    budget.text(bytes.len())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A list or a map, whose parts `write` writes; `colon` stands between a key and its value.
pub(super) fn collection(
    item: &Value<'_>,
    colon: &str,
    made: &mut String,
    budget: &mut Budget,
    write: fn(&Value<'_>, &mut String, &mut Budget) -> Result<(), EvalError>,
) -> Result<(), EvalError> {
    if let Some(items) = item.items() {
        made.push('[');
        for (place, item) in items.iter().enumerate() {
            made.push_str(if place > 0 { ", " } else { "" });
            write(item, made, budget)?;
        }
        made.push(']');
        return Ok(());
    }
    let mut entries = Vec::new();
    for (key, value) in item.entries().unwrap_or_default() {
        let (mut name, mut held) = (String::new(), String::new());
        write(&key, &mut name, budget)?;
        write(&value, &mut held, budget)?;
        budget.text(name.len() + held.len())?;
        entries.push((name, held));
    }
    entries.sort();
    let entries: Vec<String> =
        entries.into_iter().map(|(key, value)| format!("{key}{colon}{value}")).collect();
    made.push('{');
    made.push_str(&entries.join(", "));
    made.push('}');
    Ok(())
}
