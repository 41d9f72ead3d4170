//! Namespaces whose pods are open because nothing isolates them.

use seawall_core::Severity;

use super::{Lint, LintRule, World, is_system};
use crate::policy::Direction;
use crate::{ClassId, EndpointId};

pub(super) const NAMESPACE_OPEN_INGRESS: LintRule = LintRule {
    id: "namespace-open-ingress",
    severity: Severity::Medium,
    title: "pods of a namespace take connections from everybody",
    why: "every pod of the cluster, and whoever stands in it, reaches every port of these pods",
    help: "add a policy with `podSelector: {}` and `policyTypes: [Ingress]`, then one for each connection that is needed",
};

pub(super) const NAMESPACE_OPEN_EGRESS: LintRule = LintRule {
    id: "namespace-open-egress",
    severity: Severity::Low,
    title: "pods of a namespace may connect to everywhere",
    why: "whoever takes over one of these pods reaches the whole cluster, the nodes and the internet from it",
    help: "add a policy with `podSelector: {}` and `policyTypes: [Egress]`, with DNS and each connection that is needed",
};

pub(super) const POLICIES_FORGET_EGRESS: LintRule = LintRule {
    id: "policies-forget-egress",
    severity: Severity::Medium,
    title: "policies of a namespace are about ingress only",
    why: "somebody went to the trouble of isolating these pods, and whoever takes over one of them still gets out everywhere",
    help: "govern egress too: a policy with `policyTypes: [Egress]`, with DNS and each connection that is needed",
};

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    for (namespace, classes) in world.namespaces.iter().filter(|(name, _)| !is_system(name)) {
        let all: Vec<EndpointId> = classes.values().flatten().copied().collect();
        let open = |direction| -> Vec<EndpointId> {
            let open = classes.iter().filter(|(class, _)| is_open(world, **class, direction));
            open.flat_map(|(_, members)| members.iter().copied()).collect()
        };
        let mut say = |rule, whose: &[EndpointId], message: String, severity: Option<Severity>| {
            let Some(place) = world.place_in(namespace, whose) else { return };
            let mut lint = Lint::new(rule, place, message);
            lint.severity = severity.unwrap_or(lint.severity);
            out.push(lint);
        };
        let (entrances, exits) = (open(Direction::Ingress), open(Direction::Egress));
        if !entrances.is_empty() {
            let names = world.names(entrances.iter().copied());
            let message = format!("everybody may connect to {names} of `{namespace}`");
            say(&NAMESPACE_OPEN_INGRESS, &entrances, message, None);
        } else if !has_default(world, classes.keys().copied(), Direction::Ingress) {
            let message = format!("no policy of `{namespace}` isolates every pod: the next one starts open");
            say(&NAMESPACE_OPEN_INGRESS, &all, message, Some(Severity::Low));
        }
        if !exits.is_empty() {
            let forgotten = entrances.is_empty() && exits.len() == all.len();
            let rule = if forgotten { &POLICIES_FORGET_EGRESS } else { &NAMESPACE_OPEN_EGRESS };
            let message =
                format!("{} of `{namespace}` may connect to everywhere", world.names(exits.iter().copied()));
            say(rule, &exits, message, None);
        }
    }
}

/// Whether every address may be connected with on every port.
fn is_open(world: &World<'_>, class: ClassId, direction: Direction) -> bool {
    world.network.external(class, direction).iter().all(|row| row.ports.is_all())
}

/// Whether a policy would isolate any pod that comes, seen from those that are there.
fn has_default(world: &World<'_>, classes: impl Iterator<Item = ClassId>, direction: Direction) -> bool {
    let mut classes = classes;
    classes.any(|class| {
        world.network.governing(class, direction).any(|policy| {
            let subject = world.network.subject_of(policy.id());
            policy.isolates(direction) && subject.is_some_and(|peer| peer.key.is_everything())
        })
    })
}
