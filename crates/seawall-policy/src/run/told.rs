//! What was found of objects, collected.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use seawall_core::{
    CheckId, CheckInfo, Confidence, Finding, Location, NotEvaluated, Pillar, Subject, fingerprint,
};
use seawall_inventory::{Inventory, Resource};

use super::Ran;

/// Collects what is said of objects. `K` tells the things apart that one policy says of one object.
///
/// Invariant: an object and what it owns give one finding a policy and `K`, on the owner.
#[derive(Debug)]
pub struct Told<'i, K> {
    inventory: &'i Inventory,
    told: HashSet<(String, Subject, K)>,
    ran: Ran,
}

/// One thing that a policy says of an object.
#[derive(Debug)]
pub struct Fault<'f> {
    /// What reports say of the policy.
    pub info: Arc<CheckInfo>,
    /// Where in the object.
    pub location: Location,
    /// What is wrong.
    pub message: &'f str,
    /// What of the policy makes it the same finding in the next run.
    pub identity: &'f str,
}

impl<'i, K: Eq + Hash> Told<'i, K> {
    /// `inventory` holds the objects that are judged.
    pub fn new(inventory: &'i Inventory) -> Self {
        Told { inventory, told: HashSet::new(), ran: Ran::default() }
    }

    /// Whether a policy says this of an object, or of what owns it, for the first time.
    pub fn is_new(&mut self, resource: &Resource, policy: &str, what: K) -> bool {
        let subject = self.inventory.top_owner(resource).unwrap_or(resource);
        self.told.insert((policy.to_owned(), subject.subject().clone(), what))
    }

    /// Takes a finding of an object.
    pub fn fault(&mut self, resource: &Resource, fault: Fault<'_>) {
        let owner = self.inventory.top_owner(resource);
        let subject = owner.unwrap_or(resource);
        let Fault { info, location, message, identity } = fault;
        self.ran.findings.push(Finding {
            severity: info.severity,
            confidence: Confidence::High,
            subject: subject.subject().clone(),
            resource: subject.id(),
            locations: vec![location],
            message: message.to_owned(),
            linked: owner.map(|_| resource.subject().clone()).into_iter().collect(),
            fix: None,
            fingerprint: fingerprint(&info.id, subject.subject(), "", identity),
            check: info,
            waiver: None,
        });
    }

    /// Takes what could not be judged of an object.
    pub fn gap(&mut self, resource: &Resource, check: CheckId, reason: String) {
        self.ran.not_evaluated.push(NotEvaluated {
            check,
            pillar: Pillar::ControlPlane,
            subject: Some(resource.subject().clone()),
            reason,
        });
    }

    /// All that was found.
    pub fn finish(mut self) -> Ran {
        self.ran.not_evaluated.sort();
        self.ran.not_evaluated.dedup();
        self.ran
    }
}
