//! Who accepted what policies of users say: their exceptions are waivers, as those of checks are.

use std::collections::BTreeSet;

use seawall_checks::Evaluation;
use seawall_core::{CheckId, Finding};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_policy::admission::Request;
use seawall_waivers::Rules;

use crate::judge::Around;

/// The waivers that are about policies.
pub(super) struct Excused(Rules);

impl Excused {
    pub(super) fn new(waivers: Rules) -> Self {
        let about_policies = |rule: &seawall_waivers::Rule| {
            rule.checks.iter().any(|id| &**id == CheckId::EVERY_POLICY || CheckId::is_policy_id(id))
        };
        Excused(waivers.into_iter().filter(about_policies).collect())
    }

    /// Whether nobody is excepted from anything.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The policies all of whose findings about the object of a request somebody accepted. The findings are asked for only
    /// when anybody did.
    pub(super) fn of(
        &self,
        request: &Request<'_>,
        around: &Around<'_>,
        findings: impl FnOnce(&Inventory, &Resource) -> Vec<Finding>,
    ) -> BTreeSet<String> {
        let object = request.object.filter(|_| !self.is_empty());
        let Some(resource) = object.and_then(|object| around.resource(object)) else {
            return BTreeSet::new();
        };
        let mut builder = InventoryBuilder::new();
        builder.push(resource);
        let inventory = builder.build();
        let Some(resource) = inventory.resources().first() else { return BTreeSet::new() };
        let findings = findings(&inventory, resource);
        let mut evaluation = Evaluation { findings, ..Evaluation::default() };
        seawall_waivers::apply(&mut evaluation, &inventory, &self.0, around.today, &BTreeSet::new());
        let ids = |waived: bool| -> BTreeSet<String> {
            let those = evaluation.findings.iter().filter(|finding| finding.waiver.is_some() == waived);
            those.map(|finding| finding.check.id.as_str().to_owned()).collect()
        };
        &ids(true) - &ids(false)
    }
}
