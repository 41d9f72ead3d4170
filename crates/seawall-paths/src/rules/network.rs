//! Endpoints: ports of Services and containers, and what listens behind them (E02, E05, B25).

use seawall_core::{Confidence, ResourceId};
use seawall_network::Protocol;
use seawall_network::exposure::{PodPort, ServedPort};

use crate::Primitive;
use crate::facts::container::Port;
use crate::facts::open::{Gain, OpenFacts};
use crate::facts::{ContainerFacts, PodFacts};
use crate::graph::{Evidence, build::Step};
use crate::names::Name;
use crate::numbers::NumberMap;
use crate::rules::Assembly;
use crate::rules::index::port_word;
use crate::rules::listeners::{Listener, On};
use crate::vertex::{Place, Vertex};

/// The kind of the owner of a Service's port.
pub(crate) const SERVICE: &str = "Service";

/// Containers with a known flaw, and the step in.
pub(crate) type Flawed = NumberMap<u32, Step>;

/// A port of a container.
#[derive(Clone, Copy)]
struct Door<'f> {
    pod: u32,
    facts: &'f PodFacts,
    container: &'f ContainerFacts,
    protocol: Protocol,
    /// The number on the pod.
    number: u16,
    declared: bool,
    /// What tells of it.
    route: Name,
}

impl<'f> Door<'f> {
    /// What listens there, when it asks nobody who they are.
    fn open(self) -> Option<&'f OpenFacts> {
        let open = self.container.open.as_deref()?;
        (open.port.is_none() || open.port == Some(self.number)).then_some(open)
    }
}

impl<'m> Assembly<'m> {
    pub(crate) fn endpoints(&mut self) {
        let all = self.vertex(Vertex::Endpoints(Place::Cluster));
        for namespace in self.namespaces() {
            let set = self.vertex(Vertex::Endpoints(Place::Namespace(namespace)));
            self.graph.step(all, set, Step::structure());
        }
        let flawed = self.flawed();
        self.container_ports(&flawed);
        let ways = self.ways;
        let pods = self.pods_of_ways();
        for port in &ways.served {
            self.service_port(port, &pods, &flawed);
        }
        self.internet(&pods);
    }

    /// The pods of the graph by their number among the ways in, and whose ports they are.
    fn pods_of_ways(&self) -> NumberMap<ResourceId, Known<'m>> {
        let facts = self.facts;
        let mut pods = NumberMap::default();
        for (id, subject) in self.ways.subjects() {
            let known = || {
                let kind = self.names.find(&subject.kind)?;
                let namespace = self.names.find(subject.namespace.as_deref().unwrap_or("default"))?;
                let name = self.names.find(&subject.name)?;
                let vertex = self.graph.known(Vertex::Pod { kind, namespace, name })?;
                let facts = facts.pods.get(&(kind, namespace, name))?;
                Some(Known { vertex, key: (kind, namespace, name), facts })
            };
            if let Some(known) = known() {
                pods.insert(id, known);
            }
        }
        pods
    }

    fn service_port(&mut self, port: &ServedPort, pods: &NumberMap<ResourceId, Known<'m>>, flawed: &Flawed) {
        let Some(endpoint) = self.service_endpoint(port) else { return };
        for end in &port.pods {
            if let Some(known) = pods.get(&end.pod) {
                self.served_by(endpoint, known, (end, port.protocol), flawed);
            }
        }
    }

    /// From a port of a Service to a pod behind it.
    pub(crate) fn served_by(
        &mut self,
        endpoint: u32,
        known: &Known<'_>,
        (end, protocol): (&PodPort, Protocol),
        flawed: &Flawed,
    ) {
        for door in self.behind(known, end, protocol) {
            self.enters(endpoint, door, flawed);
            self.undeclared(door, flawed);
        }
    }

    /// The vertex of a port of a Service.
    pub(crate) fn service_endpoint(&mut self, port: &ServedPort) -> Option<u32> {
        let service = self.ways.subject(port.service)?;
        let namespace = self.names.intern(service.namespace.as_deref().unwrap_or("default"));
        let name = self.names.intern(&service.name);
        let word = port_word(port, self.names);
        let kind = self.names.intern(SERVICE);
        Some(self.endpoint((kind, namespace, name), word))
    }

    /// The container of a pod that a port of a Service leads to: the one that declares it, else any that keeps running,
    /// for a container need not declare a port to listen on it.
    fn behind<'f>(&mut self, pod: &Known<'f>, end: &PodPort, protocol: Protocol) -> Vec<Door<'f>> {
        let route = self.names.intern(&end.place.route.to_string());
        let declares = |container: &&ContainerFacts| container.ports.iter().any(|port| port.route == route);
        let declared = pod.facts.containers.iter().any(|container| declares(&container));
        let meant = pod.facts.containers.iter();
        let meant = meant.filter(|one| if declared { declares(one) } else { one.listens });
        let (vertex, facts, number) = (pod.vertex, pod.facts, end.port);
        meant
            .map(|container| Door { pod: vertex, facts, container, protocol, number, declared, route })
            .collect()
    }

    /// A port of the Service or pod of this kind, namespace and name.
    pub(crate) fn endpoint(&mut self, (kind, namespace, owner): (Name, Name, Name), port: Name) -> u32 {
        self.tables.owner_kinds.insert(kind);
        let endpoint = self.vertex(Vertex::Endpoint { kind, namespace, owner, port });
        let set = self.vertex(Vertex::Endpoints(Place::Namespace(namespace)));
        self.graph.step(set, endpoint, Step::structure());
        endpoint
    }

    /// Talking to a port is no foothold: that takes a flaw in what listens there, known or not.
    fn enters(&mut self, endpoint: u32, door: Door<'_>, flawed: &Flawed) {
        let into = Vertex::Container { pod: door.pod, name: door.container.name };
        let Some(container) = self.graph.known(into) else { return };
        let gates = self.names.intern("needs a flaw in the application that listens");
        let because = Evidence::Field { object: door.pod, route: door.route };
        let unknown = Step::new(Primitive::E02).sure(Confidence::Low).because(because).gated(Some(gates));
        self.graph.step(endpoint, container, unknown);
        if let Some(step) = flawed.get(&container) {
            self.graph.step(endpoint, container, *step);
        }
        if let Some(open) = door.open() {
            self.without_login(endpoint, door, open);
        }
    }

    /// What whoever talks to a program without a login gets (E05).
    fn without_login(&mut self, endpoint: u32, door: Door<'_>, open: &OpenFacts) {
        let Some(Vertex::Pod { namespace, .. }) = self.graph.vertices().get(door.pod as usize).copied()
        else {
            return;
        };
        let (pod, name) = (door.pod, door.container.name);
        let to = self.vertex(match open.gain {
            Gain::Container => Vertex::Container { pod, name },
            Gain::Account => Vertex::Account { namespace, name: door.facts.account },
            Gain::Data => Vertex::Data { pod, name },
        });
        let because = Evidence::Field { object: pod, route: open.route };
        let gates = self.names.intern(open.note);
        let step = Step::new(Primitive::E05).sure(open.confidence).because(because).gated(Some(gates));
        self.graph.step(endpoint, to, step);
    }

    /// Whether what listens there is known to let somebody in.
    fn is_open(&self, door: Door<'_>, flawed: &Flawed) -> bool {
        let into = Vertex::Container { pod: door.pod, name: door.container.name };
        let known = self.graph.known(into).is_some_and(|container| flawed.contains_key(&container));
        known || door.open().is_some()
    }

    /// Pods connect to a pod's own port, whatever Service is in front: policies are about that one.
    fn listens(&mut self, endpoint: u32, door: Door<'_>, flawed: &Flawed) {
        if self.is_open(door, flawed) {
            let (on, primitive) = (On::Pod(door.pod), Primitive::E02);
            let (protocol, port) = (door.protocol, door.number);
            self.listeners.push(Listener { on, protocol, port, endpoint, primitive });
        }
    }

    /// A port that only a Service tells of gets an endpoint of its pod where that leads on.
    fn undeclared(&mut self, door: Door<'_>, flawed: &Flawed) {
        if door.declared || !self.is_open(door, flawed) {
            return;
        }
        let Some(Vertex::Pod { kind, namespace, name }) =
            self.graph.vertices().get(door.pod as usize).copied()
        else {
            return;
        };
        let word = self.names.intern(&door.number.to_string());
        let endpoint = self.endpoint((kind, namespace, name), word);
        self.enters(endpoint, door, flawed);
        self.listens(endpoint, door, flawed);
    }

    /// Declared container ports.
    fn container_ports(&mut self, flawed: &Flawed) {
        let facts = self.facts;
        for (key, pod) in &facts.pods {
            self.ports_of(*key, pod, flawed);
        }
    }

    /// The same of one pod.
    pub(crate) fn ports_of(&mut self, key: (Name, Name, Name), pod: &PodFacts, flawed: &Flawed) {
        let (kind, namespace, name) = key;
        let Some(vertex) = self.graph.known(Vertex::Pod { kind, namespace, name }) else { return };
        for container in &pod.containers {
            for port in &container.ports {
                let word = self.port_word(port);
                let endpoint = self.endpoint(key, word);
                let Port { protocol, number, route, .. } = *port;
                let door =
                    Door { pod: vertex, facts: pod, container, protocol, number, declared: true, route };
                self.enters(endpoint, door, flawed);
                self.listens(endpoint, door, flawed);
            }
        }
    }

    /// How a container's port is called.
    pub(crate) fn port_word(&mut self, port: &Port) -> Name {
        port.name.unwrap_or_else(|| self.names.intern(&port.number.to_string()))
    }
}

/// A pod of the graph.
#[derive(Clone, Copy)]
pub(crate) struct Known<'f> {
    pub(crate) vertex: u32,
    /// Its kind, namespace and name.
    pub(crate) key: (Name, Name, Name),
    pub(crate) facts: &'f PodFacts,
}
