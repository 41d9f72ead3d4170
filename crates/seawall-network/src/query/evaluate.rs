//! One program against one other side, or against a whole space of other sides at once.
//!
//! All tiers work alike: rules take from what is undecided, first match first; the end of a tier denies the rest or hands
//! it on; what no tier decides is allowed. A union is a list of rules in any order but for denies, which come first.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::addresses::AddressSet;
use crate::class_set::ClassSet;
use crate::list::Stranger;
use crate::model::ContainerPort;
use crate::model::{ClassId, End, Network, Peer, PeerId, PolicyId, Program, RuleId, TierProgram};
use crate::policy::{Action, Hosts, PeerKey, Peers, Rule, RulePorts, Tier};
use crate::ports::{Point, PortSet};

/// The other side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side<'s> {
    Class(ClassId, Place),
    /// Pods that may come.
    Stranger(&'s Stranger),
    /// An address of a node: blocks meet it only where they meet the cluster.
    Node(IpAddr, Place),
    Address(IpAddr),
}

/// Where the other side runs, seen from the pod that is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    SameNode,
    OtherNode,
    Unknown,
}

impl Place {
    /// Whether a rule about some nodes is about one at this place.
    fn is_among(self, hosts: Hosts, action: Action) -> bool {
        match (self, hosts) {
            (_, Hosts::All) | (Place::SameNode, Hosts::Own) | (Place::OtherNode, Hosts::Other) => true,
            (Place::Unknown, _) => action != Action::Deny,
            (Place::SameNode | Place::OtherNode, _) => false,
        }
    }
}

impl Network {
    /// A rule by its number.
    pub(crate) fn rule(&self, id: RuleId) -> Option<&Rule<PeerId>> {
        self.policies.get(id.policy)?.rules.get(id.direction).as_ref()?.get(id.index as usize)
    }

    /// Whether a rule is about the other side.
    pub(crate) fn meets_side(&self, rule: &Rule<PeerId>, side: Side<'_>) -> bool {
        let meets = |id: &PeerId| self.peer_meets(*id, side, rule.action) == Some(true);
        match &rule.peers {
            Peers::Everyone => true,
            Peers::Any(peers) => peers.iter().any(meets),
            Peers::Where(criteria) => {
                let misses = |id: &PeerId| self.peer_meets(*id, side, rule.action) == Some(false);
                criteria.all.iter().all(|list| list.iter().any(meets)) && criteria.none.iter().all(misses)
            }
        }
    }

    /// Whether a rule is about a class that its policy selects.
    pub(crate) fn is_about(&self, rule: &Rule<PeerId>, class: ClassId) -> bool {
        let meets = |id: &PeerId| self.peers.get(*id).is_some_and(|peer| peer.classes.contains(class));
        match &rule.own {
            Peers::Everyone => true,
            Peers::Any(peers) => peers.iter().any(meets),
            Peers::Where(criteria) => {
                criteria.all.iter().all(|list| list.iter().any(meets)) && !criteria.none.iter().any(meets)
            }
        }
    }

    /// Whether a peer is on the other side; `None` when that is not the same for all pods that may come.
    fn peer_meets(&self, id: PeerId, side: Side<'_>, action: Action) -> Option<bool> {
        let Some(peer) = self.peers.get(id) else { return Some(false) };
        let placed = |place: Place| match peer.key {
            PeerKey::Hosts(hosts) => place.is_among(hosts, action),
            _ => true,
        };
        match side {
            Side::Class(class, place) => Some(peer.classes.contains(class) && placed(place)),
            Side::Stranger(stranger) => stranger.meets(self, &peer.key),
            Side::Address(address) => Some(peer.addresses.contains(address)),
            Side::Node(address, place) => {
                let counts =
                    !matches!(peer.key, PeerKey::Block { in_cluster: false, .. } | PeerKey::Groups { .. });
                Some(counts && peer.addresses.contains(address) && placed(place))
            }
        }
    }

    /// The part of a space that a rule is about, wherever the pod runs that is judged; `of` gives the part of a peer.
    pub(crate) fn part_met<S: Space + Default>(
        &self,
        rule: &Rule<PeerId>,
        whole: S,
        of: impl Fn(&Peer) -> &S,
    ) -> S {
        let anywhere = |peer: &&Peer| match peer.key {
            PeerKey::Hosts(hosts) => Place::Unknown.is_among(hosts, rule.action),
            _ => true,
        };
        let union = |list: &[PeerId]| {
            let mut all = S::default();
            let peers = list.iter().filter_map(|id| self.peers.get(*id)).filter(anywhere);
            peers.for_each(|peer| all.add(of(peer)));
            all
        };
        match &rule.peers {
            Peers::Everyone => whole,
            Peers::Any(list) => whole.common(&union(list)),
            Peers::Where(criteria) => {
                let met = criteria.all.iter().fold(whole, |met, list| met.common(&union(list)));
                met.without(&union(&criteria.none))
            }
        }
    }

    /// What a program allows with one other side; `ports` are the named ports of the destination.
    pub(crate) fn allowed(&self, program: &Program, side: Side<'_>, ports: &[ContainerPort]) -> PortSet {
        let mut state = State::start();
        for tier in &program.0 {
            for rule in tier.rules.iter().filter_map(|id| self.rule(*id)) {
                if self.meets_side(rule, side) {
                    state.take(rule.action, &resolve(&rule.ports, ports));
                }
            }
            state.end(tier.end);
        }
        state.finish()
    }

    /// Which tier and rules decide one connection with one other side.
    pub(crate) fn decide(
        &self,
        program: &Program,
        side: Side<'_>,
        ports: &[ContainerPort],
        point: Point,
    ) -> Decided {
        let mut passed = Vec::new();
        for tier in &program.0 {
            let matched = |id: &&RuleId| {
                self.rule(**id).is_some_and(|rule| {
                    resolve(&rule.ports, ports).holds(point) && self.meets_side(rule, side)
                })
            };
            let mut matching = tier.rules.iter().filter(matched);
            if tier.tier.is_union() {
                let Some((allowed, rules)) = self.united(tier, matching.copied().collect()) else { continue };
                let policies = tier.policies.clone();
                return Decided { allowed, tier: Some(tier.tier), rules, passed, policies };
            }
            let Some(first) = matching.next().copied() else {
                if tier.end == End::Next {
                    continue;
                }
                let (rules, policies) = (Vec::new(), tier.policies.clone());
                return Decided { allowed: false, tier: Some(tier.tier), rules, passed, policies };
            };
            match self.rule(first).map(|rule| rule.action) {
                Some(Action::Pass) | None => passed.push(first),
                Some(action) => {
                    let allowed = action == Action::Allow;
                    let (rules, policies) = (vec![first], vec![first.policy]);
                    return Decided { allowed, tier: Some(tier.tier), rules, passed, policies };
                }
            }
        }
        Decided { allowed: true, tier: None, rules: Vec::new(), passed, policies: Vec::new() }
    }

    /// What the matching rules of a union decide: denies before allows, else its end.
    fn united(&self, tier: &TierProgram, matching: Vec<RuleId>) -> Option<(bool, Vec<RuleId>)> {
        let denies = |id: &RuleId| self.rule(*id).is_some_and(|rule| rule.action == Action::Deny);
        let (denying, allowing): (Vec<_>, Vec<_>) = matching.into_iter().partition(denies);
        match (denying.is_empty(), allowing.is_empty()) {
            (false, _) => Some((false, denying)),
            (true, false) => Some((true, allowing)),
            (true, true) => (tier.end == End::Deny).then(|| (false, Vec::new())),
        }
    }

    /// What a program allows, for every part of a space: disjoint parts, one for each distinct answer. `met` gives the
    /// parts of the space that a rule meets with the ports that it has there, disjoint.
    pub(crate) fn partition<S: Space>(
        &self,
        program: &Program,
        whole: S,
        met: impl Fn(&Rule<PeerId>) -> Vec<(S, PortSet)>,
    ) -> Vec<(PortSet, S)> {
        let mut parts = vec![(State::start(), whole)];
        for tier in &program.0 {
            for rule in tier.rules.iter().filter_map(|id| self.rule(*id)) {
                for (space, ports) in met(rule) {
                    parts = refine(parts, &space, rule.action, &ports);
                }
            }
            for (state, _) in &mut parts {
                state.end(tier.end);
            }
        }
        let mut answers: Vec<(PortSet, S)> = Vec::new();
        for (state, space) in parts {
            merge(&mut answers, state.finish(), space);
        }
        answers
    }
}

/// What decided one connection.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    pub(crate) allowed: bool,
    pub(crate) tier: Option<Tier>,
    pub(crate) rules: Vec<RuleId>,
    pub(crate) passed: Vec<RuleId>,
    pub(crate) policies: Vec<PolicyId>,
}

/// The ports of a rule at a destination with such named ports.
pub(crate) fn resolve<'r>(rule: &'r RulePorts, ports: &[ContainerPort]) -> Cow<'r, PortSet> {
    let mut all = Cow::Borrowed(&rule.fixed);
    for wanted in &rule.named {
        for port in ports.iter().filter(|port| {
            port.name == wanted.name && wanted.protocol.is_none_or(|protocol| protocol == port.protocol)
        }) {
            all = Cow::Owned(all.union(&PortSet::port(port.protocol, port.number)));
        }
    }
    if let Some(except) = &rule.except {
        all = Cow::Owned(all.difference(&resolve(except, ports)));
    }
    all
}

/// How far an evaluation is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    undecided: PortSet,
    allowed: PortSet,
    passed: PortSet,
}

impl State {
    fn start() -> Self {
        State { undecided: PortSet::all(), allowed: PortSet::none(), passed: PortSet::none() }
    }

    fn take(&mut self, action: Action, ports: &PortSet) {
        let taken = self.undecided.intersection(ports);
        if taken.is_empty() {
            return;
        }
        self.undecided = self.undecided.difference(&taken);
        match action {
            Action::Allow => self.allowed = self.allowed.union(&taken),
            Action::Pass => self.passed = self.passed.union(&taken),
            Action::Deny => {}
        }
    }

    fn end(&mut self, end: End) {
        let passed = std::mem::take(&mut self.passed);
        self.undecided = match end {
            End::Next => self.undecided.union(&passed),
            End::Deny => passed,
        };
    }

    fn finish(self) -> PortSet {
        self.allowed.union(&self.undecided)
    }
}

/// A set of other sides.
pub(crate) trait Space: Clone {
    fn is_empty(&self) -> bool;
    fn common(&self, other: &Self) -> Self;
    fn without(&self, other: &Self) -> Self;
    fn add(&mut self, other: &Self);
}

impl Space for AddressSet {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }

    fn common(&self, other: &Self) -> Self {
        self.intersection(other)
    }

    fn without(&self, other: &Self) -> Self {
        self.difference(other)
    }

    fn add(&mut self, other: &Self) {
        *self = self.union(other);
    }
}

impl Space for ClassSet {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }

    fn common(&self, other: &Self) -> Self {
        self.intersection(other)
    }

    fn without(&self, other: &Self) -> Self {
        self.difference(other)
    }

    fn add(&mut self, other: &Self) {
        self.add(other);
    }
}

fn refine<S: Space>(parts: Vec<(State, S)>, space: &S, action: Action, ports: &PortSet) -> Vec<(State, S)> {
    let mut refined: Vec<(State, S)> = Vec::with_capacity(parts.len() + 1);
    for (state, part) in parts {
        let met = part.common(space);
        if met.is_empty() {
            merge(&mut refined, state, part);
            continue;
        }
        let rest = part.without(space);
        let mut after = state.clone();
        after.take(action, ports);
        if !rest.is_empty() {
            merge(&mut refined, state, rest);
        }
        merge(&mut refined, after, met);
    }
    refined
}

/// Adds a part to that of the same answer.
pub(crate) fn merge<A: PartialEq, S: Space>(parts: &mut Vec<(A, S)>, answer: A, space: S) {
    match parts.iter_mut().find(|(other, _)| *other == answer) {
        Some((_, all)) => all.add(&space),
        None => parts.push((answer, space)),
    }
}
