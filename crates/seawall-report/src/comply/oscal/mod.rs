//! OSCAL assessment results, version 1.1. Source: the model `assessment-results` of NIST's OSCAL.
//!
//! The model knows two states of a target, `satisfied` and `not-satisfied`. Only what passed in whole is satisfied; what
//! nobody could judge is not, with the reason `other` and our own state as a property.

mod ident;
mod model;

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::{Finding, ResourceId};
use seawall_inventory::Resource;
use serde::Serialize;

use crate::comply::facts::Outcome;
use crate::comply::json::{About, digest};
use crate::comply::place::Spot;
use crate::comply::{Assessment, ControlResult, FactResult, State};
use ident::{href, prop, token, uuid};
use model::*;

/// What a document says when nobody said when: the model demands a time, and there is no clock here.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

/// Subjects that an observation lists; its remarks count the rest.
const MAX_SUBJECTS: usize = 1_000;

/// The document of an assessment.
pub fn oscal<'a>(assessment: &'a Assessment<'a>, about: &About<'a>) -> impl Serialize + 'a {
    let time = about.time.unwrap_or(NO_TIME);
    let framework = assessment.framework;
    let plan = uuid(&["plan", &framework.id, &framework.digest]);
    let identity = identity(assessment, time);
    let observations: BTreeMap<String, Observation> = assessment
        .controls
        .iter()
        .flat_map(|result| observations(assessment, result, time))
        .map(|observation| (observation.uuid.clone(), observation))
        .collect();
    let risks: BTreeMap<String, Risk> = assessment
        .controls
        .iter()
        .flat_map(|result| result.findings.iter())
        .map(|finding| (risk_uuid(assessment, finding), risk(assessment, finding)))
        .collect();
    Document {
        results: AssessmentResults {
            uuid: identity.clone(),
            metadata: Metadata {
                title: format!("{} {}", framework.title, framework.version),
                last_modified: time.to_owned(),
                version: about.version.to_owned(),
                oscal_version: "1.1.3",
                remarks: about
                    .time
                    .is_none()
                    .then(|| "no time was given (`--timestamp`): times are those of the epoch".to_owned()),
            },
            import_ap: Link { href: format!("#{plan}") },
            results: vec![AssessmentResult {
                uuid: uuid(&["result", &identity]),
                title: format!("{} {}", framework.title, framework.version),
                description: described(assessment, about),
                start: time.to_owned(),
                end: time.to_owned(),
                local_definitions: items(assessment),
                reviewed_controls: ReviewedControls {
                    control_selections: vec![ControlSelection {
                        include_controls: framework
                            .controls()
                            .map(|control| ControlId { control_id: token(framework, &control.id) })
                            .collect(),
                    }],
                },
                observations: some(observations),
                risks: some(risks),
                findings: assessment.controls.iter().map(|result| finding(assessment, result)).collect(),
            }],
            back_matter: BackMatter {
                resources: vec![Reference {
                    uuid: plan,
                    title: "assessment plan".to_owned(),
                    description: format!(
                        "`seawall comply {}` of Seawall {}, mapping with SHA-256 {}",
                        framework.id, about.version, framework.digest
                    ),
                }],
            },
        },
    }
}

/// The model has no empty lists.
fn some<T>(by_id: BTreeMap<String, T>) -> Option<Vec<T>> {
    (!by_id.is_empty()).then(|| by_id.into_values().collect())
}

/// Another outcome, another time or another mapping is another document.
fn identity(assessment: &Assessment<'_>, time: &str) -> String {
    let mut parts = vec![assessment.framework.digest.clone(), time.to_owned()];
    for result in &assessment.controls {
        parts.push(format!("{} {} {}", result.control.id, result.state.as_str(), result.judged.len()));
        parts.extend(result.findings.iter().map(|finding| finding.fingerprint.to_string()));
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    uuid(&parts)
}

fn described(assessment: &Assessment<'_>, about: &About<'_>) -> String {
    let totals = &assessment.totals;
    let states: Vec<String> =
        totals.states.iter().map(|(state, count)| format!("{count} {}", state.as_str())).collect();
    let scope = if about.complete { "a whole cluster" } else { "files, which need not be all of a cluster" };
    format!(
        "{} objects of {scope} were read. Of {} controls: {}; {} of the passes in part.",
        assessment.evidence.inventory.resources().len(),
        totals.controls,
        states.join(", "),
        totals.in_part,
    )
}

/// The objects that were judged.
fn items(assessment: &Assessment<'_>) -> Option<LocalDefinitions> {
    let ids: BTreeSet<ResourceId> =
        assessment.controls.iter().flat_map(|result| result.judged.iter().copied()).collect();
    let resources = ids.into_iter().filter_map(|id| assessment.evidence.inventory.get(id));
    let items: BTreeMap<String, InventoryItem> =
        resources.map(|resource| (item_uuid(resource), item(resource))).collect();
    some(items).map(|inventory_items| LocalDefinitions { inventory_items })
}

fn item_uuid(resource: &Resource) -> String {
    let origin = resource.origin();
    let subject = resource.subject();
    uuid(&[
        "item",
        &origin.file,
        &origin.document.to_string(),
        &origin.line.to_string(),
        &subject.api_version,
        &subject.to_string(),
    ])
}

fn item(resource: &Resource) -> InventoryItem {
    let metadata = resource.metadata();
    let text = |key| metadata.and_then(|metadata| metadata.str(key)).map(str::to_owned);
    let props = [
        prop("api-version", Some(resource.subject().api_version.to_string())),
        prop("uid", text("uid")),
        prop("resource-version", text("resourceVersion")),
        prop("sha256", digest(resource)),
        prop("file", Some(resource.origin().file.to_string())),
        prop("line", Some(resource.origin().line.to_string())),
    ];
    InventoryItem {
        uuid: item_uuid(resource),
        description: resource.subject().to_string(),
        props: props.into_iter().flatten().collect(),
    }
}

/// What each check and each fact of a control saw.
fn observations(assessment: &Assessment<'_>, result: &ControlResult<'_>, time: &str) -> Vec<Observation> {
    let checks = result.checks.iter().filter(|check| check.judged + check.gaps > 0);
    let by_checks = checks.map(|check| {
        let subjects =
            assessment.evidence.verdicts.iter().filter(|verdict| verdict.check.as_str() == check.id);
        let subjects: Vec<String> = subjects
            .filter_map(|verdict| assessment.evidence.inventory.get(verdict.resource))
            .map(item_uuid)
            .collect();
        let findings = result.findings.iter().filter(|finding| finding.check.id.as_str() == check.id);
        let more = subjects.len().saturating_sub(MAX_SUBJECTS);
        Observation {
            uuid: observation_uuid(assessment, check.id),
            title: check.id.to_owned(),
            description: format!(
                "{} objects judged, {} failed, {} verdicts could not be given",
                check.judged, check.failed, check.gaps
            ),
            methods: vec!["TEST"],
            subjects: subjects
                .into_iter()
                .take(MAX_SUBJECTS)
                .map(|subject_uuid| Subject { subject_uuid, kind: "inventory-item" })
                .collect(),
            relevant_evidence: findings.map(|finding| evidence(assessment, finding)).collect(),
            collected: time.to_owned(),
            remarks: (more > 0).then(|| format!("{more} more objects are not listed")),
        }
    });
    let by_facts = result.facts.iter().map(|fact| Observation {
        uuid: fact_uuid(assessment, fact),
        title: fact.fact.id.to_owned(),
        description: format!("{}: {}", fact.fact.title, fact.message),
        methods: vec!["EXAMINE"],
        subjects: Vec::new(),
        relevant_evidence: vec![RelevantEvidence {
            href: Some(href(fact.file, fact.position.map(|at| at.line))),
            description: format!("`{}`", fact.route),
        }],
        collected: time.to_owned(),
        remarks: None,
    });
    by_checks.chain(by_facts).collect()
}

fn observation_uuid(assessment: &Assessment<'_>, check: &str) -> String {
    uuid(&["observation", &assessment.framework.id, check])
}

fn fact_uuid(assessment: &Assessment<'_>, fact: &FactResult<'_>) -> String {
    uuid(&["fact", &assessment.framework.id, fact.fact.id, fact.file])
}

fn evidence(assessment: &Assessment<'_>, finding: &Finding) -> RelevantEvidence {
    let spot = Spot::of(assessment.evidence.inventory, finding);
    RelevantEvidence {
        href: spot.file.map(|file| href(file, spot.position.map(|at| at.line))),
        description: format!("{}, `{}`: {}", finding.subject, spot.route, finding.message),
    }
}

fn risk_uuid(assessment: &Assessment<'_>, finding: &Finding) -> String {
    let spot = Spot::of(assessment.evidence.inventory, finding);
    let line = spot.position.map_or(String::new(), |at| at.line.to_string());
    uuid(&["risk", &finding.fingerprint.to_string(), spot.file.unwrap_or(""), &line])
}

fn risk(assessment: &Assessment<'_>, finding: &Finding) -> Risk {
    let waiver = finding.waiver.as_deref();
    Risk {
        uuid: risk_uuid(assessment, finding),
        title: finding.check.title.to_string(),
        description: format!("{}: {}", finding.subject, finding.message),
        statement: finding.check.why.to_string(),
        status: if waiver.is_some() { "deviation-approved" } else { "open" },
        props: [
            prop("severity", Some(finding.severity.as_str().to_owned())),
            prop("fingerprint", Some(finding.fingerprint.to_string())),
            prop("accepted-by", waiver.and_then(|waiver| waiver.owner.clone())),
            prop("accepted-because", waiver.map(|waiver| waiver.reason.clone())),
        ]
        .into_iter()
        .flatten()
        .collect(),
        deadline: waiver.map(|waiver| format!("{}T23:59:59Z", waiver.until)),
    }
}

fn finding(assessment: &Assessment<'_>, result: &ControlResult<'_>) -> OscalFinding {
    let framework = assessment.framework;
    let whole = result.state == State::Pass && !result.is_part();
    let (state, reason) = match result.state {
        _ if whole => ("satisfied", "pass"),
        State::Fail => ("not-satisfied", "fail"),
        _ => ("not-satisfied", "other"),
    };
    let seen = result.checks.iter().filter(|check| check.judged + check.gaps > 0);
    let related_observations: Vec<RelatedObservation> = seen
        .map(|check| observation_uuid(assessment, check.id))
        .chain(result.facts.iter().map(|fact| fact_uuid(assessment, fact)))
        .map(|observation_uuid| RelatedObservation { observation_uuid })
        .collect();
    let risks: BTreeSet<String> = result.findings.iter().map(|own| risk_uuid(assessment, own)).collect();
    OscalFinding {
        uuid: uuid(&["finding", &framework.id, &result.control.id]),
        title: format!("{} {}", result.control.id, result.control.title),
        description: told(result),
        props: [
            prop("state", Some(result.state.as_str().to_owned())),
            prop("class", Some(result.class.as_str().to_owned())),
        ]
        .into_iter()
        .flatten()
        .collect(),
        target: Target {
            kind: "objective-id",
            target_id: token(framework, &result.control.id),
            status: Status { state, reason },
        },
        related_observations,
        related_risks: risks.into_iter().map(|risk_uuid| RelatedRisk { risk_uuid }).collect(),
    }
}

/// One sentence of what came out.
fn told(result: &ControlResult<'_>) -> String {
    let failed_facts = result.facts.iter().filter(|fact| fact.outcome == Outcome::Fail).count();
    let counts = format!(
        "{}: {} objects judged, {} failed, {} findings accepted, {failed_facts} of {} facts failed",
        result.state.as_str(),
        result.judged.len(),
        result.failed.len(),
        result.waived().count(),
        result.facts.len(),
    );
    match &result.reason {
        Some(reason) => format!("{counts}. {reason}"),
        None => counts,
    }
}
