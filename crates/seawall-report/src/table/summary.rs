//! The sum of a run: findings, scores, coverage, gaps, problems.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use seawall_core::{CheckInfo, Problem, ProblemSeverity, Severity};
use unicode_width::UnicodeWidthStr;

use super::style::{Paint, Style};
use crate::cause::by_cause;
use crate::escape::escape;
use crate::{Known, Report};

/// Subjects named for one reason that nothing was evaluated.
const MAX_SUBJECTS: usize = 3;
/// Findings named for one waiver.
const MAX_WAIVED: usize = 10;
/// Columns of a score's bar.
const BAR: usize = 20;

/// The problems that are errors: what could not be read at all.
pub(super) fn errors(report: &Report<'_>, to: &mut String) {
    for problem in report.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error) {
        push(to, format_args!("{}", problem_line(problem)));
    }
}

/// The whole summary.
pub(super) fn full(report: &Report<'_>, style: Style, width: usize, to: &mut String) {
    problems(report, style, to);
    not_evaluated(report, style, to);
    waived(report, style, width, to);
    by_check(report, style, width, to);
    scores(report, style, to);
    style.push(to, Paint::Strong, &counts(report));
    to.push('\n');
    push(to, format_args!("{}", coverage(report)));
    push(to, format_args!("{}", read(report)));
    if let Some(timings) = report.timings {
        for (stage, time) in &timings.stages {
            push(to, format_args!("{:>9.1} ms  {}", time.as_secs_f64() * 1000.0, escape(stage)));
        }
    }
}

fn push(to: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(to, "{line}");
}

fn heading(style: Style, to: &mut String, text: &str) {
    style.push(to, Paint::Strong, text);
    to.push('\n');
}

/// `1 file`, `2 files`, `1,976 verdicts`
pub(crate) fn number(n: usize, word: &str) -> String {
    format!("{} {word}{}", thousands(n), if n == 1 { "" } else { "s" })
}

/// A number with its digits in groups of three: `1,976`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How many findings with how many causes, by severity.
pub(crate) fn counts(report: &Report<'_>) -> String {
    let findings: Vec<_> = report.open().collect();
    let waived = report.evaluation.findings.len() - findings.len();
    let mut beside = String::new();
    if waived > 0 {
        let _ = write!(beside, "; {} waived", thousands(waived));
    }
    if let Some(Known { known, gone }) = report.baseline {
        let _ = write!(beside, "; {} known before, {} gone since", thousands(known), thousands(gone));
    }
    if findings.is_empty() {
        return format!("no findings{beside}");
    }
    // One cause counts once, as its worst finding.
    let causes: Vec<Severity> = by_cause(findings.iter().copied(), |finding| finding)
        .iter()
        .filter_map(|group| group.iter().map(|finding| finding.severity).max())
        .collect();
    let by_severity: Vec<String> = (Severity::ALL.iter().rev())
        .map(|severity| (causes.iter().filter(|worst| *worst == severity).count(), severity))
        .filter(|(n, _)| *n > 0)
        .map(|(n, severity)| format!("{} {severity}", thousands(n)))
        .collect();
    let mut what = number(findings.len(), "finding");
    if causes.len() < findings.len() {
        what = format!("{what} with {}", number(causes.len(), "cause"));
    }
    format!("{what}: {}{beside}", by_severity.join(", "))
}

/// How much was judged.
pub(crate) fn coverage(report: &Report<'_>) -> String {
    let coverage = report.evaluation.coverage;
    format!(
        "{} on {}: {}, {} not evaluated",
        number(coverage.checks, "check"),
        number(report.inputs.resources, "resource"),
        number(coverage.evaluated, "verdict"),
        thousands(coverage.not_evaluated)
    )
}

/// How much was read and left out.
pub(crate) fn read(report: &Report<'_>) -> String {
    let inputs = report.inputs;
    let mut line =
        format!("read {} with {}", number(inputs.files, "file"), number(inputs.documents, "document"));
    if !inputs.skipped.is_empty() {
        let skipped: Vec<String> = inputs
            .skipped
            .iter()
            .map(|(reason, n)| format!("{} ({})", thousands(*n), escape(reason)))
            .collect();
        let _ = write!(line, ", skipped {}", skipped.join(", "));
    }
    line
}

fn scores(report: &Report<'_>, style: Style, to: &mut String) {
    heading(style, to, "scores");
    for (pillar, score) in report.scores().iter() {
        match score {
            Some(score) => {
                let full = usize::from(score) * BAR / 100;
                let bar = format!("{}{}", "#".repeat(full), ".".repeat(BAR - full));
                push(to, format_args!("  {pillar:<13} {score:>3}  [{bar}]"));
            }
            None => push(to, format_args!("  {pillar:<13}   -  nothing evaluated")),
        }
    }
    to.push('\n');
}

/// What somebody accepted: the waiver, and each finding that it covers on a line.
fn waived(report: &Report<'_>, style: Style, width: usize, to: &mut String) {
    let mut by_waiver: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in &report.evaluation.findings {
        if let Some(waiver) = &finding.waiver {
            let line = format!(
                "{}[{}] {}: {}",
                finding.severity, finding.check.id, finding.subject, finding.message
            );
            by_waiver.entry(waiver.to_string()).or_default().push(line);
        }
    }
    if by_waiver.is_empty() {
        return;
    }
    heading(style, to, "waived");
    for (waiver, lines) in by_waiver {
        push(to, format_args!("  {}", cut(&escape(&waiver), width.saturating_sub(2))));
        for line in lines.iter().take(MAX_WAIVED) {
            push(to, format_args!("    {}", cut(&escape(line), width.saturating_sub(4))));
        }
        if let Some(more) = lines.len().checked_sub(MAX_WAIVED).filter(|more| *more > 0) {
            push(to, format_args!("    and {} more", thousands(more)));
        }
    }
    to.push('\n');
}

fn by_check(report: &Report<'_>, style: Style, width: usize, to: &mut String) {
    // A finding may be more or less severe than its check usually is: what counts is what was found.
    let mut checks: BTreeMap<&str, (BTreeMap<Severity, usize>, &CheckInfo)> = BTreeMap::new();
    for finding in report.open() {
        let found = checks.entry(finding.check.id.as_str()).or_insert((BTreeMap::new(), &finding.check));
        *found.0.entry(finding.severity).or_default() += 1;
    }
    if checks.len() < 2 {
        return;
    }
    let mut checks: Vec<(BTreeMap<Severity, usize>, &CheckInfo)> = checks.into_values().collect();
    // The map was in the order of names, which decides between equals.
    checks.sort_by_key(|(found, _)| {
        Reverse((found.keys().next_back().copied(), found.values().sum::<usize>()))
    });
    let columns: Vec<Severity> = (Severity::ALL.iter().rev().copied())
        .filter(|severity| checks.iter().any(|(found, _)| found.contains_key(severity)))
        .collect();
    heading(style, to, "by check");
    let names: String = columns.iter().map(|severity| format!("  {:>8}", severity.as_str())).collect();
    push(to, format_args!("{names}"));
    let widest = checks.iter().map(|(_, check)| check.id.as_str().width()).max().unwrap_or(0);
    for (found, check) in &checks {
        let mut line = String::new();
        for severity in &columns {
            let n = found.get(severity).map_or_else(|| "-".to_owned(), |n| thousands(*n));
            let _ = write!(line, "  {n:>8}");
        }
        let _ = write!(line, "  {:<widest$}  {}", escape(check.id.as_str()), escape(&check.title));
        push(to, format_args!("{}", cut(&line, width)));
    }
    to.push('\n');
}

/// A line cut to a width.
fn cut(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let mut short = String::new();
    for c in line.chars() {
        if short.width() + 1 >= width {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

fn not_evaluated(report: &Report<'_>, style: Style, to: &mut String) {
    let lines = gaps(report);
    if lines.is_empty() {
        return;
    }
    heading(style, to, "not evaluated");
    lines.iter().for_each(|line| push(to, format_args!("  {line}")));
    to.push('\n');
}

/// What was not evaluated, in as few lines as say all, escaped.
pub(crate) fn gaps(report: &Report<'_>) -> Vec<String> {
    // One line says all about a subject and a reason; subjects with the same checks share it.
    let mut gaps: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
    for gap in &report.evaluation.not_evaluated {
        let subject = gap.subject.as_ref().map_or_else(|| "everything".to_owned(), ToString::to_string);
        gaps.entry((&gap.reason, subject)).or_default().insert(gap.check.as_str());
    }
    let mut groups: BTreeMap<(&str, BTreeSet<&str>), Vec<String>> = BTreeMap::new();
    for ((reason, subject), checks) in gaps {
        groups.entry((reason, checks)).or_default().push(subject);
    }
    let line = |((reason, checks), subjects): ((&str, BTreeSet<&str>), Vec<String>)| {
        let named = subjects.iter().take(MAX_SUBJECTS).cloned().collect::<Vec<_>>().join(", ");
        let more = match subjects.len().saturating_sub(MAX_SUBJECTS) {
            0 => String::new(),
            more => format!(" and {} more", thousands(more)),
        };
        let what = match checks.first() {
            Some(check) if checks.len() == 1 => escape(check).into_owned(),
            _ => number(checks.len(), "check"),
        };
        format!("{what} on {}{more}: {}", escape(&named), escape(reason))
    };
    groups.into_iter().map(line).collect()
}

fn problems(report: &Report<'_>, style: Style, to: &mut String) {
    if report.problems.is_empty() {
        return;
    }
    heading(style, to, "problems");
    for problem in report.problems {
        push(to, format_args!("  {}", problem_line(problem)));
    }
    to.push('\n');
}

/// A problem with its place, escaped.
pub(crate) fn problem_line(problem: &Problem) -> String {
    let mut line = String::new();
    if let Some(file) = &problem.file {
        line.push_str(&escape(file));
        if let Some(position) = problem.position {
            let _ = write!(line, ":{}:{}", position.line, position.column);
        }
        line.push_str(": ");
    }
    let _ = write!(line, "{}: {}", problem.severity, escape(&problem.message));
    if let Some(cause) = &problem.cause {
        let _ = write!(line, ": {}", escape(cause));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_words_agree() {
        assert_eq!(number(1, "file"), "1 file");
        assert_eq!(number(0, "file"), "0 files");
        assert_eq!(number(1_976, "verdict"), "1,976 verdicts");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }

    #[test]
    fn long_lines_are_cut() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("世界世界", 5), "世界…");
    }
}
