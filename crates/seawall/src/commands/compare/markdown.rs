//! A comparison as Markdown, to put into an issue or a pull request.

use std::fmt::Write as _;

use seawall_report::redact;

use super::Shown;
use super::text::{
    head, ours_by_reason, ours_groups, saw, theirs_by_reason, theirs_groups, where_ours, where_theirs,
};
use crate::commands::markup;

/// Places that are shown of one rule and reason, unless all are asked for.
const SHOWN: usize = 2;

/// A cell without tokens: what the other tool quotes may hold one, and none is known again behind the marks of Markdown.
fn cell(text: &str) -> String {
    markup::cell(&redact(text))
}

pub(super) fn page(shown: &Shown<'_>, all: bool) -> String {
    let most = if all { usize::MAX } else { SHOWN };
    let mut out = format!("# {}\n\n| | theirs | ours | |\n|---|---|---|---|\n", cell(&head(shown)));
    let comparison = shown.comparison;
    let _ = writeln!(out, "| matched | {} | {} | |", comparison.matched.len(), shown.counts.ours_matched);
    for (reason, count) in theirs_by_reason(shown) {
        let _ = writeln!(out, "| only theirs: {} | {count} | | {} |", reason.as_str(), reason.meaning());
    }
    for (reason, count) in ours_by_reason(shown) {
        let _ = writeln!(out, "| only ours: {} | | {count} | {} |", reason.as_str(), reason.meaning());
    }
    if !comparison.only_theirs.is_empty() {
        out.push_str("\n## Only theirs\n\n| reason | rule | where | because |\n|---|---|---|---|\n");
    }
    for group in theirs_groups(shown) {
        for only in group.members.iter().take(most) {
            let place = shown.input.report.results.get(only.theirs).map_or(String::new(), where_theirs);
            let mut because = cell(&only.because);
            only.seen.iter().for_each(|seen| because.push_str(&format!("<br>{}", cell(&saw(shown, seen)))));
            let (reason, rule) = (group.reason.as_str(), cell(&group.rule));
            let _ = writeln!(out, "| {reason} | {rule} | {} | {because} |", cell(&place));
        }
        more(&mut out, group.reason.as_str(), &group.rule, group.members.len(), most);
    }
    if !comparison.only_ours.is_empty() {
        out.push_str("\n## Only ours\n\n| reason | check | where | because |\n|---|---|---|---|\n");
    }
    for group in ours_groups(shown) {
        for only in group.members.iter().take(most) {
            let finding = shown.input.evaluation.findings.get(only.ours);
            let place = finding.map_or(String::new(), |finding| where_ours(shown, finding));
            let (reason, rule) = (group.reason.as_str(), cell(&group.rule));
            let _ = writeln!(out, "| {reason} | {rule} | {} | {} |", cell(&place), cell(&only.because));
        }
        more(&mut out, group.reason.as_str(), &group.rule, group.members.len(), most);
    }
    out
}

fn more(out: &mut String, reason: &str, rule: &str, members: usize, most: usize) {
    if let Some(rest) = members.checked_sub(most).filter(|rest| *rest > 0) {
        let _ = writeln!(out, "| {reason} | {} | and {rest} more | |", cell(rule));
    }
}
