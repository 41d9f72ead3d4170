//! Policies over objects that are there: on files in a pipeline, on a live cluster.
//!
//! Every object is judged as if it were created now. What a policy does not admit is a finding like any other, whatever
//! its binding leads to at the door: who only audits wants to see it, too.
//!
//! Invariants: an object and what it owns give one finding a validation, on the owner ([`Told`], which others who judge
//! objects share); a policy that could not be judged is [`NotEvaluated`], never a pass.

mod info;
mod place;
mod told;

use std::collections::BTreeMap;

use seawall_core::{CheckId, Finding, Location, LocationRole, NotEvaluated};
use seawall_inventory::{Inventory, Resource};

use crate::admission::{Decision, Failure};
use info::Infos;
pub use info::severity;
pub use told::{Fault, Told};

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
    infos: Infos<'i>,
    told: Told<'i, usize>,
}

impl<'i> Telling<'i> {
    /// `inventory` holds the objects that are judged, `policies` the policies.
    pub fn new(inventory: &'i Inventory, policies: &'i Inventory) -> Self {
        Telling { infos: Infos::new(policies), told: Told::new(inventory) }
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
        for gap in &decision.not_judged {
            let binding = match gap.binding.as_str() {
                "" => String::new(),
                binding => format!(" (binding `{binding}`)"),
            };
            self.told.gap(resource, CheckId::of_policy(&gap.policy), format!("{}{binding}", gap.reason));
        }
    }

    fn tell(&mut self, resource: &Resource, policy: &str, validation: usize, failures: &[&Failure]) {
        let Some(first) = failures.first() else { return };
        if !self.told.is_new(resource, policy, validation) {
            return;
        }
        let actions = failures.iter().flat_map(|failure| failure.actions.iter().copied());
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
        let info = self.infos.of(policy, actions.min());
        let expression = self.infos.expression(policy, validation);
        let fault = Fault { info, location, message: &first.message, identity: &expression };
        self.told.fault(resource, fault);
    }

    /// All that was found.
    pub fn finish(self) -> Ran {
        self.told.finish()
    }
}

#[cfg(test)]
mod tests;
