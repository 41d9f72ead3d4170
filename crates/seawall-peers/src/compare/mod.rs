//! A report of another tool beside our evaluation of the same objects: what both found, and for everything else why.

mod places;
mod reason;
mod seen;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use seawall_checks::Evaluation;
use seawall_core::{Finding, NotEvaluated, ResourceId, Subject};
use seawall_inventory::{Inventory, Resource};

use crate::{Meaning, Outcome, PeerReport, Relation, Rules};
use places::{Found, Places};

pub use places::container_of;
pub use reason::{OursReason, TheirsReason};
pub use seen::Seen;

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What the other tool said.
    pub report: &'a PeerReport,
    /// What we judged.
    pub inventory: &'a Inventory,
    /// Our verdicts, by all checks, with waivers applied.
    pub evaluation: &'a Evaluation,
    /// The checks that the run is about; what others say only explains.
    pub chosen: &'a BTreeSet<&'static str>,
    /// Which rules mean which checks.
    pub rules: &'a Rules,
}

/// Both said it. Numbers are places in the lists of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// Their result.
    pub theirs: usize,
    /// Our findings; never none.
    pub ours: Vec<usize>,
    /// How the rule compares with the checks.
    pub relation: Relation,
}

/// Their rule fired and we say nothing.
#[derive(Clone, Debug)]
pub struct OnlyTheirs {
    /// Their result.
    pub theirs: usize,
    /// The checks that the rule means.
    pub checks: Vec<&'static str>,
    /// Why, for counting.
    pub reason: TheirsReason,
    /// Why, in words.
    pub because: String,
    /// What our check saw there, when it judged and passed.
    pub seen: Vec<Seen>,
}

/// We found it and their report does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlyOurs {
    /// Our finding.
    pub ours: usize,
    /// Their rules that mean the check.
    pub rules: Vec<String>,
    /// Why, for counting.
    pub reason: OursReason,
    /// Why, in words.
    pub because: String,
}

/// The comparison: every failed result of theirs is in one of the first two lists, every open finding of the chosen
/// checks in the first or the last.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// What both said.
    pub matched: Vec<Matched>,
    /// What they alone said.
    pub only_theirs: Vec<OnlyTheirs>,
    /// What we alone said.
    pub only_ours: Vec<OnlyOurs>,
}

/// Compares.
pub fn compare(input: Input<'_>) -> Comparison {
    let mut comparer = Comparer::new(input);
    let mut comparison = Comparison::default();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for (theirs, result) in input.report.results.iter().enumerate() {
        let found = comparer.places.find(result);
        comparer.named.extend(found.resources.iter().copied());
        if result.outcome != Outcome::Failed {
            let told = comparer.told.entry(result.rule.as_str()).or_default();
            for resource in found.resources {
                told.entry(resource).or_default().push(theirs);
            }
            continue;
        }
        match comparer.theirs(theirs, &found) {
            Ok(matched) => {
                used.extend(&matched.ours);
                comparison.matched.push(matched);
            }
            Err(only) => comparison.only_theirs.push(*only),
        }
    }
    for (ours, finding) in input.evaluation.findings.iter().enumerate() {
        if comparer.counts(finding) && !used.contains(&ours) {
            comparison.only_ours.push(comparer.ours(ours, finding));
        }
    }
    comparison
}

struct Comparer<'a> {
    input: Input<'a>,
    places: Places<'a>,
    /// Findings by the objects that they are about or point at.
    by_resource: HashMap<ResourceId, Vec<usize>>,
    by_subject: HashMap<&'a Subject, Vec<usize>>,
    /// What could not be evaluated, by check.
    gaps: HashMap<&'a str, Vec<&'a NotEvaluated>>,
    /// Objects that their report names or whose file it names.
    named: BTreeSet<ResourceId>,
    /// What they passed or accepted, by rule and object.
    told: BTreeMap<&'a str, HashMap<ResourceId, Vec<usize>>>,
}

impl<'a> Comparer<'a> {
    fn new(input: Input<'a>) -> Self {
        let mut by_resource: HashMap<ResourceId, Vec<usize>> = HashMap::new();
        let mut by_subject: HashMap<&Subject, Vec<usize>> = HashMap::new();
        for (number, finding) in input.evaluation.findings.iter().enumerate() {
            for resource in resources_of(finding) {
                by_resource.entry(resource).or_default().push(number);
            }
            for subject in std::iter::once(&finding.subject).chain(&finding.linked) {
                by_subject.entry(subject).or_default().push(number);
            }
        }
        let mut gaps: HashMap<&str, Vec<&NotEvaluated>> = HashMap::new();
        for gap in &input.evaluation.not_evaluated {
            gaps.entry(gap.check.as_str()).or_default().push(gap);
        }
        let (named, told) = (BTreeSet::new(), BTreeMap::new());
        Comparer { input, places: Places::new(input.inventory), by_resource, by_subject, gaps, named, told }
    }

    /// Whether a finding counts as ours: of a check of this run, and not accepted.
    fn counts(&self, finding: &Finding) -> bool {
        finding.waiver.is_none() && self.input.chosen.contains(finding.check.id.as_str())
    }

    fn theirs(&self, theirs: usize, found: &Found) -> Result<Matched, Box<OnlyTheirs>> {
        let only = |reason, because: String| {
            Box::new(OnlyTheirs { theirs, checks: Vec::new(), reason, because, seen: Vec::new() })
        };
        let Some(result) = self.input.report.results.get(theirs) else {
            return Err(only(TheirsReason::UnknownRule, "there is no such result".to_owned()));
        };
        let tool = self.input.report.tool;
        let (relation, checks) = match self.input.rules.meaning(tool, &result.rule) {
            Meaning::Checks(relation, checks) => (relation, checks),
            Meaning::None(why) => return Err(only(TheirsReason::NoCheck, why.to_owned())),
            Meaning::Unknown => {
                let because = format!("`{}` is not in the table of rules of {tool}", result.rule);
                return Err(only(TheirsReason::UnknownRule, because));
            }
        };
        let with_checks = |mut only: Box<OnlyTheirs>| {
            only.checks = checks.to_vec();
            only
        };
        if found.resources.is_empty() {
            let because = reason::absent(result, found.unsaid);
            return Err(with_checks(only(TheirsReason::NotInTargets, because)));
        }
        let about = self.about(&found.resources, checks);
        let fits = |number: &&usize| found.container.is_none() || self.fits_container(**number, found);
        let here: Vec<usize> = about.iter().filter(fits).copied().collect();
        let findings = |numbers: &[usize]| -> Vec<&'a Finding> {
            numbers.iter().filter_map(|number| self.input.evaluation.findings.get(*number)).collect()
        };
        let ours: Vec<usize> = here
            .iter()
            .filter(|number| findings(&[**number]).iter().any(|finding| self.counts(finding)))
            .copied()
            .collect();
        if !ours.is_empty() {
            return Ok(Matched { theirs, ours, relation });
        }
        let elsewhere: Vec<usize> = about.iter().filter(|number| !here.contains(number)).copied().collect();
        let silence = reason::Silence {
            input: &self.input,
            checks,
            relation,
            found,
            here: findings(&here),
            elsewhere: findings(&elsewhere),
            gaps: &self.gaps,
            beside: self.beside(found),
        };
        let (reason, because, seen) = silence.explain();
        let mut only = with_checks(only(reason, because));
        only.seen = seen;
        Err(only)
    }

    /// Our findings that count at these objects and at the container that is meant.
    fn beside(&self, found: &Found) -> Vec<&'a Finding> {
        let numbers = found.resources.iter().filter_map(|id| self.by_resource.get(id)).flatten();
        let fits = |number: &&usize| found.container.is_none() || self.fits_container(**number, found);
        let findings = numbers.filter(fits).filter_map(|number| self.input.evaluation.findings.get(*number));
        findings.filter(|finding| self.counts(finding)).collect()
    }

    /// The findings of these checks that are about these objects, their owners, or name them.
    fn about(&self, resources: &[ResourceId], checks: &[&'static str]) -> BTreeSet<usize> {
        let mut numbers: BTreeSet<usize> = BTreeSet::new();
        for resource in resources.iter().filter_map(|id| self.input.inventory.get(*id)) {
            numbers.extend(self.by_resource.get(&resource.id()).into_iter().flatten());
            numbers.extend(self.by_subject.get(resource.subject()).into_iter().flatten());
            if let Some(owner) = self.input.inventory.top_owner(resource).map(Resource::subject) {
                numbers.extend(self.by_subject.get(owner).into_iter().flatten());
            }
            if let Some(owner) = self.input.inventory.absent_controller(resource) {
                numbers.extend(self.by_subject.get(&owner).into_iter().flatten());
            }
        }
        numbers.retain(|number| {
            let finding: Option<&Finding> = self.input.evaluation.findings.get(*number);
            finding.is_some_and(|finding| checks.contains(&finding.check.id.as_str()))
        });
        numbers
    }

    /// Whether a finding is about the container that they name, or about no container in particular.
    fn fits_container(&self, number: usize, found: &Found) -> bool {
        let Some(location) = self.input.evaluation.findings.get(number).and_then(|f| f.locations.first())
        else {
            return true;
        };
        let resource = self.input.inventory.get(location.resource);
        let container = resource.and_then(|resource| container_of(resource, &location.route));
        container.is_none() || container == found.container.as_deref()
    }

    fn ours(&self, ours: usize, finding: &Finding) -> OnlyOurs {
        let tool = self.input.report.tool;
        let check = finding.check.id.as_str();
        let rules: Vec<String> = self.input.rules.of_check(tool, check).map(str::to_owned).collect();
        let here: BTreeSet<ResourceId> = resources_of(finding).collect();
        let told: Vec<&Outcome> = self
            .told
            .iter()
            .filter(|(rule, _)| {
                let meaning = self.input.rules.meaning(tool, rule);
                matches!(meaning, Meaning::Checks(_, checks) if checks.contains(&check))
            })
            .flat_map(|(_, told)| here.iter().filter_map(|resource| told.get(resource)).flatten())
            .filter_map(|theirs| self.input.report.results.get(*theirs))
            .map(|result| &result.outcome)
            .collect();
        let named = here.iter().any(|resource| self.named.contains(resource));
        let (reason, because) = reason::ours(tool, &rules, &told, named);
        OnlyOurs { ours, rules, reason, because }
    }
}

/// The object that a finding is about, and those that it points at.
fn resources_of(finding: &Finding) -> impl Iterator<Item = ResourceId> {
    let mut resources: BTreeSet<ResourceId> = finding.locations.iter().map(|at| at.resource).collect();
    resources.insert(finding.resource);
    resources.into_iter()
}
