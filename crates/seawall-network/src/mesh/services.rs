//! What Services say of pods: what their ports speak, and which waypoints stand before them.
//!
//! Source: Istio's documents on protocol selection (`pkg/config/kube/conversion.go`), on waypoints
//! (`pilot/pkg/serviceregistry/ambient/waypoints.go`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use seawall_core::ResourceId;
use seawall_inventory::{GroupKind, Inventory, Labels, Resource, Selector};
use seawall_yaml::Node;

use super::policy::{Aim, Policy, TargetKind};
use crate::model::DEFAULT_NAMESPACE;

const SERVICE: GroupKind<'static> = GroupKind::new("", "Service");
const GATEWAY: GroupKind<'static> = GroupKind::new("gateway.networking.k8s.io", "Gateway");
const WAYPOINT_CLASS: &str = "istio-waypoint";

/// What a port speaks, as the mesh is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Speaks {
    Http,
    Tcp,
}

/// A waypoint by namespace and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct WaypointUse {
    pub(super) namespace: Box<str>,
    pub(super) name: Box<str>,
    /// The Service that is reached through it; `None` for the pod's own address.
    pub(super) service: Option<(Box<str>, Box<str>)>,
}

/// What Services say of the pods of one object.
#[derive(Clone, Debug, Default)]
pub(super) struct Behind {
    /// `None`: nobody says, or they contradict each other.
    pub(super) speaks: BTreeMap<u16, Option<Speaks>>,
    pub(super) waypoints: BTreeSet<WaypointUse>,
    pub(super) services: BTreeSet<(Box<str>, Box<str>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Traffic {
    Service,
    Workload,
    All,
    None,
}

/// The waypoints that are here, and what each serves.
pub(super) struct Waypoints<'i> {
    by_name: HashMap<(&'i str, &'i str), Traffic>,
    namespaces: HashMap<&'i str, Labels<'i>>,
}

impl<'i> Waypoints<'i> {
    pub(super) fn new(inventory: &'i Inventory) -> Self {
        let is_waypoint = |gateway: &&Resource| {
            gateway.root().path(&["spec", "gatewayClassName"]).and_then(Node::as_str) == Some(WAYPOINT_CLASS)
        };
        let gateways = inventory.of_kind(GATEWAY).filter(is_waypoint);
        let by_name = gateways.map(|gateway| {
            let traffic = match gateway.labels().get("istio.io/waypoint-for") {
                None | Some("service") => Traffic::Service,
                Some("workload") => Traffic::Workload,
                Some("all") => Traffic::All,
                Some(_) => Traffic::None,
            };
            ((gateway.namespace().unwrap_or(DEFAULT_NAMESPACE), gateway.name()), traffic)
        });
        let namespaces = inventory.of_kind(GroupKind::new("", "Namespace"));
        Waypoints {
            by_name: by_name.collect(),
            namespaces: namespaces.map(|one| (one.name(), one.labels())).collect(),
        }
    }

    /// The waypoint that an object's label asks for, else that of its namespace; `none` opts out.
    fn asked(&self, labels: Labels<'i>, namespace: &'i str) -> Option<((&'i str, &'i str), Traffic)> {
        const USE: &str = "istio.io/use-waypoint";
        let own = Some(labels).filter(|labels| labels.get(USE).is_some());
        let labels = own.or_else(|| self.namespaces.get(namespace).copied())?;
        let name = labels.get(USE).filter(|name| !name.is_empty() && *name != "none")?;
        let elsewhere = labels.get("istio.io/use-waypoint-namespace").unwrap_or(namespace);
        let (key, traffic) = self.by_name.get_key_value(&(elsewhere, name))?;
        Some((*key, *traffic))
    }

    pub(super) fn of_service(&self, service: &'i Resource) -> Option<WaypointUse> {
        let namespace = service.namespace().unwrap_or(DEFAULT_NAMESPACE);
        let ((in_namespace, name), traffic) = self.asked(service.labels(), namespace)?;
        let serves = matches!(traffic, Traffic::Service | Traffic::All);
        serves.then(|| WaypointUse {
            namespace: in_namespace.into(),
            name: name.into(),
            service: Some((namespace.into(), service.name().into())),
        })
    }

    pub(super) fn of_pod(&self, labels: Labels<'i>, namespace: &'i str) -> Option<WaypointUse> {
        let ((in_namespace, name), traffic) = self.asked(labels, namespace)?;
        let serves = matches!(traffic, Traffic::Workload | Traffic::All);
        serves.then(|| WaypointUse { namespace: in_namespace.into(), name: name.into(), service: None })
    }
}

/// What Services say of each object that is or makes pods.
pub(super) fn behind_services<'i>(
    inventory: &'i Inventory,
    waypoints: &Waypoints<'i>,
) -> HashMap<ResourceId, Behind> {
    let mut all: HashMap<ResourceId, Behind> = HashMap::new();
    for service in inventory.of_kind(SERVICE) {
        let Some(spec) = service.root().get("spec") else { continue };
        let waypoint = waypoints.of_service(service);
        let name = (service.namespace().unwrap_or(DEFAULT_NAMESPACE).into(), service.name().into());
        for pod in inventory.selected_pods(service, Selector::service(spec.get("selector"))) {
            let behind = all.entry(pod.resource().id()).or_default();
            behind.services.insert(clone_name(&name));
            behind.waypoints.extend(waypoint.clone());
            for port in spec.list("ports").filter(|port| port.str("protocol").is_none_or(|one| one == "TCP"))
            {
                let Some(number) = target(port, &pod) else { continue };
                let said = speaks(port);
                let known = behind.speaks.entry(number).or_insert(said);
                if *known != said {
                    *known = None;
                }
            }
        }
    }
    all
}

fn clone_name((namespace, name): &(Box<str>, Box<str>)) -> (Box<str>, Box<str>) {
    (namespace.clone(), name.clone())
}

fn target(port: Node<'_>, pod: &seawall_inventory::PodView<'_>) -> Option<u16> {
    let number = |number: i64| u16::try_from(number).ok().filter(|number| *number > 0);
    match port.get("targetPort").and_then(Node::as_str) {
        Some(name) => {
            let named = crate::exposure::declared_ports(pod).find(|one| one.name == name);
            named.map(|one| one.number).or_else(|| name.parse().ok())
        }
        None => number(port.int("targetPort").or_else(|| port.int("port"))?),
    }
}

/// What a port of a Service says it speaks: `appProtocol`, else the first word of its name. Some ports are never asked,
/// since their servers speak first.
fn speaks(port: Node<'_>) -> Option<Speaks> {
    const SERVERS_FIRST: [i64; 4] = [25, 53, 3306, 27_017];
    let word = port.str("appProtocol").or_else(|| port.str("name")).unwrap_or_default().to_ascii_lowercase();
    match word.as_str() {
        "kubernetes.io/h2c" | "kubernetes.io/ws" => return Some(Speaks::Http),
        "kubernetes.io/wss" => return Some(Speaks::Tcp),
        _ if word.starts_with("grpc-web") => return Some(Speaks::Http),
        _ => {}
    }
    match word.split('-').next().unwrap_or_default() {
        "http" | "http2" | "grpc" => Some(Speaks::Http),
        "tcp" | "tls" | "https" | "mongo" | "redis" | "mysql" => Some(Speaks::Tcp),
        _ if port.int("port").is_some_and(|number| SERVERS_FIRST.contains(&number)) => Some(Speaks::Tcp),
        _ => None,
    }
}

impl WaypointUse {
    /// Whether a policy is carried out by the waypoint for what is reached through it.
    pub(super) fn is_target_of(&self, policy: &Policy, root_namespace: &str) -> bool {
        let Aim::Targets(targets) = &policy.aim else { return false };
        targets.iter().any(|target| match target.kind {
            TargetKind::Gateway => policy.namespace == self.namespace && target.name == self.name,
            TargetKind::GatewayClass => {
                *policy.namespace == *root_namespace && *target.name == *WAYPOINT_CLASS
            }
            TargetKind::Service => self
                .service
                .as_ref()
                .is_some_and(|(namespace, name)| policy.namespace == *namespace && target.name == *name),
            TargetKind::ServiceEntry => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::testing::resources;

    #[test]
    fn names_of_ports_say_what_they_speak() {
        for (port, expected) in [
            ("{name: http, port: 80}", Some(Speaks::Http)),
            ("{name: http-web, port: 80}", Some(Speaks::Http)),
            ("{name: HTTP2-x, port: 80}", Some(Speaks::Http)),
            ("{name: grpc-web-x, port: 80}", Some(Speaks::Http)),
            ("{name: https, port: 443}", Some(Speaks::Tcp)),
            ("{name: tcp-x, port: 80}", Some(Speaks::Tcp)),
            ("{name: web, port: 80}", None),
            ("{name: web, port: 3306}", Some(Speaks::Tcp)),
            ("{name: http, appProtocol: tcp, port: 80}", Some(Speaks::Tcp)),
            ("{appProtocol: kubernetes.io/h2c, port: 80}", Some(Speaks::Http)),
            ("{port: 80}", None),
        ] {
            let text =
                format!("apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{ports: [{port}]}}\n");
            let resources = resources(&text);
            let port = resources[0].root().path(&["spec"]).unwrap().list("ports").next().unwrap();
            assert_eq!(speaks(port), expected, "{text}");
        }
    }
}
