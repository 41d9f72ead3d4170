//! Settings of the control plane and of kubelets, where objects show them: static pods in `kube-system`, the ConfigMap that
//! kubeadm keeps for kubelets, and the addresses of the API server.

use std::collections::BTreeMap;
use std::net::IpAddr;

use seawall_inventory::{ContainerView, GroupKind, Resource};
use seawall_yaml::{Limits, Node, NodeId, Text, read};

use crate::facts::arguments::Arguments;
use crate::names::{Name, Names};

/// A program of the control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Component {
    ApiServer,
    Etcd,
}

/// One that runs as a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ControlFacts {
    pub(crate) component: Component,
    pub(crate) arguments: Arguments,
    /// Environment variables with a value.
    environment: BTreeMap<String, String>,
    /// Where the command line stands.
    pub(crate) route: Name,
    pub(crate) addresses: Vec<IpAddr>,
}

impl ControlFacts {
    /// The component that a pod of `kube-system` in the network of its node runs.
    pub(crate) fn read<'r>(
        resource: &Resource,
        mut containers: impl Iterator<Item = ContainerView<'r>>,
        names: &mut Names,
    ) -> Option<Self> {
        if resource.namespace() != Some("kube-system") {
            return None;
        }
        containers.find_map(|container| {
            let arguments = Arguments::of(container.node());
            let component = if arguments.runs("kube-apiserver") {
                Component::ApiServer
            } else if arguments.runs("etcd") {
                Component::Etcd
            } else {
                return None;
            };
            let key = if container.node().get("command").is_some() { "command" } else { "args" };
            let environment = container.env().filter_map(|variable| {
                Some((variable.name.to_owned(), variable.node.str("value")?.to_owned()))
            });
            let status = resource.root().get("status");
            let one = ["hostIP", "podIP"].into_iter().filter_map(|key| status?.str(key));
            let mut addresses: Vec<IpAddr> = one.filter_map(|address| address.parse().ok()).collect();
            addresses.sort_unstable();
            addresses.dedup();
            Some(ControlFacts {
                component,
                arguments,
                environment: environment.collect(),
                route: names.intern(&container.place(&[key]).route.to_string()),
                addresses,
            })
        })
    }

    /// A setting of etcd, from its command line or its environment.
    pub(crate) fn etcd(&self, flag: &str) -> Option<&str> {
        let variable = format!("ETCD_{}", flag.replace('-', "_").to_ascii_uppercase());
        self.arguments.flag(flag).or_else(|| self.environment.get(&variable).map(String::as_str))
    }
}

/// What kubelets are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KubeletFacts {
    /// Requests without credentials are taken.
    pub(crate) anonymous: bool,
    /// Nobody is asked what a caller may do.
    pub(crate) allows_all: bool,
}

/// Settings that stand in objects of their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct ControlStore {
    /// By the name of the ConfigMap.
    pub(crate) kubelets: BTreeMap<Name, KubeletFacts>,
    /// Addresses and ports of the API server, by kind and name of the object.
    pub(crate) api: BTreeMap<(Name, Name), Vec<(IpAddr, u16)>>,
}

impl ControlStore {
    pub(crate) fn put(&mut self, names: &mut Names, resource: &Resource) {
        let kind = resource.group_kind();
        let name = resource.name();
        match (kind.group, kind.kind, resource.namespace().unwrap_or("default")) {
            ("", "ConfigMap", "kube-system") if name.starts_with("kubelet-config") => {
                if let Some(facts) = kubelet(resource) {
                    self.kubelets.insert(names.intern(name), facts);
                }
            }
            ("", "Endpoints", "default") if name == "kubernetes" => {
                let subsets = resource.root().list("subsets");
                let found = subsets.flat_map(|subset| {
                    addresses(subset.list("addresses").filter_map(|item| item.str("ip")), subset)
                });
                self.api.insert((names.intern(kind.kind), names.intern(name)), found.collect());
            }
            ("discovery.k8s.io", "EndpointSlice", "default")
                if resource.labels().get("kubernetes.io/service-name") == Some("kubernetes") =>
            {
                let root = resource.root();
                let written = root.list("endpoints").flat_map(|item| item.list("addresses"));
                let found = addresses(written.filter_map(Node::as_str), root);
                self.api.insert((names.intern(kind.kind), names.intern(name)), found);
            }
            _ => {}
        }
    }

    pub(crate) fn take(&mut self, names: &Names, kind: GroupKind<'_>, namespace: &str, name: &str) {
        match (kind.kind, namespace) {
            ("ConfigMap", "kube-system") => {
                if let Some(id) = names.find(name) {
                    self.kubelets.remove(&id);
                }
            }
            ("Endpoints" | "EndpointSlice", "default") => {
                if let Some(both) = names.find(kind.kind).zip(names.find(name)) {
                    self.api.remove(&both);
                }
            }
            _ => {}
        }
    }
}

fn addresses<'r>(written: impl Iterator<Item = &'r str>, ports: Node<'_>) -> Vec<(IpAddr, u16)> {
    let ports: Vec<u16> =
        ports.list("ports").filter_map(|port| u16::try_from(port.int("port")?).ok()).collect();
    let parsed = written.filter_map(|address| address.parse::<IpAddr>().ok());
    parsed.flat_map(|address| ports.iter().map(move |port| (address, *port)).collect::<Vec<_>>()).collect()
}

/// The settings under the key `kubelet`; unset ones are those of a configuration file: closed.
fn kubelet(config: &Resource) -> Option<KubeletFacts> {
    let text = config.root().path(&["data", "kubelet"])?.as_str()?;
    let (documents, _) = read(&Text::new(text), &Limits::default());
    let root = documents.first()?.tree.node(NodeId::ROOT);
    let mode = root.path(&["authorization", "mode"]).and_then(Node::as_str);
    let anonymous = root.path(&["authentication", "anonymous", "enabled"]).and_then(Node::as_bool);
    Some(KubeletFacts { anonymous: anonymous == Some(true), allows_all: mode == Some("AlwaysAllow") })
}
