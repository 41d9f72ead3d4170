//! Before and after a change: which part of the graph it touches, and whether that can be followed.

use std::collections::BTreeSet;
use std::net::IpAddr;

use seawall_inventory::{GroupKind, Resource};
use seawall_network::EndpointId;

use super::index::Key;
use super::openings::is_on_node;
use super::{Change, Live, group_of, same};
use crate::Primitive;
use crate::facts::{PodFacts, SecretFacts};
use crate::graph::{Drawn, Graph};
use crate::model::Model;
use crate::names::Name;
use crate::rules::part::{Part, draw};
use crate::rules::{Exact, Tables};
use crate::vertex::{Place, Vertex};

/// What is known before a change that is followed.
pub(crate) struct Before {
    made: (Graph, Tables),
    touched: Touched,
}

/// What a change touches.
enum Touched {
    /// Nothing of the graph.
    Nothing,
    Pods(Box<Pods>),
    Secret {
        key: (Name, Name),
        drawn: Vec<Drawn>,
    },
}

/// A pod or workload, and what stands or falls with it.
struct Pods {
    key: Key,
    old: Option<PodFacts>,
    around: BTreeSet<Key>,
    drawn: Vec<Drawn>,
}

/// More objects than these stand and fall with no pod of a real cluster.
const MAX_AROUND: usize = 64;

impl Model {
    /// What has to be known of the state before a change; `None` where it cannot be followed.
    pub(crate) fn before(&mut self, made: (Graph, Tables), change: Change<'_>) -> Option<Before> {
        if made.0.is_worn() {
            return None;
        }
        let kind = change.kind();
        if self.says_nothing(change) {
            return Some(Before { made, touched: Touched::Nothing });
        }
        let made_of_pods = group_of(kind.kind).is_some_and(|group| group == kind.group);
        match (kind.group, kind.kind) {
            ("", "Secret") => self.before_secret(made, change),
            _ if made_of_pods => self.before_pods(made, change),
            _ => None,
        }
    }

    /// Puts what a change touched into the graph as it is now.
    pub(crate) fn after(&mut self, before: Before, change: Change<'_>) -> Option<(Graph, Tables)> {
        let Before { made, touched } = before;
        match touched {
            Touched::Nothing => Some(made),
            Touched::Pods(pods) => self.after_pods(made, *pods, change),
            Touched::Secret { key, drawn } => {
                let fine =
                    self.facts.secrets.get(&key).is_none_or(|secret| self.is_plain_secret(key, secret));
                if !fine {
                    return None;
                }
                let part = Part { secrets: vec![key], ..Part::default() };
                let (mut graph, tables, after) = self.draw(made, &part)?;
                graph.redraw(drawn, after).ok()?;
                Some((graph, tables))
            }
        }
    }

    /// Whether a change is none to the graph, as far as can be told from the object alone.
    fn says_nothing(&mut self, change: Change<'_>) -> bool {
        let (kind, namespace, name) = (change.kind(), change.namespace(), change.name());
        if same::says_nothing(kind) {
            return true;
        }
        if !self.facts.flaws.is_empty() && group_of(kind.kind).is_some() {
            return false;
        }
        if (kind.group, kind.kind) == ("", "ConfigMap") {
            return self.is_idle_map(change);
        }
        let service = match (kind.group, kind.kind) {
            ("discovery.k8s.io", "EndpointSlice") => self.is_of_selector(change),
            _ => false,
        };
        let old = self.ways.object(kind, namespace, name);
        service || old.zip(change.put()).is_some_and(|(old, new)| same::says_the_same(old, new))
    }

    /// A ConfigMap with no settings of what is modelled, before and after.
    fn is_idle_map(&self, change: Change<'_>) -> bool {
        let (namespace, name) = (change.namespace().unwrap_or("default"), change.name());
        let known = || self.names.find(namespace).zip(self.names.find(name));
        let told = || known().is_some_and(|key| self.facts.snippets.contains_key(&key));
        let tells = |resource: &Resource| {
            let data = resource.root().get("data");
            ["allow-snippet-annotations", "annotations-risk-level"]
                .iter()
                .any(|key| data.is_some_and(|data| data.get(key).is_some()))
        };
        let of_system = name == "aws-auth" || name.starts_with("kubelet-config");
        let read = name.starts_with("istio") || namespace == "kube-system" && of_system;
        !(read || told() || change.put().is_some_and(tells))
    }

    /// An EndpointSlice that the cluster writes itself from a selector, before and after.
    fn is_of_selector(&mut self, change: Change<'_>) -> bool {
        const LABEL: &str = "kubernetes.io/service-name";
        const API: &str = "kubernetes";
        let (kind, namespace, name) = (change.kind(), change.namespace(), change.name());
        let of = |slice: &Resource| slice.labels().get(LABEL).map(str::to_owned);
        let old = self.ways.object(kind, namespace, name).map(of);
        let new = change.put().map(of);
        let mut services = Vec::new();
        for service in old.into_iter().chain(new) {
            let Some(service) = service else { return false };
            services.push(service);
        }
        name != API
            && services.iter().all(|service| {
                let object = self.ways.object(GroupKind::new("", "Service"), namespace, service);
                let selector = object.and_then(|object| object.root().path(&["spec", "selector"]));
                service != API && selector.is_some_and(|selector| selector.is_map() && !selector.is_empty())
            })
    }

    fn before_secret(&mut self, made: (Graph, Tables), change: Change<'_>) -> Option<Before> {
        let namespace = self.names.intern(change.namespace().unwrap_or("default"));
        let key = (namespace, self.names.intern(change.name()));
        let fine = self.facts.namespaces.contains_key(&namespace)
            && !made.1.looked_up.secrets.contains(&key.1)
            && self.facts.secrets.get(&key).is_none_or(|secret| self.is_plain_secret(key, secret));
        if !fine {
            return None;
        }
        let part = Part { secrets: vec![key], ..Part::default() };
        let (graph, tables, drawn) = self.draw(made, &part)?;
        Some(Before { made: (graph, tables), touched: Touched::Secret { key, drawn } })
    }

    /// A secret that leads to nothing, or to an account that is here without it.
    fn is_plain_secret(&self, key: (Name, Name), secret: &SecretFacts) -> bool {
        match secret {
            SecretFacts::Other => true,
            SecretFacts::Token(account) => self.facts.accounts.contains_key(&(key.0, *account)),
            _ => false,
        }
    }

    fn before_pods(&mut self, made: (Graph, Tables), change: Change<'_>) -> Option<Before> {
        if self.live.is_none() {
            self.live = Some(Live::of(&self.facts, &mut self.names, &mut self.ways));
        }
        let (kind, namespace, name) = (change.kind(), change.namespace().unwrap_or("default"), change.name());
        let key = [kind.kind, namespace, name].map(|text| self.names.intern(text)).into();
        let old = self.facts.pods.get(&key).cloned();
        let new = change.put().filter(|resource| resource.has_pods());
        let new = new.and_then(|resource| PodFacts::read(resource, &mut self.names));
        if !self.may_be_followed(key, &made.1) {
            return None;
        }
        for pod in old.iter().chain(&new) {
            if !self.is_of_its_part(key, pod) {
                return None;
            }
        }
        let raw = self.ways.object(kind, Some(namespace), name).cloned();
        if raw.is_some_and(|resource| !self.openings_stay(&resource)) {
            return None;
        }
        let live = self.live.as_ref()?;
        let mut around = live.around(key, old.as_ref(), &self.facts);
        around.extend(live.around(key, new.as_ref(), &self.facts));
        if around.len() > MAX_AROUND {
            return None;
        }
        let nodes = [&old, &new].into_iter().flatten().filter_map(|pod| pod.node).collect();
        let part = self.part(&around, &nodes, &made.1)?;
        let (graph, mut tables, drawn) = self.draw(made, &part)?;
        for class in part.pods.iter().filter_map(|(_, id)| self.network.class_of((*id)?)) {
            tables.sending.leave(class);
        }
        let touched = Touched::Pods(Box::new(Pods { key, old, around, drawn }));
        Some(Before { made: (graph, tables), touched })
    }

    fn after_pods(
        &mut self,
        (graph, mut tables): (Graph, Tables),
        Pods { key, old, around, drawn }: Pods,
        change: Change<'_>,
    ) -> Option<(Graph, Tables)> {
        let new = self.facts.pods.get(&key).cloned();
        let live = self.live.as_mut()?;
        let nodes: BTreeSet<Name> = [&old, &new].into_iter().flatten().filter_map(|pod| pod.node).collect();
        let spots = [&old, &new].into_iter().flatten().map(|pod| (key.1, pod.node)).collect::<BTreeSet<_>>();
        let counts = |live: &Live| {
            let placed: Vec<bool> =
                spots.iter().map(|(space, node)| live.placed(*space, *node) > 0).collect();
            (placed, live.worked(key.1) > 0)
        };
        let before = counts(live);
        if let Some(old) = &old {
            live.remove(key, old);
        }
        if let Some(new) = &new {
            live.add(key, new);
        }
        let now = counts(live);
        let changes_work = live.is_workload(key) && (before.1 != now.1 || tables.looked_up.workloads);
        let debugged = &tables.looked_up.debugged;
        let changes_nodes = debugged.contains(&Place::Namespace(key.1)) && before.0 != now.0
            || debugged.contains(&Place::Cluster) && self.facts.pods.len() <= 1;
        if changes_work || changes_nodes {
            return None;
        }
        if change.put().is_some_and(|resource| !self.openings_stay(resource)) {
            return None;
        }
        let part = self.part(&around, &nodes, &tables)?;
        for id in part.pods.iter().filter_map(|(_, id)| *id) {
            let Some(class) = self.network.class_of(id) else { continue };
            if !tables.sending.join(&self.network, class) {
                return None;
            }
        }
        if !tables.sending.is_whole() {
            return None;
        }
        for (kind, namespace, name) in &around {
            let pod = Vertex::Pod { kind: *kind, namespace: *namespace, name: *name };
            graph.id(pod).map(|pod| tables.owners.remove(&pod));
        }
        let (mut graph, tables, after) = self.draw((graph, tables), &part)?;
        graph.redraw(drawn, after).ok()?;
        Some((graph, tables))
    }

    /// Whether nothing that holds for all pods stands against following one.
    fn may_be_followed(&self, key: Key, tables: &Tables) -> bool {
        let mesh = self.ways.known().is_none_or(|found| found.meshed);
        let live = self.live.as_ref();
        !mesh
            && self.facts.flaws.is_empty()
            && self.facts.namespaces.contains_key(&key.1)
            && !(live.is_some_and(|live| live.is_pod(key)) && tables.looked_up.pods.contains(&key.2))
    }

    /// Whether rules look at a pod for nothing but its part of the graph.
    fn is_of_its_part(&self, (_, namespace, _): Key, pod: &PodFacts) -> bool {
        let account = self.facts.accounts.contains_key(&(namespace, pod.account))
            || self.names.text(pod.account) == "default";
        let node = pod.node.is_none_or(|node| self.facts.nodes.contains_key(&node));
        let plain = pod.containers.iter().all(|container| {
            let links = container.escapes.iter().any(|escape| escape.primitive == Primitive::A13);
            container.open.is_none() && container.nginx.is_none() && !links
        });
        account && node && plain && !pod.host_network && pod.control.is_none()
    }

    /// The part of the graph that these objects and nodes are.
    fn part(&mut self, around: &BTreeSet<Key>, nodes: &BTreeSet<Name>, tables: &Tables) -> Option<Part> {
        let live = self.live.as_ref()?;
        let shown: Vec<Key> = around.iter().copied().filter(|key| live.is_shown(*key, &self.facts)).collect();
        let nodes = nodes.iter().map(|node| (*node, live.on_node(*node))).collect();
        let mut pods = Vec::new();
        for key in &shown {
            let (kind, namespace, name) = self.texts(*key);
            let kind = GroupKind::new(group_of(kind)?, kind);
            // What comes into sight with a change is drawn for the first time, what goes out of it for the last.
            let object = self.ways.kept_object(kind, Some(namespace), name)?;
            if !self.is_of_its_part(*key, self.facts.pods.get(key)?) || is_on_node(object) {
                return None;
            }
            pods.push((*key, self.network.endpoint_of(kind, Some(namespace), name)));
        }
        for id in pods.iter().filter_map(|(_, id)| *id) {
            if !self.is_apart(id, tables) {
                return None;
            }
        }
        let behind = self.behind(&shown)?;
        Some(Part { pods, behind, nodes, secrets: Vec::new() })
    }

    /// Whether an endpoint is at no address that is asked about and that may be that of a node, and in no network of a node.
    fn is_apart(&self, id: EndpointId, tables: &Tables) -> bool {
        let Some(endpoint) = self.network.endpoint(id) else { return false };
        let of_node = |address| self.live.as_ref().is_none_or(|live| live.is_of_node(address));
        let asked = |address: IpAddr| tables.sending.asks_about(address) || of_node(address);
        !endpoint.host_network() && !endpoint.address().is_some_and(asked)
    }

    pub(super) fn texts(&self, (kind, namespace, name): Key) -> (&str, &str, &str) {
        (self.names.text(kind), self.names.text(namespace), self.names.text(name))
    }

    fn draw(&mut self, made: (Graph, Tables), part: &Part) -> Option<(Graph, Tables, Vec<Drawn>)> {
        let Model { facts, names, rbac, network, ways, version, .. } = self;
        let exact = Exact { rbac, network, ways: ways.known()?, version: *version };
        let (graph, tables, drawn) = draw(names, (facts, exact), made, part);
        Some((graph, tables, drawn.ok()?))
    }
}
