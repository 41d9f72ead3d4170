//! Runs checks over an inventory.

use std::any::Any;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;
use seawall_core::{
    CheckId, CheckInfo, Finding, Location, LocationRole, NotEvaluated, Pillar, ResourceId, Severity, Step,
    Subject, fingerprint,
};
use seawall_inventory::{Completeness, GroupKind, Inventory, POD_KINDS, Place, Resource};
use seawall_yaml::Node;

use crate::check::{Check, Judge, Prepared};
use crate::controlplane::Component;
use crate::controlplane::component::components;
use crate::group::{group_by_owner, is_grouped};
use crate::models::Models;
use crate::normal::Normaliser;
use crate::settings::Settings;
use crate::verdicts::{Draft, Verdicts, VerdictsBySubject};

/// How much was judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Checks that ran.
    pub checks: usize,
    /// Pairs of a check and a resource with a verdict.
    pub evaluated: usize,
    /// Verdicts that could not be given.
    pub not_evaluated: usize,
}

/// What a pillar's score is made of: weights of pairs of a check and a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Weight of all pairs with a verdict.
    pub evaluated: u64,
    /// Weight of those that failed.
    pub failed: u64,
}

/// The result of a run.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// The fails, by resource in the order read, then by check and route.
    pub findings: Vec<Finding>,
    /// What could not be judged, sorted.
    pub not_evaluated: Vec<NotEvaluated>,
    /// How much was judged.
    pub coverage: Coverage,
    /// Weights by pillar, only where something was judged.
    pub tallies: BTreeMap<Pillar, Tally>,
}

/// One verdict that was given: no report says of what passed more than a number, compliance says what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The check.
    pub check: CheckId,
    /// What was judged; an owner stands for the pods that it makes.
    pub resource: ResourceId,
    /// Whether it failed.
    pub failed: bool,
}

/// Checks made ready once, to judge many inventories: what they prepare from their settings is kept.
pub struct Ready {
    checks: Vec<ReadyCheck>,
    settings: Settings,
}

struct ReadyCheck {
    check: &'static Check,
    info: Arc<CheckInfo>,
    prepared: Option<Prepared>,
}

/// A check at work on an inventory.
struct Runner<'a> {
    check: &'static Check,
    info: &'a Arc<CheckInfo>,
    prepared: Option<&'a Prepared>,
    settings: &'a Settings,
    inventory: &'a Inventory,
    models: &'a Models<'a>,
    /// Whether findings will be grouped: without owners nobody asks for their keys.
    grouped: bool,
}

/// A resource with what checks of several scopes ask of it.
struct Candidate<'r> {
    resource: &'r Resource,
    kind: GroupKind<'r>,
    components: Vec<Component<'r>>,
}

/// A verdict on one resource by one check: no findings is a pass.
pub(crate) struct Judged {
    pub(crate) resource: ResourceId,
    pub(crate) check: CheckId,
    pub(crate) pillar: Pillar,
    pub(crate) severity: Severity,
    /// Whether the check judges pods, so that an owner's verdict stands for those of what it owns.
    pub(crate) of_pod: bool,
    pub(crate) findings: Vec<(GroupKey, Finding)>,
}

/// What makes two findings on an owner and on what it owns the same: check, route below the pod, discriminator; and what
/// they say and how severe they are, so that a worse verdict never hides behind a milder one.
pub(crate) type GroupKey = (&'static str, String, String);

/// Judges an inventory.
pub fn evaluate(inventory: &Inventory, checks: &[&'static Check], settings: &Settings) -> Evaluation {
    evaluate_telling(inventory, checks, settings, &mut |_| {})
}

/// Judges an inventory and tells every verdict, passes too, in the order of resources.
pub fn evaluate_telling(
    inventory: &Inventory,
    checks: &[&'static Check],
    settings: &Settings,
    tell: &mut dyn FnMut(Verdict),
) -> Evaluation {
    Ready::new(checks, settings.clone()).evaluate_telling(inventory, tell)
}

impl Ready {
    /// Makes checks ready.
    pub fn new(checks: &[&'static Check], settings: Settings) -> Self {
        let ready = |check: &&'static Check| ReadyCheck {
            check,
            info: Arc::new(check.info()),
            prepared: check.prepare.map(|prepare| prepare(&settings.of(check))),
        };
        Ready { checks: checks.iter().map(ready).collect(), settings }
    }

    /// How many checks there are.
    pub fn len(&self) -> usize {
        self.checks.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// Judges an inventory and tells every verdict, passes too, in the order of resources.
    pub fn evaluate_telling(&self, inventory: &Inventory, tell: &mut dyn FnMut(Verdict)) -> Evaluation {
        let models = Models::new(inventory);
        let (runners, not_evaluated) = self.runners(&models);
        let mut outcomes: Vec<Outcome> =
            inventory.resources().par_iter().map(|resource| judge_resource(&runners, resource)).collect();
        let over_all = runners.par_iter().filter_map(Runner::judge_inventory);
        outcomes.extend(over_all.collect::<Vec<_>>());
        self.conclude(inventory, outcomes, not_evaluated, tell)
    }

    /// Judges one resource of an inventory, on this thread. Checks that judge an inventory as a whole say nothing.
    pub fn evaluate_one(&self, inventory: &Inventory, resource: ResourceId) -> Evaluation {
        let models = Models::new(inventory);
        let (runners, not_evaluated) = self.runners(&models);
        let outcomes = inventory.get(resource).map(|resource| judge_resource(&runners, resource));
        self.conclude(inventory, outcomes.into_iter().collect(), not_evaluated, &mut |_| {})
    }

    fn runners<'a>(&'a self, models: &'a Models<'a>) -> (Vec<Runner<'a>>, Vec<NotEvaluated>) {
        let inventory = models.inventory();
        let grouped = is_grouped(inventory);
        let mut not_evaluated = Vec::new();
        let mut runners = Vec::with_capacity(self.checks.len());
        for ReadyCheck { check, info, prepared } in &self.checks {
            let gap =
                |reason| NotEvaluated { check: info.id.clone(), pillar: info.pillar, subject: None, reason };
            if let Some(reason) = refused_need(check, inventory) {
                not_evaluated.push(gap(reason));
                continue;
            }
            not_evaluated.extend(refused_part(check, inventory).into_iter().map(gap));
            let (prepared, settings) = (prepared.as_ref(), &self.settings);
            runners.push(Runner { check, info, prepared, settings, inventory, models, grouped });
        }
        (runners, not_evaluated)
    }

    fn conclude(
        &self,
        inventory: &Inventory,
        outcomes: Vec<Outcome>,
        mut not_evaluated: Vec<NotEvaluated>,
        tell: &mut dyn FnMut(Verdict),
    ) -> Evaluation {
        let mut judged = Vec::new();
        for mut outcome in outcomes {
            judged.append(&mut outcome.judged);
            not_evaluated.append(&mut outcome.not_evaluated);
        }
        conclude(inventory, self.checks.len(), judged, not_evaluated, tell)
    }
}

fn judge_resource(runners: &[Runner<'_>], resource: &Resource) -> Outcome {
    let mut outcome = Outcome::default();
    let subject = Candidate { resource, kind: resource.group_kind(), components: components(resource) };
    runners.iter().for_each(|runner| runner.judge_resource(&subject, &mut outcome));
    outcome
}

/// Groups, counts, tells and sorts verdicts.
pub(crate) fn conclude(
    inventory: &Inventory,
    checks: usize,
    judged: Vec<Judged>,
    mut not_evaluated: Vec<NotEvaluated>,
    tell: &mut dyn FnMut(Verdict),
) -> Evaluation {
    not_evaluated.sort();
    not_evaluated.dedup();
    let judged = group_by_owner(inventory, judged);
    let mut evaluation = Evaluation {
        coverage: Coverage { checks, evaluated: judged.len(), not_evaluated: not_evaluated.len() },
        not_evaluated,
        ..Evaluation::default()
    };
    for verdict in judged {
        tell(Verdict {
            check: verdict.check.clone(),
            resource: verdict.resource,
            failed: !verdict.findings.is_empty(),
        });
        let tally = evaluation.tallies.entry(verdict.pillar).or_default();
        tally.evaluated += verdict.severity.weight();
        if !verdict.findings.is_empty() {
            tally.failed += verdict.severity.weight();
        }
        evaluation.findings.extend(verdict.findings.into_iter().map(|(_, finding)| finding));
    }
    evaluation.findings.sort_by(in_report);
    evaluation
}

/// The order of findings: by resource in the order read, then by check, route and message.
fn in_report(a: &Finding, b: &Finding) -> Ordering {
    fn route(finding: &Finding) -> Option<&[Step]> {
        finding.locations.first().map(|location| location.route.steps())
    }
    (a.resource, &a.check.id)
        .cmp(&(b.resource, &b.check.id))
        .then_with(|| route(a).cmp(&route(b)))
        .then_with(|| a.message.cmp(&b.message))
}

#[derive(Default)]
struct Outcome {
    judged: Vec<Judged>,
    not_evaluated: Vec<NotEvaluated>,
}

/// Why a check cannot run at all: a kind that it needs could not be read.
fn refused_need(check: &Check, inventory: &Inventory) -> Option<String> {
    let judged: &[GroupKind<'_>] = match check.judge {
        // Judges what is there; what is not there is told apart by `refused_part`.
        Judge::Resource(kinds, _) if kinds.len() == 1 => kinds,
        _ => &[],
    };
    check.needs.iter().chain(judged).find_map(|kind| unread(*kind, inventory))
}

/// Why a check misses some of what it judges: one of several kinds could not be read.
fn refused_part(check: &Check, inventory: &Inventory) -> Vec<String> {
    let judged: &[GroupKind<'_>] = match check.judge {
        Judge::Container(_) | Judge::Pod(_) => POD_KINDS,
        // A control plane in pods shows itself in the pods, whoever made them.
        Judge::Component(..) => &[GroupKind::new("", "Pod")],
        Judge::Resource(kinds, _) if kinds.len() > 1 => kinds,
        _ => &[],
    };
    judged.iter().filter_map(|kind| unread(*kind, inventory)).collect()
}

/// Why an object that must make a pod has none that can be judged.
pub(crate) fn malformed(resource: &Resource) -> Option<String> {
    let expected = !resource.has_pods() && POD_KINDS.contains(&resource.group_kind());
    expected.then(|| format!("the {} has no pod spec, or it is no map", resource.kind()))
}

pub(crate) fn unread(kind: GroupKind<'_>, inventory: &Inventory) -> Option<String> {
    match inventory.completeness(kind) {
        Completeness::Refused(reason) => Some(format!("`{kind}` could not be read: {reason}")),
        _ => None,
    }
}

impl Runner<'_> {
    fn verdicts(&self) -> Verdicts<'_> {
        Verdicts::new(self.inventory, self.models, self.settings.of(self.check), self.prepared())
    }

    fn prepared(&self) -> Option<&(dyn Any + Send + Sync)> {
        self.prepared.map(|prepared| &**prepared)
    }

    fn judge_resource(&self, candidate: &Candidate<'_>, outcome: &mut Outcome) {
        let Candidate { resource, kind, components } = candidate;
        let applies = match self.check.judge {
            Judge::Container(_) | Judge::Pod(_) => resource.has_pods(),
            Judge::Resource(kinds, _) => kinds.is_empty() || kinds.contains(kind),
            Judge::Component(parts, _) => components.iter().any(|one| parts.contains(&one.part())),
            Judge::Inventory(_) => false,
        };
        if !applies {
            if let (Judge::Container(_) | Judge::Pod(_), Some(reason)) =
                (self.check.judge, malformed(resource))
            {
                outcome.not_evaluated.push(self.without_verdict(Some(resource.subject().clone()), reason));
            }
            return;
        }
        let mut verdicts = self.verdicts();
        let judged = catch_unwind(AssertUnwindSafe(|| match self.check.judge {
            Judge::Container(judge) => {
                resource
                    .pods()
                    .flat_map(|pod| pod.containers())
                    .for_each(|container| judge(&container, &mut verdicts));
            }
            Judge::Pod(judge) => resource.pods().for_each(|pod| judge(&pod, &mut verdicts)),
            Judge::Resource(_, judge) => judge(resource, &mut verdicts),
            Judge::Component(parts, judge) => components
                .iter()
                .filter(|component| parts.contains(&component.part()))
                .for_each(|component| judge(component, &mut verdicts)),
            Judge::Inventory(_) => {}
        }));
        if let Err(panic) = judged {
            verdicts.drafts.clear();
            verdicts.not_evaluated = Some(crashed(&*panic));
        }
        self.record(resource, verdicts, outcome);
    }

    fn judge_inventory(&self) -> Option<Outcome> {
        let Judge::Inventory(judge) = self.check.judge else { return None };
        let mut outcome = Outcome::default();
        let settings = self.settings.of(self.check);
        let mut verdicts = VerdictsBySubject::new(self.inventory, self.models, settings, self.prepared());
        let judged = catch_unwind(AssertUnwindSafe(|| judge(self.inventory, &mut verdicts)));
        if let Err(panic) = judged {
            verdicts.subjects.clear();
            verdicts.not_evaluated = Some(crashed(&*panic));
        }
        if let Some(reason) = verdicts.not_evaluated {
            outcome.not_evaluated.push(self.without_verdict(None, reason));
        }
        for (resource, verdicts) in verdicts.subjects {
            self.record(resource, verdicts, &mut outcome);
        }
        Some(outcome)
    }

    /// Whether the check judges the resource by its pods.
    fn is_of_pod(&self, resource: &Resource) -> bool {
        match self.check.judge {
            Judge::Container(_) | Judge::Pod(_) => true,
            Judge::Component(..) => resource.has_pods(),
            Judge::Resource(..) | Judge::Inventory(_) => false,
        }
    }

    fn without_verdict(&self, subject: Option<Subject>, reason: String) -> NotEvaluated {
        NotEvaluated { check: self.info.id.clone(), pillar: self.info.pillar, subject, reason }
    }

    fn record(&self, resource: &Resource, mut verdicts: Verdicts<'_>, outcome: &mut Outcome) {
        if let Some(more) = verdicts.drafts.len().checked_sub(MAX_FINDINGS).filter(|more| *more > 0) {
            verdicts.drafts.truncate(MAX_FINDINGS);
            let reason = format!("{MAX_FINDINGS} fails of this object are shown, {more} more are not");
            outcome.not_evaluated.push(self.without_verdict(Some(resource.subject().clone()), reason));
        }
        if let Some(reason) = verdicts.not_evaluated {
            outcome.not_evaluated.push(self.without_verdict(Some(resource.subject().clone()), reason));
            // What already failed stays failed; only a pass is not given.
            if verdicts.drafts.is_empty() {
                return;
            }
        }
        if verdicts.applies || !verdicts.drafts.is_empty() {
            let mut names = Normaliser::new(resource);
            let finding = |draft| self.finding(resource, &mut names, draft);
            outcome.judged.push(Judged {
                resource: resource.id(),
                check: self.info.id.clone(),
                pillar: self.info.pillar,
                severity: self.info.severity,
                of_pod: self.is_of_pod(resource),
                findings: verdicts.drafts.into_iter().map(finding).collect(),
            });
        }
    }

    fn finding<'r>(
        &'r self,
        resource: &'r Resource,
        names: &mut Normaliser<'r>,
        draft: Draft,
    ) -> (GroupKey, Finding) {
        let home = self.inventory.get(draft.place.resource).unwrap_or(resource);
        if names.resource().id() != home.id() {
            *names = Normaliser::new(home);
        }
        let normal = names.route(&draft.place.route, draft.withheld);
        // A pod of an owner that is not here goes by its owner's name: its own changes with every rollout.
        let subject =
            if self.is_of_pod(resource) { self.inventory.absent_controller(resource) } else { None };
        let subject = subject.unwrap_or_else(|| resource.subject().clone());
        let print = fingerprint(&self.info.id, &subject, &normal.text, &draft.discriminator);
        let mut locations =
            vec![locate(self.inventory, draft.place, LocationRole::Primary, draft.note, draft.withheld)];
        for (place, note) in draft.related {
            let note = Some(note);
            locations.push(locate(self.inventory, place, LocationRole::Related, note, draft.withheld));
        }
        let finding = Finding {
            check: Arc::clone(self.info),
            severity: draft.severity.unwrap_or(self.info.severity),
            confidence: draft.confidence.unwrap_or(self.check.confidence),
            subject,
            resource: resource.id(),
            locations,
            message: draft.message,
            linked: draft.linked,
            fix: draft.fix,
            fingerprint: print,
            waiver: None,
        };
        if !self.grouped {
            return (GroupKey::default(), finding);
        }
        let value = finding.locations.first().and_then(|place| place.value.as_deref()).unwrap_or("");
        let said = [&draft.discriminator, &finding.message, finding.severity.as_str(), value].join("\0");
        ((self.check.id, normal.below_pod().to_owned(), said), finding)
    }
}

/// A place with what is there.
pub(crate) fn locate(
    inventory: &Inventory,
    place: Place,
    role: LocationRole,
    note: Option<String>,
    withheld: bool,
) -> Location {
    let (node, existing) = match inventory.get(place.resource) {
        Some(resource) => {
            let (node, existing) = resource.root().nearest(&place.route);
            (Some(node), existing)
        }
        None => (None, 0),
    };
    let whole = existing == place.route.steps().len();
    let value = node.filter(|_| whole && !withheld).and_then(Node::scalar_text).map(|text| shorten(&text));
    Location { resource: place.resource, route: place.route, existing, role, value, withheld, note }
}

/// Fails of one check on one object that become findings; the rest is counted. Nobody repairs them one by one, and each
/// costs a walk through its list.
const MAX_FINDINGS: usize = 1_000;

/// The longest value that a finding carries, in characters; real values that matter are shorter.
const MAX_VALUE: usize = 200;

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text.to_owned(),
    }
}

pub(crate) fn crashed(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the check crashed: {}; please report this as a bug of Seawall", text.unwrap_or("no message"))
}
