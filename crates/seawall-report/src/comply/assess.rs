//! From verdicts and facts to the states of controls.

use std::collections::{BTreeSet, HashMap};

use seawall_checks::{Evaluation, Judge, Verdict};
use seawall_core::{Finding, NotEvaluated, Position, ResourceId, Route};
use seawall_inventory::{Completeness, GroupKind, Inventory};

use crate::comply::facts::{CloudCluster, Fact, Outcome, facts};
use crate::comply::totals::Totals;
use crate::comply::{Class, Control, Framework, Layer, Section, State};

/// What is known.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What was judged.
    pub inventory: &'a Inventory,
    /// The findings, with who accepted them, and what could not be judged.
    pub evaluation: &'a Evaluation,
    /// All verdicts, passes too.
    pub verdicts: &'a [Verdict],
    /// What providers say of clusters.
    pub clouds: &'a [CloudCluster],
}

/// A framework, judged.
#[derive(Clone, Debug)]
pub struct Assessment<'a> {
    /// What was asked.
    pub framework: &'a Framework,
    /// What is known.
    pub evidence: Evidence<'a>,
    /// Every control, in the framework's order.
    pub controls: Vec<ControlResult<'a>>,
    /// Counts and percentages.
    pub totals: Totals,
}

/// A control, judged.
#[derive(Clone, Debug)]
pub struct ControlResult<'a> {
    /// Where it stands.
    pub section: &'a Section,
    /// What is asked.
    pub control: &'a Control,
    /// How it was judged here: a provider may answer for it.
    pub class: Class,
    /// How it came out.
    pub state: State,
    /// Why there is no verdict, or what a verdict does not cover.
    pub reason: Option<String>,
    /// The checks that decide it.
    pub checks: Vec<CheckResult<'a>>,
    /// The facts that decide it.
    pub facts: Vec<FactResult<'a>>,
    /// The objects that were judged, in the order read, each once.
    pub judged: Vec<ResourceId>,
    /// Those of them that failed, accepted or not.
    pub failed: BTreeSet<ResourceId>,
    /// The fails, accepted or not, in the order of the report.
    pub findings: Vec<&'a Finding>,
    /// What could not be judged.
    pub gaps: Vec<&'a NotEvaluated>,
}

/// What a check said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult<'a> {
    /// Its id.
    pub id: &'a str,
    /// Objects that it judged.
    pub judged: usize,
    /// Objects that failed, accepted or not.
    pub failed: usize,
    /// Verdicts that it could not give.
    pub gaps: usize,
}

/// What a provider's answer said.
#[derive(Clone, Debug)]
pub struct FactResult<'a> {
    /// What was asked.
    pub fact: &'static Fact,
    /// Which cluster.
    pub file: &'a str,
    /// How it came out.
    pub outcome: Outcome,
    /// The place in the file.
    pub route: Route,
    /// The same as line and column; of the nearest parent that exists.
    pub position: Option<Position>,
    /// What is there.
    pub message: String,
}

impl ControlResult<'_> {
    /// The fails that nobody accepted.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().copied().filter(|finding| finding.waiver.is_none())
    }

    /// The fails that somebody accepted.
    pub fn waived(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().copied().filter(|finding| finding.waiver.is_some())
    }

    /// Whether it passed, but only a part of it was judged.
    pub fn is_part(&self) -> bool {
        self.state == State::Pass && self.class == Class::Partial
    }
}

/// Judges a framework.
pub fn assess<'a>(framework: &'a Framework, evidence: Evidence<'a>) -> Assessment<'a> {
    let index = Index::new(framework, &evidence);
    let of_section = |section: &'a Section| section.controls.iter().map(move |control| (section, control));
    let controls: Vec<ControlResult<'a>> = framework
        .sections
        .iter()
        .flat_map(of_section)
        .map(|(section, control)| judge(section, control, &index, &evidence))
        .collect();
    let totals = Totals::of(&controls);
    Assessment { framework, evidence, controls, totals }
}

/// Verdicts, fails and gaps by check.
struct Index<'a> {
    verdicts: HashMap<&'a str, Vec<&'a Verdict>>,
    findings: HashMap<&'a str, Vec<&'a Finding>>,
    gaps: HashMap<&'a str, Vec<&'a NotEvaluated>>,
    /// Gaps of a whole level of the Pod Security Standards, which every control of it shares.
    level_gaps: Vec<&'a NotEvaluated>,
}

impl<'a> Index<'a> {
    fn new(framework: &Framework, evidence: &Evidence<'a>) -> Self {
        let mut index = Index {
            verdicts: HashMap::new(),
            findings: HashMap::new(),
            gaps: HashMap::new(),
            level_gaps: Vec::new(),
        };
        for verdict in evidence.verdicts {
            index.verdicts.entry(verdict.check.as_str()).or_default().push(verdict);
        }
        for finding in &evidence.evaluation.findings {
            index.findings.entry(finding.check.id.as_str()).or_default().push(finding);
        }
        let level = framework.standard.map(|level| format!("pss-{level}"));
        for gap in &evidence.evaluation.not_evaluated {
            if level.as_deref() == Some(gap.check.as_str()) {
                index.level_gaps.push(gap);
            } else {
                index.gaps.entry(gap.check.as_str()).or_default().push(gap);
            }
        }
        index
    }
}

/// Nothing of a key that is not there.
fn at<'i, T>(map: &'i HashMap<&str, Vec<T>>, key: &str) -> &'i [T] {
    map.get(key).map_or(&[], Vec::as_slice)
}

fn judge<'a>(
    section: &'a Section,
    control: &'a Control,
    index: &Index<'a>,
    evidence: &Evidence<'a>,
) -> ControlResult<'a> {
    let mut result = ControlResult {
        section,
        control,
        class: control.class,
        state: State::NothingHere,
        reason: control.note.clone(),
        checks: Vec::new(),
        facts: facts_of(control, evidence.clouds),
        judged: Vec::new(),
        failed: BTreeSet::new(),
        findings: Vec::new(),
        gaps: Vec::new(),
    };
    let mut judged = BTreeSet::new();
    for check in &control.checks {
        let verdicts = at(&index.verdicts, check);
        let gaps = at(&index.gaps, check);
        judged.extend(verdicts.iter().map(|verdict| verdict.resource));
        let failed: BTreeSet<ResourceId> =
            verdicts.iter().filter(|verdict| verdict.failed).map(|verdict| verdict.resource).collect();
        result.checks.push(CheckResult {
            id: check,
            judged: verdicts.len(),
            failed: failed.len(),
            gaps: gaps.len() + index.level_gaps.len(),
        });
        result.failed.extend(failed);
        result.findings.extend(at(&index.findings, check));
        result.gaps.extend(gaps);
    }
    if !control.checks.is_empty() {
        result.gaps.extend(&index.level_gaps);
    }
    result.judged = judged.into_iter().collect();
    conclude(&mut result, evidence);
    result
}

fn facts_of<'a>(control: &Control, clouds: &'a [CloudCluster]) -> Vec<FactResult<'a>> {
    let asked = facts().filter(|fact| control.facts.iter().any(|id| id == fact.id));
    let pairs = asked.flat_map(|fact| clouds.iter().map(move |cloud| (fact, cloud)));
    let own = pairs.filter(|(fact, cloud)| fact.provider == cloud.provider);
    own.map(|(fact, cloud)| {
        let judged = cloud.judge(fact);
        FactResult {
            fact,
            file: &cloud.file,
            outcome: judged.outcome,
            position: cloud.position(&judged.route),
            route: cloud.route_in_file(&judged.route),
            message: judged.message,
        }
    })
    .collect()
}

/// The state that follows from what was said; a gap is never a pass.
fn conclude(result: &mut ControlResult<'_>, evidence: &Evidence<'_>) {
    let has = |outcome| result.facts.iter().any(|fact| fact.outcome == outcome);
    let is_judged = !result.judged.is_empty() || has(Outcome::Pass) || has(Outcome::Fail);
    let is_open = result.open().next().is_some() || has(Outcome::Fail);
    let is_gap = !result.gaps.is_empty() || has(Outcome::Unknown);
    let is_waived = result.waived().next().is_some();
    let decided_by_facts = result.control.checks.is_empty() && is_judged && !is_gap;
    if !is_judged
        && !is_gap
        && let Some(cloud) = answers_for(result.control, evidence.clouds)
    {
        result.class = Class::Inherited;
        result.state = State::Inherited;
        result.reason =
            Some(format!("{} runs it: {}", cloud.provider.as_str(), cloud.provider.responsibility()));
        return;
    }
    result.state = match result.class {
        Class::Manual => State::Manual,
        Class::Inherited => State::Inherited,
        Class::NotEvaluated => State::NotEvaluated,
        Class::NotApplicable => State::NotApplicable,
        Class::Automated | Class::Partial if is_open => State::Fail,
        Class::Automated | Class::Partial if is_gap && is_judged => State::NotEvaluatedPartly,
        Class::Automated | Class::Partial if is_gap => State::NotEvaluated,
        Class::Automated | Class::Partial if is_waived => State::Waived,
        Class::Automated | Class::Partial if is_judged => State::Pass,
        Class::Automated | Class::Partial if result.control.checks.is_empty() => State::NotEvaluated,
        Class::Automated | Class::Partial => State::NothingHere,
    };
    if decided_by_facts && result.class == Class::Partial {
        // The note says what remains where no provider answers.
        result.class = Class::Automated;
        result.reason = None;
    }
    match result.state {
        State::NotEvaluated
            if result.control.checks.is_empty() && !is_gap && !result.control.facts.is_empty() =>
        {
            let silent = || {
                evidence
                    .clouds
                    .first()
                    .map(|cloud| format!("the answer of {} does not decide it", cloud.provider.as_str()))
            };
            let note = result.control.note.clone().filter(|_| !evidence.clouds.is_empty());
            let wanted = || format!("needs {}", wanted_facts(result.control));
            result.reason = Some(note.or_else(silent).unwrap_or_else(wanted));
        }
        State::NotEvaluated | State::NotEvaluatedPartly if is_gap => {
            result.reason = Some(gap_reason(result));
        }
        State::NothingHere => {
            let count = evidence.inventory.resources().len();
            let hint = match result.control.layer {
                Some(Layer::ControlPlane) if evidence.clouds.is_empty() => {
                    "; of a managed cluster `--cloud-facts` says who answers for it"
                }
                _ if asks_for_all(result.control, evidence.inventory) => {
                    "; what files lack may be elsewhere in the cluster"
                }
                _ => "",
            };
            result.reason = Some(format!(
                "nothing that it is about among {count} object{}{hint}",
                if count == 1 { "" } else { "s" }
            ));
        }
        _ => {}
    }
}

/// Whether a check of the control looks at all objects together, which files need not be: that it says nothing of them
/// does not mean that there is nothing.
fn asks_for_all(control: &Control, inventory: &Inventory) -> bool {
    let over_all = |id: &String| {
        seawall_checks::find(id).is_some_and(|entry| matches!(entry.check.judge, Judge::Inventory(_)))
    };
    let whole = inventory.completeness(GroupKind::new("", "Namespace")) == Completeness::Complete;
    !whole && control.checks.iter().any(over_all)
}

/// The provider that runs what a control is about, when all clusters that were described are of such.
fn answers_for<'a>(control: &Control, clouds: &'a [CloudCluster]) -> Option<&'a CloudCluster> {
    let first = clouds.first()?;
    let runs = |cloud: &CloudCluster| match control.layer {
        Some(Layer::ControlPlane) => true,
        Some(Layer::Node) => cloud.runs_nodes,
        None => false,
    };
    clouds.iter().all(runs).then_some(first)
}

/// `` `--cloud-facts` of EKS or GKE ``
fn wanted_facts(control: &Control) -> String {
    let providers: BTreeSet<&str> = facts()
        .filter(|fact| control.facts.iter().any(|id| id == fact.id))
        .map(|fact| fact.provider.as_str())
        .collect();
    let providers: Vec<&str> = providers.into_iter().collect();
    format!("`--cloud-facts` of {}", providers.join(" or "))
}

fn gap_reason(result: &ControlResult<'_>) -> String {
    let gaps = result.gaps.iter().map(|gap| gap.reason.as_str());
    let facts = result.facts.iter().filter(|fact| fact.outcome == Outcome::Unknown);
    let mut reasons: Vec<&str> = Vec::new();
    for reason in gaps.chain(facts.map(|fact| fact.message.as_str())) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let more = reasons.len().saturating_sub(1);
    let first = reasons.first().copied().unwrap_or_default();
    if more > 0 { format!("{first}; and {more} more reasons") } else { first.to_owned() }
}
