//! The merge itself (`structured-merge-diff/typed/merge.go`).

use std::collections::{HashMap, HashSet};

use super::{Kind, element};
use crate::value::{Map, Value};

/// One value out of two of a type; the right one wins.
pub(super) fn merged<'t>(
    kind: Kind<'_>,
    left: Option<&Value<'t>>,
    right: Option<&Value<'t>>,
) -> Result<Option<Value<'t>>, String> {
    let (left, right) = match (left, right) {
        (Some(left), Some(right)) => (left, right),
        (one, other) => return Ok(other.or(one).cloned()),
    };
    let merged = match (kind, left, right) {
        (Kind::Map { atomic: true, .. } | Kind::List { atomic: true, .. }, _, _) => right.clone(),
        (Kind::Map { .. } | Kind::Deduced, Value::Map(left), Value::Map(right)) => {
            Value::Map(maps(kind, left, right)?)
        }
        (Kind::List { .. }, Value::List(left), Value::List(right)) if left.len() + right.len() > 0 => {
            Value::List(lists(kind, left, right)?)
        }
        _ => right.clone(),
    };
    Ok(Some(merged))
}

fn maps<'t>(kind: Kind<'_>, left: &Map<'t>, right: &Map<'t>) -> Result<Map<'t>, String> {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(left.len());
    places.extend(left.iter().enumerate().map(|(at, (key, _))| (key.as_ref(), at)));
    let mut out = left.clone();
    for (key, value) in right {
        match places.get(key.as_ref()).and_then(|at| out.get_mut(*at)) {
            Some((_, old)) => {
                let child = kind.child(key).unwrap_or(Kind::Deduced);
                *old = merged(child, Some(old), Some(value))?.unwrap_or_default();
            }
            None => out.push((key.clone(), value.clone())),
        }
    }
    Ok(out)
}

/// Items of a side by what tells them apart, and their order.
struct Side<'v, 't> {
    order: Vec<String>,
    /// `None` where several items are the same: they are not merged.
    items: HashMap<String, Option<&'v Value<'t>>>,
}

fn side<'v, 't>(kind: Kind<'_>, list: &'v [Value<'t>], duplicates: bool) -> Result<Side<'v, 't>, String> {
    let mut side = Side { order: Vec::with_capacity(list.len()), items: HashMap::with_capacity(list.len()) };
    let Kind::List { schema, items, .. } = kind else { return Ok(side) };
    for (index, item) in list.iter().enumerate() {
        let name = element(schema, items, item).map_err(|error| format!("element {index}: {error}"))?;
        if let Some(known) = side.items.get_mut(&name) {
            if !duplicates {
                return Err(format!("duplicate entries for key {name}"));
            }
            *known = None;
        } else {
            side.items.insert(name.clone(), Some(item));
        }
        side.order.push(name);
    }
    Ok(side)
}

/// The order of the right side holds among what both have; what only the left has stays where it was among its
/// neighbours.
fn lists<'t>(kind: Kind<'_>, left: &[Value<'t>], right: &[Value<'t>]) -> Result<Vec<Value<'t>>, String> {
    let Kind::List { items, .. } = kind else { return Ok(right.to_vec()) };
    let items = Kind::of(items);
    let (rights, lefts) = (side(kind, right, false)?, side(kind, left, true)?);
    let both = |name: &String| match (lefts.items.get(name), rights.items.get(name)) {
        (left, Some(right)) => merged(items, left.copied().flatten(), right.as_ref().copied()),
        (_, None) => Ok(None),
    };
    let mut shared = rights.order.iter().filter(|name| lefts.items.contains_key(*name));
    let mut next_shared = shared.next();
    let mut done: HashSet<&str> = HashSet::with_capacity(right.len());
    let mut out = Vec::with_capacity(left.len().max(right.len()));
    let (mut at_left, mut at_right) = (0, 0);
    loop {
        let (left_name, right_name) = (lefts.order.get(at_left), rights.order.get(at_right));
        match (left_name, right_name) {
            (None, None) => return Ok(out),
            (Some(name), Some(other)) if name == other => {
                done.insert(name);
                out.extend(both(name)?);
                (at_left, at_right) = (at_left + 1, at_right + 1);
                next_shared = shared.next();
                continue;
            }
            (Some(name), Some(_))
                if rights.items.contains_key(name) && next_shared.is_some_and(|next| next != name) =>
            {
                at_left += 1;
                continue;
            }
            _ => {}
        }
        if let Some(name) = left_name {
            if !rights.items.contains_key(name) {
                out.extend(left.get(at_left).cloned());
                at_left += 1;
                continue;
            } else if done.contains(name.as_str()) {
                at_left += 1;
            }
        }
        if let Some(name) = right_name {
            done.insert(name);
            out.extend(both(name)?);
            at_right += 1;
            if next_shared == Some(name) {
                next_shared = shared.next();
            }
        }
    }
}
