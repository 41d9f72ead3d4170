//! What a run says to programs: `seawall.dev/fix/v1`.

use seawall_core::{Finding, Subject};
use seawall_fix::{Fixed, Left};
use serde_json::{Value, json};

use super::{Mode, View, patch, report};

const SCHEMA: &str = "seawall.dev/fix/v1";

pub(super) fn document(view: &View<'_>) -> anyhow::Result<Value> {
    let outcome = view.outcome;
    let refused = |file: &str| view.refusals.iter().find(|refusal| refusal.file == file);
    let files: Vec<Value> = outcome
        .files
        .iter()
        .map(|file| {
            let refusal = refused(&file.file).map(|refusal| refusal.reason.as_str());
            let written = view.mode == Mode::Write && refusal.is_none();
            json!({"file": &*file.file, "written": written, "refused": refusal})
        })
        .collect();
    let objects: Vec<Value> = outcome
        .objects
        .iter()
        .filter_map(|change| {
            let resource = view.before.get(change.resource)?;
            Some(json!({
                "subject": subject(resource.subject()),
                "file": &*resource.origin().file,
                "patch": patch::operations(change),
                "command": patch::command(resource, change),
            }))
        })
        .collect();
    let dangers: Vec<Value> = outcome
        .dangers
        .iter()
        .filter_map(|danger| {
            let resource = view.before.get(danger.resource)?;
            Some(json!({
                "subject": subject(resource.subject()),
                "route": danger.route.to_string(),
                "message": danger.message,
            }))
        })
        .collect();
    Ok(json!({
        "schema": SCHEMA,
        "fixed": outcome.fixed.iter().map(fixed).collect::<Vec<_>>(),
        "gone": outcome.gone.iter().map(finding).collect::<Vec<_>>(),
        "left": outcome.left.iter().map(|left| self::left(view, left)).collect::<Vec<_>>(),
        "may_break": dangers,
        "files": files,
        "objects": objects,
    }))
}

fn finding(finding: &Finding) -> Value {
    json!({
        "check": finding.check.id.as_str(),
        "severity": finding.severity.as_str(),
        "subject": subject(&finding.subject),
        "route": finding.locations.first().map(|location| location.route.to_string()),
        "message": finding.message,
        "fingerprint": finding.fingerprint.to_string(),
    })
}

fn fixed(fixed: &Fixed) -> Value {
    let mut value = finding(&fixed.finding);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("risk".to_owned(), json!(fixed.fix.risk.as_str()));
    }
    value
}

fn left(view: &View<'_>, left: &Left) -> Value {
    let mut value = finding(&left.finding);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("reason".to_owned(), json!(left.reason.word()));
        fields.insert("because".to_owned(), json!(left.reason.to_string()));
        let at = report::position(view, &left.finding)
            .map(|(file, at)| json!({"file": file, "line": at.line, "column": at.column}));
        fields.insert("at".to_owned(), json!(at));
    }
    value
}

fn subject(subject: &Subject) -> Value {
    json!({
        "apiVersion": &*subject.api_version,
        "kind": &*subject.kind,
        "namespace": subject.namespace.as_deref(),
        "name": &*subject.name,
    })
}
