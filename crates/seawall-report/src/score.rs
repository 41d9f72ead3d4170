//! Scores of pillars; `docs/score.md` explains the formula with an example that a test evaluates.

use seawall_checks::{Evaluation, Tally};
use seawall_core::Pillar;

/// The score of a tally, 0 to 100: the share of the weight of evaluated verdicts that passed, rounded down.
///
/// Rounding down keeps 100 for "nothing failed". `None` when nothing that weighs was evaluated: no data is no pass.
pub fn score(tally: &Tally) -> Option<u8> {
    let passed = u128::from(tally.evaluated.saturating_sub(tally.failed));
    let share = (passed * 100).checked_div(u128::from(tally.evaluated))?;
    u8::try_from(share).ok()
}

/// The scores of the six pillars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scores([(Pillar, Option<u8>); 6]);

impl Scores {
    /// The scores of a run. Reliability has none: it stands beside the six pillars.
    pub fn of(evaluation: &Evaluation) -> Self {
        Scores(Pillar::SCORED.map(|pillar| (pillar, evaluation.tallies.get(&pillar).and_then(score))))
    }

    /// Pillars in the order reports list them, with `None` where nothing was evaluated.
    pub fn iter(&self) -> impl Iterator<Item = (Pillar, Option<u8>)> + '_ {
        self.0.iter().copied()
    }

    /// The score of one pillar.
    pub fn get(&self, pillar: Pillar) -> Option<u8> {
        self.iter().find(|(scored, _)| *scored == pillar).and_then(|(_, score)| score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_scale_are_earned() {
        let of = |evaluated, failed| score(&Tally { evaluated, failed });
        assert_eq!(of(0, 0), None);
        assert_eq!(of(8, 0), Some(100));
        assert_eq!(of(8, 8), Some(0));
        assert_eq!(of(100_000, 1), Some(99), "never 100 when something failed");
        assert_eq!(of(100_000, 99_999), Some(0));
        assert_eq!(of(u64::MAX, 1), Some(99), "no overflow");
        assert_eq!(of(1, 2), Some(0), "a tally that cannot be is no panic");
    }
}
