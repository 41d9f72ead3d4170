//! Rounds of fixes, until nothing more is cured.

use std::collections::{BTreeSet, HashMap, HashSet};

use seawall_checks::Evaluation;
use seawall_core::{Edit, Finding, FixRisk, OriginKind, ResourceId};
use seawall_inventory::Inventory;

use crate::candidate::{Candidate, Key, key, sort};
use crate::danger::dangers;
use crate::left::{Left, Reason};
use crate::outcome::{Fixed, Outcome, files, objects};
use crate::settle::{Settled, settle, together};

/// Whoever judges an inventory: checks, and waivers on their findings.
pub type Judge<'a> = &'a dyn Fn(&Inventory) -> Evaluation;

/// Each round cures something, so only a mistake of a check needs this many.
const MAX_ROUNDS: usize = 32;

/// Evaluations of everything in one run; thousands of fixes that hold need two of them.
const MAX_EVALUATIONS: usize = 1_000;

/// Cures what can be cured with at most this risk among the findings that are `wanted`; findings that somebody accepted are
/// never touched.
pub fn fix(
    inventory: &Inventory,
    judge: Judge<'_>,
    wanted: &dyn Fn(&Finding) -> bool,
    most: FixRisk,
) -> Outcome {
    let before = judge(inventory);
    let mut run = Run { refused: HashMap::new(), fixed: Vec::new(), budget: MAX_EVALUATIONS };
    let mut state: Option<(Inventory, Evaluation)> = None;
    let is_wanted = |finding: &Finding| finding.waiver.is_none() && wanted(finding);
    for _ in 0..MAX_ROUNDS {
        let (world, evaluation) = state.as_ref().map_or((inventory, &before), |(world, now)| (world, now));
        let candidates = evaluation.findings.iter().filter(|finding| is_wanted(finding));
        let pool = candidates.filter_map(Candidate::of).filter(|candidate| {
            candidate.fix.risk <= most && out_of_reach(world, candidate.resource()).is_none()
        });
        match run.round(world, evaluation, judge, pool.collect()) {
            Some(next) => state = Some(next),
            None => break,
        }
    }
    let (after_inventory, after) = state.unwrap_or_else(|| (inventory.replacing([]), before.clone()));
    let open = after.findings.iter().filter(|finding| is_wanted(finding));
    let left = open
        .map(|finding| Left { finding: finding.clone(), reason: run.reason(&after_inventory, finding, most) })
        .collect();
    let changed: BTreeSet<ResourceId> = run.fixed.iter().map(|fixed| fixed.finding.resource).collect();
    Outcome {
        gone: gone(&before, &after, &run.fixed),
        left,
        files: files(inventory, &after_inventory, &changed),
        objects: objects(inventory, &after_inventory, &changed),
        dangers: dangers(inventory, &after_inventory, &changed),
        fixed: run.fixed,
        before,
        after,
        inventory: after_inventory,
    }
}

/// Why an object is not changed itself: something else makes it, and can only be changed there.
fn out_of_reach(inventory: &Inventory, id: ResourceId) -> Option<Reason> {
    let resource = inventory.get(id)?;
    let origin = resource.origin();
    match (origin.kind, inventory.controller_of(resource)) {
        (OriginKind::Rendered, _) => Some(Reason::Rendered(origin.file.to_string())),
        (OriginKind::File | OriginKind::Snapshot | OriginKind::Cluster, Some(owner)) => {
            Some(Reason::Made(owner.subject().to_string()))
        }
        (OriginKind::File | OriginKind::Snapshot | OriginKind::Cluster, None) => {
            inventory.absent_controller(resource).map(|owner| Reason::Made(owner.to_string()))
        }
    }
}

struct Run {
    /// The last fix of a finding that was refused, and why.
    refused: HashMap<Key, (Vec<Edit>, Reason)>,
    fixed: Vec<Fixed>,
    budget: usize,
}

impl Run {
    /// One round; `None` when nothing more is cured.
    fn round(
        &mut self,
        world: &Inventory,
        evaluation: &Evaluation,
        judge: Judge<'_>,
        mut pool: Vec<Candidate>,
    ) -> Option<(Inventory, Evaluation)> {
        pool.retain(|candidate| self.refusal(candidate.key(), &candidate.fix.edits).is_none());
        sort(&mut pool);
        while !pool.is_empty() {
            let (now, later) = together(pool);
            let Settled { accepted, refused, state } =
                settle(world, evaluation, judge, &now, &mut self.budget);
            let refused = refused.into_iter().map(|(one, reason)| (one.key(), (one.fix.edits, reason)));
            self.refused.extend(refused);
            if let Some(state) = state {
                let touched: HashSet<ResourceId> = accepted.iter().map(Candidate::resource).collect();
                // What was refused may hold now.
                self.refused.retain(|(resource, _), _| !touched.contains(resource));
                self.fixed
                    .extend(accepted.into_iter().map(|Candidate { finding, fix }| Fixed { finding, fix }));
                return Some(state);
            }
            pool = later;
        }
        None
    }

    fn reason(&self, inventory: &Inventory, finding: &Finding, most: FixRisk) -> Reason {
        let Some(fix) = &finding.fix else { return Reason::NoFix };
        if let Some(reason) = out_of_reach(inventory, finding.resource) {
            return reason;
        }
        if fix.risk > most {
            return Reason::Risky(fix.risk);
        }
        self.refusal(key(finding), &fix.edits).cloned().unwrap_or(Reason::Untried)
    }

    fn refusal(&self, finding: Key, edits: &[Edit]) -> Option<&Reason> {
        self.refused.get(&finding).filter(|(tried, _)| tried == edits).map(|(_, reason)| reason)
    }
}

/// Findings that are gone although nobody meant them.
fn gone(before: &Evaluation, after: &Evaluation, fixed: &[Fixed]) -> Vec<Finding> {
    let left: HashSet<Key> = after.findings.iter().map(key).collect();
    let meant: HashSet<Key> = fixed.iter().map(|fixed| key(&fixed.finding)).collect();
    let is_gone = |finding: &&Finding| !left.contains(&key(finding)) && !meant.contains(&key(finding));
    before.findings.iter().filter(is_gone).cloned().collect()
}
