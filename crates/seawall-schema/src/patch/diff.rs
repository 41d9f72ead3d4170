//! Making a patch from two values.

use super::keys::Keys;
use super::{Operation, escape};
use crate::value::{Map, Value};

/// Lists whose lengths multiply to more than this are compared place by place.
const MAX_TABLE: usize = 1 << 16;

/// A patch that makes the second value from the first. It touches only what differs, as deep down as that is; items of
/// lists that are equal stay where they are.
pub fn diff<'t>(from: &Value<'_>, to: &Value<'t>) -> Vec<Operation<'t>> {
    let mut out = Vec::new();
    values(from, to, &mut String::new(), &mut out);
    out
}

fn operation<'t>(op: &str, path: &str, value: Option<&Value<'t>>) -> Operation<'t> {
    Operation { op: op.to_owned(), path: path.to_owned(), from: None, value: value.cloned() }
}

fn values<'t>(from: &Value<'_>, to: &Value<'t>, path: &mut String, out: &mut Vec<Operation<'t>>) {
    match (from, to) {
        (Value::Map(from), Value::Map(to)) => maps(from, to, path, out),
        (Value::List(from), Value::List(to)) => lists(from, to, path, out),
        _ if from.means(to) => {}
        _ => out.push(operation("replace", path, Some(to))),
    }
}

fn under(path: &mut String, part: &str, act: impl FnOnce(&mut String)) {
    let length = path.len();
    path.push('/');
    path.push_str(part);
    act(path);
    path.truncate(length);
}

fn maps<'t>(from: &Map<'_>, to: &Map<'t>, path: &mut String, out: &mut Vec<Operation<'t>>) {
    let (from_keys, to_keys) = (Keys::of(from), Keys::of(to));
    for (key, _) in from {
        if to_keys.find(key).is_none() {
            under(path, &escape(key), |path| out.push(operation("remove", path, None)));
        }
    }
    for (key, value) in to {
        under(path, &escape(key), |path| match from_keys.find(key) {
            Some(old) => values(old, value, path, out),
            None => out.push(operation("add", path, Some(value))),
        });
    }
}

fn lists<'t>(from: &[Value<'_>], to: &[Value<'t>], path: &mut String, out: &mut Vec<Operation<'t>>) {
    // Places in the list as it is after the operations so far.
    let mut at = 0;
    let (mut old, mut new) = (0, 0);
    for (same_old, same_new) in common(from, to).into_iter().chain([(from.len(), to.len())]) {
        let gone = from.get(old..same_old).unwrap_or_default();
        let come = to.get(new..same_new).unwrap_or_default();
        let paired = gone.len().min(come.len());
        for (gone, come) in gone.iter().zip(come) {
            under(path, &at.to_string(), |path| values(gone, come, path, out));
            at += 1;
        }
        for _ in paired..gone.len() {
            under(path, &at.to_string(), |path| out.push(operation("remove", path, None)));
        }
        for come in come.iter().skip(paired) {
            under(path, &at.to_string(), |path| out.push(operation("add", path, Some(come))));
            at += 1;
        }
        at += 1;
        (old, new) = (same_old + 1, same_new + 1);
    }
}

/// Places of items that stay: a longest common subsequence, or what both lists begin and end with.
pub(super) fn common(from: &[Value<'_>], to: &[Value<'_>]) -> Vec<(usize, usize)> {
    let head = from.iter().zip(to).take_while(|(from, to)| from.means(to)).count();
    let (from_rest, to_rest) = (from.get(head..).unwrap_or_default(), to.get(head..).unwrap_or_default());
    let tail =
        from_rest.iter().rev().zip(to_rest.iter().rev()).take_while(|(from, to)| from.means(to)).count();
    let middle_from = from_rest.get(..from_rest.len() - tail).unwrap_or_default();
    let middle_to = to_rest.get(..to_rest.len() - tail).unwrap_or_default();
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    pairs.extend(subsequence(middle_from, middle_to).into_iter().map(|(a, b)| (head + a, head + b)));
    pairs.extend((0..tail).rev().map(|back| (from.len() - 1 - back, to.len() - 1 - back)));
    pairs
}

fn subsequence(from: &[Value<'_>], to: &[Value<'_>]) -> Vec<(usize, usize)> {
    let width = to.len() + 1;
    if from.is_empty() || to.is_empty() || from.len() * to.len() > MAX_TABLE {
        return Vec::new();
    }
    // longest[i * width + j]: of the items from i and j on.
    let mut longest = vec![0_u32; (from.len() + 1) * width];
    let at = |longest: &[u32], i: usize, j: usize| longest.get(i * width + j).copied().unwrap_or(0);
    let equal: Vec<bool> = from.iter().flat_map(|from| to.iter().map(move |to| from.means(to))).collect();
    let is_equal = |i: usize, j: usize| equal.get(i * to.len() + j).copied().unwrap_or(false);
    for i in (0..from.len()).rev() {
        for j in (0..to.len()).rev() {
            let best = if is_equal(i, j) {
                at(&longest, i + 1, j + 1) + 1
            } else {
                at(&longest, i + 1, j).max(at(&longest, i, j + 1))
            };
            if let Some(slot) = longest.get_mut(i * width + j) {
                *slot = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < from.len() && j < to.len() {
        if is_equal(i, j) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&longest, i + 1, j) >= at(&longest, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
