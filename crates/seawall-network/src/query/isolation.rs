//! Each side by itself: who is isolated, and what one side lets through whatever the other says.

use std::net::IpAddr;

use super::evaluate::{Place, Side, resolve};
use crate::model::{ClassId, Network, Peer, PolicyId};
use crate::policy::{Action, Direction};
use crate::ports::{PortSet, Protocol};

impl Network {
    /// The first address of each node, sorted.
    pub(crate) fn node_list(&self) -> Vec<IpAddr> {
        let mut nodes: Vec<IpAddr> =
            self.nodes.values().filter_map(|node| node.addresses.first().copied()).collect();
        nodes.sort_unstable();
        nodes
    }

    /// Whether the pods of a class stand in the network of their node.
    pub fn is_host_network(&self, class: ClassId) -> bool {
        self.classes.get(class).is_some_and(|class| class.host_network)
    }

    /// Whether any policy holds anything back from a class in a direction.
    pub fn is_isolated(&self, class: ClassId, direction: Direction) -> bool {
        self.governing(class, direction).any(|policy| policy.isolates(direction))
    }

    /// Whether any rule lets anybody reach a port of a class.
    pub(crate) fn lists_port(&self, class: ClassId, protocol: Protocol, port: u16) -> bool {
        let rules =
            self.governing(class, Direction::Ingress).flat_map(|policy| policy.rules(Direction::Ingress));
        let ports = self.classes.get(class).map_or(&[][..], |class| &class.ports);
        rules
            .filter_map(|id| self.rule(id))
            .filter(|rule| rule.action == Action::Allow)
            .any(|rule| resolve(&rule.ports, ports).contains(protocol, port))
    }

    /// What one side alone lets through: the ports on which a class may be reached from (`Ingress`) or may reach
    /// (`Egress`) another class, whatever the other side says.
    pub fn side_allows(&self, own: ClassId, direction: Direction, other: ClassId) -> PortSet {
        let dst = if direction == Direction::Ingress { own } else { other };
        let (Some(one), Some(dst)) = (self.classes.get(own), self.classes.get(dst)) else {
            return PortSet::none();
        };
        let program = self.program(direction, *one.signatures.get(direction));
        self.allowed(program, Side::Class(other, Place::Unknown), &dst.ports)
    }

    /// Whom a policy is about.
    pub(crate) fn subject_of(&self, policy: PolicyId) -> Option<&Peer> {
        self.peers.get(self.policies.get(policy)?.subject)
    }
}
