//! Wire shapes of what a verdict rests on.

use seawall_core::{Finding, NotEvaluated};
use seawall_inventory::{Inventory, Resource};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::comply::framework::hex;
use crate::comply::place::Spot;
use crate::comply::{CheckResult, FactResult};
use crate::json::WireSubject;

#[derive(Serialize)]
pub(super) struct WireResource<'a> {
    #[serde(flatten)]
    subject: WireSubject<'a>,
    file: &'a str,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

impl<'a> WireResource<'a> {
    pub(super) fn new(resource: &'a Resource) -> Self {
        let metadata = resource.metadata();
        let text = |key| metadata.and_then(|metadata| metadata.str(key));
        WireResource {
            subject: WireSubject::new(resource.subject()),
            file: &resource.origin().file,
            line: resource.origin().line,
            uid: text("uid"),
            resource_version: text("resourceVersion"),
            digest: digest(resource).map(|digest| format!("sha256:{digest}")),
        }
    }
}

/// The hash of an object as compact JSON with its keys in the order written. Short secrets could be guessed from the hash
/// of what holds them, so a Secret has none.
pub(crate) fn digest(resource: &Resource) -> Option<String> {
    if resource.kind() == "Secret" {
        return None;
    }
    let mut json = String::new();
    resource.root().write_json(&mut json);
    Some(hex(&Sha256::digest(json)))
}

#[derive(Serialize)]
pub(super) struct WireCheck<'a> {
    id: &'a str,
    judged: usize,
    failed: usize,
    not_evaluated: usize,
}

impl<'a> WireCheck<'a> {
    pub(super) fn new(check: &CheckResult<'a>) -> Self {
        WireCheck { id: check.id, judged: check.judged, failed: check.failed, not_evaluated: check.gaps }
    }
}

#[derive(Serialize)]
pub(super) struct WireFact<'a> {
    id: &'a str,
    title: &'a str,
    state: &'static str,
    message: &'a str,
    help: &'a str,
    file: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    route: String,
}

impl<'a> WireFact<'a> {
    pub(super) fn new(result: &'a FactResult<'a>) -> Self {
        WireFact {
            id: result.fact.id,
            title: result.fact.title,
            state: result.outcome.as_str(),
            message: &result.message,
            help: result.fact.help,
            file: result.file,
            line: result.position.map(|position| position.line),
            column: result.position.map(|position| position.column),
            route: result.route.to_string(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct WireFinding<'a> {
    check: &'a str,
    severity: &'static str,
    subject: WireSubject<'a>,
    file: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    route: String,
    message: &'a str,
    help: &'a str,
    fingerprint: String,
    waiver: Option<WireWaiver<'a>>,
}

#[derive(Serialize)]
struct WireWaiver<'a> {
    owner: Option<&'a str>,
    reason: &'a str,
    until: String,
    file: Option<&'a str>,
    line: Option<u32>,
}

impl<'a> WireFinding<'a> {
    pub(super) fn new(inventory: &'a Inventory, finding: &'a Finding) -> Self {
        let spot = Spot::of(inventory, finding);
        WireFinding {
            check: finding.check.id.as_str(),
            severity: finding.severity.as_str(),
            subject: WireSubject::new(&finding.subject),
            file: spot.file.unwrap_or_default(),
            line: spot.position.map(|position| position.line),
            column: spot.position.map(|position| position.column),
            route: spot.route.to_string(),
            message: &finding.message,
            help: &finding.check.help,
            fingerprint: finding.fingerprint.to_string(),
            waiver: finding.waiver.as_deref().map(|waiver| WireWaiver {
                owner: waiver.owner.as_deref(),
                reason: &waiver.reason,
                until: waiver.until.to_string(),
                file: waiver.file.as_deref(),
                line: waiver.position.map(|position| position.line),
            }),
        }
    }
}

#[derive(Serialize)]
pub(super) struct WireGap<'a> {
    check: &'a str,
    subject: Option<WireSubject<'a>>,
    reason: &'a str,
}

impl<'a> WireGap<'a> {
    pub(super) fn new(gap: &'a NotEvaluated) -> Self {
        WireGap {
            check: gap.check.as_str(),
            subject: gap.subject.as_ref().map(WireSubject::new),
            reason: &gap.reason,
        }
    }
}
