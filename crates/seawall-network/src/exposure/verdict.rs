//! What policies say to a way in: whether the traffic that arrives may reach the port behind it.
//!
//! The source address decides, and where the cluster may replace it (`externalTrafficPolicy: Cluster`) or the proxy cannot
//! be seen, both readings are judged: when they differ the answer is [`Passage::Undecided`], with the reason.

use std::collections::{BTreeSet, HashMap};

use seawall_inventory::{Inventory, Resource};

use super::{Arrival, Backend, EntryPoint, Scope};
use crate::addresses::AddressSet;
use crate::mesh::{Client, Mesh, MeshAnswer, MeshVerdict};
use crate::{Because, ClassId, Direction, EndpointId, Network, PolicyId, Profile, RuleId, Target};

/// Whether the traffic of a way in may reach what stands behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Passage {
    /// It may.
    Permitted,
    /// Some of it may: some addresses, some pods.
    Partly,
    /// That depends on what cannot be seen.
    Undecided,
    /// It may not.
    Denied,
    /// No pod here takes part.
    NoPods,
}

impl Passage {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Passage::Permitted => "permitted",
            Passage::Partly => "partly",
            Passage::Undecided => "undecided",
            Passage::Denied => "denied",
            Passage::NoPods => "no-pods",
        }
    }
}

/// The judgement of one backend of a way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whether the traffic passes.
    pub passage: Passage,
    /// Why, lower case.
    pub why: String,
    /// The rules that let it through.
    pub rules: Vec<RuleId>,
    /// The policies that select the pods.
    pub policies: Vec<PolicyId>,
    /// What the mesh says, where it has a say.
    pub mesh: Option<MeshVerdict>,
}

/// Ranges that no packet on the internet comes from (RFC 1918, 6598, 3927, 4193, 4291, and 1122 for loopback).
const PRIVATE: [&str; 9] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
];

/// Addresses that no packet on the internet comes from.
pub(crate) fn private() -> AddressSet {
    let private = PRIVATE.iter().filter_map(|cidr| AddressSet::cidr(cidr));
    private.fold(AddressSet::default(), |all, one| all.union(&one))
}

/// How many nodes are tried as sources; one is like another but for blocks that single one out.
const MAX_NODES: usize = 64;

/// Judges ways in against the policies of a model.
pub struct Judge<'a> {
    network: &'a Network,
    inventory: &'a Inventory,
    mesh: Option<&'a Mesh>,
    /// Endpoints by namespace, kind and name of their object, and of its top owner.
    by_object: HashMap<(String, String, String), Vec<EndpointId>>,
    nodes: Vec<std::net::IpAddr>,
    private: AddressSet,
}

impl<'a> Judge<'a> {
    /// Prepares to judge; both must come from the same objects.
    pub fn new(network: &'a Network, inventory: &'a Inventory) -> Self {
        let mut by_object: HashMap<_, Vec<EndpointId>> = HashMap::new();
        for id in network.endpoints() {
            let Some(view) = network.endpoint(id) else { continue };
            let own = (view.kind(), view.name());
            let top = view.workload();
            for (kind, name) in [own, top].into_iter().take(if own == top { 1 } else { 2 }) {
                let key = (view.namespace().to_owned(), kind.to_owned(), name.to_owned());
                by_object.entry(key).or_default().push(id);
            }
        }
        let nodes = network.node_list().into_iter().take(MAX_NODES).collect();
        Judge { network, inventory, mesh: None, by_object, nodes, private: private() }
    }

    /// Lets a mesh, which must come from the same objects, have its say.
    #[must_use]
    pub fn with_mesh(self, mesh: Option<&'a Mesh>) -> Self {
        Judge { mesh, ..self }
    }

    fn endpoints(&self, resource: &Resource) -> &[EndpointId] {
        let namespace = resource.namespace().unwrap_or("default").to_owned();
        let key = (namespace, resource.kind().to_owned(), resource.name().to_owned());
        self.by_object.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The classes of the pods of an object or of what it owns.
    pub fn classes(&self, resource: &Resource) -> BTreeSet<ClassId> {
        self.endpoints(resource).iter().filter_map(|id| self.network.class_of(*id)).collect()
    }

    fn classes_behind(&self, backend: &Backend) -> BTreeSet<ClassId> {
        let of = |id| self.inventory.get(id).map(|resource| self.classes(resource)).unwrap_or_default();
        let own: BTreeSet<ClassId> = of(backend.pod);
        if own.is_empty() { of(backend.workload) } else { own }
    }

    /// Judges one backend of a way in.
    pub fn judge(&self, entry: &EntryPoint, backend: &Backend) -> Judgement {
        let mut judgement = self.by_policies(entry, backend);
        judgement.mesh = self.by_mesh(entry, backend);
        let denied = judgement.mesh.as_ref().filter(|mesh| mesh.answer == MeshAnswer::Denied);
        if let (Some(denied), true) = (denied, judgement.passage != Passage::NoPods) {
            judgement.passage = Passage::Denied;
            judgement.why = format!("the mesh denies it: {}", denied.because.as_str());
        }
        judgement
    }

    /// What the proxies of the pods behind say to those who knock: clients and nodes show no identity, a proxy that is here
    /// shows its own, one that is not may be anybody.
    fn by_mesh(&self, entry: &EntryPoint, backend: &Backend) -> Option<MeshVerdict> {
        let port = backend.port.filter(|_| entry.arrival != Arrival::Host)?;
        let mesh = self.mesh?;
        let of = |id| self.inventory.get(id).map_or(&[][..], |resource| self.endpoints(resource));
        let own = of(backend.pod);
        let behind = if own.is_empty() { of(backend.workload) } else { own };
        let clients: Vec<Client> = match &entry.arrival {
            Arrival::Proxy(workloads) => {
                workloads.iter().flat_map(|id| of(*id)).map(|id| Client::Pod(*id)).collect()
            }
            _ => {
                let clients = self.clients(entry);
                let cuts = clients.ranges().flat_map(|(from, to)| mesh.cuts(from, to));
                cuts.map(Client::Outside).collect()
            }
        };
        mesh.widest(&clients, behind, backend.protocol, port)
    }

    fn by_policies(&self, entry: &EntryPoint, backend: &Backend) -> Judgement {
        let classes = self.classes_behind(backend);
        let judged: Vec<Judgement> =
            classes.iter().map(|class| self.of_class(entry, backend, *class)).collect();
        let Some(first) = judged.first().cloned() else {
            let why = "no pod of it takes part".to_owned();
            let passage = Passage::NoPods;
            return Judgement { passage, why, rules: Vec::new(), policies: Vec::new(), mesh: None };
        };
        judged.into_iter().skip(1).fold(first, |mut all, one| {
            if all.passage != one.passage {
                all.passage = Passage::Partly;
                "its pods differ".clone_into(&mut all.why);
            }
            add(&mut all.rules, one.rules);
            add(&mut all.policies, one.policies);
            all
        })
    }

    fn of_class(&self, entry: &EntryPoint, backend: &Backend, class: ClassId) -> Judgement {
        let plain = |passage, why: &str| Judgement {
            passage,
            why: why.to_owned(),
            rules: Vec::new(),
            policies: Vec::new(),
            mesh: None,
        };
        let Some(port) = backend.port.filter(|_| entry.arrival != Arrival::Host) else {
            return plain(Passage::Permitted, "policies of pods do not hold in the network of a node");
        };
        if self.network.is_host_network(class) {
            return plain(Passage::Permitted, "policies of pods do not hold in the network of a node");
        }
        let flow = Flow { class, protocol: backend.protocol, port };
        match &entry.arrival {
            Arrival::Client | Arrival::Host => self.for_clients(entry, flow),
            Arrival::ClientOrNode => self.for_clients_or_nodes(entry, flow),
            Arrival::Proxy(workloads) if workloads.is_empty() => self.for_unseen_proxy(flow),
            Arrival::Proxy(workloads) => self.for_proxy(workloads, flow),
        }
    }

    /// The addresses of those who knock.
    fn clients(&self, entry: &EntryPoint) -> AddressSet {
        let listed = entry.sources.iter().filter_map(|range| {
            let single = range.parse().ok().map(|address| AddressSet::of([address]));
            AddressSet::cidr(range).or(single)
        });
        let listed = listed.fold(AddressSet::default(), |all, one| all.union(&one));
        match entry.scope {
            _ if !listed.is_empty() => listed,
            Scope::Internal(_) => self.private.clone(),
            Scope::Internet => AddressSet::all().difference(&self.private),
            Scope::Nodes => AddressSet::all(),
        }
    }

    fn for_clients(&self, entry: &EntryPoint, flow: Flow) -> Judgement {
        let clients = self.clients(entry);
        let (mut open, mut shut) = (AddressSet::default(), AddressSet::default());
        for row in self.network.external(flow.class, Direction::Ingress) {
            let common = row.addresses.intersection(&clients);
            let side = if row.ports.contains(flow.protocol, flow.port) { &mut open } else { &mut shut };
            *side = side.union(&common);
        }
        let (passage, why) = match (open.is_empty(), shut.is_empty()) {
            (false, true) => (Passage::Permitted, "clients may reach the port".to_owned()),
            (true, _) => (Passage::Denied, "no client may reach the port".to_owned()),
            (false, false) => (Passage::Partly, format!("only {} may reach the port", describe(&open))),
        };
        let sample = if open.is_empty() { &shut } else { &open };
        let sample = sample.ranges().next().map(|(first, _)| Target::Address(first));
        self.explained(passage, why, sample, flow)
    }

    fn for_clients_or_nodes(&self, entry: &EntryPoint, flow: Flow) -> Judgement {
        let clients = self.for_clients(entry, flow);
        let allowed = |node: &std::net::IpAddr| {
            self.network
                .can(Target::Address(*node), Target::Class(flow.class), flow.protocol, flow.port)
                .allowed
        };
        let nodes: Vec<bool> = self.nodes.iter().map(allowed).collect();
        let (any, all) = (nodes.iter().any(|one| *one), nodes.iter().all(|one| *one));
        let undecided =
            |why: &str| Judgement { passage: Passage::Undecided, why: why.to_owned(), ..clients.clone() };
        match clients.passage {
            // An address that replaces the client's is as good as any other where everybody may come in.
            Passage::Permitted if nodes.is_empty() || all => clients,
            Passage::Permitted => {
                undecided("clients may reach the port, addresses of nodes, which may replace theirs, may not")
            }
            Passage::Denied if !any => clients,
            Passage::Denied => {
                undecided("clients may not reach the port, addresses of nodes, which may replace theirs, may")
            }
            _ => clients,
        }
    }

    fn for_proxy(&self, workloads: &[seawall_core::ResourceId], flow: Flow) -> Judgement {
        let proxies = workloads.iter().filter_map(|id| self.inventory.get(*id));
        let classes: BTreeSet<ClassId> = proxies.flat_map(|proxy| self.classes(proxy)).collect();
        let allowed = |class: &&ClassId| {
            self.network
                .can(Target::Class(**class), Target::Class(flow.class), flow.protocol, flow.port)
                .allowed
        };
        let open = classes.iter().filter(allowed).count();
        let shown = classes.iter().find(allowed).or(classes.first()).map(|class| Target::Class(*class));
        let host = classes.iter().any(|class| self.network.is_host_network(*class));
        let (passage, why) = match open {
            _ if classes.is_empty() => return self.for_unseen_proxy(flow),
            0 if host && self.network.profile() == Profile::StrictSpec => (
                Passage::Undecided,
                "the proxy runs in the network of its node: how policies see it differs between network plugins",
            ),
            0 => (Passage::Denied, "the pods of the proxy may not reach the port"),
            open if open == classes.len() => (Passage::Permitted, "the pods of the proxy may reach the port"),
            _ => (Passage::Partly, "some pods of the proxy may reach the port"),
        };
        self.explained(passage, why.to_owned(), shown, flow)
    }

    /// The proxy may be any pod, or stand outside.
    fn for_unseen_proxy(&self, flow: Flow) -> Judgement {
        let rows = self.network.external(flow.class, Direction::Ingress);
        let open = |row: &crate::ExternalRow| row.ports.contains(flow.protocol, flow.port);
        let inside = |other| {
            let ports = self.network.side_allows(flow.class, Direction::Ingress, other);
            ports.contains(flow.protocol, flow.port)
        };
        if rows.iter().all(open) && self.network.class_ids().all(inside) {
            let sample = rows.first().and_then(|row| row.addresses.ranges().next());
            let sample = sample.map(|(first, _)| Target::Address(first));
            return self.explained(
                Passage::Permitted,
                "everybody may reach the port".to_owned(),
                sample,
                flow,
            );
        }
        let listed = rows.iter().any(open) || self.network.lists_port(flow.class, flow.protocol, flow.port);
        let policies =
            self.network.governing(flow.class, Direction::Ingress).map(|policy| policy.id()).collect();
        let (passage, why) = if listed {
            (
                Passage::Undecided,
                "the proxy is not here: whether it is among those who may reach the port is not known",
            )
        } else {
            (Passage::Denied, "nobody may reach the port")
        };
        Judgement { passage, why: why.to_owned(), rules: Vec::new(), policies, mesh: None }
    }

    fn explained(&self, passage: Passage, why: String, sample: Option<Target>, flow: Flow) -> Judgement {
        let Some(sample) = sample else {
            return Judgement { passage, why, rules: Vec::new(), policies: Vec::new(), mesh: None };
        };
        let verdict = self.network.can(sample, Target::Class(flow.class), flow.protocol, flow.port);
        let (mut rules, mut policies) = (verdict.ingress.rules, verdict.ingress.policies);
        if !verdict.egress.allowed {
            rules = verdict.egress.rules;
            policies.extend(verdict.egress.policies);
        }
        let open = verdict.ingress.because == Because::Default && verdict.egress.allowed;
        let why = if open { "no policy selects the pods".to_owned() } else { why };
        Judgement { passage, why, rules, policies, mesh: None }
    }
}

#[derive(Clone, Copy)]
struct Flow {
    class: ClassId,
    protocol: crate::Protocol,
    port: u16,
}

fn add<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !list.contains(&one) {
            list.push(one);
        }
    }
}

/// A set of addresses in few words.
pub(crate) fn describe(addresses: &AddressSet) -> String {
    /// How many blocks are listed.
    const LISTED: usize = 3;
    if *addresses == AddressSet::all() {
        return "any address".to_owned();
    }
    let blocks = addresses.cidrs();
    let rest = AddressSet::all().difference(addresses).cidrs();
    if blocks.len() > LISTED && rest.len() <= LISTED {
        return format!("any address but {}", rest.join(", "));
    }
    // Only one family, but for a few blocks.
    if addresses.is_subset(&AddressSet::all_v4()) {
        let rest = AddressSet::all_v4().difference(addresses).cidrs();
        if rest.is_empty() {
            return "any IPv4 address".to_owned();
        }
        if blocks.len() > LISTED && rest.len() <= LISTED {
            return format!("any IPv4 address but {}", rest.join(", "));
        }
    }
    let listed: Vec<&str> = blocks.iter().take(LISTED).map(String::as_str).collect();
    match blocks.len().saturating_sub(LISTED) {
        0 => listed.join(", "),
        more => format!("{} and {more} more blocks", listed.join(", ")),
    }
}
