//! One JSON record a line, for streams: findings, their causes, what was not evaluated, problems, and a summary that ends a
//! complete report.

use std::io::{self, Write};

use serde::Serialize;

use crate::Report;
use crate::cause::Causes;
use crate::json::{
    SCHEMA, WireBaseline, WireCause, WireCoverage, WireFinding, WireInputs, WireNotEvaluated, WireProblem,
    WireScores, WireTimings, write_findings, write_json,
};

/// A record: the words of the JSON report, told apart by `type`.
#[derive(Serialize)]
#[allow(clippy::large_enum_variant, reason = "there is one at a time")]
#[serde(tag = "type", rename_all = "snake_case")]
enum Record<'a> {
    Finding(WireFinding<'a>),
    Cause(WireCause<'a>),
    NotEvaluated(WireNotEvaluated<'a>),
    Problem(WireProblem<'a>),
    Summary(Summary<'a>),
}

#[derive(Serialize)]
struct Summary<'a> {
    schema: &'static str,
    inputs: WireInputs<'a>,
    scores: WireScores,
    coverage: WireCoverage,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<WireBaseline>,
    findings: usize,
    problems: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<WireTimings<'a>>,
}

/// Writes the records.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let causes = Causes::of(report);
    write_findings(report, &causes, out, |_, finding, to| write_json(&Record::Finding(finding), to))?;
    for cause in causes.shared() {
        write_json(&Record::Cause(WireCause::new(cause)), out)?;
    }
    for gap in &report.evaluation.not_evaluated {
        write_json(&Record::NotEvaluated(WireNotEvaluated::new(gap)), out)?;
    }
    for problem in report.problems {
        write_json(&Record::Problem(WireProblem::new(problem)), out)?;
    }
    let summary = Summary {
        schema: SCHEMA,
        inputs: WireInputs::new(report.inputs),
        scores: WireScores(report.scores()),
        coverage: WireCoverage::new(report.evaluation.coverage),
        baseline: report.baseline.map(WireBaseline::new),
        findings: report.evaluation.findings.len(),
        problems: report.problems.len(),
        timings: report.timings.map(WireTimings),
    };
    write_json(&Record::Summary(summary), out)
}
