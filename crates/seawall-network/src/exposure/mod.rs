//! Ways in: what opens the cluster to traffic from outside, and which ports of which pods stand behind.
//!
//! In: an [`Inventory`]. Out: [`EntryPoint`]s, one for each outer port (or host name) and the backends behind it.
//!
//! Invariants, above all what is absent: what is declared is listed, whether or not a policy closes it (that is judged
//! apart); firewalls of the cloud and logins of the application are not known here. What cannot be seen (a Gateway of
//! another repository, the controller of an Ingress) lowers the confidence and is named.

pub mod address;
mod backend;
mod controller;
mod gateway;
pub mod hints;
mod host;
mod ingress;
mod openshift;
mod served;
mod service;
mod verdict;

use seawall_core::{Confidence, ResourceId};
use seawall_inventory::{GroupKind, Inventory, Place, Resource};

pub use backend::{Backend, keeps_running};
pub(crate) use backend::{Backends, ServicePort, declared_ports};
pub use controller::is_labelled_as_proxy;
pub use served::{PodPort, ServedPort, served_ports};
pub use verdict::{Judge, Judgement, Passage};
pub(crate) use verdict::{describe, private};

use crate::Protocol;

pub(crate) const SERVICE: GroupKind<'static> = GroupKind::new("", "Service");

/// What makes a way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A Service of type `LoadBalancer`.
    LoadBalancer,
    /// The node port of a Service of type `NodePort` or `LoadBalancer`.
    NodePort,
    /// An address in `externalIPs` of a Service.
    ExternalIp,
    /// An Ingress.
    Ingress,
    /// A route of the Gateway API.
    Gateway,
    /// An OpenShift Route.
    Route,
    /// A `hostPort` of a container.
    HostPort,
    /// A pod in the network namespace of its node.
    HostNetwork,
}

impl EntryKind {
    /// The word for people and machines: `load-balancer`, `node-port` …
    pub const fn as_str(self) -> &'static str {
        match self {
            EntryKind::LoadBalancer => "load-balancer",
            EntryKind::NodePort => "node-port",
            EntryKind::ExternalIp => "external-ip",
            EntryKind::Ingress => "ingress",
            EntryKind::Gateway => "gateway",
            EntryKind::Route => "route",
            EntryKind::HostPort => "host-port",
            EntryKind::HostNetwork => "host-network",
        }
    }
}

/// Who can knock, as far as is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Anybody on the internet.
    Internet,
    /// Whoever reaches the addresses of the nodes: whether that is the internet is not written in the cluster.
    Nodes,
    /// Private networks only, and what says so.
    Internal(String),
}

impl Scope {
    /// The word for people and machines.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Scope::Internet => "internet",
            Scope::Nodes => "nodes",
            Scope::Internal(_) => "internal",
        }
    }
}

/// Whether the traffic is encrypted when it enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tls {
    /// Not at this layer: what the pod itself speaks is not known.
    None,
    /// Up to the proxy, which decrypts it.
    Terminated,
    /// Up to the proxy, which encrypts anew towards the pod.
    Reencrypted,
    /// Up to the pod.
    Passthrough,
}

impl Tls {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Tls::None => "none",
            Tls::Terminated => "terminated",
            Tls::Reencrypted => "re-encrypted",
            Tls::Passthrough => "passthrough",
        }
    }
}

/// With which source address the traffic arrives at the pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The client's own (`externalTrafficPolicy: Local`, host ports).
    Client,
    /// The client's or that of a node, which kube-proxy may put in its place (`externalTrafficPolicy: Cluster`).
    ClientOrNode,
    /// That of a proxy: the workloads that run it, none when it is not in the inventory.
    Proxy(Vec<ResourceId>),
    /// No pod address is involved: the socket is the node's.
    Host,
}

/// A field that takes part in opening a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where it stands.
    pub place: Place,
    /// What it does, lower case.
    pub note: String,
}

/// One way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// What makes it.
    pub kind: EntryKind,
    /// The object that opens it: Service, Ingress, route, or the workload with a host port.
    pub object: ResourceId,
    /// Host names with paths, or addresses; empty for any.
    pub hosts: Vec<String>,
    /// The outer port; `None` when the cluster chooses it, or for every port that a process in the host network opens.
    pub port: Option<u16>,
    /// The protocol: `TCP`, `UDP` or `SCTP`.
    pub protocol: Protocol,
    /// Whether it is encrypted on entering.
    pub tls: Tls,
    /// Address ranges that may knock, as written; empty for all.
    pub sources: Vec<String>,
    /// Who can knock.
    pub scope: Scope,
    /// With which source address the traffic arrives.
    pub arrival: Arrival,
    /// What stands behind; empty when no pod is selected.
    pub backends: Vec<Backend>,
    /// The fields that open it.
    pub evidence: Vec<Evidence>,
    /// How sure it is that the way exists.
    pub confidence: Confidence,
    /// What could not be seen, or limits the way; lower case.
    pub notes: Vec<String>,
}

impl EntryPoint {
    /// Whether only some addresses of those who could knock may: `sources` that do not hold everybody.
    pub fn is_narrowed(&self) -> bool {
        !self.sources.is_empty() && !self.sources.iter().any(|range| range.ends_with("/0"))
    }
}

/// All ways in, by kind, then in the order read.
pub fn entry_points(inventory: &Inventory) -> Vec<EntryPoint> {
    ways(inventory, host::entries)
}

/// The same, but that each pod on its node's network has ways in of its own, where [`entry_points`] has one for all pods
/// of a workload.
pub fn entry_points_by_pod(inventory: &Inventory) -> Vec<EntryPoint> {
    ways(inventory, host::entries_by_pod)
}

fn ways(inventory: &Inventory, on_nodes: impl Fn(&Inventory) -> Vec<EntryPoint>) -> Vec<EntryPoint> {
    let backends = Backends::new(inventory);
    let mut entries = service::entries(inventory, &backends);
    let controllers = controller::Controllers::new(inventory, &entries);
    entries.extend(ingress::entries(inventory, &backends, &controllers));
    entries.extend(gateway::entries(inventory, &backends, &controllers));
    entries.extend(openshift::entries(inventory, &backends, &controllers));
    entries.extend(on_nodes(inventory));
    entries.sort_by_key(|entry| (entry.kind, entry.object, entry.port, entry.protocol));
    entries
}

/// Kinds whose absence says something of ways in, where all objects of the kind are known.
pub const KINDS_MISSED: [GroupKind<'static>; 3] = [SERVICE, gateway::GATEWAY, gateway::GRANT];

/// A field of a resource by its keys.
fn field(resource: &Resource, keys: &[&str]) -> Place {
    Place { resource: resource.id(), route: seawall_core::Route::root().keys(keys) }
}

/// A port number in range.
pub(crate) fn port_number(number: i64) -> Option<u16> {
    u16::try_from(number).ok().filter(|port| *port > 0)
}

/// Reads the field `protocol`: unset is TCP; a word that is none of the three is `None`.
fn protocol_of(word: Option<&str>) -> Option<Protocol> {
    Protocol::of_api(word.unwrap_or("TCP"))
}
