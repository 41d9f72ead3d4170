//! What edits mean, and what the edited text means: two ways that must meet.

use seawall_core::{Edit, FixValue, ProblemSeverity, Route, Step};

use super::error::EditError;
use super::value::Value;
use crate::{Limits, Span, Text, Tree, json};

/// Carries edits out on the model of a document.
pub(super) fn carry_out(root: &mut Value, edits: &[Edit]) -> Result<(), EditError> {
    for edit in edits {
        let Edit::Remove { route } = edit else { continue };
        let conflicts = |other: &Edit| match other {
            _ if other == edit => false,
            Edit::Set { route: set, .. } if route.strip_prefix(set).is_some() => true,
            other => other.route().strip_prefix(route).is_some(),
        };
        if edits.iter().any(conflicts) {
            return Err(EditError::Conflict(route.clone()));
        }
    }
    for edit in edits {
        match edit {
            Edit::Set { route, value } => *place(root, route)? = Value::from(value),
            Edit::Append { route, value } => match place(root, route)? {
                Value::List(items) => items.push(Value::from(value)),
                list @ Value::Null => *list = Value::List(vec![Value::from(value)]),
                _ => return Err(EditError::NotAContainer(route.clone())),
            },
            Edit::Remove { route } => {
                let gone = existing(root, route).ok_or_else(|| EditError::Missing(route.clone()))?;
                *gone = Value::Gone;
            }
        }
    }
    root.purge();
    Ok(())
}

fn existing<'v>(root: &'v mut Value, route: &Route) -> Option<&'v mut Value> {
    route.steps().iter().try_fold(root, |value, step| value.step(step))
}

/// The place of a route; missing keys on the way are made, with `null` at the end.
fn place<'v>(root: &'v mut Value, route: &Route) -> Result<&'v mut Value, EditError> {
    let mut value = root;
    for (taken, step) in route.steps().iter().enumerate() {
        let error = |what: fn(Route) -> EditError| Err(what(route.prefix(taken + 1)));
        if *value == Value::Null {
            *value = match step {
                Step::Key(_) => Value::Map(Vec::new()),
                Step::Index(_) => Value::List(Vec::new()),
            };
        }
        value = match (value, step) {
            (Value::Map(entries), Step::Key(key)) => {
                let at = entries.iter().position(|(name, _)| **name == **key).unwrap_or(entries.len());
                if at == entries.len() {
                    entries.push((key.to_string(), Value::Null));
                }
                match entries.get_mut(at) {
                    Some((_, value)) => value,
                    None => return error(EditError::Missing),
                }
            }
            (Value::List(items), Step::Index(index)) => match items.get_mut(*index as usize) {
                Some(item) => item,
                None => return error(EditError::Missing),
            },
            _ => return error(EditError::NotAContainer),
        };
    }
    Ok(value)
}

/// The value at the end of steps by keys: what is written when parents are missing.
pub(super) fn nested(steps: &[Step], value: &FixValue) -> Option<FixValue> {
    steps.iter().rev().try_fold(value.clone(), |value, step| match step {
        Step::Key(key) => Some(FixValue::Map(vec![(key.to_string(), value)])),
        Step::Index(_) => None,
    })
}

/// Reads the text of one document again: it must be one document without errors.
pub(super) fn read_again(text: &str, is_json: bool) -> Option<Tree> {
    let text = Text::new(text);
    let limits = Limits::default();
    let (tree, problems) = if is_json {
        let (read, problems) = json::read_json(&text, Span { start: 0, end: text.len() }, &limits);
        let (tree, end) = read?;
        (Some(tree).filter(|_| end == text.len()), problems)
    } else {
        let (documents, problems) = crate::read(&text, &limits);
        let mut trees = documents.into_iter().map(|document| document.tree);
        let tree = trees.next();
        (tree.filter(|_| trees.next().is_none()), problems)
    };
    tree.filter(|_| problems.iter().all(|problem| problem.severity != ProblemSeverity::Error))
}
