//! Applying a patch.

use std::borrow::Cow;

use super::{Operation, PatchError, unescape};
use crate::value::Value;

/// The API server takes no longer patches.
const MAX_OPERATIONS: usize = 10_000;
/// Copies of copies grow without a bound; more than this many values are not copied.
const MAX_COPIED: usize = 1_000_000;

const MISSING: &str = "missing value";

fn refused<T>(message: String) -> Result<T, PatchError> {
    Err(PatchError::Refused(message))
}

/// Applies a patch to a map or list, in order. On an error, what came before it has been applied: keep the original.
pub fn apply_patch<'t>(document: &mut Value<'t>, patch: &[Operation<'t>]) -> Result<(), PatchError> {
    if patch.len() > MAX_OPERATIONS {
        let allowed = format!("The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}");
        return refused(format!("{allowed}, got {}", patch.len()));
    }
    let mut copied = 0;
    for operation in patch {
        match operation.op.as_str() {
            "add" => add(document, operation)?,
            "remove" => remove(document, &operation.path)?,
            "replace" => replace(document, operation)?,
            "move" => relocate(document, operation)?,
            "copy" => copy(document, operation, &mut copied)?,
            "test" => test(document, operation)?,
            other => return refused(format!("Unexpected kind: {other}")),
        }
    }
    Ok(())
}

/// The map or list that holds what a pointer names, and the last part of the pointer.
fn holder<'v, 'p, 't>(
    document: &'v mut Value<'t>,
    path: &'p str,
) -> Option<(&'v mut Value<'t>, Cow<'p, str>)> {
    let mut parts = path.split('/').skip(1);
    let mut key = parts.next()?;
    let mut place = document;
    for next in parts {
        place = child_mut(place, &unescape(key)).ok()?;
        key = next;
    }
    matches!(place, Value::Map(_) | Value::List(_)).then(|| (place, unescape(key)))
}

fn child_mut<'v, 't>(place: &'v mut Value<'t>, key: &str) -> Result<&'v mut Value<'t>, String> {
    match place {
        Value::List(items) => {
            let index = index(key, items.len(), items.len())?;
            items.get_mut(index).ok_or_else(|| invalid_index(key))
        }
        Value::Map(map) => {
            let found = map.iter_mut().find(|(name, _)| name == key);
            found.map(|(_, value)| value).ok_or_else(|| MISSING.to_owned())
        }
        _ => Err(MISSING.to_owned()),
    }
}

/// What stands under a key; nothing under a key that is not set, which is no error.
fn child<'v, 't>(place: &'v Value<'t>, key: &str) -> Result<Option<&'v Value<'t>>, String> {
    match place {
        Value::List(items) => {
            let index = index(key, items.len(), items.len())?;
            items.get(index).map(Some).ok_or_else(|| invalid_index(key))
        }
        _ => Ok(place.get(key)),
    }
}

fn invalid_index(index: impl std::fmt::Display) -> String {
    format!("Unable to access invalid index: {index}: invalid index referenced")
}

/// A place in a list below `end`; negative ones count from `length`.
fn index(key: &str, end: usize, length: usize) -> Result<usize, String> {
    let number: i64 = match key.parse() {
        Ok(number) => number,
        Err(_) => return Err(format!("strconv.Atoi: parsing {key:?}: invalid syntax")),
    };
    let from_start = if number < 0 { number + i64::try_from(length).unwrap_or(i64::MAX) } else { number };
    usize::try_from(from_start).ok().filter(|at| *at < end).ok_or_else(|| invalid_index(number))
}

fn put<'t>(place: &mut Value<'t>, key: &str, value: Value<'t>) -> Result<(), String> {
    match place {
        Value::List(items) if key == "-" => items.push(value),
        Value::List(items) => {
            if key.parse::<i64>().is_err() {
                return Err(format!(
                    "value was not a proper array index: '{key}': strconv.Atoi: parsing {key:?}: invalid syntax"
                ));
            }
            let end = items.len() + 1;
            items.insert(index(key, end, end)?, value);
        }
        place => place.set(key.to_owned(), value),
    }
    Ok(())
}

fn take<'t>(place: &mut Value<'t>, key: &str) -> Result<Value<'t>, String> {
    match place {
        Value::List(items) => Ok(items.remove(index(key, items.len(), items.len())?)),
        place => {
            place.remove(key).ok_or_else(|| format!("Unable to remove nonexistent key: {key}: {MISSING}"))
        }
    }
}

fn add<'t>(document: &mut Value<'t>, operation: &Operation<'t>) -> Result<(), PatchError> {
    let path = &operation.path;
    let Some((place, key)) = holder(document, path) else {
        return refused(format!("add operation does not apply: doc is missing path: \"{path}\": {MISSING}"));
    };
    let value = operation.value.clone().unwrap_or_default();
    put(place, &key, value).or_else(|error| refused(format!("error in add for path: '{path}': {error}")))
}

fn remove(document: &mut Value<'_>, path: &str) -> Result<(), PatchError> {
    let Some((place, key)) = holder(document, path) else {
        return refused(format!(
            "remove operation does not apply: doc is missing path: \"{path}\": {MISSING}"
        ));
    };
    match take(place, &key) {
        Ok(_) => Ok(()),
        Err(error) => refused(format!("error in remove for path: '{path}': {error}")),
    }
}

fn replace<'t>(document: &mut Value<'t>, operation: &Operation<'t>) -> Result<(), PatchError> {
    let path = &operation.path;
    let value = operation.value.clone().unwrap_or_default();
    if path.is_empty() {
        if !matches!(value, Value::Map(_) | Value::List(_)) {
            return refused("replace operation value must be object or array: %!w(<nil>)".to_owned());
        }
        *document = value;
        return Ok(());
    }
    let Some((place, key)) = holder(document, path) else {
        return refused(format!("replace operation does not apply: doc is missing path: {path}: {MISSING}"));
    };
    match place {
        Value::List(_) => match child_mut(place, &key) {
            Ok(old) => *old = value,
            Err(_) => {
                return refused(format!(
                    "replace operation does not apply: doc is missing key: {path}: {MISSING}"
                ));
            }
        },
        place => place.set(key.into_owned(), value),
    }
    Ok(())
}

fn from<'o>(operation: &'o Operation<'_>) -> Result<&'o str, PatchError> {
    let name = &operation.op;
    match &operation.from {
        Some(from) => Ok(from),
        None => refused(format!("{name} operation failed to decode from: unknown operation: {MISSING}")),
    }
}

fn relocate<'t>(document: &mut Value<'t>, operation: &Operation<'t>) -> Result<(), PatchError> {
    let (from, path) = (from(operation)?, &operation.path);
    let Some((place, key)) = holder(document, from) else {
        return refused(format!(
            "move operation does not apply: doc is missing from path: {from}: {MISSING}"
        ));
    };
    let value = match take(place, &key) {
        Ok(value) => value,
        Err(error) => return refused(format!("error in move for path: '{key}': {error}")),
    };
    let Some((place, key)) = holder(document, path) else {
        return refused(format!(
            "move operation does not apply: doc is missing destination path: {path}: {MISSING}"
        ));
    };
    put(place, &key, value).or_else(|error| refused(format!("error in move for path: '{path}': {error}")))
}

fn copy<'t>(
    document: &mut Value<'t>,
    operation: &Operation<'t>,
    copied: &mut usize,
) -> Result<(), PatchError> {
    let (from, path) = (from(operation)?, &operation.path);
    let Some((place, key)) = holder(document, from) else {
        return refused(format!(
            "copy operation does not apply: doc is missing from path: {from}: {MISSING}"
        ));
    };
    let value = match child(place, &key) {
        Ok(value) => value.cloned().unwrap_or_default(),
        Err(error) => return refused(format!("error in copy for from: '{from}': {error}")),
    };
    *copied += value.count();
    if *copied > MAX_COPIED {
        return refused(format!("the operations of a patch may copy {MAX_COPIED} values, not more"));
    }
    let Some((place, key)) = holder(document, path) else {
        return refused(format!(
            "copy operation does not apply: doc is missing destination path: {path}: {MISSING}"
        ));
    };
    put(place, &key, value).or_else(|error| refused(format!("error while adding value during copy: {error}")))
}

fn test(document: &mut Value<'_>, operation: &Operation<'_>) -> Result<(), PatchError> {
    let path = &operation.path;
    let wanted = operation.value.as_ref().unwrap_or(&Value::Null);
    let found = if path.is_empty() {
        Some(&*document)
    } else {
        let Some((place, key)) = holder(document, path) else {
            return refused(format!("test operation does not apply: is missing path: {path}: {MISSING}"));
        };
        match child(place, &key) {
            Ok(found) => found,
            Err(error) => return refused(format!("error in test for path: '{path}': {error}")),
        }
    };
    if found.unwrap_or(&Value::Null).means(wanted) {
        return Ok(());
    }
    Err(PatchError::TestFailed(format!("testing value {path} failed: test failed")))
}
