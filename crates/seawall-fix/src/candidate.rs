//! A finding with a fix, ready to be tried.

use std::cmp::Reverse;

use seawall_core::{Edit, Finding, Fingerprint, Fix, ResourceId};

/// What tells findings of one inventory apart. Two variants of one object, in a base and an overlay, share fingerprints.
pub(crate) type Key = (ResourceId, Fingerprint);

pub(crate) fn key(finding: &Finding) -> Key {
    (finding.resource, finding.fingerprint)
}

/// A finding and the edits that are to cure it.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) finding: Finding,
    pub(crate) fix: Fix,
}

impl Candidate {
    /// The candidate of a finding that has a fix.
    pub(crate) fn of(finding: &Finding) -> Option<Self> {
        Some(Candidate { finding: finding.clone(), fix: finding.fix.clone()? })
    }

    pub(crate) fn key(&self) -> Key {
        key(&self.finding)
    }

    pub(crate) fn resource(&self) -> ResourceId {
        self.finding.resource
    }

    /// Whether places of a list move up when the edits are made.
    pub(crate) fn moves_items(&self) -> bool {
        let is_item = |edit: &Edit| matches!(edit, Edit::Remove { route } if matches!(route.steps().last(), Some(seawall_core::Step::Index(_))));
        self.fix.edits.iter().any(is_item)
    }
}

/// The order in which fixes get their place: by object, the worst finding first, of equal ones the fix with less risk.
pub(crate) fn sort(candidates: &mut [Candidate]) {
    candidates.sort_by(|a, b| {
        let rank = |one: &Candidate| (one.resource(), Reverse(one.finding.severity), one.fix.risk);
        rank(a)
            .cmp(&rank(b))
            .then_with(|| a.finding.check.id.cmp(&b.finding.check.id))
            .then_with(|| a.finding.fingerprint.cmp(&b.finding.fingerprint))
            .then_with(|| place(a).cmp(&place(b)))
    });
}

fn place(candidate: &Candidate) -> Option<&[seawall_core::Step]> {
    candidate.fix.edits.first().map(|edit| edit.route().steps())
}
