//! What the script shows, as JSON in the page.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use seawall_core::{CheckInfo, Confidence, Finding, ProblemSeverity};
use serde::Serialize;

use super::pages::{attack, references};
use crate::Report;
use crate::cause::by_cause;
use crate::escape::escape;
use crate::json::write_value;
use crate::table::{Excerpts, Group, Style, gaps, in_reading_order, problem_line};
use crate::token::redact;

/// Columns of an excerpt: a longer line is trimmed around what is marked.
const WIDTH: usize = 110;

/// Causes in the order of the page: what nobody accepted first, the worst first, then by place.
pub(super) fn groups<'a>(report: &Report<'a>) -> Vec<Group<'a>> {
    let of = |waived: bool| {
        let order = in_reading_order(report, |finding| finding.waiver.is_some() == waived);
        let mut groups: Vec<Group<'a>> =
            by_cause(order, |(finding, _)| finding).into_iter().filter_map(Group::of).collect();
        groups.sort_by_key(|group| Reverse(group.lead().severity));
        groups
    };
    let mut groups = of(false);
    groups.append(&mut of(true));
    groups
}

/// Text that can be shown as it is: the script writes texts, and a text must not deceive.
fn shown(text: &str) -> String {
    escape(&redact(text)).into_owned()
}

#[derive(Serialize)]
struct WireCheck {
    id: String,
    title: String,
    why: String,
    help: String,
    pillar: &'static str,
    area: String,
    frameworks: Vec<Cow<'static, str>>,
    attack: String,
    references: Vec<&'static str>,
}

impl WireCheck {
    fn new(check: &CheckInfo) -> Self {
        let id = check.id.as_str();
        WireCheck {
            id: shown(id),
            title: shown(&check.title),
            why: shown(&check.why),
            help: shown(&check.help),
            pillar: check.pillar.as_str(),
            area: shown(id.split('-').next().unwrap_or(id)),
            frameworks: check.frameworks.clone(),
            attack: attack(id),
            references: references(id),
        }
    }
}

#[derive(Serialize)]
struct WireGroup {
    severity: &'static str,
    kind: String,
    namespace: Option<String>,
    name: String,
    file: String,
    line: Option<u32>,
    column: Option<u32>,
    excerpt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<WireFix>,
    findings: Vec<WireFinding>,
}

#[derive(Serialize)]
struct WireFix {
    risk: &'static str,
    lines: Vec<String>,
}

#[derive(Serialize)]
struct WireFinding {
    /// Place in the list of checks.
    check: usize,
    severity: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    with: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<String>,
    fingerprint: String,
}

#[derive(Serialize)]
struct WireProblem {
    severity: &'static str,
    text: String,
}

/// Writes the object, one cause at a time.
pub(super) fn write(report: &Report<'_>, groups: &[Group<'_>], out: &mut dyn Write) -> io::Result<()> {
    let findings = report.evaluation.findings.iter();
    let mut checks: BTreeMap<&str, (usize, &CheckInfo)> =
        findings.map(|finding| (finding.check.id.as_str(), (0, &*finding.check))).collect();
    checks.values_mut().enumerate().for_each(|(i, (index, _))| *index = i);
    out.write_all(b"{\"state\":")?;
    value(&if report.baseline.is_some() { "new" } else { "open" }, out)?;
    out.write_all(b",\"checks\":")?;
    list(checks.values().map(|(_, check)| WireCheck::new(check)), out)?;
    out.write_all(b",\"groups\":")?;
    let mut excerpts = Excerpts::of(report, Style::new(false), WIDTH);
    list(groups.iter().map(|group| wire(report, group, &checks, &mut excerpts)), out)?;
    out.write_all(b",\"not_evaluated\":")?;
    value(&report.evaluation.not_evaluated.len(), out)?;
    out.write_all(b",\"gaps\":")?;
    list(gaps(report).iter().map(|line| redact(line).into_owned()), out)?;
    out.write_all(b",\"problems\":")?;
    let problem = |problem: &seawall_core::Problem| WireProblem {
        severity: ProblemSeverity::as_str(problem.severity),
        text: redact(&problem_line(problem)).into_owned(),
    };
    list(report.problems.iter().map(problem), out)?;
    out.write_all(b"}")
}

fn wire<'a>(
    report: &Report<'a>,
    group: &Group<'a>,
    checks: &BTreeMap<&str, (usize, &CheckInfo)>,
    excerpts: &mut Excerpts<'a>,
) -> WireGroup {
    let lead = group.lead();
    let mut excerpt = String::new();
    excerpts.draw(group, &mut excerpt);
    let file = report.inventory.get(lead.resource).map_or("", |resource| &*resource.origin().file);
    let fix = group.fix(report.inventory).map(|(risk, lines)| WireFix {
        risk: risk.as_str(),
        lines: lines.iter().map(|line| shown(line)).collect(),
    });
    let finding = |(finding, _): (&Finding, _)| WireFinding {
        check: checks.get(finding.check.id.as_str()).map_or(0, |(index, _)| *index),
        severity: finding.severity.as_str(),
        message: shown(&finding.message),
        confidence: (finding.confidence < Confidence::High).then_some(finding.confidence.as_str()),
        with: finding.linked.iter().map(|subject| shown(&subject.to_string())).collect(),
        waiver: finding.waiver.as_deref().map(|waiver| shown(&waiver.to_string())),
        fingerprint: finding.fingerprint.to_string(),
    };
    WireGroup {
        severity: lead.severity.as_str(),
        kind: shown(&lead.subject.kind),
        namespace: lead.subject.namespace.as_deref().map(shown),
        name: shown(&lead.subject.name),
        file: shown(file),
        line: group.position().map(|at| at.line),
        column: group.position().map(|at| at.column),
        excerpt: redact(&excerpt).into_owned(),
        fix,
        findings: group.findings().map(finding).collect(),
    }
}

fn list(items: impl Iterator<Item = impl Serialize>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"[")?;
    for (nth, item) in items.enumerate() {
        if nth > 0 {
            out.write_all(b",")?;
        }
        value(&item, out)?;
    }
    out.write_all(b"]")
}

/// JSON that cannot end the element in which it stands: `<` is written as an escape, and so are the line separators that
/// scripts do not take in strings.
fn value(item: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    write_value(item, &mut text)?;
    let mut rest = text.as_slice();
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        let (before, after) = rest.split_at(at);
        out.write_all(before)?;
        // Outside of strings JSON has no such character.
        out.write_all(b"\\u003c")?;
        rest = after.get(1..).unwrap_or(&[]);
    }
    out.write_all(rest)
}
