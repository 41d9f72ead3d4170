//! What fits its types and is refused all the same: lists and maps of mixed types, and, since 1.29, constants that can only
//! fail.
//!
//! Source: cel-go `cel/validator.go`, in the order of `apiserver/pkg/cel/environment/base.go`.

mod format;

use super::Checked;
use super::env::Features;
use super::tree::{Kind, Literal, NodeId};
use super::types::Type;
use crate::cel::{CompileError, Duration, Timestamp, re2};

/// What is wrong with a checked expression.
pub(super) fn validate(checked: &Checked, features: Features) -> Vec<CompileError> {
    let mut found = Found::default();
    checked.tree.walk(|id, above| found.see(checked, id, above));
    let Found { durations, timestamps, patterns, mut mixed, formats } = found;
    if !features.one_type {
        mixed.clear();
    }
    if features.literals { [mixed, durations, timestamps, patterns, formats].concat() } else { mixed }
}

#[derive(Default)]
struct Found {
    durations: Vec<CompileError>,
    timestamps: Vec<CompileError>,
    patterns: Vec<CompileError>,
    mixed: Vec<CompileError>,
    formats: Vec<CompileError>,
}

impl Found {
    fn see(&mut self, checked: &Checked, id: NodeId, above: &[NodeId]) {
        match checked.tree.kind(id) {
            Kind::Call { function, args, .. } => {
                self.call(checked, function, args);
                self.formats.extend(format::problem(checked, id));
            }
            Kind::List(items) if !is_formatted(checked, above) => {
                let items = items.iter().map(|(item, optional)| (*item, held(checked, *item, *optional)));
                self.mixed.extend(mixed(checked, items).into_iter().take(1));
            }
            Kind::Map(entries) if !is_formatted(checked, above) => {
                let keys = entries.iter().map(|entry| (entry.key, checked.type_at(entry.key)));
                let values =
                    entries.iter().map(|entry| (entry.value, held(checked, entry.value, entry.optional)));
                self.mixed.extend(mixed(checked, keys));
                self.mixed.extend(mixed(checked, values));
            }
            _ => {}
        }
    }

    fn call(&mut self, checked: &Checked, function: &str, args: &[NodeId]) {
        let Some(first) = args.first() else { return };
        let Kind::Literal(literal) = checked.tree.kind(*first) else { return };
        let (place, fits) = match (function, literal) {
            ("duration", Literal::Str(text)) => (&mut self.durations, Duration::parse(text).is_some()),
            // A duration is made of a text, whatever its declaration says; null fits all declarations.
            ("duration", Literal::Int(_) | Literal::Null) => (&mut self.durations, false),
            ("timestamp", Literal::Null) => (&mut self.timestamps, false),
            ("timestamp", Literal::Str(text)) => (&mut self.timestamps, Timestamp::parse(text).is_some()),
            ("timestamp", Literal::Int(seconds)) => {
                (&mut self.timestamps, Timestamp::new(*seconds, 0).is_some())
            }
            // Of `matches(text, pattern)` cel-go tries the text.
            ("matches", Literal::Str(pattern)) => (&mut self.patterns, re2::compile(pattern).is_some()),
            _ => return,
        };
        if !fits {
            place.push(CompileError::new(format!("invalid {function} argument"), checked.tree.at(*first)));
        }
    }
}

/// What an item holds: after `?`, what is in the optional value.
fn held(checked: &Checked, item: NodeId, optional: bool) -> &Type {
    let own = checked.type_at(item);
    if optional { own.as_optional().unwrap_or(&Type::Dyn) } else { own }
}

/// The items that are not of the type of the first one.
fn mixed<'t>(checked: &Checked, items: impl Iterator<Item = (NodeId, &'t Type)>) -> Vec<CompileError> {
    let mut first = None;
    let mut found = Vec::new();
    for (item, own) in items {
        let expected = *first.get_or_insert(own);
        if expected != own {
            let text = format!("expected type '{expected}' but found '{own}'");
            found.push(CompileError::new(text, checked.tree.at(item)));
        }
    }
    found
}

/// What is given to `format` may be of many types.
fn is_formatted(checked: &Checked, above: &[NodeId]) -> bool {
    above
        .iter()
        .any(|id| matches!(checked.tree.kind(*id), Kind::Call { function, .. } if &**function == "format"))
}
