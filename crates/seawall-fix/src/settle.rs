//! Which of many fixes hold, found by few evaluations of everything.
//!
//! All are tried at once. Where that does harm, those that the harm points at are tried after the others, and in halves
//! from there on, until what is left of a group does no harm or is one fix that does. What holds stays in place while the
//! next group is tried, so that the end is judged as a whole.

use std::collections::{BTreeMap, VecDeque};

use seawall_checks::Evaluation;
use seawall_core::ResourceId;
use seawall_inventory::Inventory;

use crate::candidate::Candidate;
use crate::compare::Before;
use crate::left::Reason;
use crate::merge::Merged;
use crate::rounds::Judge;
use crate::sites::{EditsOf, carry_out};

/// What came of a round.
#[derive(Default)]
pub(crate) struct Settled {
    pub(crate) accepted: Vec<Candidate>,
    pub(crate) refused: Vec<(Candidate, Reason)>,
    /// The inventory with what was accepted, and how it is judged; `None` when that is nothing.
    pub(crate) state: Option<(Inventory, Evaluation)>,
}

/// Why a group does not hold: members that it points at, and the reason for a group of one.
struct Fault {
    culprits: Vec<usize>,
    reason: Reason,
}

struct Trials<'a> {
    base: &'a Inventory,
    before: Before<'a>,
    judge: Judge<'a>,
    pool: &'a [Candidate],
}

/// Tries fixes, none of which meets another at its place. `budget` counts evaluations; what is left when it is used up is
/// refused untried.
pub(crate) fn settle(
    base: &Inventory,
    evaluation: &Evaluation,
    judge: Judge<'_>,
    pool: &[Candidate],
    budget: &mut usize,
) -> Settled {
    let trials = Trials { base, before: Before::new(evaluation), judge, pool };
    let mut settled = Settled::default();
    let mut accepted: Vec<usize> = Vec::new();
    let mut groups: VecDeque<Vec<usize>> = VecDeque::from([(0..pool.len()).collect()]);
    while let Some(group) = groups.pop_front() {
        if group.is_empty() {
            continue;
        }
        match trials.attempt(&accepted, &group, budget) {
            Ok(state) => {
                accepted.extend(&group);
                settled.state = Some(state);
            }
            Err(fault) => match group.as_slice() {
                [one] => settled.refused.extend(pool.get(*one).map(|one| (one.clone(), fault.reason))),
                many => {
                    let (first, second) = split(many, &fault.culprits);
                    groups.push_front(second);
                    groups.push_front(first);
                }
            },
        }
    }
    accepted.sort_unstable();
    settled.accepted = accepted.iter().filter_map(|number| pool.get(*number).cloned()).collect();
    settled
}

/// Those that nothing points at, then the others; halves where that tells nobody apart.
fn split(group: &[usize], culprits: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let (pointed, rest): (Vec<usize>, Vec<usize>) = group.iter().partition(|one| culprits.contains(one));
    if pointed.is_empty() || rest.is_empty() {
        let (first, second) = group.split_at(group.len() / 2);
        return (first.to_vec(), second.to_vec());
    }
    (rest, pointed)
}

impl Trials<'_> {
    fn attempt(
        &self,
        accepted: &[usize],
        group: &[usize],
        budget: &mut usize,
    ) -> Result<(Inventory, Evaluation), Fault> {
        let members = |numbers: &[usize]| -> Vec<(usize, &Candidate)> {
            numbers.iter().filter_map(|number| Some((*number, self.pool.get(*number)?))).collect()
        };
        let own = members(group);
        let trial: Vec<(usize, &Candidate)> = members(accepted).into_iter().chain(own.clone()).collect();
        let of = |resources: &[ResourceId]| -> Vec<usize> {
            own.iter().filter(|(_, one)| resources.contains(&one.resource())).map(|(n, _)| *n).collect()
        };
        let world = carry_out(self.base, &edits_of(&trial)).map_err(|failures| {
            let resources: Vec<ResourceId> =
                failures.iter().flat_map(|failure| &failure.resources).copied().collect();
            let mut errors = failures.into_iter().map(|failure| failure.error);
            Fault { culprits: of(&resources), reason: errors.next().map_or(Reason::Stays, Reason::Refused) }
        })?;
        let Some(left) = budget.checked_sub(1) else {
            return Err(Fault { culprits: Vec::new(), reason: Reason::Untried });
        };
        *budget = left;
        let after = (self.judge)(&world);
        let uncured = self.before.uncured(&trial, &after);
        let harms = self.before.harms(&after);
        if uncured.is_empty() && harms.is_empty() {
            return Ok((world, after));
        }
        let places: Vec<ResourceId> = harms.iter().filter_map(|harm| harm.resource).collect();
        let mut culprits = of(&places);
        culprits.extend(&uncured);
        let stays = uncured.iter().any(|number| group.contains(number));
        let harm = harms.into_iter().next().map(|harm| harm.reason);
        let reason = match harm {
            Some(reason) if !stays => reason,
            _ => Reason::Stays,
        };
        Err(Fault { culprits, reason })
    }
}

fn edits_of(trial: &[(usize, &Candidate)]) -> EditsOf {
    let mut merged: BTreeMap<ResourceId, Merged> = BTreeMap::new();
    for (_, candidate) in trial {
        // They were chosen so that none meets another.
        merged.entry(candidate.resource()).or_default().add(&candidate.fix.edits);
    }
    merged.into_iter().map(|(id, merged)| (id, merged.edits())).collect()
}

/// Those that can be made together, first come first served, and those that have to wait.
pub(crate) fn together(pool: Vec<Candidate>) -> (Vec<Candidate>, Vec<Candidate>) {
    let mut merged: BTreeMap<ResourceId, Merged> = BTreeMap::new();
    pool.into_iter()
        .partition(|candidate| merged.entry(candidate.resource()).or_default().add(&candidate.fix.edits))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn groups_shrink() {
        assert_eq!(split(&[1, 2, 3], &[2, 9]), (vec![1, 3], vec![2]));
        assert_eq!(split(&[1, 2, 3], &[]), (vec![1], vec![2, 3]));
        assert_eq!(split(&[1, 2, 3], &[3, 2, 1]), (vec![1], vec![2, 3]));
    }
}
