//! What defaults do to a pod spec in a text, as edits of it.

use seawall_core::{Edit, FixValue, Route};
use seawall_schema::Value;
use seawall_yaml::Node;

use super::{Chosen, TokenOfAccount, fill};

/// The edits that fill in a pod spec which stands at a route, and the names of the defaults that had something to do; none
/// when it is nested too deeply to be a pod spec.
pub fn edits(
    spec: Node<'_>,
    at: &Route,
    chosen: &Chosen,
    account: TokenOfAccount,
) -> (Vec<Edit>, Vec<&'static str>) {
    let mut out = Vec::new();
    let Some(before) = Value::of(spec) else { return (out, Vec::new()) };
    let mut after = before.clone();
    let names = fill(&mut after, chosen, account);
    compare(&before, &after, at, &mut out);
    (out, names)
}

/// Defaults set keys and take items out of lists; they neither move items nor add any but to an empty list.
fn compare(before: &Value<'_>, after: &Value<'_>, at: &Route, out: &mut Vec<Edit>) {
    match (before, after) {
        (Value::Map(old), Value::Map(new)) => {
            let gone = old.iter().filter(|(key, _)| after.get(key).is_none());
            out.extend(gone.map(|(key, _)| Edit::Remove { route: at.clone().key(key) }));
            for (key, value) in new {
                let route = at.clone().key(key);
                match before.get(key) {
                    Some(old) => compare(old, value, &route, out),
                    None => out.extend(set(route, value)),
                }
            }
        }
        (Value::List(old), Value::List(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(old, new, &at.clone().index(index), out);
            }
        }
        (Value::List(old), Value::List(new)) if new.len() < old.len() => {
            let mut left = new.iter().peekable();
            for (index, item) in old.iter().enumerate() {
                if left.next_if(|next| next.means(item)).is_none() {
                    out.push(Edit::Remove { route: at.clone().index(index) });
                }
            }
        }
        _ if before.means(after) => {}
        _ => out.extend(set(at.clone(), after)),
    }
}

fn set(route: Route, value: &Value<'_>) -> Option<Edit> {
    Some(Edit::Set { route, value: written(value)? })
}

/// A value that a default sets; none of them sets `null` or a number with a fraction.
fn written(value: &Value<'_>) -> Option<FixValue> {
    Some(match value {
        Value::Bool(value) => FixValue::Bool(*value),
        Value::Int(value) => FixValue::Int(*value),
        Value::Str(text) => FixValue::Str(text.to_string()),
        Value::List(items) => FixValue::List(items.iter().map(written).collect::<Option<_>>()?),
        Value::Map(map) => FixValue::Map(
            map.iter().map(|(key, value)| Some((key.to_string(), written(value)?))).collect::<Option<_>>()?,
        ),
        Value::Null | Value::UInt(_) | Value::Float(_) => return None,
    })
}
