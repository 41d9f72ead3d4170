//! One test case: a check on an object.

use seawall_core::{Finding, NotEvaluated};

use super::attribute;
use crate::Report;
use crate::place::{Place, Positions};
use crate::table::Group;
use crate::xml::xml_lines;

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed,
    Error,
    Skipped,
}

/// A case, written already.
pub(super) struct Case {
    pub(super) outcome: Outcome,
    pub(super) xml: String,
}

impl Case {
    /// All that a check says of an object.
    pub(super) fn of(
        report: &Report<'_>,
        class: &str,
        subject: &str,
        findings: &[&Finding],
        gaps: &[&NotEvaluated],
        positions: &mut Positions,
    ) -> Case {
        let (open, waived): (Vec<&Finding>, Vec<&Finding>) =
            findings.iter().partition(|finding| finding.waiver.is_none());
        let mut attributes = attribute("classname", class) + &attribute("name", subject);
        if let Some(place) = open.first().or(waived.first()).and_then(|f| Place::primary(report.inventory, f))
        {
            attributes += &place.file().map_or(String::new(), |file| attribute("file", file));
            let line = positions.of(&place).map(|position| position.line.to_string());
            attributes += &line.map_or(String::new(), |line| attribute("line", &line));
        }
        let mut beside: Vec<String> = Vec::new();
        for finding in &waived {
            let waiver = finding.waiver.as_deref().map_or(String::new(), ToString::to_string);
            beside.push(format!("waived {waiver}: {}", finding.message));
        }
        beside.extend(gaps.iter().map(|gap| format!("not evaluated: {}", gap.reason)));
        match open.split_first() {
            Some((first, others)) => {
                let more = match others.len() {
                    0 => String::new(),
                    more => format!(" (and {more} more)"),
                };
                let body: Vec<String> = open.iter().map(|finding| told(report, finding, positions)).collect();
                let worst = open.iter().map(|finding| finding.severity).max().unwrap_or(first.severity);
                let ending = Ending {
                    outcome: Outcome::Failed,
                    kind: worst.as_str(),
                    message: &format!("{}{more}", first.message),
                    body: &body,
                };
                Case::write(&attributes, &ending, &beside)
            }
            None => {
                let message = beside.first().cloned().unwrap_or_default();
                let ending = Ending { outcome: Outcome::Skipped, kind: "", message: &message, body: &[] };
                Case::write(&attributes, &ending, beside.get(1..).unwrap_or(&[]))
            }
        }
    }

    /// A case about the run itself; lines are safe already.
    pub(super) fn about_run(name: &str, outcome: Outcome, message: &str, lines: &[String]) -> Case {
        let attributes = attribute("classname", "seawall") + &attribute("name", name);
        let body = if outcome == Outcome::Error { lines } else { &[] };
        let beside = if outcome == Outcome::Error { &[] } else { lines };
        Case::write(&attributes, &Ending { outcome, kind: "problem", message, body }, beside)
    }

    fn write(attributes: &str, ending: &Ending<'_>, beside: &[String]) -> Case {
        let message = attribute("message", ending.message);
        let kind = attribute("type", ending.kind);
        let body = xml_lines(&ending.body.join("\n\n"));
        let ended = match ending.outcome {
            Outcome::Passed => String::new(),
            Outcome::Failed => format!("<failure{message}{kind}>{body}</failure>"),
            Outcome::Error => format!("<error{message}{kind}>{body}</error>"),
            Outcome::Skipped => format!("<skipped{message}/>"),
        };
        let beside = match xml_lines(&beside.join("\n")) {
            text if text.is_empty() => text,
            text => format!("<system-out>{text}</system-out>"),
        };
        let xml = match (ended.is_empty(), beside.is_empty()) {
            (true, true) => format!("    <testcase{attributes}/>\n"),
            _ => format!("    <testcase{attributes}>{ended}{beside}</testcase>\n"),
        };
        Case { outcome: ending.outcome, xml }
    }
}

struct Ending<'a> {
    outcome: Outcome,
    kind: &'a str,
    message: &'a str,
    body: &'a [String],
}

/// A finding in lines.
fn told(report: &Report<'_>, finding: &Finding, positions: &mut Positions) -> String {
    let place = Place::primary(report.inventory, finding);
    let position = place.as_ref().and_then(|place| positions.of(place));
    let mut lines = Vec::new();
    if let Some(place) = place {
        let at = position.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
        lines.push(format!("{}{at}: {}", place.file().unwrap_or(""), place.location.route));
    }
    lines.push(format!("{}: {}", finding.severity, finding.message));
    lines.push(format!("why: {}", finding.check.why));
    lines.push(format!("help: {}", finding.check.help));
    let group = Group::of(vec![(finding, position)]);
    if let Some((risk, fix)) = group.and_then(|group| group.fix(report.inventory)) {
        lines.push(format!("fix (risk {risk}):"));
        lines.extend(fix.iter().map(|line| format!("  {line}")));
    }
    // Line breaks are ours alone.
    let lines: Vec<String> = lines.iter().map(|line| crate::escape(line).into_owned()).collect();
    lines.join("\n")
}
