//! The parts of reports that are written, named as the CustomResourceDefinition names them.

use std::collections::BTreeMap;

use seawall_core::{Finding, Fingerprint, NotEvaluated, Problem, Severity, Subject};
use serde::Serialize;

use super::home::Home;
use crate::Report;
use crate::place::{Place, Positions, uid};

const SOURCE: &str = "seawall";

/// What a report says of itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<ObjectReference<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    labels: BTreeMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    owner_references: Vec<OwnerReference<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OwnerReference<'a> {
    api_version: &'a str,
    kind: &'a str,
    name: &'a str,
    uid: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectReference<'a> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
}

impl<'a> ObjectReference<'a> {
    fn new(subject: &'a Subject, uid: Option<&'a str>) -> Self {
        ObjectReference {
            api_version: &subject.api_version,
            kind: &subject.kind,
            namespace: subject.namespace.as_deref(),
            name: &subject.name,
            uid,
        }
    }
}

impl<'a> Head<'a> {
    pub(super) fn of(report: &Report<'a>, home: &Home<'a>, before: usize) -> Self {
        let object = match home {
            Home::Object(id, uid, _) => report.inventory.get(*id).map(|resource| (resource.subject(), *uid)),
            _ => None,
        };
        let owner = |(subject, uid): (&'a Subject, &'a str)| OwnerReference {
            api_version: &subject.api_version,
            kind: &subject.kind,
            name: &subject.name,
            uid,
        };
        Head {
            api_version: "wgpolicyk8s.io/v1alpha2",
            kind: home.kind(),
            metadata: Metadata {
                name: home.name(before),
                namespace: home.namespace(),
                labels: BTreeMap::from([("app.kubernetes.io/managed-by", SOURCE)]),
                owner_references: object.map(owner).into_iter().collect(),
            },
            scope: object.map(|(subject, uid)| ObjectReference::new(subject, Some(uid))),
        }
    }
}

/// What a result says; there is no pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Fail,
    Warn,
    Error,
    Skip,
}

/// Results by outcome.
#[derive(Default, Serialize)]
pub(super) struct Summary {
    fail: usize,
    warn: usize,
    error: usize,
    skip: usize,
}

impl Summary {
    pub(super) fn count(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Fail => &mut self.fail,
            Outcome::Warn => &mut self.warn,
            Outcome::Error => &mut self.error,
            Outcome::Skip => &mut self.skip,
        };
        *count += 1;
    }
}

#[derive(Serialize)]
pub(super) struct PolicyResult<'a> {
    source: &'static str,
    policy: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    result: Outcome,
    scored: bool,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Timestamp>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<ObjectReference<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<&'static str, String>,
}

impl PolicyResult<'_> {
    pub(super) fn outcome(&self) -> Outcome {
        self.result
    }
}

#[derive(Serialize)]
struct Timestamp {
    seconds: u64,
    nanos: u32,
}

fn timestamp(time: Option<u64>) -> Option<Timestamp> {
    time.map(|seconds| Timestamp { seconds, nanos: 0 })
}

pub(super) fn of_finding<'a>(
    report: &Report<'a>,
    finding: &'a Finding,
    cause: Option<Fingerprint>,
    time: Option<u64>,
    positions: &mut Positions,
) -> PolicyResult<'a> {
    let place = Place::primary(report.inventory, finding);
    let at = place.as_ref().and_then(|place| positions.of(place));
    let at = at.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
    let frameworks = finding.check.frameworks.join(", ");
    let properties = [
        ("fingerprint", Some(finding.fingerprint.to_string())),
        ("cause", cause.map(|cause| cause.to_string())),
        ("confidence", Some(finding.confidence.as_str().to_owned())),
        ("file", place.as_ref().and_then(Place::file).map(|file| format!("{file}{at}"))),
        ("route", place.as_ref().map(|place| place.location.route.to_string())),
        ("value", place.as_ref().and_then(Place::value).map(str::to_owned)),
        ("why", Some(finding.check.why.to_string())),
        ("help", Some(finding.check.help.to_string())),
        ("frameworks", Some(frameworks).filter(|names| !names.is_empty())),
        ("waiver", finding.waiver.as_deref().map(ToString::to_string)),
    ];
    let result = match (&finding.waiver, finding.severity) {
        (Some(_), _) => Outcome::Skip,
        (None, Severity::Info) => Outcome::Warn,
        (None, _) => Outcome::Fail,
    };
    let known = report.inventory.get(finding.resource).and_then(uid);
    PolicyResult {
        source: SOURCE,
        policy: finding.check.id.as_str(),
        rule: Some(&finding.check.title),
        category: finding.check.pillar.as_str(),
        severity: Some(finding.severity.as_str()),
        result,
        scored: result == Outcome::Fail,
        message: finding.message.clone(),
        timestamp: timestamp(time),
        resources: vec![ObjectReference::new(&finding.subject, known)],
        properties: properties.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
    }
}

pub(super) fn of_gap(gap: &NotEvaluated, time: Option<u64>) -> PolicyResult<'_> {
    PolicyResult {
        source: SOURCE,
        policy: gap.check.as_str(),
        rule: None,
        category: gap.pillar.as_str(),
        severity: None,
        result: Outcome::Error,
        scored: false,
        message: format!("not evaluated: {}", gap.reason),
        timestamp: timestamp(time),
        resources: gap.subject.iter().map(|subject| ObjectReference::new(subject, None)).collect(),
        properties: BTreeMap::new(),
    }
}

pub(super) fn of_problem(problem: &Problem, time: Option<u64>) -> PolicyResult<'_> {
    let at = problem.position.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
    let file = problem.file.as_ref().map(|file| ("file", format!("{file}{at}")));
    let cause = problem.cause.as_ref().map_or(String::new(), |cause| format!(": {cause}"));
    PolicyResult {
        source: SOURCE,
        policy: "seawall-read",
        rule: None,
        category: "reading",
        severity: None,
        result: Outcome::Error,
        scored: false,
        message: format!("{}{cause}", problem.message),
        timestamp: timestamp(time),
        resources: Vec::new(),
        properties: file.into_iter().collect(),
    }
}
