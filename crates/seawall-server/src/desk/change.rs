//! The hook at which objects are changed: who changes goes one after the other, each seeing what those before it made.
//!
//! Invariants:
//! - what is not enforced changes nothing: the answer tells what it would change, by place and never by value;
//! - what is refused is not changed, and an object that nobody changed gets no patch.

use seawall_policy::admission::{Decision, Request};
use seawall_yaml::{Node, Tree};

use super::{Desk, Ruling, together};
use crate::event::Outcome;
use crate::judge::{Around, Changer, in_turn};
use crate::mode::{Identity, Mode};
use crate::review::patch;

impl Desk {
    /// Lets everybody change the object of a request.
    pub(super) fn change(&self, ruling: &mut Ruling<'_>, around: &Around<'_>) {
        let Some(original) = ruling.request.object else { return };
        let changed = in_turn(&self.changers.get(), ruling.request, around, |changer, request, around| {
            self.change_by(changer, ruling, request, around)
        });
        let Some(changed) = changed else { return };
        match patch::operations(original, changed.root()) {
            Some(operations) if operations.is_empty() => {}
            Some(operations) => ruling.answer.patch = Some(patch::json(&operations)),
            None => {
                ruling.changed.clear();
                ruling.gap(super::FAMILIES, Mode::Enforce, TOO_DEEP);
            }
        }
    }

    /// What a family makes of the object of a request by those of its policies that are enforced.
    fn change_by(
        &self,
        changer: &dyn Changer,
        ruling: &mut Ruling<'_>,
        request: &Request<'_>,
        around: &Around<'_>,
    ) -> Option<Tree> {
        let family = changer.family();
        let is_enforced = |id: &str| ruling.mode(id, family) == Mode::Enforce;
        let (enforced, others): (Vec<&String>, Vec<&String>) =
            changer.ids().iter().partition(|id| is_enforced(id));
        let ask = |counts: &dyn Fn(&str) -> bool| {
            self.ask(family, around.budget, || changer.change(request, around, counts))
        };
        let (mut made, mut told) = (None, false);
        if !enforced.is_empty() {
            let decision = ask(&|id| enforced.iter().any(|own| *own == id));
            told = decision.not_judged.iter().any(|gap| gap.policy == family);
            made = ruling.take_change(family, Mode::Enforce, only(decision, &enforced, family, true));
        }
        let milder = others.iter().map(|id| ruling.mode(id, family)).max();
        if let Some(mode) = milder {
            let mut all = ask(&|_| true);
            // Whoever refused, nobody can say what would have come of it.
            all.object.take_if(|_| !all.denials.is_empty());
            let mut all = only(all, &others, family, !told);
            let changed = std::mem::take(&mut all.changed);
            if let Some(object) = ruling.take_change(family, mode, all)
                && let Some(before) = made.as_ref().map(Tree::root).or(request.object)
            {
                ruling.would_change(family, &changed, before, object.root());
            }
        }
        made
    }

    /// The strictest mode of anything that changes objects.
    pub(super) fn strictest_change(&self, object: Identity<'_>) -> Mode {
        let changers = self.changers.get();
        let modes = changers.iter().flat_map(|changer| {
            changer.ids().iter().map(|id| self.rules.modes.of(id, changer.family(), object))
        });
        modes.max().unwrap_or_default()
    }
}

const TOO_DEEP: &str = "the changed object is nested too deeply";

/// What a decision says of some of the policies of a family, and of the family as a whole.
fn only(mut decision: Decision, ids: &[&String], family: &str, whole: bool) -> Decision {
    let is_one = |policy: &str| ids.iter().any(|id| *id == policy);
    decision.denials.retain(|denial| is_one(&denial.policy));
    decision.not_judged.retain(|gap| is_one(&gap.policy) || whole && gap.policy == family);
    decision.changed.retain(|policy| is_one(policy));
    decision
}

impl Ruling<'_> {
    /// Takes in what somebody said who changes objects; gives the object. `whole` is the mode of what is said of the family
    /// as a whole.
    fn take_change(&mut self, family: &str, whole: Mode, mut decision: Decision) -> Option<Tree> {
        for gap in std::mem::take(&mut decision.not_judged) {
            let mode = if gap.policy == family { whole } else { self.mode(&gap.policy, family) };
            self.gap(&gap.policy, mode, &gap.reason);
        }
        self.changed.append(&mut decision.changed);
        let object = decision.object.take().filter(|_| decision.denials.is_empty());
        self.take(family, decision);
        object
    }

    /// Notes what policies would change that are not enforced, if anything.
    fn would_change(&mut self, family: &str, policies: &[String], before: Node<'_>, after: Node<'_>) {
        let Some(places) = patch::operations(before, after) else {
            return self.gap(family, Mode::Audit, TOO_DEEP);
        };
        let places: Vec<String> = places.iter().map(|one| format!("{} {}", one.op, one.path)).collect();
        if places.is_empty() {
            return;
        }
        let what = format!("would change the object: {}", together(&places));
        let (warned, noted): (Vec<&String>, Vec<&String>) =
            policies.iter().partition(|policy| self.mode(policy, family) == Mode::Warn);
        for (mode, outcome, policies) in
            [(Mode::Warn, Outcome::Warned, warned), (Mode::Audit, Outcome::Audited, noted)]
        {
            if policies.is_empty() {
                continue;
            }
            policies.iter().for_each(|policy| self.tell(policy, mode, outcome, "Change"));
            let policies: Vec<String> = policies.into_iter().cloned().collect();
            let text = format!("{}: {what}", policies.join(", "));
            let texts = if mode == Mode::Warn { &mut self.answer.warnings } else { &mut self.would_change };
            texts.push(text);
        }
    }
}
