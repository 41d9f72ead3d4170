//! Policies over objects that are there: on files in a pipeline, on a live cluster.
//!
//! Every object is judged as if it were created now. What a policy does not admit is a finding like any other, whatever
//! its binding leads to at the door: who only audits wants to see it, too.
//!
//! Invariants: an object and what it owns give one finding a validation, on the owner; a policy that could not be judged
//! is [`NotEvaluated`], never a pass.

mod info;
mod place;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use seawall_core::{
    CheckId, Confidence, Finding, Location, LocationRole, NotEvaluated, Pillar, Subject, fingerprint,
};
use seawall_inventory::{Inventory, Resource};

use crate::admission::{Decision, Failure};
use info::Infos;

/// What came of judging objects.
#[derive(Debug, Default)]
pub struct Ran {
    /// What is not admitted.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub not_evaluated: Vec<NotEvaluated>,
}

/// Makes findings of decisions, one object after the other.
#[derive(Debug)]
pub struct Telling<'i> {
    inventory: &'i Inventory,
    infos: Infos<'i>,
    told: HashSet<(String, Subject, usize)>,
    ran: Ran,
}

impl<'i> Telling<'i> {
    /// `inventory` holds the objects that are judged, `policies` the policies.
    pub fn new(inventory: &'i Inventory, policies: &'i Inventory) -> Self {
        Telling { inventory, infos: Infos::new(policies), told: HashSet::new(), ran: Ran::default() }
    }

    /// Takes what was decided about an object of the inventory.
    pub fn take(&mut self, resource: &Resource, decision: &Decision) {
        // Several bindings of one policy say the same of an object; what they lead to is told together.
        let mut failures: BTreeMap<(&str, usize), Vec<&Failure>> = BTreeMap::new();
        for failure in &decision.failures {
            failures.entry((&failure.policy, failure.validation)).or_default().push(failure);
        }
        for ((policy, validation), failures) in failures {
            self.tell(resource, policy, validation, &failures);
        }
        for not_judged in &decision.not_judged {
            let binding = match not_judged.binding.as_str() {
                "" => String::new(),
                binding => format!(" (binding `{binding}`)"),
            };
            self.ran.not_evaluated.push(NotEvaluated {
                check: CheckId::of_policy(&not_judged.policy),
                pillar: Pillar::ControlPlane,
                subject: Some(resource.subject().clone()),
                reason: format!("{}{binding}", not_judged.reason),
            });
        }
    }

    fn tell(&mut self, resource: &Resource, policy: &str, validation: usize, failures: &[&Failure]) {
        let Some(first) = failures.first() else { return };
        let owner = self.inventory.top_owner(resource);
        let subject = owner.unwrap_or(resource);
        if !self.told.insert((policy.to_owned(), subject.subject().clone(), validation)) {
            return;
        }
        let actions = failures.iter().flat_map(|failure| failure.actions.iter().copied());
        let info = self.infos.of(policy, actions.min());
        let expression = self.infos.expression(policy, validation);
        let route = place::route(resource.root(), &self.infos.routes(policy, validation));
        let (node, existing) = resource.root().nearest(&route);
        let location = Location {
            resource: resource.id(),
            existing,
            // A policy may look at anything, at secrets too: what stands there is not repeated.
            value: None,
            withheld: resource.kind() == "Secret" && node.id() != resource.root().id(),
            route,
            role: LocationRole::Primary,
            note: None,
        };
        self.ran.findings.push(Finding {
            severity: info.severity,
            confidence: Confidence::High,
            subject: subject.subject().clone(),
            resource: subject.id(),
            locations: vec![location],
            message: first.message.to_string(),
            linked: owner.map(|_| resource.subject().clone()).into_iter().collect(),
            fix: None,
            fingerprint: fingerprint(&info.id, subject.subject(), "", &expression),
            check: Arc::clone(&info),
            waiver: None,
        });
    }

    /// All that was found.
    pub fn finish(mut self) -> Ran {
        self.ran.not_evaluated.sort();
        self.ran.not_evaluated.dedup();
        self.ran
    }
}

#[cfg(test)]
mod tests;
