//! Workflow commands of GitHub Actions: `::error file=…,line=…,col=…,title=…::message`.
//!
//! Source of the form and of the escaping: GitHub Docs, "Workflow commands for GitHub Actions", and the toolkit's
//! `command.ts` (`%`, CR, LF in data; `:` and `,` too in properties).

use std::cmp::Reverse;
use std::io::{self, Write};

use seawall_core::{Position, Problem, ProblemSeverity, Severity};

use crate::Report;
use crate::escape::escape;
use crate::place::{Place, Positions};
use crate::token::redact;

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

/// Escapes the text after `::`, without tokens. What a terminal obeys is written out before, so no CR or LF is left to encode.
fn data(text: &str) -> String {
    escape(&redact(text)).replace('%', "%25")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn command(
    out: &mut dyn Write,
    level: &str,
    place: (Option<&str>, Option<Position>),
    title: &str,
    message: &str,
) -> io::Result<()> {
    write!(out, "::{level} ")?;
    if let Some(file) = place.0 {
        write!(out, "file={},", property(file))?;
        if let Some(position) = place.1 {
            write!(out, "line={},col={},", position.line, position.column)?;
        }
    }
    writeln!(out, "title={}::{}", property(title), data(message))
}

fn problem_level(problem: &Problem) -> &'static str {
    match problem.severity {
        ProblemSeverity::Error => "error",
        ProblemSeverity::Warning => "warning",
        ProblemSeverity::Note => "notice",
    }
}

/// Writes a command for each finding, the worst first, and for each problem, and one that says what was not evaluated.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut positions = Positions::default();
    // GitHub shows the first ten of a level only.
    let mut findings: Vec<_> = report.open().collect();
    findings.sort_by_key(|finding| Reverse(finding.severity));
    for finding in findings {
        let place = Place::primary(report.inventory, finding);
        let at = place.map_or((None, None), |place| (place.file(), positions.of(&place)));
        let title = format!("{}[{}]", finding.severity, finding.check.id);
        let message = format!("{}: {} ({})", finding.subject, finding.message, finding.check.help);
        command(out, level(finding.severity), at, &title, &message)?;
    }
    for problem in report.problems {
        let at = (problem.file.as_deref(), problem.position);
        let message = match &problem.cause {
            Some(cause) => format!("{}: {cause}", problem.message),
            None => problem.message.clone(),
        };
        command(out, problem_level(problem), at, "problem", &message)?;
    }
    for gap in &report.evaluation.not_evaluated {
        let message = match &gap.subject {
            Some(subject) => format!("{} on {subject}: {}", gap.check, gap.reason),
            None => format!("{}: {}", gap.check, gap.reason),
        };
        command(out, "notice", (None, None), "not evaluated", &message)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_text_cannot_end_a_property_or_a_command() {
        assert_eq!(property("a,b:c%\n::error::x"), "a%2Cb%3Ac%25\\n%3A%3Aerror%3A%3Ax");
        assert_eq!(data("50%\r\n::stop"), "50%25\\r\\n::stop");
    }
}
