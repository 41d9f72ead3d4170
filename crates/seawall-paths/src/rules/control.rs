//! Settings of the control plane and of kubelets that let somebody in: C03, C05, C06, C07, from whoever the network
//! policies let connect (E03).

use std::collections::BTreeSet;
use std::net::IpAddr;

use seawall_core::Confidence;
use seawall_network::Protocol;

use crate::Primitive;
use crate::facts::control::{Component, ControlFacts};
use crate::graph::{Evidence, build::Step};
use crate::rules::Assembly;
use crate::rules::listeners::{Listener, On};
use crate::vertex::{Place, Vertex};

/// The ports of kubelets and of etcd.
const KUBELET: u16 = 10250;
const ETCD: u16 = 2379;
/// How many nodes are asked about: one is like another but for policies that single one out.
const MAX_NODES: usize = 64;

/// What is known of requests without credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anonymous {
    Unknown,
    Taken,
    Refused,
}

/// A component, the vertex of its pod, and what it is told.
type Seen<'m> = (u32, &'m ControlFacts);

impl<'m> Assembly<'m> {
    fn components(&self, component: Component) -> Vec<Seen<'m>> {
        let pods = self.facts.pods.iter().filter_map(|((kind, namespace, name), pod)| {
            let control = pod.control.as_deref().filter(|control| control.component == component)?;
            let vertex = Vertex::Pod { kind: *kind, namespace: *namespace, name: *name };
            Some((self.graph.known(vertex)?, control))
        });
        pods.collect()
    }

    /// Runs after rights and nodes, before listeners and identities.
    pub(crate) fn control(&mut self) {
        for seen in self.components(Component::ApiServer) {
            self.allows_all(seen);
            self.insecure_port(seen);
            self.unrestricted_nodes(seen);
        }
        for seen in self.components(Component::Etcd) {
            self.etcd(seen);
        }
        self.kubelets();
        self.anonymous_from_pods();
    }

    /// Whether any API server that is seen takes requests without credentials.
    pub(crate) fn anonymous(&self) -> Anonymous {
        let mut servers = self.components(Component::ApiServer).into_iter().peekable();
        if servers.peek().is_none() {
            return Anonymous::Unknown;
        }
        let refuses = |arguments: &crate::facts::arguments::Arguments| {
            arguments.flag("anonymous-auth").is_some_and(|value| value.eq_ignore_ascii_case("false"))
        };
        let mut known = Anonymous::Refused;
        for (_, server) in servers {
            if server.arguments.flag("authentication-config").is_some() {
                return Anonymous::Unknown;
            }
            if !refuses(&server.arguments) {
                known = Anonymous::Taken;
            }
        }
        known
    }

    /// The API server asks nobody what a caller may do: whoever has a token has the cluster.
    fn allows_all(&mut self, (pod, server): Seen<'_>) {
        let arguments = &server.arguments;
        let because = Evidence::Field { object: pod, route: server.route };
        let step = match arguments.flag("authorization-mode") {
            Some(modes) if modes.split(',').any(|mode| mode == "AlwaysAllow") => Step::new(Primitive::C07),
            Some(_) => return,
            None if arguments.flag("authorization-config").is_some() => return,
            None => {
                let gates =
                    self.names.intern("without `--authorization-mode` the API server allows everything");
                Step::new(Primitive::C07).gated(Some(gates))
            }
        };
        let everybody = self.names.intern("system:authenticated");
        let everybody = self.vertex(Vertex::Group(everybody));
        let admin = self.vertex(Vertex::ClusterAdmin);
        self.graph.step(everybody, admin, step.because(because));
    }

    /// The port without login and authorization of API servers before 1.20.
    fn insecure_port(&mut self, (pod, server): Seen<'_>) {
        let Some(port) = server.arguments.flag("insecure-port").and_then(|port| port.parse::<u16>().ok())
        else {
            return;
        };
        if port == 0 || self.version.is_some_and(|version| version >= (1, 20)) {
            return;
        }
        let bound = server.arguments.flag("insecure-bind-address").unwrap_or("127.0.0.1");
        let because = Evidence::Field { object: pod, route: server.route };
        let step = Step::new(Primitive::C07).because(because);
        let endpoint = self.port_of(pod, port);
        let admin = self.vertex(Vertex::ClusterAdmin);
        self.graph.step(endpoint, admin, step);
        if bound.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
            self.reached_on_the_node(pod, endpoint);
        } else {
            self.listens_at(server.addresses.clone(), port, endpoint);
        }
    }

    /// Pods in the network of the node reach what listens on its loopback address.
    fn reached_on_the_node(&mut self, pod: u32, endpoint: u32) {
        let facts = self.facts;
        let key = |vertex: Vertex| match vertex {
            Vertex::Pod { kind, namespace, name } => facts.pods.get(&(kind, namespace, name)),
            _ => None,
        };
        let node = self.graph.vertices().get(pod as usize).copied().and_then(key).and_then(|pod| pod.node);
        let gates = self.names.intern("listens on the loopback address of the node");
        let neighbours: Vec<u32> = facts
            .pods
            .iter()
            .filter(|(_, other)| other.host_network && other.node.is_some() && other.node == node)
            .filter_map(|((kind, namespace, name), _)| {
                self.graph.known(Vertex::Pod { kind: *kind, namespace: *namespace, name: *name })
            })
            .filter(|other| *other != pod)
            .collect();
        let step = Step::new(Primitive::E03).gated(Some(gates));
        let containers: Vec<u32> = (0u32..)
            .zip(self.graph.vertices())
            .filter(|(_, vertex)| matches!(vertex, Vertex::Container { pod, .. } if neighbours.contains(pod)))
            .map(|(id, _)| id)
            .collect();
        containers.into_iter().for_each(|from| self.graph.step(from, endpoint, step));
    }

    /// Without NodeRestriction kubelets create pods of any account anywhere.
    fn unrestricted_nodes(&mut self, (pod, server): Seen<'_>) {
        let plugins = server.arguments.flag("enable-admission-plugins").unwrap_or("");
        if plugins.split(',').any(|plugin| plugin == "NodeRestriction") {
            return;
        }
        let nodes = self.names.intern("system:nodes");
        let nodes = self.vertex(Vertex::Group(nodes));
        let step = Step::new(Primitive::C03).because(Evidence::Field { object: pod, route: server.route });
        for gained in [Vertex::Accounts(Place::Cluster), Vertex::Nodes] {
            let to = self.vertex(gained);
            self.graph.step(nodes, to, step);
        }
    }

    fn etcd(&mut self, (pod, etcd): Seen<'_>) {
        let told = etcd.etcd("client-cert-auth");
        let asks = told.is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let urls = etcd.etcd("listen-client-urls").unwrap_or("http://localhost:2379");
        for url in urls.split(',') {
            let Some((scheme, rest)) = url.trim().split_once("://") else { continue };
            // Clients show no certificate where nothing is encrypted.
            if asks && scheme != "http" {
                continue;
            }
            let (host, port) = rest.trim_end_matches('/').rsplit_once(':').unwrap_or((rest, ""));
            let host = host.trim_matches(['[', ']']);
            if host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
                continue;
            }
            let port = port.parse().unwrap_or(ETCD);
            let because = Evidence::Field { object: pod, route: etcd.route };
            let mut step = Step::new(Primitive::C06).because(because);
            if told.is_none() && scheme != "http" {
                let gates = self.names.intern("`--client-cert-auth` is not set, here or in the environment");
                step = step.sure(Confidence::Medium).gated(Some(gates));
            }
            let endpoint = self.port_of(pod, port);
            let admin = self.vertex(Vertex::ClusterAdmin);
            self.graph.step(endpoint, admin, step);
            let listed = host.parse::<IpAddr>().ok().filter(|address| !address.is_unspecified());
            let at = listed.map_or_else(|| etcd.addresses.clone(), |address| vec![address]);
            self.listens_at(at, port, endpoint);
        }
    }

    fn kubelets(&mut self) {
        let facts = self.facts;
        let current =
            self.names.find("kubelet-config").and_then(|name| facts.control.kubelets.get_key_value(&name));
        let Some((name, kubelet)) = current.or_else(|| facts.control.kubelets.iter().next_back()) else {
            return;
        };
        if !kubelet.allows_all {
            return;
        }
        let mut nodes: BTreeSet<IpAddr> =
            facts.nodes.values().filter_map(|node| node.addresses.first().copied()).collect();
        while nodes.len() > MAX_NODES {
            nodes.pop_last();
        }
        let endpoint = self.far_port("Node", ("nodes", "kubelet"), KUBELET);
        self.listens_at(nodes.into_iter().collect(), KUBELET, endpoint);
        let object = format!("ConfigMap/kube-system/{}", self.names.text(*name));
        let because = self.object(&object, "data.kubelet");
        let gates = self.names.intern("a node may have settings of its own");
        let step = Step::new(Primitive::C05).sure(Confidence::Medium).because(because).gated(Some(gates));
        let pods = self.vertex(Vertex::Pods(Place::Cluster));
        if kubelet.anonymous {
            self.graph.step(endpoint, pods, step);
            return;
        }
        // Any token will do, but there must be one.
        let everybody = self.names.intern("system:authenticated");
        let everybody = self.vertex(Vertex::Group(everybody));
        let all = self.graph.all(vec![endpoint, everybody]);
        self.graph.step(all, pods, step);
    }

    /// Pods that reach the API server ask without credentials, as the internet does.
    fn anonymous_from_pods(&mut self) {
        let facts = self.facts;
        let user = self.names.find("system:anonymous").and_then(|name| self.graph.known(Vertex::User(name)));
        let group =
            self.names.find("system:unauthenticated").and_then(|name| self.graph.known(Vertex::Group(name)));
        if self.anonymous() == Anonymous::Refused || user.or(group).is_none() {
            return;
        }
        let mut ports: Vec<(IpAddr, u16)> = facts.control.api.values().flatten().copied().collect();
        ports.sort_unstable();
        ports.dedup();
        let Some((_, port)) = ports.first().copied() else { return };
        let addresses = ports.iter().filter(|(_, own)| *own == port).map(|(address, _)| *address).collect();
        let endpoint = self.far_port("Endpoints", ("default", "kubernetes"), port);
        self.listens_at(addresses, port, endpoint);
        for to in [user, group].into_iter().flatten() {
            let step = self.anonymous_step();
            self.graph.step(endpoint, to, step);
        }
    }

    /// The step to who has no credentials.
    pub(crate) fn anonymous_step(&mut self) -> Step {
        let step = Step::new(Primitive::A51);
        let (step, text) = match self.anonymous() {
            Anonymous::Taken => (step, "the API server takes anonymous requests"),
            Anonymous::Unknown => {
                (step.sure(Confidence::Medium), "needs an API server that takes anonymous requests")
            }
            Anonymous::Refused => (step.attenuated(), "`--anonymous-auth=false`: the API server takes none"),
        };
        step.gated(Some(self.names.intern(text)))
    }

    fn listens_at(&mut self, addresses: Vec<IpAddr>, port: u16, endpoint: u32) {
        let (protocol, primitive) = (Protocol::Tcp, Primitive::E03);
        self.listeners.push(Listener { on: On::Addresses(addresses), protocol, port, endpoint, primitive });
    }

    /// A port of a pod, among those of its namespace.
    fn port_of(&mut self, pod: u32, port: u16) -> u32 {
        let word = self.names.intern(&port.to_string());
        match self.graph.vertices().get(pod as usize).copied() {
            Some(Vertex::Pod { kind, namespace, name }) => self.endpoint((kind, namespace, name), word),
            _ => pod,
        }
    }

    /// A port outside pods, on what a kind of objects lists.
    fn far_port(&mut self, kind: &str, (group, owner): (&str, &str), port: u16) -> u32 {
        let [kind, namespace, owner] = [kind, group, owner].map(|text| self.names.intern(text));
        let port = self.names.intern(&port.to_string());
        self.tables.owner_kinds.insert(kind);
        self.vertex(Vertex::Endpoint { kind, namespace, owner, port })
    }
}
