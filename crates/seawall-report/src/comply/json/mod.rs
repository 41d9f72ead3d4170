//! `seawall.dev/comply/v1` and `seawall.dev/comply-frameworks/v1`: the shapes are held by the files of these names in
//! `schemas`.

mod evidence;

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::{Problem, ResourceId};
use serde::Serialize;

use crate::comply::totals::percent;
use crate::comply::{Assessment, Class, ControlResult, Framework, State};
use crate::json::WireProblem;
pub(crate) use evidence::digest;
use evidence::{WireCheck, WireFact, WireFinding, WireGap, WireResource};

/// The value of the key `schema`.
const SCHEMA: &str = "seawall.dev/comply/v1";

/// The same of the list of frameworks.
const LIST_SCHEMA: &str = "seawall.dev/comply-frameworks/v1";

/// What a document says besides the assessment.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The version of the program.
    pub version: &'a str,
    /// Files that were opened.
    pub files: usize,
    /// Documents in them.
    pub documents: usize,
    /// What was left out without being a problem.
    pub skipped: &'a BTreeMap<std::borrow::Cow<'static, str>, usize>,
    /// Whether a whole cluster was read, so that what is not there does not exist.
    pub complete: bool,
    /// When, in RFC 3339, as told by whoever asks; there is no clock here.
    pub time: Option<&'a str>,
    /// What could not be read as it was.
    pub problems: &'a [Problem],
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    framework: WireFramework<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
    seawall: &'a str,
    inputs: WireInputs<'a>,
    summary: WireSummary,
    controls: Vec<WireControl<'a>>,
    resources: Vec<WireResource<'a>>,
    problems: Vec<WireProblem<'a>>,
}

#[derive(Serialize)]
struct WireFramework<'a> {
    id: &'a str,
    title: &'a str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'a str>,
    /// The mapping that was applied: an old report can be made again.
    digest: String,
}

#[derive(Serialize)]
struct WireInputs<'a> {
    files: usize,
    documents: usize,
    resources: usize,
    complete: bool,
    skipped: &'a BTreeMap<std::borrow::Cow<'static, str>, usize>,
    clouds: Vec<WireCloud<'a>>,
}

#[derive(Serialize)]
struct WireCloud<'a> {
    file: &'a str,
    provider: &'static str,
    name: &'a str,
    version: &'a str,
    nodes: bool,
}

#[derive(Serialize)]
struct WireSummary {
    requirements: WireRequirements,
    resources: WireShare,
}

#[derive(Serialize)]
struct WireRequirements {
    total: usize,
    states: BTreeMap<&'static str, usize>,
    passed_in_part: usize,
    judged: usize,
    passed: usize,
    percent: Option<usize>,
}

#[derive(Serialize)]
struct WireShare {
    judged: usize,
    passed: usize,
    percent: Option<usize>,
}

#[derive(Serialize)]
struct WireControl<'a> {
    id: &'a str,
    section: &'a str,
    title: &'a str,
    class: &'static str,
    state: &'static str,
    reason: Option<&'a str>,
    checks: Vec<WireCheck<'a>>,
    facts: Vec<WireFact<'a>>,
    resources: WireShare,
    /// Places in the list of resources.
    subjects: Vec<usize>,
    findings: Vec<WireFinding<'a>>,
    not_evaluated: Vec<WireGap<'a>>,
}

/// The document of an assessment.
pub fn document<'a>(assessment: &'a Assessment<'a>, about: &About<'a>) -> impl Serialize + 'a {
    let inventory = assessment.evidence.inventory;
    let ids: BTreeSet<ResourceId> =
        assessment.controls.iter().flat_map(|result| result.judged.iter().copied()).collect();
    let places: BTreeMap<ResourceId, usize> = ids.iter().copied().zip(0..).collect();
    Document {
        schema: SCHEMA,
        framework: framework(assessment.framework),
        time: about.time,
        seawall: about.version,
        inputs: WireInputs {
            files: about.files,
            documents: about.documents,
            resources: inventory.resources().len(),
            complete: about.complete,
            skipped: about.skipped,
            clouds: assessment
                .evidence
                .clouds
                .iter()
                .map(|cloud| WireCloud {
                    file: &cloud.file,
                    provider: cloud.provider.as_str(),
                    name: &cloud.name,
                    version: &cloud.version,
                    nodes: cloud.runs_nodes,
                })
                .collect(),
        },
        summary: summary(assessment),
        controls: assessment.controls.iter().map(|result| control(assessment, result, &places)).collect(),
        resources: ids.iter().filter_map(|id| inventory.get(*id)).map(WireResource::new).collect(),
        problems: about.problems.iter().map(WireProblem::new).collect(),
    }
}

fn framework(framework: &Framework) -> WireFramework<'_> {
    WireFramework {
        id: &framework.id,
        title: &framework.title,
        version: &framework.version,
        url: framework.url.as_deref(),
        notice: framework.notice.as_deref(),
        digest: format!("sha256:{}", framework.digest),
    }
}

fn summary(assessment: &Assessment<'_>) -> WireSummary {
    let totals = &assessment.totals;
    WireSummary {
        requirements: WireRequirements {
            total: totals.controls,
            states: totals.states.iter().map(|(state, count)| (state.as_str(), *count)).collect(),
            passed_in_part: totals.in_part,
            judged: totals.judged(),
            passed: totals.count(State::Pass),
            percent: totals.percent(),
        },
        resources: WireShare {
            judged: totals.resources,
            passed: totals.resources_passed,
            percent: totals.resource_percent(),
        },
    }
}

fn control<'a>(
    assessment: &Assessment<'a>,
    result: &'a ControlResult<'a>,
    places: &BTreeMap<ResourceId, usize>,
) -> WireControl<'a> {
    let judged = result.judged.len();
    let passed = judged - result.judged.iter().filter(|id| result.failed.contains(id)).count();
    WireControl {
        id: &result.control.id,
        section: &result.section.id,
        title: &result.control.title,
        class: result.class.as_str(),
        state: result.state.as_str(),
        reason: result.reason.as_deref(),
        checks: result.checks.iter().map(WireCheck::new).collect(),
        facts: result.facts.iter().map(WireFact::new).collect(),
        resources: WireShare { judged, passed, percent: percent(passed, judged) },
        subjects: result.judged.iter().filter_map(|id| places.get(id).copied()).collect(),
        findings: result
            .findings
            .iter()
            .map(|finding| WireFinding::new(assessment.evidence.inventory, finding))
            .collect(),
        not_evaluated: result.gaps.iter().map(|gap| WireGap::new(gap)).collect(),
    }
}

#[derive(Serialize)]
struct List<'a> {
    schema: &'static str,
    frameworks: Vec<Listed<'a>>,
}

#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    framework: WireFramework<'a>,
    controls: usize,
    classes: BTreeMap<&'static str, usize>,
    checks: usize,
}

/// The document that lists frameworks.
pub fn list(frameworks: &[Framework]) -> impl Serialize + '_ {
    let classes = |own: &Framework| {
        own.classes().into_iter().map(|(class, count): (Class, usize)| (class.as_str(), count)).collect()
    };
    List {
        schema: LIST_SCHEMA,
        frameworks: frameworks
            .iter()
            .map(|own| Listed {
                framework: framework(own),
                controls: own.controls().count(),
                classes: classes(own),
                checks: own.controls().flat_map(|control| &control.checks).collect::<BTreeSet<_>>().len(),
            })
            .collect(),
    }
}
