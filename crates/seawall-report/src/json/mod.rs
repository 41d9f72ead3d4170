//! `seawall.dev/report/v1`: the shape is held by `schemas/report-v1.schema.json`, explained in `docs/reports.md`.
//!
//! Written as a stream: no more than some thousand findings are in memory as text. The order of keys is fixed.

mod finding;
mod findings;
mod parts;
mod writer;

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::Report;

pub(crate) use finding::WireFinding;
pub(crate) use findings::write_findings;
pub(crate) use parts::{
    WireBaseline, WireCoverage, WireInputs, WireNotEvaluated, WireProblem, WireScores, WireSubject,
    WireTimings,
};
pub use writer::pretty_json;
pub(crate) use writer::{write_json, write_value};

/// The value of the key `schema`.
pub(crate) const SCHEMA: &str = "seawall.dev/report/v1";

#[derive(Serialize)]
struct Head<'a> {
    schema: &'static str,
    inputs: WireInputs<'a>,
    scores: WireScores,
    coverage: WireCoverage,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<WireBaseline>,
}

#[derive(Serialize)]
struct Tail<'a> {
    not_evaluated: NotEvaluatedList<'a>,
    problems: Problems<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<WireTimings<'a>>,
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

/// Writes the report as one document and a newline: the entries of a head, the findings, the entries of a tail.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let head = Head {
        schema: SCHEMA,
        inputs: WireInputs::new(report.inputs),
        scores: WireScores(report.scores()),
        coverage: WireCoverage::new(report.evaluation.coverage),
        baseline: report.baseline.map(WireBaseline::new),
    };
    let tail = Tail {
        not_evaluated: NotEvaluatedList(report),
        problems: Problems(report),
        timings: report.timings.map(WireTimings),
    };
    let mut text = Vec::new();
    write_value(&head, &mut text)?;
    out.write_all(text.strip_suffix(b"}").unwrap_or(&text))?;
    out.write_all(b",\"findings\":[")?;
    write_findings(report, out, |first, finding, to| {
        if !first {
            to.push(b',');
        }
        write_value(&finding, to)
    })?;
    out.write_all(b"],")?;
    text.clear();
    write_value(&tail, &mut text)?;
    out.write_all(text.strip_prefix(b"{").unwrap_or(&text))?;
    out.write_all(b"\n")
}
