//! From a Service and one of its ports to ports of pods.

use std::collections::{BTreeMap, HashMap, HashSet};

use seawall_core::ResourceId;
use seawall_inventory::{ContainerKind, GroupKind, Inventory, PodView, Resource, Selector};
use seawall_yaml::Node;

use super::{SERVICE, port_number, protocol_of};
use crate::Protocol;

/// A port of a workload behind a way in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Backend {
    /// The Service in between, if there is one.
    pub service: Option<ResourceId>,
    /// The topmost object that makes the pods, or the pod itself.
    pub workload: ResourceId,
    /// One of the objects that are or make the pods: the one that the selector met.
    pub pod: ResourceId,
    /// The port of the pod; `None` for any (host network).
    pub port: Option<u16>,
    /// The protocol.
    pub protocol: Protocol,
    /// Whether a container declares the port: evidence that something listens.
    pub declared: bool,
}

/// Which port of a Service a reference means.
#[derive(Clone, Copy)]
pub(crate) enum ServicePort<'a> {
    /// By number.
    Number(u16),
    /// By name.
    Name(&'a str),
    /// All of them (a Route without a port; a reference that says none).
    Any,
}

/// One port of a Service with the ports of pods behind it.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    /// `port` of the Service.
    pub(crate) port: u16,
    /// `nodePort`, when it is written.
    pub(crate) node_port: Option<u16>,
    /// The protocol.
    pub(crate) protocol: Protocol,
    /// What stands behind.
    pub(crate) backends: Vec<Backend>,
}

/// Finds what stands behind Services.
pub(crate) struct Backends<'i> {
    inventory: &'i Inventory,
    /// EndpointSlices by namespace and Service.
    slices: HashMap<(&'i str, &'i str), Vec<&'i Resource>>,
}

impl<'i> Backends<'i> {
    pub(crate) fn new(inventory: &'i Inventory) -> Self {
        let mut slices: HashMap<_, Vec<_>> = HashMap::new();
        for slice in inventory.of_kind(GroupKind::new("discovery.k8s.io", "EndpointSlice")) {
            if let Some(service) = slice.labels().get("kubernetes.io/service-name") {
                slices.entry((slice.namespace().unwrap_or("default"), service)).or_default().push(slice);
            }
        }
        Backends { inventory, slices }
    }

    /// The Service that a reference names; one of type `ExternalName` leads out of the cluster and has no pods.
    pub(super) fn service(
        &self,
        from: &Resource,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<&'i Resource> {
        let service = self.inventory.find_near(from, SERVICE, namespace, name)?;
        let kind = service.root().path(&["spec", "type"]).and_then(Node::as_str);
        (kind != Some("ExternalName")).then_some(service)
    }

    /// The ports of a Service that a reference means, each with what stands behind.
    pub(crate) fn served(&self, service: &'i Resource, wanted: ServicePort<'_>) -> Vec<Served> {
        let Some(spec) = service.root().get("spec") else { return Vec::new() };
        let pods = self.pods(service, spec);
        let numbered =
            |key: &'static str, number: u16| move |port: &Node<'_>| port.int(key) == Some(i64::from(number));
        // Some controllers (ingress-nginx) also take the number of a target port, where no port has the number.
        let has_port = |number: u16| spec.list("ports").any(|port| numbered("port", number)(&port));
        let meant = spec.list("ports").filter(|port| match wanted {
            ServicePort::Number(number) if has_port(number) => numbered("port", number)(port),
            ServicePort::Number(number) => numbered("targetPort", number)(port),
            ServicePort::Name(name) => port.str("name") == Some(name),
            ServicePort::Any => true,
        });
        let served = meant.filter_map(|port| {
            let number = port_number(port.int("port")?)?;
            let protocol = protocol_of(port.str("protocol"))?;
            let mut backends: Vec<Backend> = pods
                .iter()
                .flat_map(|pod| self.behind(service, pod, target(port, number), protocol))
                .collect();
            backends.sort();
            backends.dedup_by_key(|backend| (backend.workload, backend.port));
            Some(Served {
                port: number,
                node_port: port.int("nodePort").and_then(port_number),
                protocol,
                backends,
            })
        });
        served.collect()
    }

    /// The EndpointSlices of a Service.
    pub(crate) fn slices_of(&self, service: &'i Resource) -> &[&'i Resource] {
        let key = (service.namespace().unwrap_or("default"), service.name());
        self.slices.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The pods behind a Service: those of its selector, or those that hand-made EndpointSlices name.
    fn pods(&self, service: &'i Resource, spec: Node<'i>) -> Vec<PodView<'i>> {
        if spec.get("selector").is_some_and(|selector| !selector.is_empty()) {
            let found = self.inventory.selected_pods(service, Selector::service(spec.get("selector")));
            return distinct(self.inventory, found);
        }
        let key = (service.namespace().unwrap_or("default"), service.name());
        let slices = self.slices.get(&key).into_iter().flatten();
        let named = slices.flat_map(|slice| slice.root().list("endpoints")).filter_map(|endpoint| {
            let target = endpoint.get("targetRef").filter(|target| target.str("kind") == Some("Pod"))?;
            let pod = GroupKind::new("", "Pod");
            self.inventory.find(pod, target.str("namespace").or(service.namespace()), target.str("name")?)
        });
        named.flat_map(Resource::pods).collect()
    }

    fn behind(
        &self,
        service: &Resource,
        pod: &PodView<'i>,
        target: Target<'_>,
        protocol: Protocol,
    ) -> Vec<Backend> {
        let workload = workload(self.inventory, pod.resource()).id();
        let backend = |port, declared| Backend {
            service: Some(service.id()),
            workload,
            pod: pod.resource().id(),
            port: Some(port),
            protocol,
            declared,
        };
        match target {
            Target::Number(number) => {
                let declared =
                    declared_ports(pod).any(|port| port.number == number && port.protocol == protocol);
                vec![backend(number, declared)]
            }
            Target::Name(name) => {
                let named = declared_ports(pod).filter(|port| port.name == name && port.protocol == protocol);
                named.map(|port| backend(port.number, true)).collect()
            }
        }
    }
}

enum Target<'a> {
    Number(u16),
    Name(&'a str),
}

/// `targetPort`; without one the port itself.
fn target<'a>(port: Node<'a>, number: u16) -> Target<'a> {
    match (port.str("targetPort"), port.int("targetPort").and_then(port_number)) {
        (Some(name), _) => name.parse().map_or(Target::Name(name), Target::Number),
        (None, target) => Target::Number(target.unwrap_or(number)),
    }
}

/// A port that a container declares.
pub(crate) struct DeclaredPort<'i> {
    /// `containerPort`.
    pub(crate) number: u16,
    /// The protocol.
    pub(crate) protocol: Protocol,
    /// The name, empty without one.
    pub(crate) name: &'i str,
    /// `hostPort`, when it is written.
    pub(crate) host: Option<u16>,
    /// `hostIP`, when it is written.
    pub(crate) host_ip: Option<&'i str>,
    /// The item of `ports`.
    pub(crate) node: Node<'i>,
}

/// The ports that the containers of a pod declare; an init container counts when it keeps running beside the others.
pub(crate) fn declared_ports<'i>(pod: &PodView<'i>) -> impl Iterator<Item = DeclaredPort<'i>> + use<'i> {
    let running = pod.containers().filter(|container| {
        container.kind() != ContainerKind::Init || container.node().str("restartPolicy") == Some("Always")
    });
    running.flat_map(|container| container.node().list("ports")).filter_map(|node| {
        Some(DeclaredPort {
            number: port_number(node.int("containerPort")?)?,
            protocol: protocol_of(node.str("protocol"))?,
            name: node.str("name").unwrap_or(""),
            host: node.int("hostPort").and_then(port_number),
            host_ip: node.str("hostIP").filter(|address| !address.is_empty()),
            node,
        })
    })
}

/// The topmost object that makes a pod, or the object itself.
pub(super) fn workload<'i>(inventory: &'i Inventory, resource: &'i Resource) -> &'i Resource {
    inventory.top_owner(resource).unwrap_or(resource)
}

/// A workload and the ports that its pods declare.
type Shape<'i> = (ResourceId, Vec<(u16, Protocol, &'i str)>);

/// One pod for each workload and set of labels and ports: a Deployment, its ReplicaSet and its pods are one.
fn distinct<'i>(inventory: &'i Inventory, pods: Vec<PodView<'i>>) -> Vec<PodView<'i>> {
    let mut seen: HashSet<Shape<'i>> = HashSet::new();
    let mut by_workload: BTreeMap<ResourceId, Vec<PodView<'i>>> = BTreeMap::new();
    for pod in pods {
        let workload = workload(inventory, pod.resource()).id();
        let ports = declared_ports(&pod).map(|port| (port.number, port.protocol, port.name)).collect();
        if seen.insert((workload, ports)) {
            by_workload.entry(workload).or_default().push(pod);
        }
    }
    by_workload.into_values().flatten().collect()
}
