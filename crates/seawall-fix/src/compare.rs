//! Two evaluations of one inventory, before and after edits.

use std::collections::{BTreeSet, HashMap, HashSet};

use seawall_checks::Evaluation;
use seawall_core::{CheckId, Finding, NotEvaluated, ResourceId};

use crate::candidate::{Candidate, Key, key};
use crate::left::Reason;

/// What is known of the state before.
pub(crate) struct Before<'e> {
    findings: HashMap<Key, &'e Finding>,
    per_check: HashMap<(ResourceId, CheckId), usize>,
    not_evaluated: BTreeSet<&'e NotEvaluated>,
    accepted: Vec<&'e Finding>,
}

/// Something that must not be: where, and what it is.
pub(crate) struct Harm {
    /// The object that it shows on; `None` when it is about no single one.
    pub(crate) resource: Option<ResourceId>,
    pub(crate) reason: Reason,
}

impl<'e> Before<'e> {
    pub(crate) fn new(evaluation: &'e Evaluation) -> Self {
        Before {
            findings: evaluation.findings.iter().map(|finding| (key(finding), finding)).collect(),
            per_check: count(evaluation),
            not_evaluated: evaluation.not_evaluated.iter().collect(),
            accepted: evaluation.findings.iter().filter(|finding| finding.waiver.is_some()).collect(),
        }
    }

    /// Which of the candidates (by number) are not cured.
    pub(crate) fn uncured(&self, trial: &[(usize, &Candidate)], after: &Evaluation) -> Vec<usize> {
        let left: HashSet<Key> = after.findings.iter().map(key).collect();
        let counted = count(after);
        let mut targets: HashMap<(ResourceId, CheckId), usize> = HashMap::new();
        for (_, candidate) in trial {
            *targets.entry(of(&candidate.finding)).or_default() += 1;
        }
        let is_cured = |candidate: &Candidate| {
            if !left.contains(&candidate.key()) {
                return true;
            }
            // What stood behind a removed item of a list has its place now, and with it its identity.
            let of = of(&candidate.finding);
            let wanted = targets.get(&of).copied().unwrap_or(0);
            let before = self.per_check.get(&of).copied().unwrap_or(0);
            let after = counted.get(&of).copied().unwrap_or(0);
            candidate.moves_items() && after + wanted <= before
        };
        trial.iter().filter(|(_, candidate)| !is_cured(candidate)).map(|(number, _)| *number).collect()
    }

    /// What is worse afterwards.
    pub(crate) fn harms(&self, after: &Evaluation) -> Vec<Harm> {
        let mut harms = Vec::new();
        for finding in &after.findings {
            let known = self.findings.get(&key(finding));
            if known.is_none_or(|known| known.severity < finding.severity) {
                let reason = Reason::Worse {
                    check: finding.check.id.to_string(),
                    message: finding.message.clone(),
                    subject: finding.subject.to_string(),
                };
                harms.push(Harm { resource: Some(finding.resource), reason });
            }
        }
        for gap in after.not_evaluated.iter().filter(|gap| !self.not_evaluated.contains(gap)) {
            let reason = Reason::Unjudged { check: gap.check.to_string(), reason: gap.reason.clone() };
            harms.push(Harm { resource: None, reason });
        }
        let left: HashSet<Key> = after.findings.iter().map(key).collect();
        for finding in self.accepted.iter().filter(|finding| !left.contains(&key(finding))) {
            let waiver = finding.waiver.as_ref().map_or(String::new(), |waiver| waiver.to_string());
            let reason = Reason::Accepted { check: finding.check.id.to_string(), waiver };
            harms.push(Harm { resource: Some(finding.resource), reason });
        }
        harms
    }
}

fn of(finding: &Finding) -> (ResourceId, CheckId) {
    (finding.resource, finding.check.id.clone())
}

fn count(evaluation: &Evaluation) -> HashMap<(ResourceId, CheckId), usize> {
    let mut counts = HashMap::new();
    for finding in &evaluation.findings {
        *counts.entry(of(finding)).or_default() += 1;
    }
    counts
}
