//! What the mesh of a cluster is like: who is in it, who takes plaintext, who is guarded by which policies, and what gets
//! around all that.

mod authorization;
mod encryption;
mod exits;
mod membership;
mod rules;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use seawall_inventory::{Inventory, Lint, Place};

use super::Mesh;
use super::egress::EgressRoute;
use super::ends::{Destination, DestinationId};
use super::member::{Member, Membership, excluded_ports};
use super::peer::MtlsMode;
use crate::lint::World;
use crate::{EndpointId, Network, PortSet};

pub use rules::RULES;

/// Pods of one workload that the mesh treats alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeshWorkload {
    /// The namespace.
    pub namespace: String,
    /// The kind of the top owner, or `Pod`.
    pub kind: String,
    /// The name of the top owner, or of the pod.
    pub name: String,
    /// Its pods, or the one template that stands for them.
    pub endpoints: Vec<EndpointId>,
    /// Whether it is in the mesh, and why.
    pub membership: Membership,
    /// What it takes, and who says so; `None` where that is not for PeerAuthentications to say.
    pub mtls: Option<(MtlsMode, Option<Place>)>,
    /// Ports with a mode of their own.
    pub mtls_of_ports: Vec<(u16, MtlsMode)>,
    /// The authorization policies that hold for it, those of its waypoints too.
    pub policies: Vec<Place>,
    /// The waypoints before it, `namespace/name`.
    pub waypoints: Vec<String>,
    /// Ports of the application that the proxy does not take.
    pub excluded: PortSet,
}

/// The whole report.
#[derive(Debug)]
pub struct Report {
    /// Every workload, by namespace, name and kind.
    pub workloads: Vec<MeshWorkload>,
    /// Ways out that lead through a gateway of the mesh.
    pub egress: Vec<EgressRoute>,
    /// What is wrong, worst first.
    pub findings: Vec<Lint>,
}

/// What the rules look at.
struct Scene<'a> {
    mesh: &'a Mesh,
    network: &'a Network,
    inventory: &'a Inventory,
    world: World<'a>,
    workloads: Vec<MeshWorkload>,
}

impl MeshWorkload {
    /// `Kind/namespace/name`
    pub fn path(&self) -> String {
        format!("{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

impl Scene<'_> {
    fn destination(&self, workload: &MeshWorkload) -> Option<&Destination> {
        let end = workload.endpoints.first().and_then(|id| self.mesh.ends.of.get(id))?;
        self.mesh.ends.destinations.get(end.destination.0)
    }

    /// Workloads that a proxy guards, by namespace, but for namespaces of the system and of the mesh itself.
    fn guarded(&self) -> BTreeMap<&str, Vec<&MeshWorkload>> {
        let mut by_namespace: BTreeMap<&str, Vec<&MeshWorkload>> = BTreeMap::new();
        let guarded =
            |one: &&MeshWorkload| matches!(one.membership.member, Member::Sidecar | Member::Ambient);
        for workload in self.workloads.iter().filter(guarded).filter(|one| !self.is_system(&one.namespace)) {
            by_namespace.entry(&workload.namespace).or_default().push(workload);
        }
        by_namespace
    }

    fn is_system(&self, namespace: &str) -> bool {
        crate::lint::is_system(namespace) || namespace == self.mesh.settings.root_namespace
    }

    fn names<'w>(&self, workloads: impl IntoIterator<Item = &'w MeshWorkload>) -> String {
        self.world.names(workloads.into_iter().flat_map(|one| one.endpoints.iter().copied()))
    }

    fn place_of(&self, workload: &MeshWorkload) -> Option<Place> {
        self.world.place_in(&workload.namespace, &workload.endpoints)
    }
}

/// Reports on a mesh; all three must come from the same objects.
pub fn report(mesh: &Mesh, network: &Network, inventory: &Inventory) -> Report {
    let workloads = workloads(mesh, network);
    let scene = Scene { mesh, network, inventory, world: World::new(network, inventory), workloads };
    let egress = super::egress::routes(mesh, network, inventory);
    let mut findings = Vec::new();
    membership::check(&scene, &mut findings);
    encryption::check(&scene, &mut findings);
    authorization::check(&scene, &mut findings);
    tokens::check(&scene, &mut findings);
    exits::check(&scene, &egress, &mut findings);
    crate::lint::sort(&mut findings);
    Report { workloads: scene.workloads, egress, findings }
}

fn workloads(mesh: &Mesh, network: &Network) -> Vec<MeshWorkload> {
    type Key = (String, String, String, Membership, DestinationId);
    let mut groups: BTreeMap<Key, Vec<EndpointId>> = BTreeMap::new();
    for id in network.endpoints() {
        let (Some(view), Some(end)) = (network.endpoint(id), mesh.ends.of.get(&id)) else { continue };
        let (kind, name) = view.workload();
        let key =
            (view.namespace().to_owned(), name.to_owned(), kind.to_owned(), end.membership, end.destination);
        groups.entry(key).or_default().push(id);
    }
    let rows =
        groups.into_iter().filter_map(|((namespace, name, kind, membership, destination), endpoints)| {
            let guarded = mesh.ends.destinations.get(destination.0)?;
            let is_workload = matches!(membership.member, Member::Sidecar | Member::Ambient);
            let (mode, by) = guarded.peer.of_port(None);
            let by = by.and_then(|by| mesh.peers.get(by)).map(|by| by.place(None));
            let waypoints: BTreeSet<String> =
                guarded.waypoints.iter().map(|one| format!("{}/{}", one.namespace, one.name)).collect();
            let of_waypoints = guarded.waypoints.iter().flat_map(|one| mesh.waypoint_policies(one));
            let policies: BTreeSet<usize> = guarded.policies.iter().copied().chain(of_waypoints).collect();
            let policies = policies.iter().filter_map(|index| mesh.policies.get(*index));
            Some(MeshWorkload {
                namespace,
                kind,
                name,
                endpoints,
                membership,
                mtls: is_workload.then_some((mode, by)),
                mtls_of_ports: guarded.peer.ports().collect(),
                policies: policies.map(super::policy::Policy::place).collect(),
                waypoints: waypoints.into_iter().collect(),
                excluded: if membership.member.is_in() {
                    excluded_ports(&guarded.not_taken)
                } else {
                    PortSet::none()
                },
            })
        });
    rows.collect()
}
