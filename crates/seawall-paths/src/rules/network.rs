//! Endpoints: ports of services and containers, and which of them are open to the outside (E01, E02, E06).

use std::collections::{BTreeMap, HashSet};

use seawall_core::Confidence;

use crate::Primitive;
use crate::facts::container::Port;
use crate::facts::{ContainerFacts, PodFacts, ServiceFacts, store};
use crate::graph::{Evidence, build::Step};
use crate::names::Name;
use crate::rules::Assembly;
use crate::vertex::{Place, Vertex};

type Pair = (Name, Name);

impl Assembly<'_> {
    pub(crate) fn endpoints(&mut self) {
        let facts = self.facts;
        let all = self.vertex(Vertex::Endpoints(Place::Cluster));
        for namespace in self.namespaces() {
            let set = self.vertex(Vertex::Endpoints(Place::Namespace(namespace)));
            self.graph.step(all, set, Step::structure());
        }
        let shut = self.shut_off();
        self.container_ports(&shut);
        let mut by_label: BTreeMap<(Name, Pair), Vec<(u32, &PodFacts)>> = BTreeMap::new();
        for ((kind, namespace, name), pod) in &facts.pods {
            let vertex = Vertex::Pod { kind: *kind, namespace: *namespace, name: *name };
            let Some(vertex) = self.graph.known(vertex) else { continue };
            for pair in &pod.labels {
                by_label.entry((*namespace, *pair)).or_default().push((vertex, pod));
            }
        }
        for ((namespace, name), service) in &facts.services {
            let Some(first) = service.selector.first() else { continue };
            let candidates = by_label.get(&(*namespace, *first)).into_iter().flatten();
            let selected: Vec<(u32, &PodFacts)> = candidates
                .filter(|(_, pod)| store::selects(&service.selector, &pod.labels))
                .copied()
                .collect();
            self.service((*namespace, *name), service, &selected, &shut);
        }
    }

    fn service(
        &mut self,
        (namespace, name): Pair,
        service: &ServiceFacts,
        selected: &[(u32, &PodFacts)],
        shut: &HashSet<u32>,
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
                    && selected.iter().all(|(pod, _)| shut.contains(pod));
                let step = if closed { self.refused(step) } else { step };
                self.graph.step(internet, endpoint, step);
            }
            let Some(target) = *target else { continue };
            let number: Option<u16> = self.names.text(target).parse().ok();
            let fits = |port: &Port| port.name == Some(target) || Some(port.number) == number;
            for (pod, facts) in selected {
                let declares = |container: &ContainerFacts| container.ports.iter().any(fits);
                // A container need not declare a port to listen on it, but a name is that of a declared one.
                let anyone = number.is_some() && !facts.containers.iter().any(declares);
                for container in facts.containers.iter().filter(|own| anyone || declares(own)) {
                    self.enters(endpoint, *pod, container.name);
                }
            }
        }
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

    fn endpoint(&mut self, namespace: Name, owner: Name, port: Name) -> u32 {
        let endpoint = self.vertex(Vertex::Endpoint { namespace, owner, port });
        let set = self.vertex(Vertex::Endpoints(Place::Namespace(namespace)));
        self.graph.step(set, endpoint, Step::structure());
        endpoint
    }

    /// Talking to a port is no foothold: that takes a flaw in what listens there.
    fn enters(&mut self, endpoint: u32, pod: u32, container: Name) {
        let Some(container) = self.graph.known(Vertex::Container { pod, name: container }) else { return };
        let gates = self.names.intern("needs a flaw in the application that listens");
        self.graph.step(
            endpoint,
            container,
            Step::new(Primitive::E02).sure(Confidence::Low).gated(Some(gates)),
        );
    }

    /// Declared container ports; a host port is open on the node's address.
    fn container_ports(&mut self, shut: &HashSet<u32>) {
        let facts = self.facts;
        for ((kind, namespace, name), pod) in &facts.pods {
            let vertex = Vertex::Pod { kind: *kind, namespace: *namespace, name: *name };
            let Some(vertex) = self.graph.known(vertex) else { continue };
            for container in &pod.containers {
                for port in &container.ports {
                    let word = self.port_word(port);
                    let endpoint = self.endpoint(*namespace, *name, word);
                    self.enters(endpoint, vertex, container.name);
                    if port.host || pod.host_network {
                        let internet = self.vertex(Vertex::Internet);
                        let because = Evidence::Field { object: vertex, route: port.route };
                        let gates =
                            self.names.intern("open on the address of the node, which may be private");
                        let step = Step::new(Primitive::E01)
                            .sure(Confidence::Medium)
                            .because(because)
                            .gated(Some(gates));
                        let step = if shut.contains(&vertex) { self.refused(step) } else { step };
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
