//! Wire shapes of everything but findings.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use seawall_checks::Coverage;
use seawall_core::{NotEvaluated, Problem, Subject};

use crate::{Inputs, Scores, Timings};

#[derive(Serialize)]
pub(crate) struct WireSubject<'a> {
    #[serde(rename = "apiVersion")]
    api_version: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> WireSubject<'a> {
    pub(crate) fn new(subject: &'a Subject) -> Self {
        WireSubject {
            api_version: &subject.api_version,
            kind: &subject.kind,
            namespace: subject.namespace.as_deref(),
            name: &subject.name,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct WireInputs<'a> {
    files: usize,
    documents: usize,
    resources: usize,
    skipped: &'a std::collections::BTreeMap<std::borrow::Cow<'static, str>, usize>,
}

impl<'a> WireInputs<'a> {
    pub(crate) fn new(inputs: &'a Inputs) -> Self {
        WireInputs {
            files: inputs.files,
            documents: inputs.documents,
            resources: inputs.resources,
            skipped: &inputs.skipped,
        }
    }
}

/// A map in the order of pillars; `null` where nothing was evaluated.
pub(crate) struct WireScores(pub(crate) Scores);

impl Serialize for WireScores {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(pillar, score)| (pillar.as_str(), score)))
    }
}

#[derive(Serialize)]
pub(crate) struct WireCoverage {
    checks: usize,
    evaluated: usize,
    not_evaluated: usize,
}

impl WireCoverage {
    pub(crate) fn new(coverage: Coverage) -> Self {
        WireCoverage {
            checks: coverage.checks,
            evaluated: coverage.evaluated,
            not_evaluated: coverage.not_evaluated,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct WireNotEvaluated<'a> {
    check: &'a str,
    pillar: &'static str,
    subject: Option<WireSubject<'a>>,
    reason: &'a str,
}

impl<'a> WireNotEvaluated<'a> {
    pub(crate) fn new(gap: &'a NotEvaluated) -> Self {
        WireNotEvaluated {
            check: gap.check.as_str(),
            pillar: gap.pillar.as_str(),
            subject: gap.subject.as_ref().map(WireSubject::new),
            reason: &gap.reason,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct WireProblem<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

impl<'a> WireProblem<'a> {
    pub(crate) fn new(problem: &'a Problem) -> Self {
        WireProblem {
            file: problem.file.as_deref(),
            line: problem.position.map(|position| position.line),
            column: problem.position.map(|position| position.column),
            message: &problem.message,
            severity: problem.severity.as_str(),
            cause: problem.cause.as_deref(),
        }
    }
}

/// Milliseconds by stage, in the order the stages ran.
pub(crate) struct WireTimings<'a>(pub(crate) &'a Timings);

impl Serialize for WireTimings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.stages.len()))?;
        for (stage, time) in &self.0.stages {
            map.serialize_entry(stage, &(time.as_secs_f64() * 1000.0))?;
        }
        map.end()
    }
}

/// What an earlier run already had.
#[derive(Serialize)]
pub(crate) struct WireBaseline {
    known: usize,
    gone: usize,
}

impl WireBaseline {
    pub(crate) fn new(known: crate::Known) -> Self {
        WireBaseline { known: known.known, gone: known.gone }
    }
}
