//! Markdown for a comment on a pull request or the summary of a step: what matters first, details folded.
//!
//! *Invariant:* no longer than [`MAX_BYTES`], and what is left out is counted. What comes from outside is text: in code
//! spans and fences or without any character that GitHub Flavored Markdown gives a meaning. *Absent:* links, images and
//! HTML of anybody else.

mod text;

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::cause::by_cause;
use crate::escape::escape;
use crate::table::{
    Excerpts, Group, Style, counts, coverage, gaps, in_reading_order, number, problem_line, read,
};
use crate::token::redact;
use crate::{Report, thousands};

use text::{cell, code, fence, html_code, html_prose, prose};

/// A comment on GitHub holds 65,536 characters.
const MAX_BYTES: usize = 60_000;
/// What the scores and the folded lists below the findings may take together.
const MAX_LIST: usize = 4_000;
/// Rows of the table: a reader who wants more filters the HTML report.
const MAX_ROWS: usize = 50;
/// Columns of an excerpt.
const WIDTH: usize = 100;

/// Writes the text.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let order = in_reading_order(report, |finding| finding.waiver.is_none());
    let mut groups: Vec<Group<'_>> =
        by_cause(order, |(finding, _)| finding).into_iter().filter_map(Group::of).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.lead().severity));
    let mut text = format!("## Seawall: {}\n\n", counts(report));
    scores(report, &mut text);
    let mut rest = String::new();
    folded("not evaluated", report.evaluation.not_evaluated.len(), &gaps(report), &mut rest);
    let problems: Vec<String> = report.problems.iter().map(problem_line).collect();
    folded("problems", problems.len(), &problems, &mut rest);
    let waived = waived(report);
    folded("waived", waived.len(), &waived, &mut rest);
    let _ = write!(rest, "\n{}; {}\n", prose(&coverage(report)), prose(&read(report)));
    let room = MAX_BYTES.saturating_sub(text.len() + rest.len() + 200);
    findings(report, &groups, room, &mut text);
    text.push_str(&rest);
    out.write_all(text.as_bytes())
}

fn scores(report: &Report<'_>, to: &mut String) {
    let scores: Vec<(String, String)> = report
        .scores()
        .iter()
        .map(|(pillar, score)| {
            (pillar.to_string(), score.map_or_else(|| "–".to_owned(), |score| format!("**{score}**")))
        })
        .collect();
    let row = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    to.push_str(&row(scores.iter().map(|(pillar, _)| pillar.as_str()).collect()));
    to.push_str(&row(scores.iter().map(|_| ":-:").collect()));
    to.push_str(&row(scores.iter().map(|(_, score)| score.as_str()).collect()));
    to.push_str("\nScores from 0 to 100; – where nothing was evaluated.\n");
}

/// The table, then the details of as many rows as there is room for.
fn findings<'a>(report: &Report<'a>, groups: &[Group<'a>], room: usize, to: &mut String) {
    if groups.is_empty() {
        return;
    }
    let mut table = "\n| severity | finding | object | place |\n|---|---|---|---|\n".to_owned();
    let mut rows = 0;
    for group in groups.iter().take(MAX_ROWS) {
        let row = row(report, group);
        // Half of the room is for details.
        if table.len() + row.len() > room / 2 {
            break;
        }
        table.push_str(&row);
        rows += 1;
    }
    to.push_str(&table);
    left_out(groups.get(rows..).unwrap_or(&[]), "not in this table", to);
    to.push_str("\n### Details\n");
    let mut room = room.saturating_sub(table.len());
    let mut excerpts = Excerpts::of(report, Style::new(false), WIDTH);
    let mut told = 0;
    for group in groups {
        let details = details(report, group, &mut excerpts);
        let Some(rest) = room.checked_sub(details.len()) else { break };
        room = rest;
        to.push_str(&details);
        told += 1;
    }
    left_out(groups.get(told..).unwrap_or(&[]), "without details here", to);
}

fn left_out(groups: &[Group<'_>], how: &str, to: &mut String) {
    if groups.is_empty() {
        return;
    }
    let findings: usize = groups.iter().map(Group::len).sum();
    let _ = write!(
        to,
        "\n**{} more** with {} are {how}; `seawall scan -o html` shows all.\n",
        thousands(groups.len()),
        number(findings, "finding")
    );
}

fn row(report: &Report<'_>, group: &Group<'_>) -> String {
    let lead = group.lead();
    let more = match group.len() - 1 {
        0 => String::new(),
        more => format!(" (+{more} with this cause)"),
    };
    format!(
        "| {} | {}{more} | {} | {} |\n",
        lead.severity,
        cell(&prose(&lead.message)),
        cell(&code(&lead.subject.to_string())),
        cell(&code(&place(report, group)))
    )
}

/// `web.yaml:24`
fn place(report: &Report<'_>, group: &Group<'_>) -> String {
    let file = report.inventory.get(group.lead().resource).map_or("", |resource| &*resource.origin().file);
    group.position().map_or_else(|| file.to_owned(), |at| format!("{file}:{}", at.line))
}

fn details<'a>(report: &Report<'a>, group: &Group<'a>, excerpts: &mut Excerpts<'a>) -> String {
    let lead = group.lead();
    let mut text = format!(
        "\n<details><summary><b>{}</b> {} {}</summary>\n\n",
        lead.severity,
        html_code(&lead.subject.to_string()),
        html_prose(&lead.message)
    );
    for (finding, _) in group.findings() {
        let check = &finding.check;
        let _ = writeln!(
            text,
            "- **{}** {}: {}",
            finding.severity,
            code(check.id.as_str()),
            prose(&finding.message)
        );
        let _ = writeln!(text, "  - why: {}\n  - help: {}", prose(&check.why), prose(&check.help));
    }
    let mut excerpt = String::new();
    excerpts.draw(group, &mut excerpt);
    let _ = write!(text, "\n{}", fence(&redact(&excerpt), "text"));
    if let Some((risk, lines)) = group.fix(report.inventory) {
        let lines: Vec<String> = lines.iter().map(|line| escape(line).into_owned()).collect();
        let _ = write!(text, "\nFix (risk {risk}):\n\n{}", fence(&redact(&lines.join("\n")), "yaml"));
    }
    text.push_str("\n</details>\n");
    text
}

/// A folded list of lines, as many as there is room for; together they say `count` things.
fn folded(what: &str, count: usize, lines: &[String], to: &mut String) {
    if lines.is_empty() {
        return;
    }
    let _ = write!(to, "\n<details><summary>{what}: {}</summary>\n\n", thousands(count));
    let mut room = MAX_LIST;
    let mut shown = 0;
    for line in lines {
        let item = format!("- {}\n", code(line));
        let Some(rest) = room.checked_sub(item.len()) else { break };
        room = rest;
        to.push_str(&item);
        shown += 1;
    }
    if shown < lines.len() {
        let _ = writeln!(to, "- and {} more lines", thousands(lines.len() - shown));
    }
    to.push_str("\n</details>\n");
}

fn waived(report: &Report<'_>) -> Vec<String> {
    let findings = report.evaluation.findings.iter();
    let line = |finding: &seawall_core::Finding| {
        let waiver = finding.waiver.as_deref()?;
        Some(format!("{}[{}] {}: {waiver}", finding.severity, finding.check.id, finding.subject))
    };
    findings.filter_map(line).collect()
}
