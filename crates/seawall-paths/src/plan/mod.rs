//! What to change next: the changes of a cluster in the order of what they sever for what they cost and risk.
//!
//! ```text
//! paths of now ─ bounds ─▶ targets ─ propose ─▶ candidates ─ prove ─▶ the best one ─ apply ─▶ paths of then ─ …
//! ```
//!
//! Invariants, above all what is absent:
//! - every change is carried out on the objects in memory and judged by asking the model again: what it severs are the
//!   pairs that are then gone, and a change with which a new pair appears is not proposed;
//! - each step stands on those before it;
//! - what a candidate can sever at most is the worth of the paths that go through it, so candidates are proven in that
//!   order until no other can be better;
//! - nothing is changed anywhere else; no value of a secret is read, printed or needed.

mod candidate;
mod candidates;
mod change;
mod harden;
mod patch;
mod propose;
mod replaced;
mod rights;
mod site;
mod state;
mod workloads;
mod worth;

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Problem;
use seawall_inventory::Inventory;
use seawall_rbac::usage::Requests;
use serde::Serialize;

pub use candidate::{ChangeKind, Risk, RiskLevel};
pub use change::ObjectChange;
pub use patch::{Patch, patch_command, shell_word};
pub use replaced::{Replaced, replaced};
pub use state::{State, Undo};

use crate::ask::{Pair, Window, window};
use crate::path::Evidence;
use candidate::Candidate;
use candidates::{Bounds, Target, bounds, target_of};
use patch::patches;
use propose::{Proposer, plural};
use site::Site;
use worth::Paths;

/// Targets for which candidates are made at each step, those with the most going through them.
const MAX_TARGETS: usize = 64;
/// Candidates that are proven at each step.
const MAX_PROVEN: usize = 16;

/// What a change costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The objects that are changed.
    pub objects: Vec<String>,
    /// How many pods start again.
    pub restarts: usize,
    /// Who uses today what goes.
    pub used_by: Vec<String>,
    /// In points.
    pub effort: u64,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanStep {
    /// What to do, in a line.
    pub title: String,
    /// What sort of change it is.
    pub kind: ChangeKind,
    /// Where what changes stands.
    pub evidence: Vec<Evidence>,
    /// The pairs that are gone afterwards.
    pub severs: Vec<Pair>,
    /// What to run.
    pub patch: Vec<Patch>,
    /// What it costs.
    pub cost: Cost,
    /// What it may break.
    pub risk: Risk,
    /// What to do when it cannot be done.
    pub mitigation: String,
    /// What takes it back.
    pub rollback: Vec<Patch>,
    /// Pairs that are left afterwards, by sink.
    pub left: BTreeMap<String, usize>,
}

/// The next changes of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Pairs of today, by sink.
    pub paths: BTreeMap<String, usize>,
    /// The changes in order.
    pub steps: Vec<PlanStep>,
    /// Why there are no more steps.
    pub then: Then,
    /// Pairs that no step severs, when nothing more can be proposed.
    pub remaining: Vec<Pair>,
    /// The time of the audit log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Window>,
}

/// What follows the last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// No path is left.
    NoPath,
    /// There is more to do than was asked for.
    More,
    /// Paths are left, and nothing that is known here severs any.
    NoProposal,
}

/// Makes a plan of at most `top` steps. Problems are those of reading rights.
pub fn plan(inventory: &Inventory, requests: Option<&Requests>, top: usize) -> (Plan, Vec<Problem>) {
    let (mut state, problems) = State::of(inventory);
    let site = Site::of(inventory);
    let mut paths = Paths::of(state.model());
    let mut pairs = paths.pairs(state.model());
    let before = by_sink(&pairs);
    let mut steps = Vec::new();
    let mut then = Then::NoPath;
    while !pairs.is_empty() {
        if steps.len() == top {
            then = Then::More;
            break;
        }
        let Some(candidate) = best(&mut state, &site, requests, (&paths, &pairs)) else {
            then = Then::NoProposal;
            break;
        };
        let Some((patch, rollback)) = patches(&state, &candidate.changes) else {
            then = Then::NoProposal;
            break;
        };
        let all: Vec<ObjectChange> = candidate.changes.iter().chain(&candidate.follows).cloned().collect();
        state.change(&all);
        paths = Paths::of(state.model());
        let after = paths.pairs(state.model());
        let severs = pairs.difference(&after).cloned().collect();
        steps.push(step(candidate, severs, patch, rollback, by_sink(&after)));
        pairs = after;
    }
    let remaining = if then == Then::NoProposal { pairs.into_iter().collect() } else { Vec::new() };
    let plan = Plan { paths: before, steps, then, remaining, observed: requests.and_then(window) };
    (plan, problems)
}

fn by_sink(pairs: &BTreeSet<Pair>) -> BTreeMap<String, usize> {
    let mut sinks = BTreeMap::new();
    for pair in pairs {
        *sinks.entry(pair.sink.clone()).or_default() += 1;
    }
    sinks
}

fn step(
    candidate: Candidate,
    severs: Vec<Pair>,
    patch: Vec<Patch>,
    rollback: Vec<Patch>,
    left: BTreeMap<String, usize>,
) -> PlanStep {
    let mut objects: Vec<String> = candidate
        .changes
        .iter()
        .flat_map(|change| match change {
            ObjectChange::Delete(word) | ObjectChange::Edit(word, _) => vec![word.clone()],
            ObjectChange::Apply(manifest) => {
                change::parsed(manifest).unwrap_or_default().iter().map(crate::objects::word).collect()
            }
        })
        .collect();
    objects.sort();
    objects.dedup();
    PlanStep {
        title: candidate.title,
        kind: candidate.kind,
        evidence: candidate.evidence,
        severs,
        patch,
        cost: Cost {
            objects,
            restarts: candidate.restarts,
            used_by: candidate.used_by,
            effort: candidate.effort,
        },
        risk: candidate.risk,
        mitigation: candidate.mitigation,
        rollback,
        left,
    }
}

/// The candidate that severs the most for its price, proven.
fn best(
    state: &mut State,
    site: &Site,
    requests: Option<&Requests>,
    now: (&Paths, &BTreeSet<Pair>),
) -> Option<Candidate> {
    let (single, together) = {
        let proposer = Proposer::new(state, site, requests);
        let single = ranked(&proposer, &bounds(state.model(), site, now.0));
        let together = together(&proposer, now.1);
        (single, together)
    };
    let mut best: Option<(u64, Candidate)> = None;
    for (bound, candidate) in single.into_iter().take(MAX_PROVEN) {
        if best.as_ref().is_some_and(|(score, _)| *score >= score_of(bound, &candidate)) {
            break;
        }
        if let Some(gain) = proven(state, &candidate, now) {
            let score = score_of(gain, &candidate);
            if best.as_ref().is_none_or(|(other, _)| score > *other) {
                best = Some((score, candidate));
            }
        }
    }
    // Where each path has an alternate no change severs any by itself.
    let alone = best.map(|(_, candidate)| candidate);
    alone.or_else(|| together.filter(|candidate| proven(state, candidate, now).is_some()))
}

fn score_of(gain: u64, candidate: &Candidate) -> u64 {
    gain.saturating_mul(1_000) / candidate.price()
}

/// Candidates with what they could sever at most, the best first.
fn ranked(proposer: &Proposer<'_>, bounds: &Bounds) -> Vec<(u64, Candidate)> {
    let mut targets: Vec<(&Target, u64)> = bounds.iter().map(|(target, bound)| (target, *bound)).collect();
    targets.sort_by_key(|(target, bound)| (std::cmp::Reverse(*bound), *target));
    targets.truncate(MAX_TARGETS);
    let of = |(target, bound): (&Target, u64)| {
        proposer.of(target).into_iter().map(move |candidate| (bound, candidate))
    };
    let mut ranked: Vec<(u64, Candidate)> = targets.into_iter().flat_map(of).collect();
    ranked.sort_by_cached_key(|(bound, candidate)| {
        (std::cmp::Reverse(score_of(*bound, candidate)), candidate.kind, candidate.title.clone())
    });
    ranked
}

/// What a candidate is worth: `None` when it severs nothing, cannot be carried out, or lets a new pair appear.
fn proven(
    state: &mut State,
    candidate: &Candidate,
    (paths, pairs): (&Paths, &BTreeSet<Pair>),
) -> Option<u64> {
    let all: Vec<ObjectChange> = candidate.changes.iter().chain(&candidate.follows).cloned().collect();
    let undo = state.change(&all)?;
    let after = Paths::of(state.model());
    let then = after.pairs(state.model());
    state.undo(undo);
    // Whoever held the whole cluster had the lesser sinks too; they are only listed once that is gone.
    let held =
        |pair: &&Pair| pairs.contains(&Pair { from: pair.from.clone(), sink: "cluster-admin".to_owned() });
    let appeared = then.difference(pairs).any(|pair| !held(&pair));
    let gain = paths.total.saturating_sub(after.total);
    (gain > 0 && !appeared).then_some(gain)
}

/// The cheapest cut of the worst sink that is reached, as one change.
fn together(proposer: &Proposer<'_>, pairs: &BTreeSet<Pair>) -> Option<Candidate> {
    let model = proposer.state.model();
    let sinks: BTreeSet<&str> = pairs.iter().map(|pair| pair.sink.as_str()).collect();
    let worst = sinks.into_iter().max_by_key(|sink| worth::weight_of(sink))?;
    let filter = crate::Filter { from: Vec::new(), to: vec![worst.to_owned()] };
    let cut = model.cut(&filter, proposer.requests).ok()?;
    let mut parts: Vec<Candidate> = Vec::new();
    for change in &cut.changes {
        let candidates = proposer.of(&target_of(proposer.site, change)?);
        parts.push(candidates.into_iter().min_by_key(Candidate::price)?);
    }
    let first = parts.first()?;
    let riskiest = parts.iter().map(|part| &part.risk).max_by_key(|risk| risk.level)?;
    Some(Candidate {
        kind: ChangeKind::Together,
        title: format!(
            "{} that only together sever paths to {worst}: {}",
            plural(parts.len(), "change"),
            parts.iter().map(|part| part.title.as_str()).collect::<Vec<_>>().join("; ")
        ),
        changes: parts.iter().flat_map(|part| part.changes.clone()).collect(),
        follows: parts.iter().flat_map(|part| part.follows.clone()).collect(),
        effort: parts.iter().map(|part| part.effort).sum(),
        restarts: parts.iter().map(|part| part.restarts).sum(),
        used_by: parts.iter().flat_map(|part| part.used_by.clone()).collect(),
        risk: riskiest.clone(),
        mitigation: first.mitigation.clone(),
        evidence: parts.iter().flat_map(|part| part.evidence.clone()).collect(),
    })
}
