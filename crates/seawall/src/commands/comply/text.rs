//! The report for people.

use std::fmt::Write;

use seawall_core::Finding;
use seawall_report::comply::{About, Assessment, ControlResult, FactResult, Outcome, State};

use super::{objects, safe, said, scope, shares, states, word};

/// Fails and accepted fails of a control that are shown; the others are counted.
const SHOWN: usize = 5;

/// The width of the longest state and the space after it.
const STATE: usize = 16;

pub(super) fn table(assessment: &Assessment<'_>, about: &About<'_>) -> String {
    let framework = assessment.framework;
    let mut out = format!("{} {}\n", safe(&framework.title), safe(&framework.version));
    line(&mut out, &scope(assessment, about));
    for cloud in assessment.evidence.clouds {
        let name = format!("{} `{}` {} ({})", cloud.provider.as_str(), cloud.name, cloud.version, cloud.file);
        line(&mut out, &safe(&name));
    }
    for section in &framework.sections {
        let own: Vec<&ControlResult<'_>> =
            assessment.controls.iter().filter(|result| std::ptr::eq(result.section, section)).collect();
        let _ = writeln!(out, "\n{} {}", safe(&section.id), safe(&section.title));
        for alike in own.chunk_by(|one, other| is_alike(one, other)) {
            match alike {
                [first, .., last] => group(&mut out, first, last, alike.len()),
                [one] => control(&mut out, assessment, one),
                [] => {}
            }
        }
    }
    summary(&mut out, assessment);
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// Whether two controls that stand together have the same thing to say, which is that nothing was judged.
fn is_alike(one: &ControlResult<'_>, other: &ControlResult<'_>) -> bool {
    let says_nothing = |result: &ControlResult<'_>| {
        result.findings.is_empty() && result.judged.is_empty() && result.facts.is_empty()
    };
    one.state == other.state
        && !one.state.is_verdict()
        && one.reason == other.reason
        && says_nothing(one)
        && says_nothing(other)
}

fn group(out: &mut String, first: &ControlResult<'_>, last: &ControlResult<'_>, count: usize) {
    let to = if count == 2 { "and" } else { "to" };
    let ids = format!("{} {to} {} ({count} controls)", first.control.id, last.control.id);
    let _ = writeln!(out, "  {:STATE$}{}", word(first.state), safe(&ids));
    reason(out, first);
}

fn reason(out: &mut String, result: &ControlResult<'_>) {
    if let Some(reason) = &result.reason {
        let label = if result.is_part() { "not judged: " } else { "" };
        note(out, &format!("{label}{}", safe(reason)));
    }
}

fn note(out: &mut String, text: &str) {
    let _ = writeln!(out, "  {:STATE$}  {text}", "");
}

fn control(out: &mut String, assessment: &Assessment<'_>, result: &ControlResult<'_>) {
    let state = if result.is_part() { "pass in part" } else { word(result.state) };
    let title = format!("{} {}", result.control.id, result.control.title);
    let _ = writeln!(out, "  {state:STATE$}{}", safe(&title));
    for fact in &result.facts {
        note(out, &fact_line(fact));
    }
    let inventory = assessment.evidence.inventory;
    let open: Vec<&Finding> = result.open().collect();
    for finding in open.iter().take(SHOWN) {
        note(out, &format!("{} [{}]", said(inventory, finding), finding.check.id));
    }
    more(out, open.len());
    let waived: Vec<&Finding> = result.waived().collect();
    for finding in waived.iter().take(SHOWN) {
        let accepted =
            finding.waiver.as_deref().map_or(String::new(), |waiver| format!(" (waived {waiver})"));
        note(out, &format!("{} [{}]{}", said(inventory, finding), finding.check.id, safe(&accepted)));
    }
    more(out, waived.len());
    if matches!(result.state, State::Pass | State::Waived) && !result.judged.is_empty() && waived.is_empty() {
        let all = format!("{} judged", objects(result.judged.len()));
        note(out, &all);
    }
    reason(out, result);
}

fn more(out: &mut String, count: usize) {
    if let Some(more) = count.checked_sub(SHOWN).filter(|more| *more > 0) {
        note(out, &format!("and {more} more"));
    }
}

/// `eks.json:12:5 fail: not every address … : what is there`
pub(super) fn fact_line(fact: &FactResult<'_>) -> String {
    let place = fact.position.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
    let help = if fact.outcome == Outcome::Fail { format!("; {}", fact.fact.help) } else { String::new() };
    safe(&format!("{}{place} {}: {}{help}", fact.file, fact.outcome.as_str(), fact.message))
}

fn summary(out: &mut String, assessment: &Assessment<'_>) {
    let [requirements, objects] = shares(assessment);
    let _ = writeln!(out, "\n{} requirements: {}", assessment.totals.controls, states(assessment));
    line(out, &requirements);
    line(out, &objects);
    if let Some(notice) = &assessment.framework.notice {
        line(out, &format!("\n{}", safe(notice)));
    }
}
