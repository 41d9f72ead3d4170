//! Whether the types of records fit the fields that they stand under.
//!
//! Source: `CheckTypeNamesMatchFieldPathNames` (`pkg/cel/mutation/dynamic/objects.go`).

use crate::cel::Value;

/// What is wrong with the types of a record and of those within it, one line each; records in maps and lists stand under
/// the field of the map or list.
pub(super) fn mismatches(made: &Value<'_>) -> Option<String> {
    let Value::Struct(record) = made else { return None };
    let mut errors = Vec::new();
    check(made, record.name(), &mut errors);
    (!errors.is_empty()).then(|| format!("type mismatch: {}", errors.join("\n")))
}

fn check(value: &Value<'_>, path: &str, errors: &mut Vec<String>) {
    match value {
        Value::Struct(record) => {
            if record.name() != path {
                errors.push(format!(
                    "unexpected type name {:?}, expected {path:?}, which matches field name path from root Object type",
                    record.name()
                ));
            }
            for (field, value) in record.fields() {
                check(value, &format!("{path}.{field}"), errors);
            }
        }
        Value::List(items) => items.iter().for_each(|item| check(item, path, errors)),
        Value::Map(map) => map.entries().iter().for_each(|(_, value)| check(value, path, errors)),
        _ => {}
    }
}
