//! From what was observed to workloads: by name, by owner, by labels, by address.
//!
//! Pods come and go while flows are recorded: one that is gone is found again by what stays of it.

use std::collections::HashMap;
use std::net::IpAddr;

use super::declared::World;
use super::flows::{FlowEnd, Observed, Role};
use super::need::{End, Needs, NotCovered, Seen, Source, Why};
use super::services::{Led, Wanted};
use super::units::UnitId;
use super::{metadata, metadata_words};
use crate::addresses::AddressSet;
use crate::ports::{PortSet, Protocol};

/// A connection that was seen and not let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The source in words.
    pub src: String,
    /// The destination in words.
    pub dst: String,
    /// The ports.
    pub ports: PortSet,
    /// How often and when.
    pub seen: Seen,
}

/// What became of the observed connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// Those that were not let through: no sign of a need, but somebody tried.
    pub denied: Vec<Denied>,
    /// Further ones that were not kept.
    pub more_denied: u64,
    /// Distinct connections of which no end is a workload that is here.
    pub elsewhere: u64,
    /// Distinct connections from nodes to their own pods, which nothing holds.
    pub own_node: u64,
}

/// How many denied connections are kept.
const MAX_DENIED: usize = 1_000;

/// What stands at an end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stand {
    Unit(UnitId),
    /// Addresses outside.
    Outside(AddressSet),
    /// A node or the API server, by its address when that is known.
    Node(AddressSet),
    OwnNode,
    /// A Service by its name or address: namespace and name.
    Service(String, String),
    /// Something that is not here, in words, and why it cannot be described.
    Unknown(&'static str),
}

/// Adds what was observed.
pub(super) fn collect(world: &mut World<'_, '_>, observed: &[Observed], needs: &mut Needs) -> Resolution {
    let mut resolver =
        Resolver { known: HashMap::new(), denied: HashMap::new(), done: Resolution::default() };
    for one in observed {
        if one.allowed {
            resolver.allowed(world, one, needs);
        } else {
            resolver.denied(world, one);
        }
    }
    resolver.done
}

struct Resolver {
    known: HashMap<FlowEnd, Stand>,
    denied: HashMap<(String, String, PortSet), usize>,
    done: Resolution,
}

impl Resolver {
    fn stand(&mut self, world: &World<'_, '_>, end: &FlowEnd) -> Stand {
        if let Some(known) = self.known.get(end) {
            return known.clone();
        }
        let stand = stand(world, end);
        self.known.insert(end.clone(), stand.clone());
        stand
    }

    fn denied(&mut self, world: &World<'_, '_>, one: &Observed) {
        if self.done.denied.len() >= MAX_DENIED {
            self.done.more_denied += 1;
            return;
        }
        let name = |stand: &Stand, end: &FlowEnd| match stand {
            Stand::Unit(id) => world.units.get(*id).map_or_else(|| words(end), ToString::to_string),
            _ => words(end),
        };
        let (src, dst) = (self.stand(world, &one.src), self.stand(world, &one.dst));
        let (src, dst) = (name(&src, &one.src), name(&dst, &one.dst));
        let key = (src.clone(), dst.clone(), one.ports.clone());
        let known = *self.denied.entry(key).or_insert(self.done.denied.len());
        match self.done.denied.get_mut(known) {
            Some(known) => known.seen.add(&one.seen),
            None => {
                self.done.denied.push(Denied { src, dst, ports: one.ports.clone(), seen: one.seen.clone() })
            }
        }
    }

    fn allowed(&mut self, world: &mut World<'_, '_>, one: &Observed, needs: &mut Needs) {
        let (src, dst) = (self.stand(world, &one.src), self.stand(world, &one.dst));
        if src == Stand::OwnNode || is_own_node(world, &src, one) {
            self.done.own_node += 1;
            return;
        }
        let unit = match (&src, &dst) {
            (Stand::Unit(id), _) | (_, Stand::Unit(id)) => Some(*id),
            (_, Stand::Service(..)) => None,
            _ => {
                self.done.elsewhere += 1;
                return;
            }
        };
        let not_covered = |what: String, reason: &str| NotCovered {
            unit,
            what,
            reason: reason.to_owned(),
            place: None,
            seen: Some(one.seen.clone()),
        };
        let from = match &src {
            Stand::Unit(id) => Ok(End::Unit(*id)),
            // The metadata service opens no connections: a range that holds its address means the others.
            Stand::Outside(addresses) => Ok(End::Addresses(addresses.difference(&metadata()))),
            Stand::Node(addresses) => world.of_nodes(addresses).ok_or(NODE),
            Stand::Service(..) => Err("a Service opens no connections"),
            Stand::OwnNode => return,
            Stand::Unknown(reason) => Err(*reason),
        };
        let from = match from {
            Ok(from) => from,
            Err(reason) => {
                return needs.not_covered(not_covered(format!("from {}", words(&one.src)), reason));
            }
        };
        let why = || Why {
            source: Source::Flow,
            place: None,
            note: "observed".to_owned(),
            seen: Some(one.seen.clone()),
        };
        let refused = |reason: &str| not_covered(format!("to {} on {}", words(&one.dst), one.ports), reason);
        match &dst {
            Stand::Unit(id) => needs.add(from, End::Unit(*id), one.ports.clone(), why()),
            Stand::Outside(addresses) => {
                let rest = addresses.difference(&metadata());
                if rest != *addresses {
                    needs.not_covered(refused(metadata_words()));
                }
                if !rest.is_empty() {
                    needs.add(from, End::Addresses(rest), one.ports.clone(), why());
                }
            }
            Stand::Node(addresses) => match world.of_nodes(addresses) {
                Some(end) => needs.add(from, end, one.ports.clone(), why()),
                None => needs.not_covered(refused(NODE)),
            },
            Stand::OwnNode => needs.not_covered(refused(NODE)),
            Stand::Service(namespace, name) => {
                for led in lead(world, namespace, name, &one.ports) {
                    match led {
                        Led::To(ends) => {
                            for (end, ports) in ends.iter() {
                                needs.add(from.clone(), end.clone(), ports.clone(), why());
                            }
                        }
                        Led::Outside(name) => {
                            needs.not_covered(refused(&format!("it leads to the name {name} outside")))
                        }
                        Led::Nowhere(reason) => needs.not_covered(refused(&reason)),
                    }
                }
            }
            Stand::Unknown(reason) => needs.not_covered(refused(reason)),
        }
    }
}

const NODE: &str =
    "a node, or a pod in its network, whose address is not known or not matched by this network plugin";
const GONE: &str = "a pod of which nothing here is known";

/// Where the ports of a Service lead.
fn lead(world: &mut World<'_, '_>, namespace: &str, name: &str, ports: &PortSet) -> Vec<Led> {
    let Some(service) = world.services.find(namespace, name) else {
        return vec![Led::Nowhere("no such Service is here".to_owned())];
    };
    let numbers = Protocol::WITH_PORTS.into_iter().flat_map(|protocol| ports.ranges(protocol));
    let single: Vec<u16> = numbers.filter(|(from, to)| from == to).map(|(from, _)| from).collect();
    let wanted = if single.is_empty() {
        vec![Wanted::Likely(None)]
    } else {
        single.into_iter().map(Wanted::Number).collect()
    };
    wanted.into_iter().map(|wanted| world.services.lead(world.units, service, wanted)).collect()
}

/// Kinds of owners, for names that come without one.
const OWNERS: [&str; 9] = [
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "CronJob",
    "Job",
    "ReplicaSet",
    "Rollout",
    "DeploymentConfig",
    "ReplicationController",
];

fn stand(world: &World<'_, '_>, end: &FlowEnd) -> Stand {
    let units = world.units;
    if end.role == Role::OwnNode {
        return Stand::OwnNode;
    }
    if matches!(end.role, Role::OtherNode | Role::ApiServer) {
        return Stand::Node(end.addresses.clone());
    }
    if let Some(service) = &end.service {
        return Stand::Service(end.namespace.clone(), service.clone());
    }
    if !end.namespace.is_empty() {
        let owner = end.workload.as_ref().and_then(|(kind, name)| units.named(&end.namespace, kind, name));
        let by_name = || by_name(world, &end.namespace, &end.pod);
        let by_labels = || units.labelled(&end.namespace, &end.labels);
        let pod = units.named(&end.namespace, "Pod", &end.pod);
        let found = pod.or(owner).or_else(by_labels).or_else(by_name);
        return found.map_or(Stand::Unknown(GONE), Stand::Unit);
    }
    let mut ranges = end.addresses.ranges();
    let Some((from, to)) = ranges.next() else { return Stand::Unknown("nothing says what it is") };
    let several = from != to || ranges.next().is_some();
    if several {
        // Pods are named by their labels, not by ranges.
        let outside = end.addresses.difference(&world.pod_ranges);
        return if outside.is_empty() { Stand::Unknown(GONE) } else { Stand::Outside(outside) };
    }
    at(world, from)
}

/// What has an address.
fn at(world: &World<'_, '_>, address: IpAddr) -> Stand {
    let pods = world.network.pods_at(address);
    if let Some(id) = pods.into_iter().find_map(|pod| world.units.of_endpoint(pod)) {
        return Stand::Unit(id);
    }
    if world.network.node_at(address).is_some() || world.control.servers.contains(address) {
        return Stand::Node(AddressSet::of([address]));
    }
    if let Some(service) = world.services.at(address) {
        let namespace = service.namespace().unwrap_or(crate::model::DEFAULT_NAMESPACE);
        return Stand::Service(namespace.to_owned(), service.name().to_owned());
    }
    if world.pod_ranges.contains(address) {
        return Stand::Unknown("an address of a pod that is not here any more");
    }
    Stand::Outside(AddressSet::of([address]))
}

/// A workload by its own name, or by that of a pod that it once made: `web-5d4f8-x2x9l`, `db-0`.
fn by_name(world: &World<'_, '_>, namespace: &str, pod: &str) -> Option<UnitId> {
    let mut name = pod;
    for _ in 0..3 {
        if let Some(found) = OWNERS.iter().find_map(|kind| world.units.named(namespace, kind, name)) {
            return Some(found);
        }
        name = name.rsplit_once('-')?.0;
    }
    None
}

/// Whether a flow comes from the node that the destination runs on.
fn is_own_node(world: &World<'_, '_>, src: &Stand, one: &Observed) -> bool {
    let Stand::Node(addresses) = src else { return false };
    let Some((address, _)) = addresses.ranges().next() else { return false };
    let Some(node) = world.network.node_at(address) else { return false };
    let by_address = one.dst.addresses.ranges().next().map(|(address, _)| world.network.pods_at(address));
    let pods = by_address.unwrap_or_default();
    pods.into_iter().filter_map(|pod| world.network.endpoint_at(pod)).any(|pod| pod.node == Some(node))
}

/// An end as it was written.
fn words(end: &FlowEnd) -> String {
    let role = match end.role {
        Role::ApiServer => Some("the API server"),
        Role::OwnNode | Role::OtherNode => Some("a node"),
        Role::Plain => None,
    };
    let blocks = end.addresses.cidrs();
    let addresses = match blocks.as_slice() {
        [] => String::new(),
        [one] => one.trim_end_matches("/32").trim_end_matches("/128").to_owned(),
        [one, ..] => format!("{one} and more"),
    };
    if let Some(role) = role {
        return format!("{role} {addresses}").trim_end().to_owned();
    }
    let name = [Some(&end.pod), end.service.as_ref(), end.workload.as_ref().map(|(_, name)| name)];
    match name.into_iter().flatten().find(|name| !name.is_empty()) {
        Some(name) if !end.namespace.is_empty() => format!("{}/{name}", end.namespace),
        _ if !end.namespace.is_empty() => {
            let labels: Vec<String> =
                end.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("{}/[{}]", end.namespace, labels.join(","))
        }
        _ if addresses.is_empty() => "something without a name".to_owned(),
        _ => addresses,
    }
}
