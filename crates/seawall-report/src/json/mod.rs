//! `seawall.dev/report/v1`: the shape is held by `schemas/report-v1.schema.json`, explained in `docs/reports.md`.
//!
//! Written as a stream: no more than one finding is in memory beside the report itself. The order of keys is fixed.

mod finding;
mod parts;
mod writer;

use std::cell::RefCell;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::Report;
use crate::place::Positions;

pub(crate) use finding::WireFinding;
pub(crate) use parts::{WireCoverage, WireInputs, WireNotEvaluated, WireProblem, WireScores, WireTimings};
pub(crate) use writer::write_json;

/// The value of the key `schema`.
pub(crate) const SCHEMA: &str = "seawall.dev/report/v1";

#[derive(Serialize)]
struct WireReport<'a> {
    schema: &'static str,
    inputs: WireInputs<'a>,
    scores: WireScores,
    coverage: WireCoverage,
    findings: Findings<'a>,
    not_evaluated: NotEvaluatedList<'a>,
    problems: Problems<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<WireTimings<'a>>,
}

struct Findings<'a>(&'a Report<'a>);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let positions = RefCell::new(Positions::default());
        let wire = |finding| WireFinding::new(self.0.inventory, finding, &positions);
        serializer.collect_seq(self.0.evaluation.findings.iter().map(wire))
    }
}

struct NotEvaluatedList<'a>(&'a Report<'a>);

impl Serialize for NotEvaluatedList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.evaluation.not_evaluated.iter().map(WireNotEvaluated::new))
    }
}

struct Problems<'a>(&'a Report<'a>);

impl Serialize for Problems<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.problems.iter().map(WireProblem::new))
    }
}

/// Writes the report as one document and a newline.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = WireReport {
        schema: SCHEMA,
        inputs: WireInputs::new(report.inputs),
        scores: WireScores(report.scores()),
        coverage: WireCoverage::new(report.evaluation.coverage),
        findings: Findings(report),
        not_evaluated: NotEvaluatedList(report),
        problems: Problems(report),
        timings: report.timings.map(WireTimings),
    };
    write_json(&document, out)
}
