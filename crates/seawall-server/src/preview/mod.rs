//! What a stricter mode would do: requests are judged as at the door, and for everything that is said it is told what
//! becomes of it today and what would become of it then.
//!
//! ```text
//! object ─ create ─┐
//! audit event ─────┴─ Request ─ exemptions ─ judges ─ Judgement ─ Tally ─ verdict
//! ```
//!
//! Invariants, above all what is absent:
//! - the judges, exemptions and modes are those of the [`Desk`]; there is no second opinion here;
//! - no IO and no threads; a log of any length costs bounded memory, and what is not listed is counted;
//! - what could not be judged is never taken for let through: there is no word for safe while a request, an object or a line
//!   is missing.

mod created;
mod judgement;
mod replayed;
mod tally;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;

use seawall_policy::admission::{Decision, Request};
use seawall_yaml::Tree;

use crate::desk::{Desk, Judges, identity};
use crate::judge::{Around, Budget, Hook, Judge};
use crate::mode::Mode;

pub use created::Types;
pub use judgement::{Fate, Gap, Judgement, Said};
pub use replayed::{Passed, Replayed};
pub use tally::{Counts, Example, GapCount, Group, PolicyCount, Tally, Totals, Who, Window};
pub use verdict::{State, Verdict, verdict};

/// The mode that is previewed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Then {
    /// Of each policy and object the next stricter one than it has.
    #[default]
    Next,
    /// This one, of every policy.
    As(Mode),
}

impl Then {
    fn of(self, today: Mode) -> Mode {
        match self {
            Then::Next => today.above(),
            Then::As(mode) => mode,
        }
    }
}

/// Judges requests that nobody waits for.
pub struct Preview<'d> {
    desk: &'d Desk,
    then: Then,
    budget: Budget,
}

impl<'d> Preview<'d> {
    /// By what a desk judges, with a mode beside those that it has.
    pub fn new(desk: &'d Desk, then: Then) -> Self {
        Preview { desk, then, budget: Budget::default() }
    }

    /// Judges a request whose object lies in a tree.
    pub fn judge(&self, request: &Request<'_>, tree: &Arc<Tree>) -> Judgement {
        if let Some(id) = self.desk.rules().exemptions.of(request) {
            return Judgement { exempt: Some(id), ..Judgement::default() };
        }
        let modes = &self.desk.rules().modes;
        let object = identity(request);
        let today = |policy: &str, family: &str| modes.of(policy, family, object);
        let then = |policy: &str, family: &str| self.then.of(today(policy, family));
        let judges = self.desk.judges();
        let mut hearing = Hearing::default();
        let changes = judges.iter().any(|judge| judge.hook() == Hook::Mutate);
        if !changes {
            let heard = self.hear(request, tree, &judges, &|_| false);
            hearing.take(heard, &|policy, family| (Some(today(policy, family)), Some(then(policy, family))));
            return hearing.finish();
        }
        // What policies change depends on the mode, and so does what is judged after them.
        let heard = self.hear(request, tree, &judges, &|family| today(family, family) == Mode::Enforce);
        hearing.take(heard, &|policy, family| (Some(today(policy, family)), None));
        let heard = self.hear(request, tree, &judges, &|family| then(family, family) == Mode::Enforce);
        hearing.take(heard, &|policy, family| (None, Some(then(policy, family))));
        hearing.finish()
    }

    /// What all judges say, those that change objects first; a change counts for those behind it when its family `changes`.
    fn hear(
        &self,
        request: &Request<'_>,
        tree: &Arc<Tree>,
        judges: &Judges,
        changes: &dyn Fn(&str) -> bool,
    ) -> Vec<(Arc<dyn Judge>, Decision)> {
        let known = self.desk.known();
        let today = self.desk.today();
        let mut changed: Option<Arc<Tree>> = None;
        let mut heard = Vec::with_capacity(judges.len());
        for hook in [Hook::Mutate, Hook::Validate] {
            for judge in judges.iter().filter(|judge| judge.hook() == hook) {
                let mut request = request.clone();
                if let Some(tree) = &changed {
                    request.object = Some(tree.root());
                }
                let tree = changed.as_ref().unwrap_or(tree);
                let around = Around { tree, known: &known, budget: &self.budget, today };
                let mut decision = self.desk.ask(&**judge, &request, &around);
                if let Some(object) = decision.object.take().filter(|_| changes(judge.name())) {
                    changed = Some(Arc::new(object));
                }
                heard.push((Arc::clone(judge), decision));
            }
        }
        heard
    }
}

/// What was said, in the making.
#[derive(Default)]
struct Hearing {
    said: BTreeMap<String, Said>,
    gaps: Vec<Gap>,
}

/// The modes of a policy of a family today and then, where they are asked for.
type ModesOf<'m> = dyn Fn(&str, &str) -> (Option<Mode>, Option<Mode>) + 'm;

impl Hearing {
    fn take(&mut self, heard: Vec<(Arc<dyn Judge>, Decision)>, modes: &ModesOf<'_>) {
        for (judge, decision) in heard {
            let family = judge.name();
            for denial in decision.denials {
                let (today, then) = modes(&denial.policy, family);
                let fates = (today.map(Fate::of_denial), then.map(Fate::of_denial));
                self.say(&denial.policy, family, fates, denial.message);
            }
            let (today, then) = modes(family, family);
            for warning in decision.warnings {
                let fates = (today.map(Fate::of_warning), then.map(Fate::of_warning));
                self.say(family, family, fates, warning);
            }
            for gap in decision.not_judged {
                let gap = Gap { policy: gap.policy, reason: gap.reason };
                if !self.gaps.contains(&gap) {
                    self.gaps.push(gap);
                }
            }
        }
    }

    fn say(&mut self, policy: &str, family: &str, fates: (Option<Fate>, Option<Fate>), message: String) {
        let said = self.said.entry(policy.to_owned()).or_insert_with(|| Said {
            policy: policy.to_owned(),
            family: family.to_owned(),
            today: None,
            then: None,
            message,
        });
        said.today = said.today.max(fates.0);
        said.then = said.then.max(fates.1);
    }

    fn finish(self) -> Judgement {
        Judgement { exempt: None, said: self.said.into_values().collect(), gaps: self.gaps }
    }
}
