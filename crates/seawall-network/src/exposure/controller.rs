//! The pods that carry out Ingresses, Gateways and Routes, and how these are opened themselves.
//!
//! A controller is found by the labels that its project's own manifests and charts put on its pods; which one is meant,
//! the class says. One that runs elsewhere (a cloud's load balancer) is not found, which is said.

use std::collections::BTreeMap;

use seawall_core::ResourceId;
use seawall_inventory::{Completeness, Inventory, PodView, Resource};

use super::backend::workload;
use super::host::is_on_node;
use super::{Arrival, EntryKind, EntryPoint, SERVICE, Scope};

/// The `spec.controller` of an IngressClass or `spec.controllerName` of a GatewayClass begins with the first, the usual
/// class name is the second; pods carry one of the rest as `app.kubernetes.io/name`, `app`, or `istio`.
const KNOWN: &[(&str, &str, &[&str])] = &[
    ("k8s.io/ingress-nginx", "nginx", &["ingress-nginx"]),
    ("nginx.org/ingress-controller", "nginx", &["nginx-ingress"]),
    ("gateway.nginx.org", "nginx", &["nginx-gateway", "nginx-gateway-fabric"]),
    ("traefik.io/", "traefik", &["traefik"]),
    ("haproxy.org/ingress-controller", "haproxy", &["kubernetes-ingress"]),
    ("haproxy-ingress.github.io/controller", "haproxy", &["haproxy-ingress"]),
    ("projectcontour.io/", "contour", &["envoy", "contour-envoy"]),
    ("ingress-controllers.konghq.com/kong", "kong", &["kong", "gateway"]),
    ("konghq.com/", "kong", &["kong", "gateway"]),
    ("istio.io/", "istio", &["istio-ingressgateway", "ingressgateway"]),
];

/// How a gateway's own pods are labelled: by the Gateway API's convention for in-cluster deployments, by Envoy Gateway.
const GATEWAY_LABELS: [&str; 2] =
    ["gateway.networking.k8s.io/gateway-name", "gateway.envoyproxy.io/owning-gateway-name"];

/// The router of OpenShift's ingress operator.
const ROUTER_LABEL: &str = "ingresscontroller.operator.openshift.io/deployment-ingresscontroller";

/// A proxy in front of backends.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxy {
    /// Its workloads; none when it is not here.
    pub(super) workloads: Vec<ResourceId>,
    /// How it is opened; `None` when that is not known.
    pub(super) front: Option<Scope>,
}

impl Proxy {
    /// With which address its traffic arrives.
    pub(super) fn arrival(&self) -> Arrival {
        Arrival::Proxy(self.workloads.clone())
    }
}

/// Proxies by what is written on their pods.
pub(super) struct Controllers {
    by_name: BTreeMap<String, Vec<ResourceId>>,
    by_gateway: BTreeMap<String, Vec<ResourceId>>,
    routers: Vec<ResourceId>,
    /// The widest way to each workload that is opened by a Service, a host port or the host network.
    fronts: BTreeMap<ResourceId, Scope>,
    services_complete: bool,
}

impl Controllers {
    /// Finds proxies; `services` are the ways in that Services make.
    pub(super) fn new(inventory: &Inventory, services: &[EntryPoint]) -> Self {
        let mut controllers = Controllers {
            by_name: BTreeMap::new(),
            by_gateway: BTreeMap::new(),
            routers: Vec::new(),
            fronts: BTreeMap::new(),
            services_complete: inventory.completeness(SERVICE) == Completeness::Complete,
        };
        for entry in services {
            for backend in &entry.backends {
                controllers.open(backend.workload, entry);
            }
        }
        for resource in inventory.resources().iter().filter(|resource| serves(resource)) {
            for pod in resource.pods() {
                controllers.learn(&pod, inventory);
            }
        }
        controllers
    }

    fn open(&mut self, workload: ResourceId, entry: &EntryPoint) {
        let rank = |scope: &Scope| match scope {
            Scope::Internet => 2,
            Scope::Nodes => 1,
            Scope::Internal(_) => 0,
        };
        // The node port of a load balancer is not what people come through.
        let scope = match entry.kind {
            EntryKind::NodePort if matches!(self.fronts.get(&workload), Some(Scope::Internal(_))) => return,
            _ => &entry.scope,
        };
        if self.fronts.get(&workload).is_none_or(|known| rank(scope) > rank(known)) {
            self.fronts.insert(workload, scope.clone());
        }
    }

    fn learn(&mut self, pod: &PodView<'_>, inventory: &Inventory) {
        let Labelled { names, gateways, is_router } = Labelled::of(pod);
        if names.is_empty() && gateways.is_empty() && !is_router {
            return;
        }
        let owner = workload(inventory, pod.resource()).id();
        for name in names {
            add(self.by_name.entry(name.to_owned()).or_default(), owner);
        }
        for name in gateways {
            add(self.by_gateway.entry(name.to_owned()).or_default(), owner);
        }
        if is_router {
            add(&mut self.routers, owner);
        }
        if is_on_node(pod) && !self.fronts.contains_key(&owner) {
            self.fronts.insert(owner, Scope::Nodes);
        }
    }

    /// The proxy for a class: by the name of its controller when the class is here, else by the usual class name.
    pub(super) fn of_class(&self, controller: Option<&str>, class: &str) -> Proxy {
        let meant = KNOWN.iter().filter(|(prefix, usual, _)| match controller {
            Some(controller) => controller.starts_with(prefix),
            None => class == *usual,
        });
        let names = meant.flat_map(|(_, _, names)| names.iter());
        self.proxy(names.filter_map(|name| self.by_name.get(*name)).flatten().copied())
    }

    /// The proxy of one Gateway; when it has no pods of its own, that of its class.
    pub(super) fn of_gateway(&self, gateway: &str, controller: Option<&str>, class: &str) -> Proxy {
        match self.by_gateway.get(gateway) {
            Some(workloads) => self.proxy(workloads.iter().copied()),
            None => self.of_class(controller, class),
        }
    }

    /// The router of OpenShift.
    pub(super) fn router(&self) -> Proxy {
        self.proxy(self.routers.iter().copied())
    }

    fn proxy(&self, workloads: impl Iterator<Item = ResourceId>) -> Proxy {
        let mut proxy = Proxy::default();
        workloads.for_each(|workload| add(&mut proxy.workloads, workload));
        let fronts: Vec<&Scope> = proxy.workloads.iter().filter_map(|id| self.fronts.get(id)).collect();
        let widest = fronts.iter().find(|scope| ***scope == Scope::Internet);
        let widest =
            widest.or_else(|| fronts.iter().find(|scope| ***scope == Scope::Nodes)).or(fronts.first());
        proxy.front = widest.map(|scope| (*scope).clone());
        if proxy.front.is_none() && !proxy.workloads.is_empty() && self.services_complete {
            proxy.front = Some(Scope::Internal("nothing opens its controller to the outside".to_owned()));
        }
        proxy
    }
}

/// What the labels of a pod say of a proxy.
struct Labelled<'r> {
    names: Vec<&'r str>,
    gateways: Vec<&'r str>,
    is_router: bool,
}

impl<'r> Labelled<'r> {
    fn of(pod: &PodView<'r>) -> Self {
        let labels = pod.labels();
        let of = |keys: &[&'static str]| keys.iter().filter_map(|key| labels.get(key)).collect::<Vec<_>>();
        let mut names = of(&["app.kubernetes.io/name", "app", "istio"]);
        names.retain(|name| KNOWN.iter().any(|(_, _, names)| names.contains(name)));
        Labelled { names, gateways: of(&GATEWAY_LABELS), is_router: labels.get(ROUTER_LABEL).is_some() }
    }
}

/// Whether a pod is labelled as one that carries out Ingresses, Gateways or Routes.
pub fn is_labelled_as_proxy(pod: &PodView<'_>) -> bool {
    let Labelled { names, gateways, is_router } = Labelled::of(pod);
    !names.is_empty() || !gateways.is_empty() || is_router
}

fn add(list: &mut Vec<ResourceId>, id: ResourceId) {
    if !list.contains(&id) {
        list.push(id);
    }
}

/// Whether pods of this object keep serving: jobs (the admission hooks of charts) carry the same labels.
fn serves(resource: &Resource) -> bool {
    resource.has_pods() && !matches!(resource.kind(), "Job" | "CronJob")
}
