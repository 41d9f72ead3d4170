//! Connections with the world outside the cluster.

use std::net::IpAddr;

use crate::addresses::AddressSet;
use crate::model::{ClassId, EndpointId, Network};
use crate::policy::Direction;
use crate::ports::PortSet;

/// Addresses with which the same connections are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalRow {
    /// The addresses.
    pub addresses: AddressSet,
    /// The connections, none of them excluded.
    pub ports: PortSet,
}

impl Network {
    /// Which addresses can reach the pods of a class (`Ingress`), or be reached by them (`Egress`), on which ports: the
    /// whole IPv4 and IPv6 space in disjoint rows, each answer once, also the empty one. The outside has no policy of
    /// its own, so that one side decides. Addresses that pods or nodes happen to have are not left out.
    pub fn external(&self, class: ClassId, direction: Direction) -> Vec<ExternalRow> {
        let Some(one) = self.classes.get(class) else { return Vec::new() };
        let program = self.program(direction, *one.signatures.get(direction));
        let ports = if direction == Direction::Ingress { &*one.ports } else { &[] };
        let rows = self.partition(program, AddressSet::all(), |rule| {
            let addresses = self.part_met(rule, AddressSet::all(), |peer| &peer.addresses);
            vec![(addresses, super::evaluate::resolve(&rule.ports, ports).into_owned())]
        });
        let mut rows: Vec<ExternalRow> =
            rows.into_iter().map(|(ports, addresses)| ExternalRow { addresses, ports }).collect();
        rows.sort_by(|a, b| a.addresses.cmp(&b.addresses));
        rows
    }

    /// [`Network::external`] of an endpoint; nothing for one that takes no part.
    pub fn external_of(&self, endpoint: EndpointId, direction: Direction) -> Vec<ExternalRow> {
        self.class_of(endpoint).map_or_else(Vec::new, |class| self.external(class, direction))
    }

    /// The pods that have an address of their own, not that of a node.
    pub fn pods_at(&self, address: IpAddr) -> Vec<EndpointId> {
        self.endpoints_at(address)
    }

    /// The class of an endpoint, `None` when it takes no part.
    pub fn class_of(&self, endpoint: EndpointId) -> Option<ClassId> {
        self.endpoint_at(endpoint)?.class
    }
}
