//! A preview as Markdown, for an issue or a pull request.

use std::fmt::Write as _;

use super::words::{SHOWN, counts, groups, number, object, place, window, word};
use super::{Report, Source};
use crate::commands::markup::cell;

pub(super) fn page(report: &Report) -> String {
    let mut out = format!("# Admission {}\n\n**{}**\n", report.title(), cell(&report.verdict.text));
    for note in report.notes() {
        let _ = writeln!(out, "\n- {note}");
    }
    let policies = report.policies();
    if !policies.is_empty() {
        out.push_str("\n| policy | would | today | groups |\n|---|---|---|---|\n");
    }
    for (name, policy) in &policies {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            cell(name),
            counts(policy.then),
            counts(policy.today),
            number(policy.groups.len() as u64)
        );
    }
    for (name, policy) in policies {
        let _ = writeln!(out, "\n## {} {}\n", cell(name), word(policy.then));
        out.push_str(match report.source {
            Source::Objects => "| object | count | example | says |\n|---|---|---|---|\n",
            Source::Log => "| who | what | count | example | says |\n|---|---|---|---|---|\n",
        });
        let all = groups(policy);
        for (who, group) in all.iter().take(SHOWN) {
            let says = group.example.message.as_deref().unwrap_or("not shown: the object is a Secret");
            let example = place(&group.example);
            let of = match report.source {
                Source::Objects => {
                    format!(
                        "{} | {}",
                        cell(&object(&who.kind, &who.namespace, &who.name)),
                        number(group.requests)
                    )
                }
                Source::Log => format!(
                    "{} {} | {} | {}{}",
                    cell(&who.user),
                    cell(&who.agent),
                    cell(&object(&who.kind, &who.namespace, "")),
                    number(group.requests),
                    window(group.window)
                ),
            };
            let _ = writeln!(out, "| {of} | {} | {} |", cell(&example), cell(says));
        }
        let more = all.len().saturating_sub(SHOWN);
        if more > 0 || policy.unlisted > 0 {
            let _ = writeln!(
                out,
                "\nAnd {more} more groups, {} in groups that are not kept apart.",
                report.things(policy.unlisted)
            );
        }
    }
    if !report.tally.gaps.is_empty() {
        out.push_str("\n## Could not be judged\n\n| policy | why | count | example |\n|---|---|---|---|\n");
    }
    let gaps = report.gaps();
    for ((policy, reason), gap) in gaps.iter().take(SHOWN) {
        let policy = if policy.is_empty() { "any" } else { policy };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            cell(policy),
            cell(reason),
            number(gap.requests),
            cell(&place(&gap.example))
        );
    }
    let apart = report.apart();
    if !apart.is_empty() {
        out.push('\n');
    }
    for line in apart {
        let _ = writeln!(out, "- {}", cell(&line));
    }
    out
}
