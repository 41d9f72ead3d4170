//! Istio: who is authenticated and encrypted, and what the mesh lets through.
//!
//! In: a model and the inventory that it was built from. Out: [`Mesh`], which says of connections between ends of the model
//! what proxies at the destination do with them ([`Mesh::judge_targets`]): one more condition beside that of network policies.
//!
//! ```text
//! PeerAuthentication, AuthorizationPolicy ─┐
//! pods, namespaces, Services, Gateways ────┴─ sources × destinations ─ pieces of ports ─ allowed, denied, depends
//! ```
//!
//! Invariants, above all what is absent:
//! - what is not in force (refused by Istio's validation, a dry run, AUDIT) decides nothing, and the problems say so;
//! - what only the request tells (method, path, token) is `Depends`, with the attribute, never a guess;
//! - only the proxy at the destination decides: a pod outside the mesh, a port that no proxy takes and protocols other than
//!   TCP are not guarded, whatever policies say;
//! - decisions are taken for each pair of a source and a destination that policies can tell apart, not for pairs of pods;
//! - routes, gateways' own TLS, tokens and filters of Envoy are not judged.

mod answer;
mod condition;
mod egress;
mod ends;
mod judge;
mod member;
mod patterns;
mod peer;
mod policy;
mod policy_read;
mod query;
mod reading;
mod report;
mod requirement_read;
mod services;
mod settings;
#[cfg(test)]
mod testing;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Problem;
use seawall_inventory::{GroupKind, Inventory};

use crate::Network;

pub use egress::EgressRoute;
pub use ends::{DestinationId, SourceId};
pub use member::{Member, Membership};
pub use peer::MtlsMode;
pub use policy::MeshAction;
pub use query::{Client, Names, Signature};
pub use report::{MeshWorkload, RULES, Report, report};
pub use settings::{Outbound, Settings};
pub use verdict::{MeshAnswer, MeshBecause, MeshPiece, MeshVerdict, Mtls};

const SECURITY: &str = "security.istio.io";
const AUTHORIZATION_POLICY: GroupKind<'static> = GroupKind::new(SECURITY, "AuthorizationPolicy");
const PEER_AUTHENTICATION: GroupKind<'static> = GroupKind::new(SECURITY, "PeerAuthentication");

/// What Istio adds to a model.
#[derive(Debug)]
pub struct Mesh {
    settings: Settings,
    policies: Vec<policy::Policy>,
    peers: peer::Peers,
    ends: ends::Ends,
    /// The policies that each waypoint before some pod carries out.
    by_waypoint: BTreeMap<services::WaypointUse, Vec<ends::PolicyIndex>>,
}

impl Mesh {
    /// The mesh of an inventory, and what is wrong with its objects; the model must come from the same inventory.
    pub fn build(network: &Network, inventory: &Inventory) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let settings = Settings::read(inventory, &mut problems);
        let policies = inventory.of_kind(AUTHORIZATION_POLICY);
        let policies: Vec<policy::Policy> =
            policies.filter_map(|one| policy::Policy::read(one, &mut problems)).collect();
        let peers = inventory.of_kind(PEER_AUTHENTICATION);
        let peers = peers.filter_map(|one| peer::PeerAuthentication::read(one, &mut problems)).collect();
        let peers = peer::Peers::new(peers);
        let parts = ends::Parts { settings: &settings, policies: &policies, peers: &peers };
        let ends = ends::Ends::build(network, inventory, &parts);
        let mut mesh = Mesh { settings, policies, peers, ends, by_waypoint: BTreeMap::new() };
        let waypoints: BTreeSet<_> =
            mesh.ends.destinations.iter().flat_map(|one| one.waypoints.iter().cloned()).collect();
        mesh.by_waypoint = waypoints
            .into_iter()
            .map(|one| {
                let policies = mesh.held_by(&one);
                (one, policies)
            })
            .collect();
        (mesh, problems)
    }

    fn held_by(&self, waypoint: &services::WaypointUse) -> Vec<ends::PolicyIndex> {
        let root = &self.settings.root_namespace;
        let held = self.policies.iter().enumerate().filter(|(_, one)| {
            !one.dry_run && one.action != MeshAction::Audit && waypoint.is_target_of(one, root)
        });
        held.map(|(index, _)| index).collect()
    }

    /// The policies that a waypoint carries out.
    fn waypoint_policies(&self, waypoint: &services::WaypointUse) -> impl Iterator<Item = ends::PolicyIndex> {
        self.by_waypoint.get(waypoint).into_iter().flatten().copied()
    }

    /// The settings of the mesh.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether some pod is in the mesh: without one it says nothing of any connection.
    pub fn has_members(&self) -> bool {
        self.ends.of.values().any(|end| end.membership.member.is_in())
    }
}
