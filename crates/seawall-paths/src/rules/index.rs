//! Look-ups over the facts, made once for a graph.

use std::collections::BTreeSet;

use seawall_network::exposure::ServedPort;
use seawall_rbac::{Rbac, Scope};

use crate::facts::Facts;
use crate::names::{Name, Names};
use crate::numbers::{NumberMap, NumberSet};
use crate::vertex::Place;
use crate::ways::Found;

type Pair = (Name, Name);

/// What the rules look up again and again.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// The namespaces that are known by an object in them that steps are made of, by name.
    pub(crate) namespaces: Vec<Name>,
    /// Workloads whose template can be changed: namespace and name.
    pub(crate) workloads: NumberSet<Pair>,
    /// The namespaces of those.
    pub(crate) worked: NumberSet<Name>,
    /// The nodes of the pods of each namespace; `None` for pods that are not placed.
    pub(crate) nodes: NumberMap<Name, BTreeSet<Option<Name>>>,
    /// Claims by what volumes say.
    pub(crate) claimed: NumberMap<Pair, Name>,
    /// Ports of Services, by name or else by number.
    pub(crate) served: NumberMap<Pair, Vec<Name>>,
}

impl Index {
    pub(crate) fn of(facts: &Facts, rbac: &Rbac, ways: &Found, names: &mut Names) -> Self {
        let mut index = Index::default();
        let accounts = facts.accounts.keys().map(|(namespace, _)| *namespace);
        let pods = facts.pods.keys().map(|(_, namespace, _)| *namespace);
        let secrets = facts.secrets.keys().map(|(namespace, _)| *namespace);
        let bindings: Vec<Name> = rbac
            .bindings()
            .filter_map(|binding| match binding.scope() {
                Scope::Namespace(namespace) => Some(names.intern(rbac.text(namespace))),
                Scope::Cluster => None,
            })
            .collect();
        let known = facts.namespaces.keys().copied().chain(accounts).chain(pods).chain(secrets);
        let here: BTreeSet<Name> = known.chain(bindings).collect();
        index.namespaces = here.into_iter().collect();
        index.namespaces.sort_by(|a, b| names.text(*a).cmp(names.text(*b)));
        let kinds =
            ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "CronJob", "ReplicationController"];
        let kinds = kinds.map(|kind| names.intern(kind));
        for ((kind, namespace, name), pod) in &facts.pods {
            if kinds.contains(kind) {
                index.workloads.insert((*namespace, *name));
                index.worked.insert(*namespace);
            }
            index.nodes.entry(*namespace).or_default().insert(pod.node);
        }
        for (name, volume) in &facts.volumes {
            if let Some(claim) = volume.claim {
                index.claimed.entry(claim).or_insert(*name);
            }
        }
        for port in &ways.served {
            let Some(service) = ways.subject(port.service) else { continue };
            let namespace = names.intern(service.namespace.as_deref().unwrap_or("default"));
            let service = (namespace, names.intern(&service.name));
            let word = port_word(port, names);
            index.served.entry(service).or_default().push(word);
        }
        index
    }

    /// The namespaces at a place with a workload of one of these names.
    pub(crate) fn worked_by(&self, names: &[Name], place: Place) -> Vec<Name> {
        let here = match &place {
            Place::Namespace(namespace) => std::slice::from_ref(namespace),
            Place::Cluster => self.namespaces.as_slice(),
        };
        let has = |namespace: &&Name| names.iter().any(|name| self.workloads.contains(&(**namespace, *name)));
        here.iter().filter(has).copied().collect()
    }
}

/// How a port of a Service is called.
pub(crate) fn port_word(port: &ServedPort, names: &mut Names) -> Name {
    match &port.name {
        Some(name) => names.intern(name),
        None => names.intern(&port.port.to_string()),
    }
}
