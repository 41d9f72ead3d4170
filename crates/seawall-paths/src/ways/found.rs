//! Ways in from the internet, each with what it leads to, what holds it back, and the chain of objects that opens it.

use std::collections::BTreeMap;

use seawall_core::{Confidence, ResourceId, Route, Subject};
use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_network::exposure::{
    Backend, EntryKind, EntryPoint, Judge, Passage, Scope, ServedPort, entry_points_by_pod, served_ports,
};
use seawall_network::mesh::Mesh;
use seawall_network::{Network, Protocol};
use seawall_yaml::Node;

use super::word;
use crate::numbers::NumberMap;

/// A field of an object, in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) object: String,
    pub(crate) route: String,
}

/// What a way in leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// A port of a Service.
    Service(ResourceId, u16, Protocol),
    /// A port of a pod.
    Pod(ResourceId, u16, Protocol),
}

/// A way in from the internet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Opening {
    pub(crate) to: End,
    pub(crate) confidence: Confidence,
    /// Something known stands in the way.
    pub(crate) held_back: bool,
    /// What was looked at.
    pub(crate) gates: Vec<String>,
    /// The field that opens it, in the object that would be changed.
    pub(crate) because: Place,
    /// The fields from the outside to the inside, that one among them: Gateway, route, Service.
    pub(crate) chain: Vec<Place>,
}

/// All that is found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The objects that are spoken of below, by their numbers there.
    subjects: NumberMap<ResourceId, Subject>,
    pub(crate) openings: Vec<Opening>,
    pub(crate) served: Vec<ServedPort>,
    /// The proxies that have a say beside network policies.
    pub(crate) mesh: Option<Mesh>,
    /// There are policies of a mesh, which has a say as soon as a pod is in it.
    pub(crate) meshed: bool,
}

impl Found {
    pub(super) fn of(inventory: &Inventory, network: &Network) -> Self {
        let meshed = is_meshed(inventory);
        let mesh = meshed.then(|| Mesh::build(network, inventory).0).filter(Mesh::has_members);
        let openings = || {
            let judge = Judge::new(network, inventory).with_mesh(mesh.as_ref());
            let reader = Reader { inventory, judge };
            let entries = entry_points_by_pod(inventory);
            let mut openings: Vec<Opening> =
                entries.iter().flat_map(|entry| reader.openings(entry)).collect();
            openings.sort();
            openings.dedup();
            openings
        };
        let (openings, served) = rayon::join(openings, || served_ports(inventory));
        let behind = served.iter().flat_map(|port| port.pods.iter().map(|pod| pod.pod).chain([port.service]));
        let opened = openings.iter().map(|opening| match opening.to {
            End::Service(id, ..) | End::Pod(id, ..) => id,
        });
        let mut subjects = NumberMap::default();
        for id in behind.chain(opened) {
            if let Some(resource) = inventory.get(id) {
                subjects.entry(id).or_insert_with(|| resource.subject().clone());
            }
        }
        Found { subjects, openings, served, mesh, meshed }
    }

    /// The object of a number.
    pub(crate) fn subject(&self, id: ResourceId) -> Option<&Subject> {
        self.subjects.get(&id)
    }

    /// The objects that are spoken of, with their numbers.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = (ResourceId, &Subject)> {
        self.subjects.iter().map(|(id, subject)| (*id, subject))
    }
}

/// Without a policy of its own a mesh refuses nobody.
fn is_meshed(inventory: &Inventory) -> bool {
    let says = |kind| inventory.of_kind(GroupKind::new("security.istio.io", kind)).next().is_some();
    says("AuthorizationPolicy") || says("PeerAuthentication")
}

struct Reader<'i> {
    inventory: &'i Inventory,
    judge: Judge<'i>,
}

/// What policies say of all backends of an end.
struct Passed {
    passage: Passage,
    why: String,
}

impl Reader<'_> {
    fn openings(&self, entry: &EntryPoint) -> Vec<Opening> {
        if matches!(entry.scope, Scope::Internal(_)) {
            return Vec::new();
        }
        let mut ends: BTreeMap<End, Vec<&Backend>> = BTreeMap::new();
        for backend in &entry.backends {
            let end = match (backend.service, backend.service_port, backend.port) {
                (Some(service), Some(port), _) => End::Service(service, port, backend.protocol),
                (None, _, Some(port)) => End::Pod(backend.pod, port, backend.protocol),
                // What a process of the host network opens without saying so is not known.
                _ => continue,
            };
            ends.entry(end).or_default().push(backend);
        }
        ends.into_iter().filter_map(|(end, backends)| self.opening(entry, end, &backends)).collect()
    }

    fn opening(&self, entry: &EntryPoint, to: End, backends: &[&Backend]) -> Option<Opening> {
        let passed = self.passed(entry, backends)?;
        let because = entry.evidence.first()?;
        let because = self.place(because.place.resource, &because.place.route)?;
        let chain = self.chain(entry, to, &because);
        let mut opening = Opening {
            to,
            confidence: entry.confidence,
            held_back: false,
            gates: entry.notes.iter().map(|note| note.replace("; ", ", ")).collect(),
            because,
            chain,
        };
        if entry.scope == Scope::Nodes {
            opening.limit(Confidence::Medium, "open on the address of the node, which may be private".into());
        }
        if entry.is_narrowed() {
            opening.hold_back(format!("only {} may knock", entry.sources.join(", ")));
        }
        if entry.kind == EntryKind::NodePort && self.is_balancer(entry) {
            opening.hold_back("a node port beside a load balancer, which nobody is meant to use".into());
        }
        match passed.passage {
            Passage::Permitted | Passage::NoPods => {}
            Passage::Partly | Passage::Undecided => opening.limit(Confidence::Medium, passed.why),
            Passage::Denied => opening.hold_back(format!("refused from outside the cluster: {}", passed.why)),
        }
        Some(opening)
    }

    /// The answer that lets the most through; `None` when no pod takes part.
    fn passed(&self, entry: &EntryPoint, backends: &[&Backend]) -> Option<Passed> {
        let judged = backends.iter().map(|backend| self.judge.judge(entry, backend));
        let widest = judged.min_by_key(|judgement| judgement.passage)?;
        (widest.passage != Passage::NoPods).then_some(Passed { passage: widest.passage, why: widest.why })
    }

    /// The node port of a Service that asks for a load balancer.
    fn is_balancer(&self, entry: &EntryPoint) -> bool {
        let service = self.inventory.get(entry.object);
        let kind = service.and_then(|service| service.root().path(&["spec", "type"])).and_then(Node::as_str);
        kind == Some("LoadBalancer")
    }

    /// What listens (a Gateway), what routes, and the Service before the pods.
    fn chain(&self, entry: &EntryPoint, to: End, because: &Place) -> Vec<Place> {
        let (own, outer): (Vec<_>, Vec<_>) =
            entry.evidence.iter().partition(|evidence| evidence.place.resource == entry.object);
        let mut chain: Vec<Place> = outer
            .into_iter()
            .chain(own)
            .filter_map(|evidence| self.place(evidence.place.resource, &evidence.place.route))
            .collect();
        if !chain.contains(because) {
            chain.push(because.clone());
        }
        if let End::Service(service, ..) = to
            && service != entry.object
        {
            chain.extend(self.place(service, &Route::root().keys(&["spec", "selector"])));
        }
        chain
    }

    fn place(&self, resource: ResourceId, route: &Route) -> Option<Place> {
        let subject = self.inventory.get(resource).map(Resource::subject)?;
        Some(Place { object: word(subject), route: route.to_string() })
    }
}

impl Opening {
    fn limit(&mut self, confidence: Confidence, why: String) {
        self.confidence = self.confidence.min(confidence);
        self.gates.push(why);
    }

    fn hold_back(&mut self, why: String) {
        self.held_back = true;
        self.limit(Confidence::Low, why);
    }
}
