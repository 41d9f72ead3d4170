//! SARIF 2.1.0 (OASIS, errata 01) for code scanning.
//!
//! Results stream; rules and artifacts, which results point at by index, are collected first. What was not evaluated
//! and what could not be read are notifications of the invocation: they are no results, and they are not left out.

mod results;
mod rules;
mod uri;
mod wire;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};

use seawall_core::{NotEvaluated, Problem, ProblemSeverity};
use serde::{Serialize, Serializer};

use crate::Report;
use crate::escape::escape;
use crate::json::{WireCoverage, WireScores, write_json};
use crate::place::{Place, Positions};

use results::result;
use rules::Rules;
use uri::uri;
use wire::{
    Artifact, ArtifactLocation, Descriptor, Driver, Invocation, Location, Log, Message, Notification,
    PhysicalLocation, Region, Run, RunProperties, Tool,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Files by name, numbered in the order in which the log lists them.
pub(crate) struct Artifacts<'a>(BTreeMap<&'a str, usize>);

impl<'a> Artifacts<'a> {
    fn of(report: &Report<'a>) -> Self {
        let findings = &report.evaluation.findings;
        let places = findings.iter().flat_map(|finding| &finding.locations);
        let files = places.filter_map(|location| Place::new(report.inventory, location).file());
        let mut files: BTreeMap<&str, usize> = files.map(|file| (file, 0)).collect();
        files.extend(report.problems.iter().filter_map(|problem| Some((problem.file.as_deref()?, 0))));
        files.values_mut().enumerate().for_each(|(i, index)| *index = i);
        Artifacts(files)
    }

    fn location(&self, file: &str) -> ArtifactLocation {
        ArtifactLocation { uri: uri(file), index: self.0.get(file).copied() }
    }
}

/// Text of a message. Brackets followed by a parenthesis would make a link of somebody else's words.
pub(crate) fn message(text: &str) -> Message {
    Message { text: escape(text).replace("](", "\\](") }
}

struct Results<'a> {
    report: &'a Report<'a>,
    rules: &'a Rules<'a>,
    artifacts: &'a Artifacts<'a>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let positions = RefCell::new(Positions::default());
        let findings = self.report.evaluation.findings.iter();
        serializer.collect_seq(findings.map(|finding| {
            result(self.report.inventory, finding, self.rules, self.artifacts, &mut positions.borrow_mut())
        }))
    }
}

struct Notifications<'a> {
    report: &'a Report<'a>,
    artifacts: &'a Artifacts<'a>,
}

impl Serialize for Notifications<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let problems = self.report.problems.iter().map(|problem| of_problem(problem, self.artifacts));
        let gaps = self.report.evaluation.not_evaluated.iter().map(of_gap);
        serializer.collect_seq(problems.chain(gaps))
    }
}

fn of_problem(problem: &Problem, artifacts: &Artifacts<'_>) -> Notification {
    let location = problem.file.as_deref().map(|file| Location {
        physical_location: Some(PhysicalLocation {
            artifact_location: artifacts.location(file),
            region: problem.position.map(Region::at),
        }),
        ..Location::default()
    });
    let text = match &problem.cause {
        Some(cause) => format!("{}: {cause}", problem.message),
        None => problem.message.clone(),
    };
    Notification {
        descriptor: Descriptor { id: "problem" },
        level: match problem.severity {
            ProblemSeverity::Error => "error",
            ProblemSeverity::Warning => "warning",
            ProblemSeverity::Note => "note",
        },
        message: message(&text),
        locations: location.into_iter().collect(),
    }
}

fn of_gap(gap: &NotEvaluated) -> Notification {
    let text = match &gap.subject {
        Some(subject) => format!("`{}` was not evaluated on {subject}: {}", gap.check, gap.reason),
        None => format!("`{}` was not evaluated: {}", gap.check, gap.reason),
    };
    Notification {
        descriptor: Descriptor { id: "not-evaluated" },
        level: "warning",
        message: message(&text),
        locations: Vec::new(),
    }
}

/// Writes the log.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rules = Rules::of(report);
    let artifacts = Artifacts::of(report);
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "Seawall",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: rules.descriptors(),
                notifications: [Descriptor { id: "problem" }, Descriptor { id: "not-evaluated" }],
            },
        },
        invocations: [Invocation {
            execution_successful: !report.problems.iter().any(|p| p.severity == ProblemSeverity::Error),
            tool_execution_notifications: Notifications { report, artifacts: &artifacts },
        }],
        artifacts: artifacts.0.keys().map(|file| Artifact { location: artifacts.location(file) }).collect(),
        results: Results { report, rules: &rules, artifacts: &artifacts },
        // Columns count characters, as everywhere in Seawall.
        column_kind: "unicodeCodePoints",
        properties: RunProperties {
            scores: WireScores(report.scores()),
            coverage: WireCoverage::new(report.evaluation.coverage),
        },
    };
    write_json(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}
