//! The metadata service of clouds (D04): which pods reach it under the network policies.

use std::rc::Rc;

use seawall_core::Confidence;
use seawall_network::mesh::Signature;
use seawall_network::{ClassId, EndpointId, METADATA, Protocol, Target};

use crate::Primitive;
use crate::graph::build::Step;
use crate::names::Name;
use crate::numbers::NumberMap;
use crate::rules::Assembly;
use crate::vertex::Vertex;

const PORT: u16 = 80;

impl Assembly<'_> {
    /// Where the nodes are known to run in no cloud there is nothing to reach.
    pub(crate) fn metadata(&mut self) {
        let facts = self.facts;
        let Some(clouds) = self.clouds() else { return };
        let service = self.vertex(Vertex::Metadata);
        if clouds {
            let known = facts.nodes.values().filter(|node| node.has_metadata_service());
            let mut providers: Vec<&str> = known.map(|node| node.provider.as_str()).collect();
            providers.sort_unstable();
            providers.dedup();
            for provider in providers {
                let role = self.names.intern(&format!("role of the {provider} nodes"));
                let role = self.vertex(Vertex::CloudRole(role));
                self.graph.step(service, role, Step::structure());
            }
            let nodes = facts.nodes.iter().filter(|(_, node)| node.has_metadata_service());
            for name in nodes.map(|(name, _)| *name) {
                let node = self.vertex(Vertex::Node(name));
                self.graph.step(node, service, Step::new(Primitive::D04));
            }
        }
        let seats = Rc::clone(&self.seats);
        self.metadata_from(seats.iter().copied());
    }

    /// Whether nodes run in clouds; `None` where they are known not to.
    fn clouds(&self) -> Option<bool> {
        let clouds = self.facts.nodes.values().any(|node| node.has_metadata_service());
        (self.facts.nodes.is_empty() || clouds).then_some(clouds)
    }

    /// The steps of these pods.
    pub(crate) fn metadata_from(&mut self, seats: impl Iterator<Item = Seat>) {
        let facts = self.facts;
        let Some(clouds) = self.clouds() else { return };
        let service = self.vertex(Vertex::Metadata);
        let mut doubts = "needs a hop limit of 2 or version 1 of the service".to_owned();
        if !clouds {
            doubts.push_str("; no node is known: the cluster may run in no cloud");
        }
        let (doubts, own) = (self.names.intern(&doubts), self.names.intern("shares the network of the node"));
        let network = self.network;
        let mut reached: NumberMap<ClassId, bool> = NumberMap::default();
        for Seat { key, pod, class, own_network, .. } in seats {
            // Over IPv4, where all of them answer.
            let ask = || {
                network.can(Target::Class(class), Target::Address(METADATA[0]), Protocol::Tcp, PORT).allowed
            };
            // A node of another place in a cluster over several.
            let node = facts.pods.get(&key).and_then(|pod| pod.node);
            let elsewhere =
                node.and_then(|node| facts.nodes.get(&node)).is_some_and(|node| !node.has_metadata_service());
            if clouds && elsewhere {
                continue;
            }
            let allowed = *reached.entry(class).or_insert_with(ask);
            if !allowed {
                continue;
            }
            let step = Step::new(Primitive::D04);
            let step = match (own_network, clouds) {
                (true, true) => step.gated(Some(own)),
                (_, true) => step.sure(Confidence::Medium).gated(Some(doubts)),
                (_, false) => step.sure(Confidence::Low).gated(Some(doubts)),
            };
            self.graph.step(pod, service, step);
            let containers = facts.pods.get(&key).into_iter().flat_map(|pod| pod.containers.iter());
            for container in containers {
                if let Some(vertex) = self.graph.known(Vertex::Container { pod, name: container.name }) {
                    self.graph.step(vertex, service, step);
                }
            }
        }
    }

    /// The pods that the network room knows and that are vertices.
    pub(crate) fn seats(&self) -> Vec<Seat> {
        self.network.endpoints().filter_map(|id| self.seat(id)).collect()
    }

    /// The pod of an endpoint.
    pub(crate) fn seat(&self, id: EndpointId) -> Option<Seat> {
        let endpoint = self.network.endpoint(id)?;
        let kind = self.names.find(endpoint.kind())?;
        let namespace = self.names.find(endpoint.namespace())?;
        let name = self.names.find(endpoint.name())?;
        let pod = self.graph.known(Vertex::Pod { kind, namespace, name })?;
        let (class, own_network) = (endpoint.class()?, endpoint.host_network());
        let mesh = self.ways.mesh.as_ref().and_then(|mesh| mesh.signature(id));
        Some(Seat { key: (kind, namespace, name), pod, class, own_network, mesh })
    }
}

/// Kind, namespace and name of a pod.
type Key = (Name, Name, Name);

/// A pod as the network room knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) key: Key,
    /// Its vertex.
    pub(crate) pod: u32,
    pub(crate) class: ClassId,
    /// It shares the network of its node.
    pub(crate) own_network: bool,
    /// What a mesh tells apart about it.
    pub(crate) mesh: Option<Signature>,
}
