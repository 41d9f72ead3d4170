//! Single connections: allowed or not, and why.

use std::net::IpAddr;

use super::evaluate::{Place, Side};
use crate::model::{ClassId, ContainerPort, EndpointId, Network, PolicyId, RuleId};
use crate::policy::{Direction, PerDirection, Tier};
use crate::ports::{Point, PortSet, Protocol};
use crate::words::Word;

/// An end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A pod, or a template that stands for pods.
    Endpoint(EndpointId),
    /// Some pod of a class, another one than any pod of the same class on the other end.
    Class(ClassId),
    /// An address: of a pod when one has it, of a node when one has it, else outside the cluster.
    Address(IpAddr),
}

/// Why a side allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Because {
    /// The side is outside the cluster: no policy governs it.
    Outside,
    /// The side is a node, or a pod in its node's network, which policies of pods do not govern.
    HostNetwork,
    /// Both ends are the same pod: nothing is between them.
    SamePod,
    /// The source is the node that the destination runs on.
    OwnNode,
    /// No policy decides: the default allows.
    Default,
    /// Rules of this tier decide.
    Rules(Tier),
    /// Policies of this tier select the side, and none of their rules matches.
    NoRule(Tier),
}

/// The judgement of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it allows the connection.
    pub allowed: bool,
    /// Why.
    pub because: Because,
    /// The rules that decided: one in a tier of first match, every one that allows in a union.
    pub rules: Vec<RuleId>,
    /// The rules that handed the connection on to the next tier before.
    pub passed: Vec<RuleId>,
    /// The policies whose rules were decisive: those that select the side in the deciding tier.
    pub policies: Vec<PolicyId>,
}

/// The judgement of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether both sides allow it.
    pub allowed: bool,
    /// At the source.
    pub egress: Decision,
    /// At the destination.
    pub ingress: Decision,
}

/// A set of connections that are judged alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which ports.
    pub ports: PortSet,
    /// What holds for each of them.
    pub verdict: Verdict,
}

impl Decision {
    fn plain(because: Because) -> Self {
        Decision { allowed: true, because, rules: Vec::new(), passed: Vec::new(), policies: Vec::new() }
    }
}

/// An end with everything that its judgement needs.
#[derive(Clone, Copy, Debug)]
struct End {
    endpoint: Option<EndpointId>,
    class: Option<ClassId>,
    address: Option<IpAddr>,
    node: Option<Word>,
    is_host: bool,
}

impl End {
    /// What it is to the pod on the other end.
    fn seen_from(&self, other: &End) -> Option<Side<'static>> {
        let place = match (self.node, other.node) {
            (Some(own), Some(other)) if own == other => Place::SameNode,
            (Some(_), Some(_)) => Place::OtherNode,
            _ => Place::Unknown,
        };
        match (self.class, self.address) {
            (Some(class), _) => Some(Side::Class(class, place)),
            (None, Some(address)) if self.is_host => Some(Side::Node(address, place)),
            (None, Some(address)) => Some(Side::Address(address)),
            (None, None) => None,
        }
    }

    fn is_nobody(&self) -> bool {
        self.class.is_none() && self.address.is_none()
    }
}

/// The end that is not judged, as the other one sees it.
fn other_side(src: &End, dst: &End, direction: Direction) -> Option<Side<'static>> {
    match direction {
        Direction::Ingress => src.seen_from(dst),
        Direction::Egress => dst.seen_from(src),
    }
}

impl Network {
    fn end_of(&self, target: Target) -> End {
        let nothing = End { endpoint: None, class: None, address: None, node: None, is_host: false };
        match target {
            Target::Endpoint(id) => {
                let Some(endpoint) = self.endpoint_at(id) else { return nothing };
                let (class, node) = (endpoint.class, endpoint.node);
                let address = self.address_of(endpoint);
                End { endpoint: Some(id), class, address, node, is_host: endpoint.host_network }
            }
            Target::Class(id) => {
                let Some(class) = self.classes.get(id) else { return nothing };
                let is_host = class.host_network;
                End { class: Some(id), address: class.address, node: class.node, is_host, ..nothing }
            }
            Target::Address(address) => {
                let pods = self.pods_at(address).into_iter();
                if let Some(pod) = pods.filter(|id| self.class_of(*id).is_some()).min() {
                    return self.end_of(Target::Endpoint(pod));
                }
                let node = self.node_at(address);
                End { address: Some(address), node, is_host: node.is_some(), ..nothing }
            }
        }
    }

    /// Whether a connection is allowed, and why. `port` is that of the destination pod, after any translation by a
    /// Service; for [`Protocol::Other`] it does not matter. A target that takes no part (a finished pod, an unknown
    /// number) is reached by nothing and reaches nothing.
    pub fn can(&self, src: Target, dst: Target, protocol: Protocol, port: u16) -> Verdict {
        self.judge(&self.end_of(src), &self.end_of(dst), Point::new(protocol, port))
    }

    /// All connections that are allowed.
    pub fn ports(&self, src: Target, dst: Target) -> PortSet {
        let (src, dst) = (self.end_of(src), self.end_of(dst));
        let side = |direction| match self.fixed(&src, &dst, direction) {
            Some(decision) if decision.allowed => PortSet::all(),
            Some(_) => PortSet::none(),
            None => self.side_ports(&src, &dst, direction),
        };
        let egress = side(Direction::Egress);
        if egress.is_empty() { egress } else { egress.intersection(&side(Direction::Ingress)) }
    }

    /// All connections, grouped by what decides them.
    pub fn explain(&self, src: Target, dst: Target) -> Vec<Piece> {
        let (src, dst) = (self.end_of(src), self.end_of(dst));
        let mut sets = Vec::new();
        for direction in Direction::ALL {
            let Some(class) = self.own_class(&src, &dst, direction) else { continue };
            let program = self.program(direction, class);
            let rules = program.0.iter().flat_map(|tier| &tier.rules).filter_map(|id| self.rule(*id));
            let ports = self.named_ports(&dst);
            sets.extend(rules.map(|rule| super::evaluate::resolve(&rule.ports, ports).into_owned()));
        }
        let mut pieces: Vec<Piece> = Vec::new();
        for ports in PortSet::all().pieces(&sets.iter().collect::<Vec<_>>()) {
            let Some(point) = ports.first() else { continue };
            let verdict = self.judge(&src, &dst, point);
            match pieces.iter_mut().find(|piece| piece.verdict == verdict) {
                Some(piece) => piece.ports = piece.ports.union(&ports),
                None => pieces.push(Piece { ports, verdict }),
            }
        }
        pieces
    }

    fn judge(&self, src: &End, dst: &End, point: Point) -> Verdict {
        let decide = |direction| {
            self.fixed(src, dst, direction).unwrap_or_else(|| self.decision(src, dst, direction, point))
        };
        let sides = PerDirection { ingress: decide(Direction::Ingress), egress: decide(Direction::Egress) };
        let PerDirection { ingress, egress } = sides;
        Verdict { allowed: egress.allowed && ingress.allowed, egress, ingress }
    }

    /// What holds whatever the policies say.
    fn fixed(&self, src: &End, dst: &End, direction: Direction) -> Option<Decision> {
        if src.is_nobody() || dst.is_nobody() {
            return Some(Decision { allowed: false, ..Decision::plain(Because::Outside) });
        }
        let same = src.endpoint.filter(|_| src.endpoint == dst.endpoint);
        // Two pods of one template may be two pods.
        if same.and_then(|id| self.endpoint_at(id)).is_some_and(|endpoint| endpoint.is_pod) {
            return Some(Decision::plain(Because::SamePod));
        }
        let own = match direction {
            Direction::Ingress => dst,
            Direction::Egress => src,
        };
        if own.is_host {
            return Some(Decision::plain(Because::HostNetwork));
        }
        if own.class.is_none() {
            return Some(Decision::plain(Because::Outside));
        }
        if direction == Direction::Ingress && src.is_host && src.node.is_some() && src.node == dst.node {
            return Some(Decision::plain(Because::OwnNode));
        }
        None
    }

    fn own_class(&self, src: &End, dst: &End, direction: Direction) -> Option<crate::model::SignatureId> {
        let own = match direction {
            Direction::Ingress => dst,
            Direction::Egress => src,
        };
        Some(*self.classes.get(own.class?)?.signatures.get(direction))
    }

    fn named_ports(&self, dst: &End) -> &[ContainerPort] {
        dst.class.and_then(|class| self.classes.get(class)).map_or(&[], |class| &class.ports)
    }

    fn side_ports(&self, src: &End, dst: &End, direction: Direction) -> PortSet {
        let Some(signature) = self.own_class(src, dst, direction) else { return PortSet::none() };
        let Some(side) = other_side(src, dst, direction) else { return PortSet::none() };
        self.allowed(self.program(direction, signature), side, self.named_ports(dst))
    }

    fn decision(&self, src: &End, dst: &End, direction: Direction, point: Point) -> Decision {
        let own = self.own_class(src, dst, direction);
        let (Some(signature), Some(side)) = (own, other_side(src, dst, direction)) else {
            return Decision { allowed: false, ..Decision::plain(Because::Outside) };
        };
        let decided = self.decide(self.program(direction, signature), side, self.named_ports(dst), point);
        let because = match decided.tier {
            None => Because::Default,
            Some(tier) if decided.rules.is_empty() => Because::NoRule(tier),
            Some(tier) => Because::Rules(tier),
        };
        Decision {
            allowed: decided.allowed,
            because,
            rules: decided.rules,
            passed: decided.passed,
            policies: decided.policies,
        }
    }
}
