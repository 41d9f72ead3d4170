//! Endpoints: ports of services and containers, and which of them are open to the outside (E01, E02, E06).

use seawall_core::Confidence;
use seawall_network::Protocol;

use crate::Primitive;
use crate::facts::container::Port;
use crate::facts::open::{Gain, OpenFacts};
use crate::facts::{ContainerFacts, PodFacts, ServiceFacts, store};
use crate::graph::{Evidence, build::Step};
use crate::names::Name;
use crate::numbers::{NumberMap, NumberSet};
use crate::rules::Assembly;
use crate::rules::listeners::{Listener, On};
use crate::vertex::{Place, Vertex};

type Pair = (Name, Name);

/// What is known of what listens, before ports are joined to it.
struct Doors {
    /// Pods that policies shut off from outside the cluster.
    shut: NumberSet<u32>,
    /// Containers with a known flaw, and the step in.
    flawed: NumberMap<u32, Step>,
}

/// A port of a container.
#[derive(Clone, Copy)]
struct Door<'f> {
    pod: u32,
    facts: &'f PodFacts,
    container: &'f ContainerFacts,
    protocol: Protocol,
    /// The number on the pod; `None` when a Service names a port that the container does not declare.
    number: Option<u16>,
    declared: bool,
}

impl<'f> Door<'f> {
    /// What listens there, when it asks nobody who they are.
    fn open(self) -> Option<&'f OpenFacts> {
        let open = self.container.open.as_deref()?;
        (open.port.is_none() || open.port == self.number).then_some(open)
    }
}

impl Assembly<'_> {
    pub(crate) fn endpoints(&mut self) {
        let facts = self.facts;
        let all = self.vertex(Vertex::Endpoints(Place::Cluster));
        for namespace in self.namespaces() {
            let set = self.vertex(Vertex::Endpoints(Place::Namespace(namespace)));
            self.graph.step(all, set, Step::structure());
        }
        let doors = Doors { shut: self.shut_off(), flawed: self.flawed() };
        self.container_ports(&doors);
        // By the pairs that the selectors of Services begin with: no other label is asked for.
        let firsts = facts.services.iter().filter_map(|((namespace, _), service)| {
            Some(((*namespace, *service.selector.first()?), Vec::new()))
        });
        let mut by_label: NumberMap<(Name, Pair), Vec<(u32, &PodFacts)>> = firsts.collect();
        for ((kind, namespace, name), pod) in &facts.pods {
            let vertex = Vertex::Pod { kind: *kind, namespace: *namespace, name: *name };
            let Some(vertex) = self.graph.known(vertex) else { continue };
            for pair in &pod.labels {
                if let Some(pods) = by_label.get_mut(&(*namespace, *pair)) {
                    pods.push((vertex, pod));
                }
            }
        }
        for ((namespace, name), service) in &facts.services {
            let Some(first) = service.selector.first() else { continue };
            let candidates = by_label.get(&(*namespace, *first)).into_iter().flatten();
            let selected: Vec<(u32, &PodFacts)> = candidates
                .filter(|(_, pod)| store::selects(&service.selector, &pod.labels))
                .copied()
                .collect();
            self.service((*namespace, *name), service, &selected, &doors);
        }
    }

    fn service(
        &mut self,
        (namespace, name): Pair,
        service: &ServiceFacts,
        selected: &[(u32, &PodFacts)],
        doors: &Doors,
    ) {
        let exposure = self.exposure((namespace, name), service);
        for (port, target) in &service.ports {
            let endpoint = self.endpoint(namespace, name, *port);
            if let Some((object, route)) = exposure {
                let internet = self.vertex(Vertex::Internet);
                let because = Evidence::Object { object, route };
                let step = Step::new(Primitive::E01).because(because);
                // Behind an Ingress its controller knocks, not the client.
                let closed = service.exposed.is_some()
                    && !selected.is_empty()
                    && selected.iter().all(|(pod, _)| doors.shut.contains(pod));
                let step = if closed { self.refused(step) } else { step };
                self.graph.step(internet, endpoint, step);
            }
            let Some(target) = *target else { continue };
            for (pod, facts) in selected {
                for door in self.behind(*pod, facts, target) {
                    self.enters(endpoint, door, doors);
                    self.undeclared(namespace, door, doors);
                }
            }
        }
    }

    /// The containers of a pod that a port of a Service leads to.
    fn behind<'f>(&self, pod: u32, facts: &'f PodFacts, target: Name) -> Vec<Door<'f>> {
        let written: Option<u16> = self.names.text(target).parse().ok();
        let fits = |port: &&Port| port.name == Some(target) || Some(port.number) == written;
        // A container need not declare a port to listen on it, but a name is that of a declared one.
        let anyone =
            written.is_some() && !facts.containers.iter().any(|own| own.ports.iter().any(|port| fits(&port)));
        let door = |container: &'f ContainerFacts| {
            let port = container.ports.iter().find(fits);
            let protocol = port.map_or(Protocol::Tcp, |port| port.protocol);
            let number = port.map(|port| port.number).or(written);
            let declared = port.is_some();
            (anyone || declared).then_some(Door { pod, facts, container, protocol, number, declared })
        };
        facts.containers.iter().filter_map(door).collect()
    }

    /// What makes a service reachable from outside: its own type, or an Ingress before it.
    fn exposure(&mut self, (namespace, name): Pair, service: &ServiceFacts) -> Option<(Name, Name)> {
        if let Some(route) = service.exposed {
            let object = format!("Service/{}/{}", self.names.text(namespace), self.names.text(name));
            return Some((self.names.intern(&object), self.names.intern(route)));
        }
        let (kind, route) = self.index.routes.get(&(namespace, name)).copied()?;
        let object =
            format!("{}/{}/{}", self.names.text(kind), self.names.text(namespace), self.names.text(route));
        Some((self.names.intern(&object), self.names.intern("spec")))
    }

    pub(crate) fn endpoint(&mut self, namespace: Name, owner: Name, port: Name) -> u32 {
        let endpoint = self.vertex(Vertex::Endpoint { namespace, owner, port });
        let set = self.vertex(Vertex::Endpoints(Place::Namespace(namespace)));
        self.graph.step(set, endpoint, Step::structure());
        endpoint
    }

    /// Talking to a port is no foothold: that takes a flaw in what listens there, known or not.
    fn enters(&mut self, endpoint: u32, door: Door<'_>, doors: &Doors) {
        let into = Vertex::Container { pod: door.pod, name: door.container.name };
        let Some(container) = self.graph.known(into) else { return };
        let gates = self.names.intern("needs a flaw in the application that listens");
        let unknown = Step::new(Primitive::E02).sure(Confidence::Low).gated(Some(gates));
        self.graph.step(endpoint, container, unknown);
        if let Some(step) = doors.flawed.get(&container) {
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
    fn is_open(&self, door: Door<'_>, doors: &Doors) -> bool {
        let into = Vertex::Container { pod: door.pod, name: door.container.name };
        let flawed = self.graph.known(into).is_some_and(|container| doors.flawed.contains_key(&container));
        flawed || door.open().is_some()
    }

    /// Pods connect to a pod's own port, whatever Service is in front: policies are about that one.
    fn listens(&mut self, endpoint: u32, door: Door<'_>, doors: &Doors) {
        let Some(port) = door.number.filter(|_| self.is_open(door, doors)) else { return };
        let (on, primitive) = (On::Pod(door.pod), Primitive::E02);
        self.listeners.push(Listener { on, protocol: door.protocol, port, endpoint, primitive });
    }

    /// A port that only a Service tells of gets an endpoint of its pod where that leads on.
    fn undeclared(&mut self, namespace: Name, door: Door<'_>, doors: &Doors) {
        let Some(number) = door.number.filter(|_| !door.declared && self.is_open(door, doors)) else {
            return;
        };
        let Some(Vertex::Pod { name, .. }) = self.graph.vertices().get(door.pod as usize).copied() else {
            return;
        };
        let word = self.names.intern(&number.to_string());
        let endpoint = self.endpoint(namespace, name, word);
        self.enters(endpoint, door, doors);
        self.listens(endpoint, door, doors);
    }

    /// Declared container ports; a host port is open on the node's address.
    fn container_ports(&mut self, doors: &Doors) {
        let facts = self.facts;
        for ((kind, namespace, name), pod) in &facts.pods {
            let vertex = Vertex::Pod { kind: *kind, namespace: *namespace, name: *name };
            let Some(vertex) = self.graph.known(vertex) else { continue };
            for container in &pod.containers {
                for port in &container.ports {
                    let word = self.port_word(port);
                    let endpoint = self.endpoint(*namespace, *name, word);
                    let (protocol, number) = (port.protocol, Some(port.number));
                    let door = Door { pod: vertex, facts: pod, container, protocol, number, declared: true };
                    self.enters(endpoint, door, doors);
                    self.listens(endpoint, door, doors);
                    if port.host || pod.host_network {
                        let internet = self.vertex(Vertex::Internet);
                        let because = Evidence::Field { object: vertex, route: port.route };
                        let gates =
                            self.names.intern("open on the address of the node, which may be private");
                        let step = Step::new(Primitive::E01)
                            .sure(Confidence::Medium)
                            .because(because)
                            .gated(Some(gates));
                        let step = if doors.shut.contains(&vertex) { self.refused(step) } else { step };
                        self.graph.step(internet, endpoint, step);
                    }
                }
            }
        }
    }

    /// How a container's port is called.
    pub(crate) fn port_word(&mut self, port: &Port) -> Name {
        port.name.unwrap_or_else(|| self.names.intern(&port.number.to_string()))
    }

    fn refused(&mut self, step: Step) -> Step {
        let gates = self.names.intern("network policies refuse connections from outside the cluster");
        step.gated(Some(gates)).attenuated()
    }
}
