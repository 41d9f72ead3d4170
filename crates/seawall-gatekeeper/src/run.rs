//! Findings of constraints over objects that are there.
//!
//! Invariants: an object and what it owns give one finding a message, on the owner; a constraint that could not be judged
//! is [`NotEvaluated`], never a pass.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use seawall_core::{
    CheckId, CheckInfo, Confidence, Finding, Location, LocationRole, NotEvaluated, Pillar, Route, Severity,
    Subject, fingerprint,
};
use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_policy::admission::{Action, Decision, Failure};
use seawall_policy::run::Ran;
use seawall_yaml::Node;

use crate::set::TEMPLATES;

/// Makes findings of decisions, one object after the other.
#[derive(Debug)]
pub struct Telling<'i> {
    inventory: &'i Inventory,
    infos: Infos<'i>,
    told: HashSet<(Arc<str>, Subject, Arc<str>)>,
    ran: Ran,
}

impl<'i> Telling<'i> {
    /// `inventory` holds the objects that are judged, `policies` the templates.
    pub fn new(inventory: &'i Inventory, policies: &'i Inventory) -> Self {
        let infos = Infos { policies, infos: HashMap::new() };
        Telling { inventory, infos, told: HashSet::new(), ran: Ran::default() }
    }

    /// Takes what was decided about an object of the inventory.
    pub fn take(&mut self, resource: &Resource, decision: &Decision) {
        for failure in &decision.failures {
            self.tell(resource, failure);
        }
        for gap in &decision.not_judged {
            self.ran.not_evaluated.push(NotEvaluated {
                check: CheckId::of_named_policy(&gap.policy),
                pillar: Pillar::ControlPlane,
                subject: Some(resource.subject().clone()),
                reason: gap.reason.clone(),
            });
        }
    }

    fn tell(&mut self, resource: &Resource, failure: &Failure) {
        let owner = self.inventory.top_owner(resource);
        let subject = owner.unwrap_or(resource);
        let key = (failure.policy.clone(), subject.subject().clone(), failure.message.clone());
        if !self.told.insert(key) {
            return;
        }
        let info = self.infos.of(&failure.policy, failure.actions.iter().copied().min());
        let location = Location {
            resource: resource.id(),
            existing: 0,
            value: None,
            withheld: false,
            route: Route::root(),
            role: LocationRole::Primary,
            note: None,
        };
        self.ran.findings.push(Finding {
            severity: info.severity,
            confidence: Confidence::High,
            subject: subject.subject().clone(),
            resource: subject.id(),
            locations: vec![location],
            message: failure.message.to_string(),
            linked: owner.map(|_| resource.subject().clone()).into_iter().collect(),
            fix: None,
            fingerprint: fingerprint(&info.id, subject.subject(), "", &failure.message),
            check: info,
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
            severity: text("seawall.dev/severity").and_then(|word| word.parse().ok()).unwrap_or(
                match action {
                    None | Some(Action::Deny) => Severity::High,
                    Some(Action::Warn) => Severity::Medium,
                    Some(Action::Audit) => Severity::Low,
                },
            ),
            frameworks: Vec::new(),
        });
        self.infos.insert(key, Arc::clone(&info));
        info
    }
}
