//! What reports say of a policy, read from its annotations.

use std::collections::HashMap;
use std::sync::Arc;

use seawall_core::{CheckId, CheckInfo, Pillar, Route, Severity};
use seawall_inventory::{GroupKind, Inventory};
use seawall_yaml::Node;

use super::place;
use crate::admission::Action;

const POLICY: GroupKind<'_> = GroupKind::new("admissionregistration.k8s.io", "ValidatingAdmissionPolicy");

/// How bad it is to break a policy that does not say so itself, by the strictest consequence.
pub fn severity(action: Option<Action>) -> Severity {
    match action {
        None | Some(Action::Deny) => Severity::High,
        Some(Action::Warn) => Severity::Medium,
        Some(Action::Audit) => Severity::Low,
    }
}

/// What is known of policies, each read once.
#[derive(Debug)]
pub(super) struct Infos<'i> {
    policies: &'i Inventory,
    infos: HashMap<(String, Option<Action>), Arc<CheckInfo>>,
    routes: HashMap<(String, usize), Arc<[Route]>>,
}

impl<'i> Infos<'i> {
    pub(super) fn new(policies: &'i Inventory) -> Self {
        Infos { policies, infos: HashMap::new(), routes: HashMap::new() }
    }

    fn root(&self, policy: &str) -> Option<Node<'i>> {
        self.policies.find(POLICY, None, policy).map(|found| found.root())
    }

    /// What is said of a policy whose strictest consequence is this one.
    pub(super) fn of(&mut self, policy: &str, action: Option<Action>) -> Arc<CheckInfo> {
        if let Some(known) = self.infos.get(&(policy.to_owned(), action)) {
            return Arc::clone(known);
        }
        let annotations = self.root(policy).and_then(|root| root.path(&["metadata", "annotations"]));
        // The second form is what Kyverno's catalogue of policies says of itself.
        let text = |word: &str| {
            let own = annotations.and_then(|map| map.str(&format!("seawall.dev/{word}")));
            own.or_else(|| annotations.and_then(|map| map.str(&format!("policies.kyverno.io/{word}"))))
        };
        let severity =
            text("severity").and_then(|word| word.parse().ok()).unwrap_or_else(|| severity(action));
        let pillar = text("pillar").and_then(|word| word.parse().ok()).unwrap_or(Pillar::ControlPlane);
        let info = Arc::new(CheckInfo {
            id: CheckId::of_policy(policy),
            title: text("title").map_or_else(|| format!("policy `{policy}`"), str::to_owned).into(),
            why: text("description").unwrap_or("a policy of this cluster says so").trim().to_owned().into(),
            help: "change the object so that the policy admits it, or accept it with a waiver".into(),
            pillar,
            severity,
            frameworks: Vec::new(),
        });
        self.infos.insert((policy.to_owned(), action), Arc::clone(&info));
        info
    }

    fn validation(&self, policy: &str, validation: usize) -> Option<Node<'i>> {
        self.root(policy)?.path(&["spec", "validations"])?.item(validation)
    }

    /// The text of a validation.
    pub(super) fn expression(&self, policy: &str, validation: usize) -> String {
        let node = self.validation(policy, validation).and_then(|node| node.str("expression"));
        node.unwrap_or_default().trim().to_owned()
    }

    /// The places of an object that a validation names.
    pub(super) fn routes(&mut self, policy: &str, validation: usize) -> Arc<[Route]> {
        let key = (policy.to_owned(), validation);
        if let Some(known) = self.routes.get(&key) {
            return Arc::clone(known);
        }
        let variables: HashMap<&str, &str> = self
            .root(policy)
            .and_then(|root| root.path(&["spec", "variables"]))
            .into_iter()
            .flat_map(|list| list.items())
            .filter_map(|variable| Some((variable.str("name")?, variable.str("expression")?)))
            .collect();
        let routes: Arc<[Route]> = place::named(&self.expression(policy, validation), &variables).into();
        self.routes.insert(key, Arc::clone(&routes));
        routes
    }
}
