//! What a stricter mode would do: requests are judged as at the door, and for everything that is said it is told what
//! becomes of it today and what would become of it then.
//!
//! ```text
//! object ─ create ─┐
//! audit event ─────┴─ Request ─ exemptions ─ judges ─ Judgement ─ Tally ─ verdict
//! ```
//!
//! Invariants, above all what is absent:
//! - the judges, changers, exemptions and modes are those of the [`Desk`]. In which order they are asked, and what a mode
//!   makes of what they say, is written here once more;
//! - no registry is asked: of images nothing was learnt, so what depends on that is not judged;
//! - no IO and no threads; a log of any length costs bounded memory, and what is not listed is counted;
//! - what could not be judged is never taken for let through: there is no word for safe while a request, an object or a line
//!   is missing.

mod created;
mod hear;
mod judgement;
mod replayed;
mod tally;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;

use seawall_policy::admission::{Decision, Request};
use seawall_yaml::Tree;

use crate::desk::{Desk, identity};
use crate::judge::Budget;
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
        let mut hearing = Hearing::default();
        if !self.changes_objects() {
            let heard = self.hear(request, tree, &|_, _| false);
            hearing.take(heard, &|policy, family| (Some(today(policy, family)), Some(then(policy, family))));
            return hearing.finish();
        }
        // What policies change depends on the mode, and so does what is judged after them.
        let heard = self.hear(request, tree, &|policy, family| today(policy, family) == Mode::Enforce);
        hearing.take(heard, &|policy, family| (Some(today(policy, family)), None));
        let heard = self.hear(request, tree, &|policy, family| then(policy, family) == Mode::Enforce);
        hearing.take(heard, &|policy, family| (None, Some(then(policy, family))));
        hearing.finish()
    }
}

/// What was said, in the making.
#[derive(Default)]
struct Hearing {
    said: BTreeMap<String, Said>,
    gaps: Vec<Gap>,
}

/// A family and what it says.
type Heard = (String, Decision);

/// The modes of a policy of a family today and then, where they are asked for.
type ModesOf<'m> = dyn Fn(&str, &str) -> (Option<Mode>, Option<Mode>) + 'm;

impl Hearing {
    fn take(&mut self, heard: Vec<Heard>, modes: &ModesOf<'_>) {
        for (family, decision) in heard {
            let family = family.as_str();
            for denial in decision.denials {
                let (today, then) = modes(&denial.policy, family);
                let fates = (today.map(Fate::of_denial), then.map(Fate::of_denial));
                self.say(&denial.policy, family, fates, denial.message);
            }
            for note in decision.noted {
                let (today, then) = modes(&note.policy, family);
                let fates = (today.map(|_| Fate::Noted), then.map(|_| Fate::Noted));
                self.say(&note.policy, family, fates, note.message);
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
