//! A part of the graph: what single pods and secrets are, drawn by the rules that draw all of them.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use seawall_network::exposure::PodPort;
use seawall_network::{EndpointId, Protocol};

use crate::facts::Facts;
use crate::graph::{Builder, Drawn, Graph};
use crate::names::{Name, Names};
use crate::numbers::NumberMap;
use crate::rules::network::{Flawed, Known, SERVICE};
use crate::rules::{Assembly, Exact, Tables, custom};
use crate::vertex::Vertex;

type Key = (Name, Name, Name);

/// A port of a Service that a pod stands behind.
#[derive(Clone, Debug)]
pub(crate) struct Behind {
    /// Namespace and name of the Service, and how its port is called.
    pub(crate) service: (Name, Name),
    pub(crate) port: Name,
    pub(crate) protocol: Protocol,
    pub(crate) pod: Key,
    pub(crate) end: PodPort,
}

/// What is drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    /// Pods, and workloads that stand for theirs, with their endpoints of the network room.
    pub(crate) pods: Vec<(Key, Option<EndpointId>)>,
    pub(crate) behind: Vec<Behind>,
    /// Nodes, each with all of its pods.
    pub(crate) nodes: Vec<(Name, Vec<Key>)>,
    pub(crate) secrets: Vec<(Name, Name)>,
}

/// A port of a Service that is no vertex.
#[derive(Debug)]
pub(crate) struct Unknown;

/// Draws a part beside the graph that has it, or is to have it.
pub(crate) fn draw(
    names: &mut Names,
    (facts, exact): (&Facts, Exact<'_>),
    (graph, tables): (Graph, Tables),
    part: &Part,
) -> (Graph, Tables, Result<Vec<Drawn>, Unknown>) {
    let mut assembly = Assembly {
        names,
        facts,
        rbac: exact.rbac,
        network: exact.network,
        ways: exact.ways,
        version: exact.version,
        index: Arc::clone(&tables.index),
        graph: Builder::again(graph),
        tables,
        holdings: NumberMap::default(),
        gates: NumberMap::default(),
        seats: Rc::default(),
        listeners: Vec::new(),
        customs: custom::Customs::default(),
    };
    let drawn = assembly.part(part);
    let (graph, steps) = assembly.graph.put_down();
    (graph, assembly.tables, drawn.map(|()| steps))
}

impl Assembly<'_> {
    fn part(&mut self, part: &Part) -> Result<(), Unknown> {
        let facts = self.facts;
        for (key, endpoint) in &part.pods {
            let Some(pod) = facts.pods.get(key) else { continue };
            self.shown_pod(*key, pod);
            self.outdated_below(*key, pod);
            self.ports_of(*key, pod, &Flawed::default());
            let Some(seat) = endpoint.and_then(|id| self.seat(id)) else { continue };
            self.metadata_from(std::iter::once(seat));
            let names = pod.containers.iter().map(|container| container.name);
            let containers: BTreeSet<u32> = names
                .filter_map(|name| self.graph.known(Vertex::Container { pod: seat.pod, name }))
                .collect();
            self.send_from(seat.class, seat.pod, &containers);
        }
        for behind in &part.behind {
            self.behind_service(behind)?;
        }
        for (_, keys) in &part.nodes {
            self.tokens_of(keys.iter().filter_map(|key| facts.pods.get_key_value(key)));
        }
        for key in &part.secrets {
            if let Some(secret) = facts.secrets.get(key) {
                self.secret(*key, secret);
            }
        }
        Ok(())
    }

    fn behind_service(&mut self, behind: &Behind) -> Result<(), Unknown> {
        let (namespace, owner) = behind.service;
        let kind = self.names.find(SERVICE).ok_or(Unknown)?;
        let endpoint = Vertex::Endpoint { kind, namespace, owner, port: behind.port };
        let endpoint = self.graph.known(endpoint).ok_or(Unknown)?;
        let (kind, namespace, name) = behind.pod;
        let vertex = self.graph.known(Vertex::Pod { kind, namespace, name }).ok_or(Unknown)?;
        let facts = self.facts.pods.get(&behind.pod).ok_or(Unknown)?;
        let known = Known { vertex, key: behind.pod, facts };
        self.served_by(endpoint, &known, (&behind.end, behind.protocol), &Flawed::default());
        Ok(())
    }
}
