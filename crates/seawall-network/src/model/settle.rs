//! What a change leaves to be done, and doing it in the right order.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use super::{ClassId, EndpointId, Network, PeerId, PolicyId};

#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Endpoints that may belong to another class.
    pub(super) endpoints: BTreeSet<EndpointId>,
    /// Every endpoint may.
    pub(super) reclass: bool,
    /// Peers to be evaluated over all classes.
    pub(super) peers: BTreeSet<PeerId>,
    /// Policies that no class carries yet.
    pub(super) policies: BTreeSet<PolicyId>,
    /// Classes whose policies may be others.
    pub(super) classes: HashSet<ClassId>,
    /// Classes by address, while many peers are evaluated.
    pub(super) by_address: Option<Vec<(IpAddr, ClassId)>>,
}

/// From how many new classes on, or peers, evaluating each peer over an index is cheaper than each peer with each class.
const MANY: usize = 64;

impl Network {
    /// Brings classes, peers and signatures up to date.
    pub(super) fn settle(&mut self) {
        if std::mem::take(&mut self.pending.reclass) {
            let numbers = 0..u32::try_from(self.endpoints.items.len()).unwrap_or(u32::MAX);
            self.pending.endpoints.extend(numbers.map(EndpointId));
        }
        let new = self.settle_endpoints();
        self.settle_peers(&new);
        for policy in std::mem::take(&mut self.pending.policies) {
            self.sign_policy(policy);
        }
        let mut classes = std::mem::take(&mut self.pending.classes);
        classes.extend(new);
        for class in classes {
            self.sign_class(class);
        }
    }

    fn settle_endpoints(&mut self) -> Vec<ClassId> {
        let pending = std::mem::take(&mut self.pending.endpoints);
        let mut endpoints: Vec<EndpointId> = pending.into_iter().collect();
        if endpoints.len() >= MANY {
            // Classes of one namespace get numbers near each other: see `ClassSet`.
            endpoints.sort_by_cached_key(|id| {
                self.endpoint_at(*id).map(|one| (one.host_network, one.key.namespace, *id))
            });
        }
        let mut new = Vec::new();
        for id in endpoints {
            self.leave_class(id);
            let Some(endpoint) = self.endpoint_at(id) else { continue };
            let takes_part =
                endpoint.wanted && (endpoint.is_pod || self.owners.stands_for_pods(endpoint.key));
            if takes_part {
                new.extend(self.join_class(id));
            }
        }
        new
    }

    fn settle_peers(&mut self, new: &[ClassId]) {
        let mut whole = std::mem::take(&mut self.pending.peers);
        if new.len() >= MANY {
            whole.extend(self.peers.iter().map(|(id, _)| id));
        }
        if whole.len() >= MANY {
            let classes = self.classes.ids();
            let addressed = classes.filter_map(|id| Some((self.classes.get(id)?.address?, id)));
            let mut index: Vec<_> = addressed.collect();
            index.sort_unstable();
            self.pending.by_address = Some(index);
        }
        for peer in &whole {
            self.evaluate_peer(*peer);
        }
        self.pending.by_address = None;
        if new.is_empty() || new.len() >= MANY {
            return;
        }
        let others: Vec<PeerId> =
            self.peers.iter().map(|(id, _)| id).filter(|id| !whole.contains(id)).collect();
        for peer in others {
            for class in new {
                if self.meets(peer, *class)
                    && let Some(peer) = self.peers.get_mut(peer)
                {
                    peer.classes.insert(*class);
                }
            }
        }
    }
}
