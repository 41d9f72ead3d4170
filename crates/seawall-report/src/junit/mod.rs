//! JUnit XML: a suite for each check, in it a test case for each object that failed or could not be judged.
//!
//! There is no standard; the shape is the one that the reports of Ant, Maven, pytest and Jenkins share (elements in the
//! order properties, testcase; a test case has one of failure, error, skipped, then system-out), with `file` and `line` of
//! a test case as pytest writes and GitLab reads them.
//!
//! *Invariant:* what was not evaluated, what was waived and what could not be read never counts as passed. Verdicts that
//! passed are a number, not cases: an evaluation does not hold them. *Absent:* times, for nothing here took any; the first
//! suite says whether everything was read and judged, so that a clean run is no empty file.

mod case;
mod suite;

use std::collections::BTreeMap;
use std::io::{self, Write};

use seawall_core::{Finding, NotEvaluated, ProblemSeverity, ResourceId};

use crate::place::Positions;
use crate::table::{gaps, problem_line};
use crate::xml::xml;
use crate::{RenderOptions, Report};

use case::{Case, Outcome};
use suite::Suite;

/// Cases of one check by object; objects of one name are told apart by where they stand.
type Cases<'a> = BTreeMap<(String, Option<ResourceId>), (Vec<&'a Finding>, Vec<&'a NotEvaluated>)>;

/// Writes the document.
pub(crate) fn write(report: &Report<'_>, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut checks: BTreeMap<&str, (&'static str, Cases<'_>)> = BTreeMap::new();
    for finding in &report.evaluation.findings {
        let (id, pillar) = (finding.check.id.as_str(), finding.check.pillar.as_str());
        let (_, cases) = checks.entry(id).or_insert_with(|| (pillar, Cases::new()));
        cases.entry((finding.subject.to_string(), Some(finding.resource))).or_default().0.push(finding);
    }
    for gap in &report.evaluation.not_evaluated {
        let (_, cases) =
            checks.entry(gap.check.as_str()).or_insert_with(|| (gap.pillar.as_str(), Cases::new()));
        let subject = gap.subject.as_ref().map_or_else(|| "everything".to_owned(), ToString::to_string);
        cases.entry((subject, None)).or_default().1.push(gap);
    }
    let mut positions = Positions::default();
    let mut suites = vec![of_run(report)];
    for (check, (pillar, cases)) in &checks {
        let class = format!("seawall.{pillar}.{check}");
        let mut suite = Suite::new(check);
        for ((subject, _), (findings, gaps)) in cases {
            suite.push(Case::of(report, &class, subject, findings, gaps, &mut positions));
        }
        suites.push(suite);
    }
    let sum = |outcome| suites.iter().map(|suite| suite.count(outcome)).sum::<usize>();
    let tests: usize = suites.iter().map(Suite::tests).sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"seawall\" tests=\"{tests}\" failures=\"{}\" errors=\"{}\">",
        sum(Outcome::Failed),
        sum(Outcome::Error)
    )?;
    for suite in &suites {
        suite.write(options.time, out)?;
    }
    writeln!(out, "</testsuites>")
}

/// Whether everything was read and judged, with the numbers of the run.
fn of_run(report: &Report<'_>) -> Suite {
    let mut suite = Suite::new("seawall");
    let coverage = report.evaluation.coverage;
    for (name, number) in [
        ("resources", report.inputs.resources),
        ("checks", coverage.checks),
        ("verdicts", coverage.evaluated),
        ("not evaluated", coverage.not_evaluated),
    ] {
        suite.property(name, &number.to_string());
    }
    for (pillar, score) in report.scores().iter() {
        suite.property(
            &format!("score {pillar}"),
            &score.map_or_else(|| "nothing evaluated".to_owned(), |score| score.to_string()),
        );
    }
    let lines: Vec<String> = report.problems.iter().map(problem_line).collect();
    let errors = report.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error).count();
    let outcome = if errors > 0 { Outcome::Error } else { Outcome::Passed };
    let message = format!("{errors} of {} problems are errors", lines.len());
    suite.push(Case::about_run("everything was read", outcome, &message, &lines));
    let lines = gaps(report);
    let outcome = if lines.is_empty() { Outcome::Passed } else { Outcome::Skipped };
    let message = format!("{} verdicts could not be given", coverage.not_evaluated);
    suite.push(Case::about_run("everything was evaluated", outcome, &message, &lines));
    suite
}

/// ` name="value"`
fn attribute(name: &str, value: &str) -> String {
    format!(" {name}=\"{}\"", xml(value))
}
