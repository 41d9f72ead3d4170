//! One source, one destination, one port: what the proxy at the destination says.
//!
//! The order is that of Istio: what is plaintext where mutual TLS is asked for is refused; then CUSTOM, DENY and ALLOW
//! policies. Where a destination takes both, a source with a sidecar may do either: its proxy uses mutual TLS, and whoever gets
//! around the proxy of its own pod does not. A ztunnel is outside the pod, and is not got around.

use std::collections::BTreeSet;

use super::Mesh;
use super::answer::Match;
use super::condition::{Identity, Requirement, Seen};
use super::ends::{Destination, PolicyIndex, Source};
use super::member::Member;
use super::peer::MtlsMode;
use super::policy::{Enforcer, MeshAction, Policy, Rule};
use super::services::{Speaks, WaypointUse};
use super::verdict::{MeshAnswer, MeshBecause, MeshPiece, MeshVerdict, Mtls};
use crate::ports::{PortSet, Protocol};

/// A port; `None` stands for all that nobody names.
type Named = Option<u16>;

/// How a source may come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    Mutual,
    Plain,
    /// Either, mutual TLS being what its proxy does.
    Both,
    /// Mutual TLS if the proxies understand each other, else refused.
    Unknown,
    /// Plaintext, which is refused.
    Refused,
}

impl Mesh {
    /// What holds from a source to a destination, for all ports.
    pub(super) fn pieces(&self, source: &Source, destination: &Destination) -> Vec<MeshPiece> {
        let mut pieces: Vec<MeshPiece> = Vec::new();
        let free = destination.not_taken.clone();
        if !free.is_empty() {
            let verdict = MeshVerdict::new(MeshAnswer::Allowed, MeshBecause::NotTaken);
            pieces.push(MeshPiece { ports: free.clone(), verdict });
        }
        let taken = PortSet::all().difference(&free);
        if taken.is_empty() {
            return pieces;
        }
        let named = self.named_ports(destination);
        let each = named.iter().map(|port| (Some(*port), PortSet::port(Protocol::Tcp, *port)));
        let rest = named
            .iter()
            .fold(taken.clone(), |rest, port| rest.difference(&PortSet::port(Protocol::Tcp, *port)));
        for (port, ports) in each.chain([(None, rest)]) {
            let ports = ports.intersection(&taken);
            if ports.is_empty() {
                continue;
            }
            let verdict = self.judge(source, destination, port);
            match pieces.iter_mut().find(|piece| piece.verdict == verdict) {
                Some(piece) => piece.ports = piece.ports.union(&ports),
                None => pieces.push(MeshPiece { ports, verdict }),
            }
        }
        pieces
    }

    /// The ports that may be judged otherwise than the rest.
    fn named_ports(&self, destination: &Destination) -> BTreeSet<u16> {
        let mut named: BTreeSet<u16> = destination.speaks.keys().copied().collect();
        named.extend(destination.peer.ports().map(|(port, _)| port));
        let waypoints = destination.waypoints.iter().flat_map(|one| self.waypoint_policies(one));
        let policies = destination.policies.iter().copied().chain(waypoints);
        for policy in policies.filter_map(|index| self.policies.get(index)) {
            for requirement in policy.requirements() {
                if let Requirement::Port(lists) = requirement {
                    named.extend(lists.all().copied().filter(|port| *port > 0));
                }
            }
        }
        named
    }

    fn judge(&self, source: &Source, destination: &Destination, port: Named) -> MeshVerdict {
        let (mode, by) = destination.peer.of_port(port);
        let ways = ways(source, destination, mode);
        let mut verdict = match ways {
            Ways::Mutual => self.mutual(source, destination, port),
            Ways::Plain => self.at_pod(source, None, destination, port),
            Ways::Both => {
                either(self.mutual(source, destination, port), &self.at_pod(source, None, destination, port))
            }
            Ways::Unknown => unknown(self.mutual(source, destination, port)),
            Ways::Refused => MeshVerdict::new(MeshAnswer::Denied, MeshBecause::Plaintext),
        };
        verdict.mtls = match ways {
            Ways::Mutual if mode == MtlsMode::Strict => Mtls::Yes,
            Ways::Mutual | Ways::Both | Ways::Unknown => Mtls::Optional,
            Ways::Plain | Ways::Refused => Mtls::No,
        };
        let by = by.and_then(|by| self.peers.get(by));
        verdict.mtls_by = by.map(|by| by.place(port));
        verdict
    }

    /// With the identity of the source: through a waypoint where one stands before the destination, or straight.
    fn mutual(&self, source: &Source, destination: &Destination, port: Named) -> MeshVerdict {
        let straight = self.at_pod(source, source.identity.as_ref(), destination, port);
        if source.member != Member::Ambient || destination.waypoints.is_empty() {
            return straight;
        }
        let through = destination.waypoints.iter().map(|one| self.through(one, source, destination, port));
        let Some(best) = through.max_by_key(|one| one.answer) else { return straight };
        // What is bound to the pod itself cannot be walked around by a client of the ambient mode.
        if destination.waypoints.iter().any(|one| one.service.is_none()) {
            return best;
        }
        if straight.answer > best.answer {
            return MeshVerdict { past_waypoint: true, waypoint: best.waypoint, ..straight };
        }
        best
    }

    fn through(
        &self,
        waypoint: &WaypointUse,
        source: &Source,
        destination: &Destination,
        port: Named,
    ) -> MeshVerdict {
        let judge = envoy(destination, port);
        let policies: Vec<PolicyIndex> = self.waypoint_policies(waypoint).collect();
        let seen = self.seen(source, source.identity.as_ref(), destination, port);
        let first = self.decide(&policies, judge, &seen);
        // The pod's own ztunnel sees the waypoint, whose account has its name.
        let identity = Identity { namespace: waypoint.namespace.clone(), account: waypoint.name.clone() };
        let anywhere = Source { address: None, ..source.clone() };
        let second = self.at_pod(&anywhere, Some(&identity), destination, port);
        let name = Some(format!("{}/{}", waypoint.namespace, waypoint.name));
        let worse = if second.answer < first.answer { second } else { first };
        MeshVerdict { waypoint: name, ..worse }
    }

    /// What the proxy of the destination itself says.
    fn at_pod(
        &self,
        source: &Source,
        identity: Option<&Identity>,
        destination: &Destination,
        port: Named,
    ) -> MeshVerdict {
        let judge = match destination.member {
            Member::Ambient => Enforcer::Ztunnel,
            _ => envoy(destination, port),
        };
        self.decide(&destination.policies, judge, &self.seen(source, identity, destination, port))
    }

    fn seen<'a>(
        &'a self,
        source: &Source,
        identity: Option<&'a Identity>,
        destination: &Destination,
        port: Named,
    ) -> Seen<'a> {
        let (settings, destination) = (&self.settings, destination.address);
        Seen { settings, identity, source: source.address, destination, port }
    }

    fn decide(&self, policies: &[PolicyIndex], judge: Enforcer, seen: &Seen<'_>) -> MeshVerdict {
        let of = |action| {
            let policies = policies.iter().filter_map(|index| self.policies.get(*index));
            policies.filter(move |policy| policy.action == action)
        };
        let denying: Vec<Found<'_>> = of(MeshAction::Deny).flat_map(|one| found(one, judge, seen)).collect();
        if let Some(rules) = certain(&denying) {
            return said(MeshAnswer::Denied, MeshBecause::Rule(MeshAction::Deny), rules);
        }
        let custom: Vec<Found<'_>> = of(MeshAction::Custom).flat_map(|one| found(one, judge, seen)).collect();
        let unknown = |one: &&Found<'_>| match (&self.settings.providers, &one.policy.provider) {
            (Some(known), Some(name)) => !known.contains(&**name),
            _ => false,
        };
        let refused: Vec<Found<'_>> = custom.iter().filter(unknown).cloned().collect();
        if let Some(rules) = certain(&refused) {
            return said(MeshAnswer::Denied, MeshBecause::NoProvider, rules);
        }
        let allowing: Vec<Found<'_>> =
            of(MeshAction::Allow).flat_map(|one| found(one, judge, seen)).collect();
        let mut plain = of(MeshAction::Allow).peekable();
        let mut verdict = if plain.peek().is_none() {
            MeshVerdict::new(MeshAnswer::Allowed, MeshBecause::NoPolicy)
        } else if let Some(rules) = certain(&allowing) {
            said(MeshAnswer::Allowed, MeshBecause::Rule(MeshAction::Allow), rules)
        } else if allowing.is_empty() {
            let mut verdict = MeshVerdict::new(MeshAnswer::Denied, MeshBecause::NoRule);
            verdict.places = plain.map(|policy| (MeshAction::Allow, policy.place())).collect();
            return verdict;
        } else {
            let because = MeshBecause::Rule(MeshAction::Allow);
            said(MeshAnswer::Depends, because, allowing.iter().collect())
        };
        // What may still deny.
        for (action, rules) in [(MeshAction::Deny, &denying), (MeshAction::Custom, &custom)] {
            if rules.is_empty() {
                continue;
            }
            let mut more = said(MeshAnswer::Depends, MeshBecause::Rule(action), rules.iter().collect());
            if verdict.answer == MeshAnswer::Depends {
                more.because = verdict.because;
                more.attributes.append(&mut verdict.attributes);
                more.places.splice(0..0, verdict.places);
            }
            verdict = more;
        }
        verdict
    }
}

/// A rule that matches, or may.
#[derive(Clone)]
struct Found<'p> {
    policy: &'p Policy,
    rule: &'p Rule,
    /// Empty when it surely matches.
    attributes: BTreeSet<Box<str>>,
}

fn found<'p>(policy: &'p Policy, judge: Enforcer, seen: &Seen<'_>) -> Vec<Found<'p>> {
    let rules = policy.rules.iter().filter_map(|rule| match rule.matches(policy.action, judge, seen) {
        Match::Yes => Some(Found { policy, rule, attributes: BTreeSet::new() }),
        Match::Depends(attributes) => Some(Found { policy, rule, attributes }),
        Match::No => None,
    });
    rules.collect()
}

/// The rules that surely match, when there is one.
fn certain<'f, 'p>(found: &'f [Found<'p>]) -> Option<Vec<&'f Found<'p>>> {
    let certain: Vec<_> = found.iter().filter(|one| one.attributes.is_empty()).collect();
    (!certain.is_empty()).then_some(certain)
}

fn said(answer: MeshAnswer, because: MeshBecause, rules: Vec<&Found<'_>>) -> MeshVerdict {
    let mut verdict = MeshVerdict::new(answer, because);
    for one in rules {
        verdict.places.push((one.policy.action, one.policy.rule_place(one.rule)));
        if answer == MeshAnswer::Depends {
            verdict.attributes.extend(one.attributes.iter().cloned());
            if let Some(provider) = &one.policy.provider {
                verdict.attributes.insert(format!("external authorizer {provider}").into());
            }
        }
    }
    verdict
}

fn envoy(destination: &Destination, port: Named) -> Enforcer {
    match port.and_then(|port| destination.speaks.get(&port)) {
        Some(Some(Speaks::Http)) => Enforcer::Http,
        Some(Some(Speaks::Tcp)) => Enforcer::Tcp,
        Some(None) | None => Enforcer::Any,
    }
}

fn ways(source: &Source, destination: &Destination, mode: MtlsMode) -> Ways {
    if source.identity.is_none() {
        return if mode == MtlsMode::Strict { Ways::Refused } else { Ways::Plain };
    }
    let (own, other) = (source.member == Member::Ambient, destination.member == Member::Ambient);
    let understood = own == other || if own { destination.hbone } else { source.hbone };
    match (destination.member, mode) {
        // A listener of a gateway asks for what its own Gateway says.
        (Member::Gateway, _) => Ways::Both,
        (Member::Waypoint, _) => Ways::Mutual,
        (_, MtlsMode::Disable) if !other => Ways::Plain,
        (_, MtlsMode::Strict) if !understood => Ways::Unknown,
        (_, MtlsMode::Strict) => Ways::Mutual,
        // Nobody without power over the network of the pod gets around a ztunnel.
        _ if own && understood => Ways::Mutual,
        _ => Ways::Both,
    }
}

/// Two ways that are both open.
fn either(mutual: MeshVerdict, plain: &MeshVerdict) -> MeshVerdict {
    if mutual.answer != MeshAnswer::Denied || plain.answer == MeshAnswer::Denied {
        return mutual;
    }
    let mut verdict = MeshVerdict { answer: MeshAnswer::Depends, because: MeshBecause::Evaded, ..mutual };
    verdict.attributes = plain.attributes.clone();
    verdict.attributes.insert("mutual TLS".into());
    verdict
}

fn unknown(mutual: MeshVerdict) -> MeshVerdict {
    if mutual.answer == MeshAnswer::Denied {
        return mutual;
    }
    let mut verdict = MeshVerdict { answer: MeshAnswer::Depends, because: MeshBecause::Tunnel, ..mutual };
    verdict.attributes.insert("HBONE".into());
    verdict
}
