//! A preview for programs: `schemas/admit-preview-v1.schema.json`.

use seawall_report::pretty_json;
use seawall_server::preview::{Counts, Example, Group, PolicyCount, Who, Window};
use serde_json::{Value, json};

use super::words::groups;
use super::{Report, Source};

const SCHEMA: &str = "seawall.dev/admit-preview/v1";

pub(super) fn json(report: &Report) -> anyhow::Result<String> {
    let totals = report.tally.totals;
    let gaps: Vec<Value> = report
        .gaps()
        .into_iter()
        .map(|((policy, reason), gap)| {
            json!({
                "policy": (!policy.is_empty()).then_some(policy),
                "reason": reason,
                "requests": gap.requests,
                "example": example(&gap.example),
            })
        })
        .collect();
    let exempt: Vec<Value> =
        report.tally.exempt.iter().map(|(id, count)| json!({"exemption": id, "requests": count})).collect();
    let passed: Vec<Value> = report
        .tally
        .passed
        .iter()
        .map(|(why, count)| json!({"why": why.as_str(), "events": count}))
        .collect();
    let value = json!({
        "schema": SCHEMA,
        "source": match report.source {
            Source::Objects => "objects",
            Source::Log => "log",
        },
        "mode": report.mode.map_or("next", |mode| mode.as_str()),
        "verdict": {"state": report.verdict.state.as_str(), "text": report.verdict.text},
        "requests": {
            "all": totals.requests,
            "judged": totals.judged,
            "not_judged": totals.not_judged,
            "dry_run": totals.dry_run,
            "exempt": totals.exempt,
            "today": counts(totals.today),
            "then": counts(totals.then),
        },
        "events": report.events,
        "observed": observed(report),
        "unread": report.unread,
        "policies": report.policies().into_iter().map(|(name, policy)| self::policy(name, policy)).collect::<Vec<_>>(),
        "not_judged": gaps,
        "unlisted_gaps": report.tally.unlisted_gaps,
        "exempt": exempt,
        "passed": passed,
    });
    Ok(pretty_json(&value)?)
}

fn policy(name: &str, policy: &PolicyCount) -> Value {
    json!({
        "policy": name,
        "family": policy.family,
        "requests": policy.requests,
        "today": counts(policy.today),
        "then": counts(policy.then),
        "first": time(policy.window.map(|window| window.first)),
        "last": time(policy.window.map(|window| window.last)),
        "groups": groups(policy).into_iter().map(|(who, group)| of(who, group)).collect::<Vec<_>>(),
        "unlisted": policy.unlisted,
    })
}

fn of(who: &Who, group: &Group) -> Value {
    json!({
        "namespace": text(&who.namespace),
        "kind": who.kind,
        "name": text(&who.name),
        "user": text(&who.user),
        "agent": text(&who.agent),
        "requests": group.requests,
        "dry_run": group.dry_run,
        "kinds": group.kinds.iter().map(|(kind, count)| json!({"kind": kind, "requests": count})).collect::<Vec<_>>(),
        "today": counts(group.today),
        "then": counts(group.then),
        "first": time(group.window.map(|window| window.first)),
        "last": time(group.window.map(|window| window.last)),
        "example": example(&group.example),
        "message": group.example.message,
    })
}

fn example(example: &Example) -> Value {
    json!({
        "kind": example.kind,
        "namespace": text(&example.namespace),
        "name": text(&example.name),
        "file": example.file,
        "line": example.line,
        "audit_id": example.audit_id,
        "time": time(example.time),
    })
}

fn counts(counts: Counts) -> Value {
    json!({"refused": counts.refused, "warned": counts.warned, "noted": counts.noted})
}

fn observed(report: &Report) -> Value {
    let Some(Window { first, last }) = report.window else { return Value::Null };
    json!({"first": time(Some(first)), "last": time(Some(last)), "micros": last - first, "events": report.events})
}

fn time(micros: Option<i64>) -> Option<String> {
    micros.map(seawall_events::format_micros)
}

fn text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
