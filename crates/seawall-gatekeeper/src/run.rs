//! Findings of constraints over objects that are there.
//!
//! Invariants: an object and what it owns give one finding a message, on the owner; a constraint that could not be judged
//! is not evaluated, never a pass.

use std::collections::HashMap;
use std::sync::Arc;

use seawall_core::{CheckId, CheckInfo, Location, LocationRole, Pillar, Route};
use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_policy::admission::{Action, Decision, Failure};
use seawall_policy::run::{Fault, Ran, Told, severity};
use seawall_yaml::Node;

use crate::set::TEMPLATES;

/// Makes findings of decisions, one object after the other.
#[derive(Debug)]
pub struct Telling<'i> {
    infos: Infos<'i>,
    told: Told<'i, Arc<str>>,
}

impl<'i> Telling<'i> {
    /// `inventory` holds the objects that are judged, `policies` the templates.
    pub fn new(inventory: &'i Inventory, policies: &'i Inventory) -> Self {
        let infos = Infos { policies, infos: HashMap::new() };
        Telling { infos, told: Told::new(inventory) }
    }

    /// Takes what was decided about an object of the inventory.
    pub fn take(&mut self, resource: &Resource, decision: &Decision) {
        for failure in &decision.failures {
            self.tell(resource, failure);
        }
        for gap in &decision.not_judged {
            self.told.gap(resource, CheckId::of_named_policy(&gap.policy), gap.reason.clone());
        }
    }

    fn tell(&mut self, resource: &Resource, failure: &Failure) {
        if !self.told.is_new(resource, &failure.policy, failure.message.clone()) {
            return;
        }
        let location = Location {
            resource: resource.id(),
            existing: 0,
            value: None,
            withheld: false,
            route: Route::root(),
            role: LocationRole::Primary,
            note: None,
        };
        let info = self.infos.of(&failure.policy, failure.actions.iter().copied().min());
        let fault = Fault { info, location, message: &failure.message, identity: &failure.message };
        self.told.fault(resource, fault);
    }

    /// All that was found.
    pub fn finish(self) -> Ran {
        self.told.finish()
    }
}

/// What reports say of constraints, each made once.
#[derive(Debug)]
struct Infos<'i> {
    policies: &'i Inventory,
    infos: HashMap<(String, Option<Action>), Arc<CheckInfo>>,
}

impl Infos<'_> {
    fn of(&mut self, policy: &str, action: Option<Action>) -> Arc<CheckInfo> {
        let key = (policy.to_owned(), action);
        if let Some(known) = self.infos.get(&key) {
            return Arc::clone(known);
        }
        let kind = policy.split('/').nth(1).unwrap_or_default();
        let name = kind.to_lowercase();
        let template = self.policies.find(GroupKind::new(TEMPLATES, "ConstraintTemplate"), None, &name);
        let annotations = template.and_then(|found| found.root().path(&["metadata", "annotations"]));
        let text = |key: &str| annotations.and_then(|map: Node<'_>| map.str(key)).map(str::trim);
        let info = Arc::new(CheckInfo {
            id: CheckId::of_named_policy(policy),
            title: text("metadata.gatekeeper.sh/title")
                .map_or_else(|| format!("constraint `{policy}`"), str::to_owned)
                .into(),
            why: text("description").unwrap_or("a constraint of this cluster says so").to_owned().into(),
            help: "change the object so that the constraint admits it, or accept it with a waiver".into(),
            pillar: text("seawall.dev/pillar")
                .and_then(|word| word.parse().ok())
                .unwrap_or(Pillar::ControlPlane),
            severity: text("seawall.dev/severity")
                .and_then(|word| word.parse().ok())
                .unwrap_or_else(|| severity(action)),
            frameworks: Vec::new(),
        });
        self.infos.insert(key, Arc::clone(&info));
        info
    }
}
