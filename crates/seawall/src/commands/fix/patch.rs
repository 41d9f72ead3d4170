//! Changes as commands for a cluster.

use std::fmt::Write as _;

use seawall_fix::{ObjectChange, Operation};
use seawall_inventory::Resource;
use seawall_paths::plan::patch_command;
use seawall_report::escape;
use serde_json::{Value, json};

use super::View;

/// One command an object, with the findings that it cures above it.
pub(super) fn commands(view: &View<'_>) -> String {
    let mut out = String::new();
    for change in &view.outcome.objects {
        let Some(resource) = view.before.get(change.resource) else { continue };
        let cures = view.cures.get(&change.resource).into_iter().flatten();
        let mut checks: Vec<&str> = cures.map(|fixed| fixed.finding.check.id.as_str()).collect();
        checks.sort_unstable();
        checks.dedup();
        let _ = writeln!(out, "# {}: {}", escape(&resource.subject().to_string()), checks.join(", "));
        let _ = writeln!(out, "{}", escape(&command(resource, change)));
    }
    out
}

/// The command that makes the changes of an object.
pub(super) fn command(resource: &Resource, change: &ObjectChange) -> String {
    patch_command(resource, &json!(operations(change)).to_string())
}

/// JSON Patch (RFC 6902).
pub(super) fn operations(change: &ObjectChange) -> Vec<Value> {
    change.patch.iter().map(operation).collect()
}

fn operation(operation: &Operation) -> Value {
    let mut value = json!({"op": operation.kind.as_str(), "path": operation.path()});
    let new = operation.value.as_deref().and_then(|text| serde_json::from_str(text).ok());
    if let (Some(fields), Some(new)) = (value.as_object_mut(), new) {
        fields.insert("value".to_owned(), new);
    }
    value
}
