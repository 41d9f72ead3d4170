//! Rules that another rule makes needless, and policies that are another policy again.
//!
//! Containment is judged by what is written, not by the pods of today: what is reported stays needless whatever pods come.

use std::collections::BTreeMap;

use seawall_core::Severity;
use seawall_inventory::Place;

use super::{Lint, LintRule, World};
use crate::addresses::AddressSet;
use crate::model::PeerId;
use crate::policy::{Direction, Hosts, PeerKey, Peers, Rule, RulePorts, Scope};
use crate::query::PolicyView;
use crate::{Network, PolicyId, RuleId, Tier};

pub(super) const RULE_SHADOWED: LintRule = LintRule {
    id: "rule-shadowed",
    severity: Severity::Low,
    title: "a rule changes nothing because another one covers it",
    why: "who deletes or narrows this rule believes that access is taken away, and it is not",
    help: "delete the rule, or narrow the one that covers it",
};

pub(super) const POLICY_DUPLICATE: LintRule = LintRule {
    id: "policy-duplicate",
    severity: Severity::Low,
    title: "two policies say the same",
    why: "who changes one of them believes that access changes, and the other one keeps it",
    help: "delete one of them",
};

/// How many rules that can cover each other are compared, at most; what lies beyond is not judged.
pub(super) const MAX_RULES: usize = 1500;

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    let mut groups: BTreeMap<(Tier, Option<&str>), Vec<PolicyView<'_>>> = BTreeMap::new();
    for policy in world.network.policies() {
        groups.entry((policy.tier(), policy.namespace())).or_default().push(policy);
    }
    for ((tier, _), mut policies) in groups {
        // In the order of evaluation; where there is none, in the order of the objects.
        policies.sort_by_key(|policy| {
            // Calico knows an order where others do not.
            let tie = matches!(policy.tier(), Tier::Calico(_)).then(|| policy.name());
            (policy.priority(), tie, policy.resource().id())
        });
        let again = duplicates(world.network, &policies, out);
        policies.retain(|policy| !again.contains(&policy.id()));
        for direction in Direction::ALL {
            shadowed(world.network, tier, direction, &policies, out);
        }
    }
}

fn duplicates(network: &Network, policies: &[PolicyView<'_>], out: &mut Vec<Lint>) -> Vec<PolicyId> {
    let mut first: Vec<&PolicyView<'_>> = Vec::new();
    let mut again = Vec::new();
    for policy in policies {
        match first.iter().find(|other| same(network, other, policy)) {
            None if first.len() < MAX_RULES => first.push(policy),
            None => {}
            Some(other) => {
                again.push(policy.id());
                let place = Place {
                    resource: policy.resource().id(),
                    route: seawall_core::Route::root().key("spec"),
                };
                let mut lint = Lint::new(&POLICY_DUPLICATE, place, format!("says the same as `{other}`"));
                let place =
                    Place { resource: other.resource().id(), route: seawall_core::Route::root().key("spec") };
                lint.related.push((place, "the same again".to_owned()));
                out.push(lint);
            }
        }
    }
    again
}

fn same(network: &Network, a: &PolicyView<'_>, b: &PolicyView<'_>) -> bool {
    let (Some(one), Some(two)) = (network.policies.get(a.id()), network.policies.get(b.id())) else {
        return false;
    };
    one.kind == two.kind
        && one.subject == two.subject
        && Direction::ALL.into_iter().all(|direction| {
            match (one.rules.get(direction), two.rules.get(direction)) {
                (None, None) => true,
                (Some(one), Some(two)) => {
                    one.len() == two.len() && one.iter().zip(two).all(|(one, two)| same_rule(one, two))
                }
                _ => false,
            }
        })
}

fn same_rule(a: &Rule<PeerId>, b: &Rule<PeerId>) -> bool {
    a.action == b.action
        && a.own == b.own
        && a.peers == b.peers
        && a.ports == b.ports
        && a.names == b.names
        && a.narrowed == b.narrowed
}

fn shadowed(
    network: &Network,
    tier: Tier,
    direction: Direction,
    policies: &[PolicyView<'_>],
    out: &mut Vec<Lint>,
) {
    let rules: Vec<RuleId> =
        policies.iter().flat_map(|policy| policy.rules(direction)).take(MAX_RULES).collect();
    // In a union the order does not matter: of two that cover each other the later one is reported.
    let in_order = !tier.is_union();
    for (at, id) in rules.iter().enumerate() {
        let earlier = rules.iter().take(at);
        let later =
            rules.iter().skip(at + 1).filter(|other| !in_order && !covers(network, *id, **other, tier));
        let by = earlier.chain(later).find(|other| covers(network, **other, *id, tier));
        let (Some(by), Some(view)) = (by, network.rule_view(*id)) else { continue };
        let Some(other) = network.rule_view(*by) else { continue };
        let place = Place { resource: view.policy().resource().id(), route: view.route().clone() };
        let whose =
            if by.policy == id.policy { "this policy".to_owned() } else { format!("`{}`", other.policy()) };
        let what = match (view.narrowed(), other.narrowed()) {
            (Some(_), None) => "what it asks above ports holds nothing back",
            _ => "changes nothing",
        };
        let message = format!("{what}: `{}` of {whose} covers it", other.route());
        let mut lint = Lint::new(&RULE_SHADOWED, place, message);
        let place = Place { resource: other.policy().resource().id(), route: other.route().clone() };
        lint.related.push((place, "this rule covers it".to_owned()));
        out.push(lint);
    }
}

/// Whether a rule changes nothing beside another one.
fn covers(network: &Network, big: RuleId, small: RuleId, tier: Tier) -> bool {
    let (Some(one), Some(two)) = (network.rule(big), network.rule(small)) else { return false };
    let same_action = !tier.is_union() || one.action == two.action;
    // What is asked above ports is as good as absent beside a rule that lets everything through.
    let as_wide = one.narrowed.is_none() || one.narrowed == two.narrowed;
    same_action && as_wide && contains(network, big, small)
}

/// Whether everything that `small` matches `big` matches too, for every pod that `small` governs.
pub(super) fn contains(network: &Network, big: RuleId, small: RuleId) -> bool {
    let (Some(one), Some(two)) = (network.rule(big), network.rule(small)) else { return false };
    two.names.is_empty()
        && (big.policy == small.policy || subject_covers(network, big.policy, small.policy))
        && peers_cover(network, &one.own, &two.own)
        && peers_cover(network, &one.peers, &two.peers)
        && ports_cover(&one.ports, &two.ports)
}

fn ports_cover(big: &RulePorts, small: &RulePorts) -> bool {
    (big.except.is_none() || big.except == small.except)
        && small.fixed.is_subset(&big.fixed)
        && small.named.iter().all(|port| big.fixed.is_all() || big.named.contains(port))
}

fn subject_covers(network: &Network, big: PolicyId, small: PolicyId) -> bool {
    match (network.subject_of(big), network.subject_of(small)) {
        (Some(big), Some(small)) => key_covers(&big.key, &small.key),
        _ => false,
    }
}

fn peers_cover(network: &Network, big: &Peers<PeerId>, small: &Peers<PeerId>) -> bool {
    match (big, small) {
        (Peers::Everyone, _) => true,
        (Peers::Any(big), Peers::Any(small)) => list_covers(network, big, small),
        (Peers::Any(big), Peers::Where(small)) => {
            small.all.iter().any(|small| list_covers(network, big, small))
        }
        (Peers::Where(big), Peers::Where(small)) => {
            let covered = |big: &Vec<_>| small.all.iter().any(|small| list_covers(network, big, small));
            big.all.iter().all(covered) && big.none.iter().all(|none| small.none.contains(none))
        }
        (Peers::Any(_) | Peers::Where(_), _) => false,
    }
}

fn list_covers(network: &Network, big: &[PeerId], small: &[PeerId]) -> bool {
    // A rule about nobody matches nothing at all; that is another mistake.
    !small.is_empty()
        && small.iter().all(|small| {
            big.iter().any(|big| {
                big == small
                    || match (network.peers.get(*big), network.peers.get(*small)) {
                        (Some(big), Some(small)) => key_covers(&big.key, &small.key),
                        _ => false,
                    }
            })
        })
}

fn key_covers(big: &PeerKey, small: &PeerKey) -> bool {
    match (big, small) {
        (PeerKey::Pods { scope: a, pods: big }, PeerKey::Pods { scope: b, pods: small }) => {
            let wider = match (a, b) {
                (Scope::One(a), Scope::One(b)) => a == b,
                (Scope::Matching(a), Scope::Matching(b)) => asks_less(&a.0, &b.0),
                (Scope::Matching(a), Scope::One(_)) => a.is_everything(),
                (Scope::One(_), Scope::Matching(_)) => false,
            };
            wider && asks_less(&big.0, &small.0)
        }
        (
            PeerKey::Block { addresses: big, in_cluster: wide },
            PeerKey::Block { addresses: small, in_cluster: narrow },
        ) => (*wide || !narrow) && small.is_subset(big),
        (PeerKey::Nodes(big), PeerKey::Nodes(small)) => asks_less(&big.0, &small.0),
        (PeerKey::Hosts(Hosts::All), PeerKey::Hosts(_) | PeerKey::Nodes(_)) => true,
        (PeerKey::Block { addresses, .. }, PeerKey::Groups { .. }) => *addresses == AddressSet::all(),
        _ => false,
    }
}

/// Whether all that one selector asks for the other asks for too.
fn asks_less<T: PartialEq>(big: &[T], small: &[T]) -> bool {
    big.iter().all(|requirement| small.contains(requirement))
}
