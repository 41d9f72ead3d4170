//! Policies and peers that match nothing.

use seawall_core::{Confidence, Severity};
use seawall_inventory::Place;

use super::{Lint, LintRule, World};
use crate::RuleId;
use crate::expression::Bound;
use crate::model::Peer;
use crate::policy::{Direction, PeerKey, Peers, Scope};
use crate::query::{PolicyView, RuleView};

/// A policy selects no pod.
pub const POLICY_SELECTS_NOTHING: LintRule = LintRule {
    id: "policy-selects-nothing",
    severity: Severity::Medium,
    title: "a policy selects no pod",
    why: "whoever wrote it believes that pods are protected which are not: a label is misspelt, or was renamed",
    help: "correct the selector, or delete the policy",
};

/// A peer of a rule matches no pod.
pub const PEER_MATCHES_NOTHING: LintRule = LintRule {
    id: "peer-matches-nothing",
    severity: Severity::Low,
    title: "a peer of a rule matches no pod",
    why: "the rule lets nobody through: either a connection is broken, or a label waits for somebody to take it",
    help: "correct the selector, or delete the peer",
};

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    for policy in world.network.policies() {
        if policy.selected().is_empty() && may_accuse(world, &policy) {
            let place = Place { resource: policy.resource().id(), route: policy.subject_place() };
            let mut lint = Lint::new(&POLICY_SELECTS_NOTHING, place, "selects no pod".to_owned());
            lint.confidence = confidence(world);
            out.push(lint);
        }
        for direction in Direction::ALL {
            policy.rules(direction).for_each(|rule| peers(world, &policy, rule, out));
        }
    }
}

fn confidence(world: &World<'_>) -> Confidence {
    if world.complete { Confidence::High } else { Confidence::Medium }
}

/// Whether nothing selected proves something. A selector of everything in an empty namespace is a precaution; in a folder
/// the pods may be elsewhere.
fn may_accuse(world: &World<'_>, policy: &PolicyView<'_>) -> bool {
    let Some(peer) = world.network.subject_of(policy.id()) else { return false };
    if peer.key.is_everything() {
        return false;
    }
    world.complete || is_populated(world, peer)
}

/// Whether any namespace that a selector looks into has pods here.
fn is_populated(world: &World<'_>, peer: &Peer) -> bool {
    match &peer.key {
        PeerKey::Pods { scope: Scope::One(namespace), .. } => {
            world.namespaces.contains_key(world.network.words.text(*namespace))
        }
        PeerKey::Pods { scope: Scope::Matching(selector), .. } => {
            world.network.namespaces.iter().any(|(name, namespace)| {
                selector.matches(&namespace.labels)
                    && world.namespaces.contains_key(world.network.words.text(*name))
            })
        }
        PeerKey::Labelled { expr, .. } => match expr.bound() {
            Bound::Namespaces(names) => {
                names.iter().any(|name| world.namespaces.contains_key(world.network.words.text(*name)))
            }
            Bound::Label(..) | Bound::None => false,
        },
        _ => false,
    }
}

fn peers(world: &World<'_>, policy: &PolicyView<'_>, id: RuleId, out: &mut Vec<Lint>) {
    let Some(rule) = world.network.rule(id) else { return };
    let list: Vec<_> = match &rule.peers {
        Peers::Everyone => return,
        Peers::Any(list) => list.iter().collect(),
        Peers::Where(criteria) => criteria.all.iter().flatten().collect(),
    };
    for (at, peer) in list.into_iter().enumerate() {
        let Some(peer) = world.network.peers.get(*peer) else { continue };
        let everything = match &peer.key {
            PeerKey::Pods { pods, scope } => pods.is_everything() && matches!(scope, Scope::One(_)),
            PeerKey::Labelled { expr, .. } => expr.is_about_namespaces_only() || !peer.addresses.is_empty(),
            _ => continue,
        };
        let met = peer.classes.intersection(&world.network.classes.live);
        if !met.is_empty() || everything || !(world.complete || is_populated(world, peer)) {
            continue;
        }
        let Some(view) = world.network.rule_view(id) else { continue };
        let place = peer_place(policy, &view, id.direction, at);
        let mut lint = Lint::new(&PEER_MATCHES_NOTHING, place, "this peer matches no pod".to_owned());
        lint.confidence = confidence(world);
        out.push(lint);
    }
}

/// The item of `from` or `to`, where it stands in the object as written.
fn peer_place(policy: &PolicyView<'_>, rule: &RuleView<'_>, direction: Direction, at: usize) -> Place {
    let key = if direction == Direction::Ingress { "from" } else { "to" };
    let route = rule.route().clone().key(key).index(at);
    let exists = policy.resource().root().at(&route).is_some();
    Place { resource: policy.resource().id(), route: if exists { route } else { rule.route().clone() } }
}
