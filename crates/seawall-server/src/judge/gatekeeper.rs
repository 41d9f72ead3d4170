//! Gatekeeper's constraints, as its webhook judges them.

use std::sync::Arc;

use seawall_gatekeeper::run::Telling;
use seawall_gatekeeper::{Gatekeeper, Point};
use seawall_inventory::Inventory;
use seawall_policy::admission::{Decision, Request};
use seawall_waivers::Rules;

use super::excused::Excused;
use crate::judge::{Around, Judge, audited};

/// Constraints with the exceptions from them. They go by the ids that reports and waivers know them by:
/// `gatekeeper/KIND/NAME`.
pub struct Constraints {
    set: Gatekeeper,
    /// Where the templates are written.
    texts: Inventory,
    excused: Excused,
}

impl Constraints {
    /// A set that was read from an inventory, and who accepted what.
    pub fn new(set: Gatekeeper, texts: Inventory, waivers: Rules) -> Self {
        Constraints { set, texts, excused: Excused::new(waivers) }
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
        decision.noted = audited(&decision, false, Arc::clone);
        if !decision.denials.is_empty() || !decision.noted.is_empty() {
            let excused = self.excused.of(request, around, |inventory, resource| {
                let mut telling = Telling::new(inventory, &self.texts);
                telling.take(resource, &decision);
                telling.finish().findings
            });
            decision.denials.retain(|denial| !excused.contains(&*denial.policy));
            decision.noted.retain(|note| !excused.contains(&*note.policy));
        }
        decision
    }
}
