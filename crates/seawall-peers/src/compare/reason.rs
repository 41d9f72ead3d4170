//! Why one side is silent.

use std::collections::{BTreeSet, HashMap};

use seawall_checks::{Check, Judge, find};
use seawall_core::{Finding, NotEvaluated};
use seawall_inventory::Resource;

use super::places::{Found, container_of};
use super::{Input, Seen, seen};
use crate::{Outcome, PeerResult, Relation, Tool};

/// Why we say nothing where their rule fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TheirsReason {
    /// Our check judged the object and passed it.
    Passed,
    /// Our check fails, at another container of the object.
    OtherContainer,
    /// Our check does not judge objects of this kind.
    OtherKind,
    /// Somebody accepted our finding.
    Waived,
    /// Our check is not part of this run.
    Off,
    /// Our check could not be evaluated.
    NotEvaluated,
    /// The object is not among those that were read.
    NotInTargets,
    /// There is no such check, for a reason that is known.
    NoCheck,
    /// Nobody has said what the rule means here.
    UnknownRule,
}

impl TheirsReason {
    /// All of them, in the order in which outputs show them.
    pub const ALL: [TheirsReason; 9] = [
        TheirsReason::Passed,
        TheirsReason::OtherContainer,
        TheirsReason::OtherKind,
        TheirsReason::NotEvaluated,
        TheirsReason::Waived,
        TheirsReason::Off,
        TheirsReason::NotInTargets,
        TheirsReason::NoCheck,
        TheirsReason::UnknownRule,
    ];

    /// As outputs write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            TheirsReason::Passed => "passed",
            TheirsReason::OtherContainer => "other-container",
            TheirsReason::OtherKind => "other-kind",
            TheirsReason::Waived => "waived",
            TheirsReason::Off => "off",
            TheirsReason::NotEvaluated => "not-evaluated",
            TheirsReason::NotInTargets => "not-in-targets",
            TheirsReason::NoCheck => "no-check",
            TheirsReason::UnknownRule => "unknown-rule",
        }
    }

    /// What it means, for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            TheirsReason::Passed => "our check judged the object and found nothing wrong",
            TheirsReason::OtherContainer => "our check fails, at another container",
            TheirsReason::OtherKind => "our check does not judge this kind",
            TheirsReason::Waived => "our finding is waived",
            TheirsReason::Off => "our check is not part of this run",
            TheirsReason::NotEvaluated => "our check could not be evaluated",
            TheirsReason::NotInTargets => "the object is not in the targets",
            TheirsReason::NoCheck => "there is no such check here",
            TheirsReason::UnknownRule => "nobody has said what the rule means here",
        }
    }
}

/// Why their report says nothing of a finding of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OursReason {
    /// They have no rule for it.
    NoRule,
    /// Their rule judged the object and passed it.
    TheirsPassed,
    /// Their finding is suppressed.
    Suppressed,
    /// They have a rule, their report names the object, and not for this.
    NotReported,
    /// Their report says nothing of the object at all.
    NotInReport,
}

impl OursReason {
    /// All of them, in the order in which outputs show them.
    pub const ALL: [OursReason; 5] = [
        OursReason::NoRule,
        OursReason::TheirsPassed,
        OursReason::Suppressed,
        OursReason::NotReported,
        OursReason::NotInReport,
    ];

    /// As outputs write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            OursReason::NoRule => "no-rule",
            OursReason::TheirsPassed => "theirs-passed",
            OursReason::Suppressed => "suppressed",
            OursReason::NotReported => "not-reported",
            OursReason::NotInReport => "not-in-report",
        }
    }

    /// What it means, for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            OursReason::NoRule => "they have no rule for it",
            OursReason::TheirsPassed => "their rule judged the object and passed it",
            OursReason::Suppressed => "their finding is suppressed",
            OursReason::NotReported => "their report names the object, and not for this",
            OursReason::NotInReport => "their report does not name the object",
        }
    }
}

/// Where their result is, when it is not here.
pub(super) fn absent(result: &PeerResult, unsaid: usize) -> String {
    if unsaid > 0 {
        let file = result.file.as_deref().unwrap_or("");
        return format!(
            "it names no line and no object that could tell which of {unsaid} objects of `{file}` it means"
        );
    }
    match (result.objects.first(), &result.file) {
        (Some(object), _) => format!("`{object}` is not among the objects that were read"),
        (None, Some(file)) if file.split(['/', '\\']).any(|part| part == "templates") => {
            format!("no object of `{file}` was read: a template is read once it is rendered")
        }
        (None, Some(file)) => format!("`{file}` is not among the files that were read"),
        (None, None) => "the result names neither an object nor a file".to_owned(),
    }
}

/// Why their report says nothing.
pub(super) fn ours(tool: Tool, rules: &[String], told: &[&Outcome], named: bool) -> (OursReason, String) {
    let list = rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
    if rules.is_empty() {
        return (OursReason::NoRule, format!("{tool} has no rule for it"));
    }
    let suppressed = told.iter().find_map(|outcome| match outcome {
        Outcome::Suppressed(reason) => Some(reason),
        _ => None,
    });
    let is = is(rules.len());
    match suppressed {
        Some(reason) if reason.is_empty() => {
            (OursReason::Suppressed, format!("{list} {is} suppressed there"))
        }
        Some(reason) => (OursReason::Suppressed, format!("{list} {is} suppressed there: {reason}")),
        None if told.contains(&&Outcome::Passed) => {
            (OursReason::TheirsPassed, format!("{list} judged it and passed"))
        }
        None if named => {
            (OursReason::NotReported, format!("{list} {is} not reported there: passed, or not run"))
        }
        None => {
            (OursReason::NotInReport, format!("the report does not name the object; {list} would tell it"))
        }
    }
}

/// All that is known of a result of theirs without a finding of ours that counts.
pub(super) struct Silence<'s, 'a> {
    pub(super) input: &'s Input<'a>,
    pub(super) checks: &'s [&'static str],
    pub(super) relation: Relation,
    pub(super) found: &'s Found,
    /// Our findings at the same place: waived ones, and those of checks that are not part of the run.
    pub(super) here: Vec<&'a Finding>,
    /// Our findings at other containers of the object.
    pub(super) elsewhere: Vec<&'a Finding>,
    /// What could not be evaluated, by check.
    pub(super) gaps: &'s HashMap<&'a str, Vec<&'a NotEvaluated>>,
    /// What else counts of us at the object.
    pub(super) beside: Vec<&'a Finding>,
}

/// Other checks that are named beside a pass.
const MAX_BESIDE: usize = 3;

impl Silence<'_, '_> {
    pub(super) fn explain(&self) -> (TheirsReason, String, Vec<Seen>) {
        let without = |reason, because| (reason, because, Vec::new());
        if let Some(waiver) =
            self.here.iter().filter(|f| self.runs(f.check.id.as_str())).find_map(|f| f.waiver.as_ref())
        {
            return without(TheirsReason::Waived, format!("waived {waiver}"));
        }
        let run: Vec<&'static str> = self.checks.iter().copied().filter(|id| self.runs(id)).collect();
        let off = |checks: &[&str], would: &str| {
            let ids = quoted(checks);
            (
                TheirsReason::Off,
                format!("{ids} {} not part of this run and would {would} here", is(checks.len())),
                Vec::new(),
            )
        };
        if let Some(finding) = self.here.first() {
            return off(&[finding.check.id.as_str()], "fail");
        }
        if run.is_empty() {
            let judged = self
                .checks
                .iter()
                .filter_map(|id| find(id))
                .any(|entry| self.resources().any(|resource| judges(entry.check, resource)));
            return match (self.not_evaluated(self.checks), judged) {
                (Some(_), _) => off(self.checks, "have no verdict"),
                (None, true) => off(self.checks, "pass"),
                (None, false) => off(self.checks, "judge nothing"),
            };
        }
        if let Some(reason) = self.not_evaluated(&run) {
            return without(TheirsReason::NotEvaluated, reason);
        }
        if let Some(finding) = self.elsewhere.iter().find(|finding| self.runs(finding.check.id.as_str())) {
            return without(TheirsReason::OtherContainer, self.at_another(finding));
        }
        let checks: Vec<&'static Check> = run.iter().filter_map(|id| Some(find(id)?.check)).collect();
        let resources: Vec<&Resource> = self.resources().collect();
        let judged: Vec<&'static Check> = checks
            .iter()
            .copied()
            .filter(|check| resources.iter().any(|resource| judges(check, resource)))
            .collect();
        let Some(first) = judged.first() else {
            let kind = resources.first().map_or("", |resource| resource.kind());
            return without(TheirsReason::OtherKind, format!("{} does not judge a {kind}", quoted(&run)));
        };
        let whole = matches!(first.judge, Judge::Inventory(_));
        let ids: Vec<&str> = judged.iter().map(|check| check.id).collect();
        let because = match whole {
            true => format!("{} judges all objects together and found nothing wrong with it", quoted(&ids)),
            false => format!("{} judged it and found nothing wrong", quoted(&ids)),
        };
        let more =
            if self.relation == Relation::Broader { "; the rule asks for more than the check" } else { "" };
        let because = because + more + &self.instead(first.id);
        let values = judged.iter().flat_map(|check| {
            resources
                .iter()
                .filter(|resource| judges(check, resource))
                .flat_map(|resource| seen::values(check, resource, self.found.container.as_deref()))
        });
        let mut seen: Vec<Seen> = Vec::new();
        for value in values {
            if seen.len() < seen::MAX_SEEN && !seen.contains(&value) {
                seen.push(value);
            }
        }
        (TheirsReason::Passed, because, seen)
    }

    /// What checks of the same area say of the object: some leave a fault to another one.
    fn instead(&self, check: &str) -> String {
        let area = check.split('-').next().unwrap_or(check);
        let ids = self.beside.iter().map(|finding| finding.check.id.as_str());
        let ids: BTreeSet<&str> = ids.filter(|id| id.split('-').next() == Some(area)).collect();
        let shown: Vec<&str> = ids.iter().copied().take(MAX_BESIDE).collect();
        match ids.len().saturating_sub(MAX_BESIDE) {
            _ if shown.is_empty() => String::new(),
            0 => format!("; there is {}", quoted(&shown)),
            more => format!("; there is {} and {more} more", quoted(&shown)),
        }
    }

    fn runs(&self, check: &str) -> bool {
        self.input.chosen.contains(check)
    }

    /// Why one of these checks has no verdict on the object.
    fn not_evaluated(&self, checks: &[&str]) -> Option<String> {
        let subjects: Vec<_> = self.resources().map(Resource::subject).collect();
        let gaps = checks.iter().filter_map(|check| self.gaps.get(check)).flatten();
        let mut here =
            gaps.filter(|gap| gap.subject.as_ref().is_none_or(|subject| subjects.contains(&subject)));
        here.next().map(|gap| format!("`{}`: {}", gap.check, gap.reason))
    }

    fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.found.resources.iter().filter_map(|id| self.input.inventory.get(*id))
    }

    fn at_another(&self, finding: &Finding) -> String {
        let other = finding
            .locations
            .first()
            .and_then(|location| container_of(self.input.inventory.get(location.resource)?, &location.route));
        let named = self.found.container.as_deref().unwrap_or("");
        let check = &finding.check.id;
        format!("`{check}` fails at container `{}`, not at `{named}`", other.unwrap_or(""))
    }
}

/// Whether a check looks at objects of the kind of this one.
fn judges(check: &Check, resource: &Resource) -> bool {
    match check.judge {
        Judge::Container(_) | Judge::Pod(_) => resource.has_pods(),
        Judge::Resource(kinds, _) => kinds.is_empty() || kinds.contains(&resource.group_kind()),
        Judge::Component(..) | Judge::Inventory(_) => true,
    }
}

const fn is(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn quoted(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}
