//! Admission policies of Kubernetes (ValidatingAdmissionPolicy with its bindings), as the API server runs them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use seawall_core::CheckId;
use seawall_inventory::Inventory;
use seawall_policy::admission::{Decision, Request};
use seawall_policy::run::Telling;
use seawall_policy::vap::{Observer, PolicySet};
use seawall_waivers::Rules;

use super::excused::Excused;
use crate::judge::{Around, Budget, Judge, audited};
use crate::metrics::{Metrics, PolicyTime};

/// The policies of a set, with the exceptions from them. They go by the ids that reports and waivers know them by:
/// `admission-policy/NAME`.
pub struct Policies {
    pub(super) set: PolicySet,
    /// The ids of those that change objects.
    pub(super) changers: Vec<String>,
    /// Where the policies are written.
    texts: Inventory,
    excused: Excused,
    /// The ids of those that validate, by name.
    ids: foldhash::HashMap<Arc<str>, Arc<str>>,
    /// What each took so far, by its place in the set; none when nobody counts.
    times: Vec<Arc<PolicyTime>>,
}

impl Policies {
    /// What all of them are called together.
    pub(super) const FAMILY: &'static str = "policies";

    /// A set that was read from an inventory, and who accepted what.
    pub fn new(set: PolicySet, texts: Inventory, waivers: Rules) -> Self {
        let changers = set.mutating().map(id).collect();
        let ids = set.validating().map(|name| (name.into(), id(name).into())).collect();
        Policies { set, changers, texts, excused: Excused::new(waivers), ids, times: Vec::new() }
    }

    /// Whether somebody excepted anything from them.
    pub(super) fn has_waivers(&self) -> bool {
        !self.excused.is_empty()
    }

    /// The same; what each policy takes is counted.
    #[must_use]
    pub fn timed(self, metrics: &Metrics) -> Self {
        let times = metrics.policy_times(self.set.validating().map(id));
        Policies { times, ..self }
    }

    /// The policies all of whose findings somebody accepted.
    pub(super) fn waived(
        &self,
        decision: &Decision,
        request: &Request<'_>,
        around: &Around<'_>,
    ) -> BTreeSet<String> {
        self.excused.of(request, around, |inventory, resource| {
            let mut telling = Telling::new(inventory, &self.texts);
            telling.take(resource, decision);
            telling.finish().findings
        })
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
        let mut watching = Watching { budget: around.budget, times: &self.times, since: None };
        let mut decision = self.set.judge_under(request, &around.known.world(), &mut watching);
        let waived = match decision.failures.is_empty() && decision.denials.is_empty() {
            true => BTreeSet::new(),
            false => self.waived(&decision, request, around),
        };
        for denial in &mut decision.denials {
            if let Some(id) = self.ids.get(&denial.policy) {
                denial.policy = Arc::clone(id);
            }
        }
        decision.not_judged.iter_mut().for_each(|gap| gap.policy = id(&gap.policy));
        // The annotation that the API server makes says what is wrong.
        let known = |name: &Arc<str>| self.ids.get(name).map_or_else(|| id(name).into(), Arc::clone);
        decision.noted = audited(&decision, true, known);
        decision.denials.retain(|denial| !waived.contains(&*denial.policy));
        decision.noted.retain(|note| !waived.contains(&*note.policy));
        decision
    }
}

/// The id that reports, modes and waivers know a policy by.
pub(super) fn id(policy: &str) -> String {
    [CheckId::POLICY, policy].concat()
}

/// Takes the time of each policy, and ends it when nobody waits for the answer any more.
struct Watching<'a> {
    budget: &'a Budget,
    times: &'a [Arc<PolicyTime>],
    since: Option<Instant>,
}

impl Observer for Watching<'_> {
    fn goes_on(&mut self) -> bool {
        !self.budget.is_spent()
    }

    fn prepared(&mut self) {
        self.since = (!self.times.is_empty()).then(Instant::now);
    }

    fn judged(&mut self, place: usize) {
        if let (Some(since), Some(time)) = (self.since, self.times.get(place)) {
            let now = Instant::now();
            time.add(now.duration_since(since));
            self.since = Some(now);
        }
    }
}
