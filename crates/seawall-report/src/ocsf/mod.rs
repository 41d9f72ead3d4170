//! OCSF 1.4: one event a line, for event pipelines and data lakes.
//!
//! Findings and what was not evaluated are Compliance Findings (class 2003); what could not be read is an Application
//! Error (class 6008). Source: the public schema of the Open Cybersecurity Schema Framework.
//!
//! *Invariant:* a gap has the status `Warning` ("did not yield a result"), never `Pass`. *Absent:* passes, which an
//! evaluation does not hold; a clock: without a time given, `time` is 0, and no consumer takes 1970 for today.

mod wire;

use std::io::{self, Write};

use seawall_core::{Confidence, Finding, NotEvaluated, Problem, ProblemSeverity, Severity};

use crate::cause::Causes;
use crate::json::{Shown, WireSubject, write_json};
use crate::place::{Place, Positions};
use crate::{RenderOptions, Report};

use wire::{
    Analytic, ApplicationError, Compliance, ComplianceFinding, FindingInfo, Group, Metadata, Remediation,
    Resource, ResourceData, Unmapped,
};

/// Writes the events.
pub(crate) fn write(report: &Report<'_>, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let time = options.time.unwrap_or(0).saturating_mul(1000);
    let causes = Causes::of(report);
    let mut positions = Positions::default();
    for (number, finding) in report.evaluation.findings.iter().enumerate() {
        let cause = causes.get(number).map(Shown);
        write_json(&of_finding(report, finding, cause, time, &mut positions), out)?;
    }
    for gap in &report.evaluation.not_evaluated {
        write_json(&of_gap(gap, time), out)?;
    }
    for problem in report.problems.iter().filter(|problem| problem.severity != ProblemSeverity::Note) {
        write_json(&of_problem(problem, time), out)?;
    }
    Ok(())
}

fn of_finding<'a>(
    report: &Report<'a>,
    finding: &'a Finding,
    cause: Option<Shown<seawall_core::Fingerprint>>,
    time: u64,
    positions: &mut Positions,
) -> ComplianceFinding<'a> {
    let check = &*finding.check;
    let place = Place::primary(report.inventory, finding);
    let position = place.as_ref().and_then(|place| positions.of(place));
    let waived = finding.waiver.as_ref();
    ComplianceFinding {
        severity_id: severity(finding.severity),
        confidence_id: Some(match finding.confidence {
            Confidence::Low => 1,
            Confidence::Medium => 2,
            Confidence::High => 3,
        }),
        // New, or suppressed.
        status_id: if waived.is_some() { 3 } else { 1 },
        status: if waived.is_some() { "Suppressed" } else { "New" },
        status_detail: waived.map(|waiver| format!("waived {waiver}")),
        message: finding.message.clone(),
        finding_info: FindingInfo {
            uid: finding.fingerprint.to_string(),
            title: &check.title,
            desc: Some(&check.why),
            types: [check.pillar.as_str()],
            analytic: Analytic::rule(check.id.as_str(), Some(&check.title)),
        },
        compliance: Compliance {
            control: check.id.as_str(),
            standards: standards(&check.frameworks),
            requirements: check.frameworks.iter().map(|control| &**control).collect(),
            status: "Fail",
            status_id: 3,
            status_details: Vec::new(),
        },
        remediation: Some(Remediation { desc: &check.help }),
        resources: vec![Resource {
            name: &finding.subject.name,
            kind: &finding.subject.kind,
            namespace: finding.subject.namespace.as_deref(),
            group: group(&finding.subject.api_version),
            uid: report.inventory.get(finding.resource).and_then(crate::place::uid),
            data: Some(ResourceData {
                subject: WireSubject::new(&finding.subject),
                file: place.as_ref().and_then(Place::file),
                line: position.map(|position| position.line),
                column: position.map(|position| position.column),
                route: finding.locations.first().map(|location| Shown(location.route.clone())),
                value: place.as_ref().and_then(Place::value),
            }),
        }],
        unmapped: cause.map(|cause| Unmapped { cause }),
        ..ComplianceFinding::new(time)
    }
}

/// A verdict that could not be given.
fn of_gap(gap: &NotEvaluated, time: u64) -> ComplianceFinding<'_> {
    let id = gap.check.as_str();
    let subject = gap.subject.as_ref();
    let uid = match subject {
        Some(subject) => format!("not-evaluated:{id}:{subject}"),
        None => format!("not-evaluated:{id}"),
    };
    ComplianceFinding {
        severity_id: 1,
        status_id: 1,
        status: "New",
        message: format!("`{id}` was not evaluated: {}", gap.reason),
        finding_info: FindingInfo {
            uid,
            title: "not evaluated",
            desc: None,
            types: [gap.pillar.as_str()],
            analytic: Analytic::rule(id, None),
        },
        compliance: Compliance {
            control: id,
            standards: standards(&[]),
            requirements: Vec::new(),
            status: "Warning",
            status_id: 2,
            status_details: vec![&gap.reason],
        },
        resources: subject.into_iter().map(Resource::named).collect(),
        ..ComplianceFinding::new(time)
    }
}

fn of_problem(problem: &Problem, time: u64) -> ApplicationError {
    let position = problem.position.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
    let place = problem.file.as_ref().map_or(String::new(), |file| format!("{file}{position}: "));
    let cause = problem.cause.as_ref().map_or(String::new(), |cause| format!(": {cause}"));
    ApplicationError {
        activity_id: 1,
        category_uid: 6,
        class_uid: 6008,
        type_uid: 600_801,
        time,
        severity_id: if problem.severity == ProblemSeverity::Error { 3 } else { 2 },
        message: format!("{place}{}{cause}", problem.message),
        metadata: Metadata::seawall(),
    }
}

fn severity(severity: Severity) -> u8 {
    match severity {
        Severity::Info => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    }
}

/// The frameworks of controls; a check that is in none is of our own standard.
fn standards<'a>(frameworks: &'a [std::borrow::Cow<'static, str>]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for name in frameworks.iter().map(|control| control.split(':').next().unwrap_or(control)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { vec!["Seawall"] } else { names }
}

fn group(api_version: &str) -> Option<Group<'_>> {
    api_version.split_once('/').map(|(name, _)| Group { name })
}
