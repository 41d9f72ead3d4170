//! Admission policies of Kubernetes (ValidatingAdmissionPolicy with its bindings), as the API server runs them.

use std::collections::BTreeSet;

use seawall_checks::Evaluation;
use seawall_core::CheckId;
use seawall_inventory::{Inventory, InventoryBuilder};
use seawall_policy::admission::{Decision, Request};
use seawall_policy::run::Telling;
use seawall_policy::vap::{PolicySet, World};
use seawall_waivers::Rules;

use crate::judge::{Around, Judge};

/// The policies of a set, with the exceptions from them. They go by the ids that reports and waivers know them by:
/// `admission-policy/NAME`.
pub struct Policies {
    pub(super) set: PolicySet,
    /// The ids of those that change objects.
    pub(super) changers: Vec<String>,
    /// Where the policies are written.
    texts: Inventory,
    waivers: Rules,
}

impl Policies {
    /// What all of them are called together.
    pub(super) const FAMILY: &'static str = "policies";

    /// A set that was read from an inventory, and who accepted what.
    pub fn new(set: PolicySet, texts: Inventory, waivers: Rules) -> Self {
        let about_policies = |rule: &seawall_waivers::Rule| {
            rule.checks.iter().any(|id| &**id == CheckId::EVERY_POLICY || CheckId::is_policy_id(id))
        };
        let changers = set.mutating().map(|name| CheckId::of_policy(name).as_str().to_owned()).collect();
        Policies { set, changers, texts, waivers: waivers.into_iter().filter(about_policies).collect() }
    }

    /// Whether somebody excepted anything from them.
    pub(super) fn has_waivers(&self) -> bool {
        !self.waivers.is_empty()
    }

    /// The policies all of whose findings somebody accepted.
    pub(super) fn waived(
        &self,
        decision: &Decision,
        request: &Request<'_>,
        around: &Around<'_>,
    ) -> BTreeSet<String> {
        let mut builder = InventoryBuilder::new();
        request
            .object
            .and_then(|object| around.resource(object))
            .into_iter()
            .for_each(|one| builder.push(one));
        let inventory = builder.build();
        let Some(resource) = inventory.resources().first() else { return BTreeSet::new() };
        let mut telling = Telling::new(&inventory, &self.texts);
        telling.take(resource, decision);
        let mut evaluation = Evaluation { findings: telling.finish().findings, ..Evaluation::default() };
        seawall_waivers::apply(&mut evaluation, &inventory, &self.waivers, around.today, &BTreeSet::new());
        let ids = |waived: bool| -> BTreeSet<String> {
            let those = evaluation.findings.iter().filter(|finding| finding.waiver.is_some() == waived);
            those.map(|finding| finding.check.id.as_str().to_owned()).collect()
        };
        &ids(true) - &ids(false)
    }
}

impl Judge for Policies {
    fn name(&self) -> &str {
        Policies::FAMILY
    }

    fn policies(&self) -> usize {
        self.set.len() - self.changers.len()
    }

    fn judge(&self, request: &Request<'_>, around: &Around<'_>) -> Decision {
        let world = World::new(&around.known.inventory, Some(&around.known.rights));
        let mut decision = self.set.judge(request, &world);
        let waived = if decision.denials.is_empty() || self.waivers.is_empty() {
            BTreeSet::new()
        } else {
            self.waived(&decision, request, around)
        };
        let id = |policy: &mut String| *policy = CheckId::of_policy(policy).as_str().to_owned();
        decision.denials.iter_mut().for_each(|denial| id(&mut denial.policy));
        decision.not_judged.iter_mut().for_each(|gap| id(&mut gap.policy));
        decision.denials.retain(|denial| !waived.contains(&denial.policy));
        decision
    }
}
