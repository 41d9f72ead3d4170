//! Entities: peers by what they are, not by labels or addresses (`pkg/policy/api/entity.go`).

use super::PeerKey;
use crate::addresses::AddressSet;
use crate::policy::Hosts;

/// An entity, or the identity that Cilium's own label of the same name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entity {
    All,
    World,
    WorldV4,
    WorldV6,
    Cluster,
    Host,
    RemoteNode,
    KubeApiserver,
    /// What the model has nothing of: endpoints that start, health probes, Cilium's own proxy, pods that Cilium did not make.
    Unseen,
}

impl Entity {
    /// The entity of a name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "all" => Entity::All,
            "world" => Entity::World,
            "world-ipv4" => Entity::WorldV4,
            "world-ipv6" => Entity::WorldV6,
            "cluster" => Entity::Cluster,
            "host" => Entity::Host,
            "remote-node" => Entity::RemoteNode,
            Entity::API => Entity::KubeApiserver,
            "init" | "health" | "unmanaged" | "ingress" | "none" => Entity::Unseen,
            _ => return None,
        })
    }

    /// Those that have a label of Cilium's own, by its name. What serves the Kubernetes API has a second one.
    pub(super) const LABELLED: [(&'static str, Entity); 3] =
        [("world", Entity::World), ("host", Entity::Host), ("remote-node", Entity::RemoteNode)];

    /// The second label of what serves the Kubernetes API.
    pub(super) const API: &'static str = "kube-apiserver";

    /// Whom it stands for; `None` for everyone.
    pub(super) fn peers(self) -> Option<Vec<PeerKey>> {
        let outside = |addresses| vec![PeerKey::Block { addresses, in_cluster: false }];
        let (all, v4) = (AddressSet::all(), AddressSet::all_v4());
        Some(match self {
            Entity::All => return None,
            Entity::World => outside(all),
            Entity::WorldV4 => outside(v4),
            Entity::WorldV6 => outside(all.difference(&v4)),
            Entity::Cluster => vec![PeerKey::all_pods(), PeerKey::Hosts(Hosts::All), PeerKey::ApiServer],
            Entity::Host => vec![PeerKey::Hosts(Hosts::Own)],
            Entity::RemoteNode => vec![PeerKey::Hosts(Hosts::Other)],
            Entity::KubeApiserver => vec![PeerKey::ApiServer],
            Entity::Unseen => Vec::new(),
        })
    }
}

/// The same peers, where one's own node and all others are every node.
pub(super) fn joined(mut peers: Vec<PeerKey>) -> Vec<PeerKey> {
    let both = [Hosts::Own, Hosts::Other].map(PeerKey::Hosts);
    if both.iter().all(|one| peers.contains(one)) {
        peers.push(PeerKey::Hosts(Hosts::All));
    }
    peers.sort_unstable();
    peers.dedup();
    peers
}
