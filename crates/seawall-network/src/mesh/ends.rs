//! Ends of connections as the mesh tells them apart. Pods that it cannot tell apart share one source and one destination, so
//! that decisions are taken once for each pair of these, never for each pair of pods.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use seawall_inventory::{GroupKind, Inventory, Labels, PodView};

use super::condition::{Identity, Requirement};
use super::member::{Home, Member, Membership, membership, not_taken, speaks_hbone};
use super::peer::{Effective, Peers};
use super::policy::{Aim, MeshAction, Policy, TargetKind};
use super::services::{Behind, Speaks, WaypointUse, Waypoints, behind_services};
use super::settings::Settings;
use crate::model::DEFAULT_NAMESPACE;
use crate::{AddressSet, EndpointId, Network, PortSet};

/// A policy by its place in the list of a mesh.
pub(super) type PolicyIndex = usize;

/// Sources that no policy can tell apart, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub(super) usize);

/// Destinations that are guarded alike, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DestinationId(pub(super) usize);

/// Where connections come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) member: Member,
    /// `None` for what is not in the mesh.
    pub(super) identity: Option<Identity>,
    pub(super) hbone: bool,
    /// One address that stands for all; `None` where it is not known, or nobody asks.
    pub(super) address: Option<IpAddr>,
}

/// Where connections go to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Destination {
    pub(super) member: Member,
    pub(super) hbone: bool,
    pub(super) peer: Effective,
    /// Policies in force for the pods themselves.
    pub(super) policies: Box<[PolicyIndex]>,
    pub(super) waypoints: BTreeSet<WaypointUse>,
    pub(super) not_taken: PortSet,
    pub(super) speaks: BTreeMap<u16, Option<Speaks>>,
    pub(super) services: BTreeSet<(Box<str>, Box<str>)>,
    pub(super) address: Option<IpAddr>,
}

/// An endpoint's own part.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) membership: Membership,
    pub(super) source: SourceId,
    pub(super) destination: DestinationId,
}

#[derive(Debug, Default)]
pub(super) struct Ends {
    pub(super) of: HashMap<EndpointId, End>,
    pub(super) sources: Vec<Source>,
    pub(super) destinations: Vec<Destination>,
    /// The parts of the address space that policies cut, each with its first address.
    borders: Vec<IpAddr>,
    source_numbers: HashMap<(Member, Option<Identity>, bool, Atom), SourceId>,
}

/// Where an address lies between the borders of all blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Atom {
    Unknown,
    From(IpAddr),
}

/// What the ends are made of.
pub(super) struct Parts<'m> {
    pub(super) settings: &'m Settings,
    pub(super) policies: &'m [Policy],
    pub(super) peers: &'m Peers,
}

impl Ends {
    pub(super) fn build(network: &Network, inventory: &Inventory, parts: &Parts<'_>) -> Self {
        let blocks = parts.policies.iter().flat_map(Policy::requirements).filter_map(|one| match one {
            Requirement::SourceIp(lists)
            | Requirement::RemoteIp(lists)
            | Requirement::DestinationIp(lists) => Some(lists),
            _ => None,
        });
        let mut borders: BTreeSet<IpAddr> =
            blocks.flat_map(|lists| lists.all().flat_map(AddressSet::borders)).collect();
        if !borders.is_empty() {
            // The families never share a part.
            borders.extend([IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)]);
        }
        let mut ends = Ends { borders: borders.into_iter().collect(), ..Ends::default() };
        let attachment = Attachment::new(parts);
        let waypoints = Waypoints::new(inventory);
        let behind = behind_services(inventory, &waypoints);
        let namespaces = inventory.of_kind(GroupKind::new("", "Namespace"));
        let homes: HashMap<&str, Labels<'_>> = namespaces.map(|one| (one.name(), one.labels())).collect();
        let mut numbers: HashMap<Destination, DestinationId> = HashMap::new();
        let known = by_object(network);
        for resource in inventory.resources().iter().filter(|resource| resource.has_pods()) {
            let name = resource.namespace().unwrap_or(DEFAULT_NAMESPACE);
            let key = (resource.group(), resource.kind(), name, resource.name());
            let (Some(endpoint), Some(pod)) = (known.get(&key), resource.pods().next()) else { continue };
            let home = Home { name, labels: homes.get(name).copied() };
            let membership = membership(&pod, home);
            let address = network.endpoint(*endpoint).and_then(|view| view.address());
            let behind = behind.get(&resource.id());
            let own_waypoint = waypoints.of_pod(pod.labels(), name);
            let hbone = speaks_hbone(&pod);
            let source = ends.source(membership.member, identity(&pod, membership, name), hbone, address);
            let destination = Destination {
                member: membership.member,
                hbone,
                not_taken: not_taken(&pod, membership.member),
                address: ends.standing(address),
                ..attachment.guard(membership.member, name, pod.labels(), behind, own_waypoint)
            };
            let destination = match numbers.get(&destination) {
                Some(number) => *number,
                None => {
                    let number = DestinationId(ends.destinations.len());
                    ends.destinations.push(destination.clone());
                    numbers.insert(destination, number);
                    number
                }
            };
            ends.of.insert(*endpoint, End { membership, source, destination });
        }
        ends
    }

    fn atom(&self, address: Option<IpAddr>) -> Atom {
        let Some(address) = address else { return Atom::Unknown };
        let at = self.borders.partition_point(|border| *border <= address);
        at.checked_sub(1)
            .and_then(|at| self.borders.get(at))
            .map_or(Atom::Unknown, |border| Atom::From(*border))
    }

    /// An address that stands for all that no block tells apart; none where nobody asks for addresses.
    fn standing(&self, address: Option<IpAddr>) -> Option<IpAddr> {
        match self.atom(address) {
            Atom::From(border) => Some(border),
            Atom::Unknown => None,
        }
    }

    /// The number of a source, a new one where there is none like it.
    pub(super) fn source(
        &mut self,
        member: Member,
        identity: Option<Identity>,
        hbone: bool,
        address: Option<IpAddr>,
    ) -> SourceId {
        let atom = self.atom(address);
        let key = (member, identity, hbone, atom);
        if let Some(id) = self.source_numbers.get(&key) {
            return *id;
        }
        let id = SourceId(self.sources.len());
        let source = Source { member, identity: key.1.clone(), hbone, address: self.standing(address) };
        self.sources.push(source);
        self.source_numbers.insert(key, id);
        id
    }

    /// One address of each part of the space that policies tell apart, among a range.
    pub(super) fn cuts(&self, from: IpAddr, to: IpAddr) -> Vec<IpAddr> {
        let inside = self.borders.iter().filter(|border| **border > from && **border <= to);
        [from].into_iter().chain(inside.copied()).collect()
    }
}

fn identity(pod: &PodView<'_>, membership: Membership, namespace: &str) -> Option<Identity> {
    let account = pod.service_account();
    membership.member.is_in().then(|| Identity { namespace: namespace.into(), account: account.into() })
}

type Name<'n> = (&'n str, &'n str, &'n str, &'n str);

/// The endpoints that take part, by group, kind, namespace and name of their object.
fn by_object(network: &Network) -> HashMap<Name<'_>, EndpointId> {
    let named = network.endpoints().filter_map(|id| {
        let view = network.endpoint(id)?;
        Some(((view.group(), view.kind(), view.namespace(), view.name()), id))
    });
    named.collect()
}

/// Which policies hold for which pods.
struct Attachment<'m> {
    parts: &'m Parts<'m>,
    by_namespace: HashMap<&'m str, Vec<PolicyIndex>>,
}

impl<'m> Attachment<'m> {
    fn new(parts: &'m Parts<'m>) -> Self {
        let mut by_namespace: HashMap<&str, Vec<PolicyIndex>> = HashMap::new();
        for (index, policy) in parts.policies.iter().enumerate() {
            by_namespace.entry(&policy.namespace).or_default().push(index);
        }
        Attachment { parts, by_namespace }
    }

    fn guard(
        &self,
        member: Member,
        namespace: &str,
        labels: Labels<'_>,
        behind: Option<&Behind>,
        own_waypoint: Option<WaypointUse>,
    ) -> Destination {
        let behind = behind.cloned().unwrap_or_default();
        let root = &self.parts.settings.root_namespace;
        let is_workload = matches!(member, Member::Sidecar | Member::Ambient);
        let peer = if is_workload {
            self.parts.peers.effective(root, namespace, labels)
        } else {
            Effective::default()
        };
        let mut waypoints = behind.waypoints;
        waypoints.extend(own_waypoint);
        Destination {
            member,
            hbone: false,
            peer,
            policies: self.policies(member, namespace, labels),
            waypoints: if member == Member::Ambient { waypoints } else { BTreeSet::new() },
            not_taken: PortSet::none(),
            speaks: if member.is_in() { behind.speaks } else { BTreeMap::new() },
            services: if member.is_in() { behind.services } else { BTreeSet::new() },
            address: None,
        }
    }

    fn policies(&self, member: Member, namespace: &str, labels: Labels<'_>) -> Box<[PolicyIndex]> {
        let root = self.parts.settings.root_namespace.as_str();
        let spaces = if namespace == root { vec![root] } else { vec![root, namespace] };
        let indices = spaces.into_iter().filter_map(|space| self.by_namespace.get(space)).flatten().copied();
        let holds = |index: &PolicyIndex| {
            let Some(policy) = self.parts.policies.get(*index) else { return false };
            let in_force = !policy.dry_run && policy.action != MeshAction::Audit;
            in_force && holds_for(policy, member, namespace, labels)
        };
        indices.filter(holds).collect()
    }
}

/// Whether a policy is for the pods themselves: by labels for workloads and gateways, by reference for gateways of the
/// Gateway API and for waypoints, which no labels select.
fn holds_for(policy: &Policy, member: Member, namespace: &str, labels: Labels<'_>) -> bool {
    let gateway = labels.get("gateway.networking.k8s.io/gateway-name");
    match (&policy.aim, member) {
        (_, Member::Outside) | (Aim::Workloads(_), Member::Waypoint) => false,
        // A ztunnel is not handed policies that ask an authorizer.
        (Aim::Workloads(_), Member::Ambient) if policy.action == MeshAction::Custom => false,
        (Aim::Workloads(selector), _) => selector.selects(labels),
        (Aim::Targets(targets), Member::Gateway | Member::Waypoint) => targets.iter().any(|target| {
            target.kind == TargetKind::Gateway
                && *policy.namespace == *namespace
                && gateway == Some(&*target.name)
        }),
        (Aim::Targets(_), Member::Sidecar | Member::Ambient) => false,
    }
}
