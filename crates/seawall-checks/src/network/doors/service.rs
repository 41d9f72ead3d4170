//! Services that are doors themselves: load balancers and node ports.

use seawall_core::{Confidence, Severity};
use seawall_inventory::{Inventory, Resource};
use seawall_yaml::Node;

use super::address::{Ranges, all_private, ranges};
use super::{Door, Opening, SERVICE, WIDE, field};

/// What the value of an annotation must be for a load balancer to stay inside.
enum Value {
    /// The annotation is there and not `false`.
    Set,
    /// One of these, whatever the case.
    Is(&'static str),
}

/// Annotations by which cloud providers are asked for a load balancer without a public address, from the providers'
/// own documentation of their Service annotations.
const INTERNAL: &[(&str, Value)] = &[
    ("service.beta.kubernetes.io/aws-load-balancer-internal", Value::Set),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", Value::Is("internal")),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", Value::Is("true")),
    ("networking.gke.io/load-balancer-type", Value::Is("internal")),
    ("cloud.google.com/load-balancer-type", Value::Is("internal")),
    ("service.beta.kubernetes.io/oci-load-balancer-internal", Value::Is("true")),
    ("oci-network-load-balancer.oraclecloud.com/internal", Value::Is("true")),
    ("service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", Value::Is("private")),
    ("service.beta.kubernetes.io/openstack-internal-load-balancer", Value::Is("true")),
    ("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", Value::Is("intranet")),
    ("service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", Value::Set),
    ("service.beta.kubernetes.io/cce-load-balancer-internal-vpc", Value::Is("true")),
    ("service.beta.kubernetes.io/do-loadbalancer-network", Value::Is("internal")),
    ("load-balancer.hetzner.cloud/disable-public-network", Value::Is("true")),
    ("service.beta.kubernetes.io/scw-loadbalancer-private", Value::Is("true")),
    ("yandex.cloud/load-balancer-type", Value::Is("internal")),
    // Istio and others write the Service of a Gateway with this type.
    ("networking.istio.io/service-type", Value::Is("clusterip")),
];

/// Whether annotations ask for an internal load balancer.
pub(super) fn asks_for_internal(annotations: Option<Node<'_>>) -> bool {
    let Some(annotations) = annotations else { return false };
    INTERNAL.iter().any(|(key, wanted)| {
        annotations.str(key).is_some_and(|value| match wanted {
            Value::Set => !value.is_empty() && !value.eq_ignore_ascii_case("false"),
            Value::Is(wanted) => value.eq_ignore_ascii_case(wanted),
        })
    })
}

/// Whether the AWS Load Balancer Controller makes the load balancer: without a scheme it makes an internal one.
fn is_internal_by_default(service: &Resource) -> bool {
    let class = service.root().path(&["spec", "loadBalancerClass"]).and_then(Node::as_str);
    // Names in a private overlay network are all that this class gives out.
    if class == Some("tailscale") {
        return true;
    }
    let kind = service.annotation("service.beta.kubernetes.io/aws-load-balancer-type");
    let by_controller = class == Some("service.k8s.aws/nlb") || matches!(kind, Some("external" | "nlb-ip"));
    by_controller && service.annotation("service.beta.kubernetes.io/aws-load-balancer-scheme").is_none()
}

/// How far a Service itself opens; `None` when it cannot be reached from outside by itself.
pub(super) fn opening(service: &Resource) -> Option<(&'static str, Opening)> {
    let spec = service.root().get("spec")?;
    match spec.str("type")? {
        "LoadBalancer" => {
            let annotations = service.metadata().and_then(|metadata| metadata.get("annotations"));
            let given = service.root().path(&["status", "loadBalancer"]);
            if asks_for_internal(annotations)
                || is_internal_by_default(service)
                || given.is_some_and(|given| all_private(given.list("ingress")))
            {
                return None;
            }
            match ranges(spec.list("loadBalancerSourceRanges")) {
                Ranges::Everybody => Some(("LoadBalancer", WIDE)),
                Ranges::Some => Some(("LoadBalancer", Opening { severity: Severity::Medium, ..WIDE })),
                Ranges::Private => None,
            }
        }
        // Whether the nodes have addresses that the internet reaches is not written anywhere.
        "NodePort" => {
            Some(("NodePort", Opening { severity: Severity::Medium, confidence: Confidence::Medium }))
        }
        _ => None,
    }
}

/// Load balancers and node ports.
pub(crate) fn service_doors(inventory: &Inventory) -> Vec<Door<'_>> {
    let doors = inventory.of_kind(SERVICE).filter_map(|service| {
        let (kind, opening) = opening(service)?;
        let place = field(service, &["spec", "type"]);
        Some(Door {
            service,
            via: service,
            kind,
            place,
            also: Vec::new(),
            severity: opening.severity,
            confidence: opening.confidence,
        })
    });
    doors.collect()
}
