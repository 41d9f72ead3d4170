//! Changes of one form of a value, made in another form of it.
//!
//! An object is decoded and defaulted before it is changed. What came in may lack defaults, and may have fields of a newer
//! API that this one does not know: neither is a change, and both must be as they were in what goes out.

use std::collections::HashMap;

use super::diff::common;
use super::keys::Keys;
use crate::value::{Map, Value};

/// What `original` becomes when `from`, another form of it, becomes `to`; `None` when both mean the same. What did not
/// change stays as it is in `original`. A change below something that `original` does not have brings that along.
///
/// Items of lists are the same when they mean the same, have the same `name` that no other has, or, in lists of one length,
/// stand at the same place.
pub fn rebase<'t>(original: &Value<'t>, from: &Value<'t>, to: &Value<'t>) -> Option<Value<'t>> {
    match (original, from, to) {
        (Value::Map(original), Value::Map(from), Value::Map(to)) => maps(original, from, to).map(Value::Map),
        (Value::List(original), Value::List(from), Value::List(to)) if original.len() == from.len() => {
            lists(original, from, to).map(Value::List)
        }
        _ if from.means(to) => None,
        _ => Some(to.clone()),
    }
}

fn maps<'t>(original: &Map<'t>, from: &Map<'t>, to: &Map<'t>) -> Option<Map<'t>> {
    let (original_keys, from_keys, to_keys) = (Keys::of(original), Keys::of(from), Keys::of(to));
    let mut changed = false;
    let mut out = Map::with_capacity(to.len().max(original.len()));
    for (key, value) in original {
        let new = match (from_keys.find(key), to_keys.find(key)) {
            (Some(from), Some(to)) => rebase(value, from, to),
            (Some(_), None) => {
                changed = true;
                continue;
            }
            (None, Some(to)) => Some(to.clone()),
            (None, None) => None,
        };
        changed |= new.is_some();
        out.push((key.clone(), new.unwrap_or_else(|| value.clone())));
    }
    for (key, value) in to.iter().filter(|(key, _)| original_keys.find(key).is_none()) {
        if from_keys.find(key).is_none_or(|from| !from.means(value)) {
            changed = true;
            out.push((key.clone(), value.clone()));
        }
    }
    changed.then_some(out)
}

fn lists<'t>(original: &[Value<'t>], from: &[Value<'t>], to: &[Value<'t>]) -> Option<Vec<Value<'t>>> {
    let mut changed = false;
    let mut out = Vec::with_capacity(to.len());
    let (mut old, mut new) = (0, 0);
    for (same_old, same_new) in common(from, to).into_iter().chain([(from.len(), to.len())]) {
        let gone = from.get(old..same_old).unwrap_or_default();
        let come = to.get(new..same_new).unwrap_or_default();
        changed |= !(gone.is_empty() && come.is_empty());
        let (before, after) = (names(gone), names(come));
        for (place, item) in come.iter().enumerate() {
            let by_place = (gone.len() == come.len()).then_some(place);
            let at = match name(item) {
                // A name that stands there twice tells nothing.
                Some(name) => match (before.get(name), after.get(name)) {
                    (Some(Some(at)), Some(Some(_))) => Some(*at),
                    (Some(_), _) => by_place.filter(|at| gone.get(*at).and_then(self::name) == Some(name)),
                    (None, _) => None,
                },
                None => by_place,
            };
            let own = at.and_then(|at| Some((original.get(old + at)?, gone.get(at)?)));
            out.push(match own {
                Some((own, before)) => rebase(own, before, item).unwrap_or_else(|| own.clone()),
                None => item.clone(),
            });
        }
        out.extend(original.get(same_old).cloned());
        (old, new) = (same_old + 1, same_new + 1);
    }
    changed.then_some(out)
}

/// Where each name stands; `None` for one that stands there twice.
fn names<'v>(items: &'v [Value<'_>]) -> HashMap<&'v str, Option<usize>> {
    let mut places = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        let Some(name) = name(item) else { continue };
        places.entry(name).and_modify(|place| *place = None).or_insert(Some(at));
    }
    places
}

fn name<'v>(item: &'v Value<'_>) -> Option<&'v str> {
    item.get("name")?.as_str()
}
