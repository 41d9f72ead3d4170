//! Counts and percentages, without weights.

use std::collections::BTreeSet;

use seawall_core::ResourceId;

use crate::comply::{ControlResult, State};

/// How an assessment came out. What was not judged is counted and in no percentage; what is accepted has not passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Controls of the framework.
    pub controls: usize,
    /// Controls by state, those that occur, the worst first.
    pub states: Vec<(State, usize)>,
    /// Controls that passed as far as they were judged, which is in part.
    pub in_part: usize,
    /// Objects that any control judged.
    pub resources: usize,
    /// Those that failed none.
    pub resources_passed: usize,
}

impl Totals {
    pub(crate) fn of(controls: &[ControlResult<'_>]) -> Self {
        let count = |state| controls.iter().filter(|result| result.state == state).count();
        let judged: BTreeSet<ResourceId> =
            controls.iter().flat_map(|result| result.judged.iter().copied()).collect();
        let failed: BTreeSet<ResourceId> =
            controls.iter().flat_map(|result| result.failed.iter().copied()).collect();
        Totals {
            controls: controls.len(),
            states: State::ALL
                .iter()
                .map(|state| (*state, count(*state)))
                .filter(|(_, count)| *count > 0)
                .collect(),
            in_part: controls.iter().filter(|result| result.is_part()).count(),
            resources: judged.len(),
            resources_passed: judged.difference(&failed).count(),
        }
    }

    /// How many controls are in a state.
    pub fn count(&self, state: State) -> usize {
        self.states.iter().find(|(own, _)| *own == state).map_or(0, |(_, count)| *count)
    }

    /// Controls with a verdict.
    pub fn judged(&self) -> usize {
        self.states.iter().filter(|(state, _)| state.is_verdict()).map(|(_, count)| count).sum()
    }

    /// The share of controls with a verdict that passed, rounded down; `None` when none has one.
    pub fn percent(&self) -> Option<usize> {
        percent(self.count(State::Pass), self.judged())
    }

    /// The share of judged objects that failed nothing, rounded down; `None` when none was judged.
    pub fn resource_percent(&self) -> Option<usize> {
        percent(self.resources_passed, self.resources)
    }
}

/// Rounded down, so that 100 means all.
pub(crate) fn percent(part: usize, whole: usize) -> Option<usize> {
    part.saturating_mul(100).checked_div(whole)
}
