//! `seawall.dev/compare/v1`

use seawall_core::Subject;
use seawall_peers::{ObjectName, OursReason, PeerResult, Seen, TheirsReason};
use seawall_report::pretty_json;
use serde_json::{Map, Value, json};

use super::{Shown, container, place};

const SCHEMA: &str = "seawall.dev/compare/v1";

pub(super) fn document(shown: &Shown<'_>) -> anyhow::Result<String> {
    let (report, counts) = (shown.input.report, &shown.counts);
    let only_theirs: Map<String, Value> = TheirsReason::ALL
        .iter()
        .map(|reason| (reason.as_str().to_owned(), json!(counts.theirs.get(reason).unwrap_or(&0))))
        .collect();
    let only_ours: Map<String, Value> = OursReason::ALL
        .iter()
        .map(|reason| (reason.as_str().to_owned(), json!(counts.ours.get(reason).unwrap_or(&0))))
        .collect();
    let document = json!({
        "schema": SCHEMA,
        "report": {
            "file": shown.name,
            "tool": report.tool.as_str(),
            "format": report.format.as_str(),
            "version": report.version,
            "failed": counts.failed,
            "passed": counts.passed,
            "suppressed": counts.suppressed,
        },
        "counts": {
            "matched": {"theirs": shown.comparison.matched.len(), "ours": counts.ours_matched},
            "only_theirs": only_theirs,
            "only_ours": only_ours,
        },
        "matched": shown.comparison.matched.iter().map(|matched| json!({
            "theirs": theirs(shown, matched.theirs),
            "ours": matched.ours.iter().map(|ours| self::ours(shown, *ours)).collect::<Vec<_>>(),
            "relation": matched.relation.as_str(),
        })).collect::<Vec<_>>(),
        "only_theirs": shown.comparison.only_theirs.iter().map(|only| json!({
            "theirs": theirs(shown, only.theirs),
            "checks": only.checks,
            "reason": only.reason.as_str(),
            "because": only.because,
            "seen": only.seen.iter().map(|seen| self::seen(shown, seen)).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "only_ours": shown.comparison.only_ours.iter().map(|only| json!({
            "ours": ours(shown, only.ours),
            "rules": only.rules,
            "reason": only.reason.as_str(),
            "because": only.because,
        })).collect::<Vec<_>>(),
    });
    Ok(pretty_json(&document)?)
}

fn theirs(shown: &Shown<'_>, number: usize) -> Value {
    shown.input.report.results.get(number).map_or(Value::Null, result)
}

fn result(result: &PeerResult) -> Value {
    let object = |object: &ObjectName| json!({"kind": object.kind, "namespace": object.namespace, "name": object.name});
    json!({
        "rule": result.rule,
        "title": result.title,
        "severity": result.severity,
        "object": result.objects.first().map(object),
        "container": result.container,
        "file": result.file,
        "line": result.line,
        "message": result.message,
    })
}

fn ours(shown: &Shown<'_>, number: usize) -> Value {
    let Some(finding) = shown.input.evaluation.findings.get(number) else { return Value::Null };
    let location = finding.locations.first();
    let (file, position) =
        location.map_or((None, None), |at| place(shown.input.inventory, at.resource, &at.anchor()));
    json!({
        "check": finding.check.id.as_str(),
        "severity": finding.severity.as_str(),
        "object": subject(&finding.subject),
        "container": container(shown.input.inventory, finding),
        "route": location.map(|at| at.route.to_string()),
        "file": file,
        "line": position.map(|at| at.line),
        "message": finding.message,
        "fingerprint": finding.fingerprint.to_string(),
    })
}

fn subject(subject: &Subject) -> Value {
    json!({"kind": &*subject.kind, "namespace": subject.namespace.as_deref(), "name": &*subject.name})
}

fn seen(shown: &Shown<'_>, seen: &Seen) -> Value {
    let (file, position) = place(shown.input.inventory, seen.resource, &seen.route);
    json!({
        "route": seen.route.to_string(),
        "value": seen.value,
        "file": file,
        "line": position.map(|at| at.line),
    })
}
