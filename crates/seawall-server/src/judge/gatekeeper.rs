//! Gatekeeper's constraints, as its webhook judges them.

use std::collections::BTreeSet;

use seawall_checks::Evaluation;
use seawall_core::CheckId;
use seawall_gatekeeper::run::Telling;
use seawall_gatekeeper::{Gatekeeper, Point};
use seawall_inventory::{Inventory, InventoryBuilder};
use seawall_policy::admission::{Decision, Request};
use seawall_waivers::Rules;

use crate::judge::{Around, Judge};

/// Constraints with the exceptions from them. They go by the ids that reports and waivers know them by:
/// `gatekeeper/KIND/NAME`.
pub struct Constraints {
    set: Gatekeeper,
    /// Where the templates are written.
    texts: Inventory,
    waivers: Rules,
}

impl Constraints {
    /// A set that was read from an inventory, and who accepted what.
    pub fn new(set: Gatekeeper, texts: Inventory, waivers: Rules) -> Self {
        let about_policies = |rule: &seawall_waivers::Rule| {
            rule.checks.iter().any(|id| &**id == CheckId::EVERY_POLICY || CheckId::is_policy_id(id))
        };
        Constraints { set, texts, waivers: waivers.into_iter().filter(about_policies).collect() }
    }

    /// The constraints all of whose findings somebody accepted.
    fn waived(&self, decision: &Decision, request: &Request<'_>, around: &Around<'_>) -> BTreeSet<String> {
        let mut builder = InventoryBuilder::new();
        let resource = request.object.and_then(|object| around.resource(object));
        resource.into_iter().for_each(|one| builder.push(one));
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

impl Judge for Constraints {
    fn name(&self) -> &str {
        "gatekeeper"
    }

    fn policies(&self) -> usize {
        self.set.len()
    }

    fn judge(&self, request: &Request<'_>, around: &Around<'_>) -> Decision {
        let mut decision = self.set.judge(request, &around.known.inventory, Point::Webhook);
        if !decision.denials.is_empty() && !self.waivers.is_empty() {
            let waived = self.waived(&decision, request, around);
            decision.denials.retain(|denial| !waived.contains(&denial.policy));
        }
        decision
    }
}
