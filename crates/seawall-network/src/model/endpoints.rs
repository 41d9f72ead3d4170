//! Pods, and templates that stand for pods.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use seawall_inventory::{ContainerKind, PodView, Resource};
use seawall_yaml::Node;

use super::classes::SERVICE_ACCOUNT;
use super::owners::Object;
use super::{ClassId, DEFAULT_NAMESPACE, Network, ObjectKey};
use crate::ports::Protocol;
use crate::selector::{Pairs, pairs};
use crate::words::Word;

/// The service account of a pod that names none.
const DEFAULT_ACCOUNT: &str = "default";

/// A pod, or a template that stands for pods, by its number in a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointId(pub(crate) u32);

/// A port of a container that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ContainerPort {
    pub(crate) name: Word,
    pub(crate) protocol: Protocol,
    pub(crate) number: u16,
}

#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) key: ObjectKey,
    pub(crate) is_pod: bool,
    pub(crate) labels: Pairs,
    pub(crate) ports: Box<[ContainerPort]>,
    pub(crate) host_network: bool,
    /// The first address of the pod, when it has one.
    pub(crate) address: Option<IpAddr>,
    pub(crate) node: Option<Word>,
    /// Whether it may take part: not finished, not scaled to nothing.
    pub(crate) wanted: bool,
    /// The class, where it takes part.
    pub(crate) class: Option<ClassId>,
    /// Its place among the members of the class.
    pub(super) place: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    pub(super) items: Vec<Option<Endpoint>>,
    free: Vec<EndpointId>,
    pub(super) host_network: BTreeSet<EndpointId>,
    pub(super) by_address: HashMap<IpAddr, BTreeSet<EndpointId>>,
}

/// The kinds whose pods, or whose templates' pods, are endpoints. A kind that only holds a template (PodTemplate) or
/// embeds pods of which only its controller knows the labels is not.
pub(super) fn makes_pods(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        ("", "Pod" | "ReplicationController")
            | ("apps" | "extensions", "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet")
            | ("batch", "Job" | "CronJob")
            | ("argoproj.io", "Rollout")
            | ("apps.openshift.io", "DeploymentConfig")
    )
}

impl Endpoints {
    fn insert(&mut self, endpoint: Endpoint) -> EndpointId {
        let (host_network, address) = (endpoint.host_network, endpoint.address);
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(slot) = self.items.get_mut(id.0 as usize) {
                    *slot = Some(endpoint);
                }
                id
            }
            None => {
                let id = EndpointId(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
                self.items.push(Some(endpoint));
                id
            }
        };
        if host_network {
            self.host_network.insert(id);
        } else if let Some(address) = address {
            self.by_address.entry(address).or_default().insert(id);
        }
        id
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = EndpointId> + '_ {
        let items = (0..u32::MAX).zip(&self.items);
        items.filter(|(_, item)| item.is_some()).map(|(id, _)| EndpointId(id))
    }

    pub(super) fn remove(&mut self, id: EndpointId) {
        let Some(endpoint) = self.items.get_mut(id.0 as usize).and_then(Option::take) else { return };
        self.host_network.remove(&id);
        if let Some(address) = endpoint.address
            && let Some(ids) = self.by_address.get_mut(&address)
        {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_address.remove(&address);
            }
        }
        self.free.push(id);
    }
}

impl Network {
    pub(crate) fn endpoint_at(&self, id: EndpointId) -> Option<&Endpoint> {
        self.endpoints.items.get(id.0 as usize)?.as_ref()
    }

    pub(crate) fn endpoints_at(&self, address: IpAddr) -> Vec<EndpointId> {
        self.endpoints.by_address.get(&address).into_iter().flatten().copied().collect()
    }

    pub(super) fn endpoint_mut(&mut self, id: EndpointId) -> Option<&mut Endpoint> {
        self.endpoints.items.get_mut(id.0 as usize)?.as_mut()
    }

    pub(super) fn take_pods(&mut self, resource: &Resource) {
        let key = self.object_key(resource.group(), resource.kind(), resource.namespace(), resource.name());
        self.delete_pods(key);
        let Some(pod) = resource.pods().next() else { return };
        let owner = self.controller_of(resource);
        let endpoint = self.read_endpoint(key, resource, &pod);
        let wanted = endpoint.wanted;
        let live = endpoint.is_pod && wanted;
        self.mention_namespace(key.namespace);
        let endpoint = self.endpoints.insert(endpoint);
        self.owners.insert(key, Object { owner, endpoint, wanted, live });
        self.pending.endpoints.extend(self.owners.around(key).into_values());
    }

    pub(super) fn delete_pods(&mut self, key: ObjectKey) {
        let around = self.owners.around(key);
        let Some(object) = self.owners.remove(key) else { return };
        self.leave_class(object.endpoint);
        self.endpoints.remove(object.endpoint);
        self.pending.endpoints.extend(around.into_values().filter(|id| *id != object.endpoint));
        self.pending.endpoints.remove(&object.endpoint);
    }

    /// The controller that an object names. A Node owns the mirror pods of static pods and is no workload.
    fn controller_of(&mut self, resource: &Resource) -> Option<ObjectKey> {
        let owners = resource.metadata()?.list("ownerReferences");
        let owner = owners.filter(|owner| owner.bool("controller") == Some(true)).last()?;
        // An owner that says no kind, which the API server refuses, still tells which pods belong together.
        let kind = owner.str("kind").unwrap_or(resource.kind());
        let (version, name) = (owner.str("apiVersion").unwrap_or(""), owner.str("name")?);
        if kind == "Node" {
            return None;
        }
        let group = version.split_once('/').map_or("", |(group, _)| group);
        Some(self.object_key(group, kind, resource.namespace(), name))
    }

    fn read_endpoint(&mut self, key: ObjectKey, resource: &Resource, pod: &PodView<'_>) -> Endpoint {
        let is_pod = resource.kind() == "Pod";
        let placed = self.profile.knows_places();
        let status = resource.root().get("status").filter(|_| is_pod && placed);
        let host_network = placed && pod.host_flag("hostNetwork");
        let address = |key: &str| status?.str(key)?.parse::<IpAddr>().ok();
        let listed = || status?.list("podIPs").find_map(|item| item.str("ip")?.parse().ok());
        let on_host = || if host_network { address("hostIP") } else { None };
        let account = pod.spec().str("serviceAccountName").filter(|name| !name.is_empty());
        let account = (SERVICE_ACCOUNT, account.unwrap_or(DEFAULT_ACCOUNT));
        Endpoint {
            key,
            is_pod,
            labels: pairs(pod.labels().iter().chain([account]), &mut self.words).into_boxed_slice(),
            ports: self.read_ports(pod),
            host_network,
            address: address("podIP").or_else(listed).or_else(on_host),
            node: pod.spec().str("nodeName").filter(|_| placed).map(|name| self.words.intern(name)),
            wanted: is_wanted(resource.root(), is_pod),
            class: None,
            place: 0,
        }
    }

    fn read_ports(&mut self, pod: &PodView<'_>) -> Box<[ContainerPort]> {
        let mut ports = Vec::new();
        // An init container that ends has no port by the time anybody connects.
        let running = pod.containers().filter(|container| {
            container.kind() != ContainerKind::Init || container.node().str("restartPolicy") == Some("Always")
        });
        for port in running.flat_map(|container| container.node().list("ports")) {
            let (Some(name), Some(number)) = (port.str("name"), port.int("containerPort")) else { continue };
            let Ok(number) = u16::try_from(number) else { continue };
            let protocol = Protocol::of_api(port.str("protocol").unwrap_or("TCP"));
            let Some(protocol) = protocol else { continue };
            ports.push(ContainerPort { name: self.words.intern(name), protocol, number });
        }
        ports.sort_unstable();
        ports.dedup();
        ports.into_boxed_slice()
    }

    /// The namespace of an object as a text.
    pub(crate) fn namespace_text(&self, key: ObjectKey) -> &str {
        let text = self.words.text(key.namespace);
        if text.is_empty() { DEFAULT_NAMESPACE } else { text }
    }
}

/// Whether an object makes pods at all: a finished pod has no address, a workload scaled to nothing has no pods.
fn is_wanted(object: Node<'_>, is_pod: bool) -> bool {
    let (spec, status) = (object.get("spec"), object.get("status"));
    if is_pod {
        return !matches!(status.and_then(|status| status.str("phase")), Some("Succeeded" | "Failed"));
    }
    let finished = status.is_some_and(|status| status.get("completionTime").is_some());
    !finished && spec.and_then(|spec| spec.int("replicas")) != Some(0)
}
