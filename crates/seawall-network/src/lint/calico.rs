//! Tiers of Calico that do nothing, rules that hand on to nobody, and policies that only show what they would do.

use std::collections::BTreeMap;

use seawall_core::{Confidence, Route, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use super::{Lint, LintRule, World};
use crate::model::CALICO_GROUPS;
use crate::policy::{Action, Direction};
use crate::{ClassId, Profile, RuleId, Tier};

pub(super) const PASS_TO_NOTHING: LintRule = LintRule {
    id: "pass-to-nothing",
    severity: Severity::Medium,
    title: "a rule hands connections on, and no tier comes behind",
    why: "behind the last tier the profile of the namespace allows everything: what the rule passes on is open, though no rule \
          says so",
    help: "write `Allow` if that is meant, else add a policy to a later tier",
};

pub(super) const STAGED_POLICY: LintRule = LintRule {
    id: "staged-policy",
    severity: Severity::Info,
    title: "a policy is staged",
    why: "it shows in flow logs what it would do, and holds nothing back",
    help: "enforce it once the logs show nothing unexpected, or delete it",
};

pub(super) const TIER_WITHOUT_POLICIES: LintRule = LintRule {
    id: "tier-without-policies",
    severity: Severity::Low,
    title: "a tier has no policies",
    why: "a tier by itself decides nothing: whoever made it believes that something is evaluated there",
    help: "add the policies, or delete the tier",
};

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    if world.network.profile() != Profile::Calico {
        return;
    }
    for kind in ["StagedNetworkPolicy", "StagedGlobalNetworkPolicy", "StagedKubernetesNetworkPolicy"] {
        for staged in objects(world, kind) {
            let place = Place { resource: staged.id(), route: Route::root().key("spec") };
            out.push(Lint::new(&STAGED_POLICY, place, "is staged: it is not in force".to_owned()));
        }
    }
    tiers(world, out);
    passes(world, out);
}

/// The objects of a kind of Calico's, each once though it may be stored too.
fn objects<'w>(world: &World<'w>, kind: &'static str) -> Vec<&'w Resource> {
    let mut found: BTreeMap<(&str, &str), &Resource> = BTreeMap::new();
    for group in CALICO_GROUPS.into_iter().rev() {
        for object in world.inventory.of_kind(GroupKind::new(group, kind)) {
            found.insert((object.namespace().unwrap_or(""), object.name()), object);
        }
    }
    found.into_values().collect()
}

fn tiers(world: &World<'_>, out: &mut Vec<Lint>) {
    for tier in objects(world, "Tier") {
        let policies = world.network.policies();
        let used = policies.filter_map(|policy| match policy.tier() {
            Tier::Calico(name) => Some(world.network.tier_name(name)),
            _ => None,
        });
        let built_in = world.network.is_built_in(tier.name());
        if built_in || used.collect::<Vec<_>>().contains(&tier.name()) {
            continue;
        }
        let place = Place { resource: tier.id(), route: Route::root().keys(&["metadata", "name"]) };
        let mut lint = Lint::new(&TIER_WITHOUT_POLICIES, place, "no policy stands in this tier".to_owned());
        lint.confidence = if world.complete { Confidence::High } else { Confidence::Low };
        out.push(lint);
    }
}

/// Rules that pass in what is the last tier for every class that they govern.
fn passes(world: &World<'_>, out: &mut Vec<Lint>) {
    let network = world.network;
    let mut last: BTreeMap<RuleId, bool> = BTreeMap::new();
    for class in network.class_ids() {
        for direction in Direction::ALL {
            for (rule, is_last) in passing(world, class, direction) {
                let all = last.entry(rule).or_insert(true);
                *all &= is_last;
            }
        }
    }
    for (rule, _) in last.into_iter().filter(|(_, is_last)| *is_last) {
        let Some(view) = network.rule_view(rule) else { continue };
        let place = Place { resource: view.policy().resource().id(), route: view.route().clone() };
        let message = "passes on to no tier: what it matches is allowed".to_owned();
        let mut lint = Lint::new(&PASS_TO_NOTHING, place, message);
        lint.confidence = if world.complete { Confidence::High } else { Confidence::Medium };
        out.push(lint);
    }
}

/// The rules that pass for a class, and whether no tier with policies for it comes behind.
fn passing(world: &World<'_>, class: ClassId, direction: Direction) -> Vec<(RuleId, bool)> {
    let tiers = world.network.tiers_of(class, direction);
    let mut found = Vec::new();
    for (at, rules) in tiers.iter().enumerate() {
        let is_last = at + 1 == tiers.len();
        let passes = |id: &&RuleId| world.network.rule(**id).is_some_and(|rule| rule.action == Action::Pass);
        found.extend(rules.iter().filter(passes).map(|id| (*id, is_last)));
    }
    found
}
