//! What policies of Calico refer to: tiers, labelled sets of addresses, ServiceAccounts, and the ports of Services.
//!
//! Objects are kept whatever the profile, so that the profile may change. Of an object that stands in both of Calico's
//! groups, which is one object in a cluster, the one of `projectcalico.org` counts.

mod services;
mod sets;
mod tiers;

use std::collections::{BTreeMap, HashMap};

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_inventory::{GroupKind, Resource};

use super::{DEFAULT_NAMESPACE, Network, ObjectKey, PeerId, Policy};
use crate::expression::{Key, Known};
use crate::policy::{PeerKey, object_problem};
use crate::selector::{Pairs, pairs};
use crate::words::Word;

pub(crate) use services::CalicoServices;
use sets::LabelledSet;
use tiers::TierSpec;
pub(super) use tiers::{NETWORK_POLICY_ORDER, tier_of};

/// Calico's API groups: the API, and how a cluster stores it.
pub(crate) const GROUPS: [&str; 2] = ["projectcalico.org", "crd.projectcalico.org"];
/// The value of `projectcalico.org/orchestrator` of every pod.
pub(crate) const KUBERNETES: &str = "k8s";

#[derive(Debug, Default)]
pub(crate) struct Calico {
    /// By name and group.
    tiers: HashMap<Word, BTreeMap<String, TierSpec>>,
    sets: HashMap<ObjectKey, LabelledSet>,
    /// Whether classes are cut by the addresses of all sets.
    is_cut: bool,
    /// Labels by namespace and name.
    accounts: HashMap<(Word, Word), Pairs>,
    pub(super) services: CalicoServices,
}

/// Whether policies of Calico may refer to objects of a kind.
pub(super) fn is_referred_to(group: &str, kind: &str) -> bool {
    group.is_empty() && matches!(kind, "Service" | "ServiceAccount")
        || GROUPS.contains(&group)
            && matches!(kind, "Tier" | "NetworkSet" | "GlobalNetworkSet" | "HostEndpoint")
}

impl Network {
    pub(super) fn take_calico(&mut self, resource: &Resource) -> Vec<Problem> {
        let name = self.words.intern(resource.name());
        let namespace = resource.namespace().unwrap_or(DEFAULT_NAMESPACE).to_owned();
        match resource.kind() {
            "Service" => {
                let namespace = self.words.intern(&namespace);
                let service = self.read_service(resource);
                self.calico.services.0.insert((namespace, name), service);
                self.service_changed(namespace, name);
            }
            "ServiceAccount" => {
                let namespace = self.words.intern(&namespace);
                let labels = pairs(resource.labels().iter(), &mut self.words).into_boxed_slice();
                self.calico.accounts.insert((namespace, name), labels);
                self.labels_changed(|key| matches!(key, Key::Account(_)));
            }
            "Tier" => return self.take_tier(resource, name),
            _ => return self.take_set(resource),
        }
        Vec::new()
    }

    pub(super) fn delete_calico(&mut self, kind: GroupKind<'_>, namespace: Option<&str>, name: &str) {
        let word = self.words.intern(name);
        let space = self.words.intern(namespace.unwrap_or(DEFAULT_NAMESPACE));
        match kind.kind {
            "Service" => {
                self.calico.services.0.remove(&(space, word));
                self.service_changed(space, word);
            }
            "ServiceAccount" => {
                self.calico.accounts.remove(&(space, word));
                self.labels_changed(|key| matches!(key, Key::Account(_)));
            }
            "Tier" => {
                if let Some(tiers) = self.calico.tiers.get_mut(&word) {
                    tiers.remove(kind.group);
                }
                self.reread_tier(name);
            }
            _ => {
                let key = self.set_key(kind, namespace, name);
                self.calico.sets.remove(&key);
                self.sets_changed();
            }
        }
    }

    /// Has every expression evaluated again that asks for such a key.
    pub(super) fn labels_changed(&mut self, asked: impl Fn(&Key) -> bool) {
        let asks = |key: &PeerKey| match key {
            PeerKey::Labelled { expr, .. } => expr.keys().iter().any(&asked),
            _ => false,
        };
        let peers: Vec<PeerId> =
            self.peers.iter().filter(|(_, peer)| asks(&peer.key)).map(|(id, _)| id).collect();
        self.pending.peers.extend(peers);
    }

    pub(crate) fn namespace_label(&self, namespace: Word, key: Word) -> Known {
        let namespace = self.namespaces.get(&namespace);
        namespace.map_or(Known::Absent, |namespace| value_of(&namespace.labels, key))
    }

    pub(super) fn account_label(&self, namespace: Word, account: Word, key: Word) -> Known {
        let labels = self.calico.accounts.get(&(namespace, account));
        labels.map_or(Known::Absent, |labels| value_of(labels, key))
    }
}

pub(crate) fn value_of(labels: &[(Word, Word)], key: Word) -> Known {
    let at = labels.binary_search_by_key(&key, |(key, _)| *key).ok();
    at.and_then(|at| labels.get(at)).map_or(Known::Absent, |(_, value)| Known::Is(*value))
}

/// Whether objects of a kind are previews of policies.
pub(super) fn is_staged(group: &str, kind: &str) -> bool {
    GROUPS.contains(&group)
        && matches!(
            kind,
            "StagedNetworkPolicy" | "StagedGlobalNetworkPolicy" | "StagedKubernetesNetworkPolicy"
        )
}

pub(super) fn staged(resource: &Resource) -> Problem {
    let cause = "staged: it is not in force and only shows what it would do";
    object_problem(ProblemSeverity::Note, resource, &Route::root(), cause)
}

/// The name that a stored object has in the API: there the tier `default` is no part of it.
pub(crate) fn name_in_api<'n>(group: &str, name: &'n str) -> &'n str {
    let short = name.strip_prefix("default.").filter(|_| GROUPS.contains(&group));
    short.unwrap_or(name)
}
