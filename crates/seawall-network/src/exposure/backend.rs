//! From a Service and one of its ports to ports of pods.

use std::collections::{BTreeMap, HashMap, HashSet};

use seawall_core::ResourceId;
use seawall_inventory::{ContainerKind, ContainerView, GroupKind, Inventory, PodView, Resource, Selector};
use seawall_yaml::Node;

use super::served::{PodPort, ServedPort};
use super::{SERVICE, port_number, protocol_of};
use crate::Protocol;

/// A port of a workload behind a way in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Backend {
    /// The Service in between, if there is one.
    pub service: Option<ResourceId>,
    /// The `port` of that Service.
    pub service_port: Option<u16>,
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
        let pods = distinct(self.inventory, self.pods(service, spec));
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
                .flat_map(|pod| self.behind((service, number), pod, target(port, number), protocol))
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
            return self.inventory.selected_pods(service, Selector::service(spec.get("selector")));
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
        (service, service_port): (&Resource, u16),
        pod: &PodView<'i>,
        target: Target<'_>,
        protocol: Protocol,
    ) -> Vec<Backend> {
        let workload = workload(self.inventory, pod.resource()).id();
        let ports = ports_met(pod, target, protocol).into_iter();
        let backend = |(port, declared): (u16, Option<DeclaredPort<'i>>)| Backend {
            service: Some(service.id()),
            service_port: Some(service_port),
            workload,
            pod: pod.resource().id(),
            port: Some(port),
            protocol,
            declared: declared.is_some(),
        };
        ports.map(backend).collect()
    }

    /// Each port of a Service with every pod behind it.
    pub(super) fn pod_by_pod(&self, service: &'i Resource) -> Vec<ServedPort> {
        let spec = service.root().get("spec").filter(|spec| spec.str("type") != Some("ExternalName"));
        let Some(spec) = spec else { return Vec::new() };
        let pods = self.pods(service, spec);
        let served = spec.list("ports").filter_map(|port| {
            let number = port_number(port.int("port")?)?;
            let protocol = protocol_of(port.str("protocol"))?;
            let joined = |pod: &PodView<'i>| {
                let labels = pod.metadata().and_then(|metadata| metadata.get("labels"));
                let plain = pod.place_of(labels.unwrap_or(pod.spec()));
                let pod = *pod;
                ports_met(&pod, target(port, number), protocol).into_iter().map(move |(port, declared)| {
                    let place = declared.map_or_else(|| plain.clone(), |port| pod.place_of(port.node));
                    PodPort { pod: pod.resource().id(), port, place }
                })
            };
            let pods = pods.iter().flat_map(joined).collect();
            let name = port.str("name").map(str::to_owned);
            Some(ServedPort { service: service.id(), port: number, name, protocol, pods })
        });
        served.collect()
    }
}

/// The ports of a pod that a target means, each with its declaration: a number need not be declared, and several
/// containers may declare it; a name is that of a declared port.
fn ports_met<'i>(
    pod: &PodView<'i>,
    target: Target<'_>,
    protocol: Protocol,
) -> Vec<(u16, Option<DeclaredPort<'i>>)> {
    let declared = declared_ports(pod).filter(|port| port.protocol == protocol);
    match target {
        Target::Number(number) => {
            let ports: Vec<_> = declared.filter(|port| port.number == number).collect();
            match ports.is_empty() {
                true => vec![(number, None)],
                false => ports.into_iter().map(|port| (number, Some(port))).collect(),
            }
        }
        Target::Name(name) => {
            declared.filter(|port| port.name == name).map(|port| (port.number, Some(port))).collect()
        }
    }
}

#[derive(Clone, Copy)]
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

/// Whether a container keeps running beside the others, so that it can listen: an init container does when it is a
/// sidecar (`restartPolicy: Always`).
pub fn keeps_running(container: &ContainerView<'_>) -> bool {
    container.kind() != ContainerKind::Init || container.node().str("restartPolicy") == Some("Always")
}

/// The ports that the containers of a pod declare that keep running.
pub(crate) fn declared_ports<'i>(pod: &PodView<'i>) -> impl Iterator<Item = DeclaredPort<'i>> + use<'i> {
    let running = pod.containers().filter(keeps_running);
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
fn distinct<'i>(inventory: &'i Inventory, mut pods: Vec<PodView<'i>>) -> Vec<PodView<'i>> {
    let mut seen: HashSet<Shape<'i>> = HashSet::new();
    let mut by_workload: BTreeMap<ResourceId, Vec<PodView<'i>>> = BTreeMap::new();
    // By name, so that the one that speaks for the others does not depend on the order read.
    pods.sort_by_key(|pod| (pod.resource().group_kind(), pod.resource().name()));
    for pod in pods {
        let workload = workload(inventory, pod.resource()).id();
        let ports = declared_ports(&pod).map(|port| (port.number, port.protocol, port.name)).collect();
        if seen.insert((workload, ports)) {
            by_workload.entry(workload).or_default().push(pod);
        }
    }
    by_workload.into_values().flatten().collect()
}
