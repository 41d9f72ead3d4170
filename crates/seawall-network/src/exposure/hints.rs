//! What says that a way in stays inside: annotations of cloud providers, classes, names.

use seawall_inventory::Resource;
use seawall_yaml::Node;

/// What the value of an annotation must be for a load balancer to stay inside.
enum Value {
    /// The annotation is there and not `false`.
    Set,
    /// This word, whatever the case.
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

/// The annotation that asks for an internal load balancer.
pub fn internal_annotation(annotations: Option<Node<'_>>) -> Option<&'static str> {
    let annotations = annotations?;
    let asks = |(key, wanted): &&(&'static str, Value)| {
        annotations.str(key).is_some_and(|value| match wanted {
            Value::Set => !value.is_empty() && !value.eq_ignore_ascii_case("false"),
            Value::Is(wanted) => value.eq_ignore_ascii_case(wanted),
        })
    };
    INTERNAL.iter().find(asks).map(|(key, _)| *key)
}

/// Why the controller of a load balancer makes it internal unless told otherwise.
pub fn internal_by_default(service: &Resource) -> Option<&'static str> {
    let class = service.root().path(&["spec", "loadBalancerClass"]).and_then(Node::as_str);
    // Names in a private overlay network are all that this class gives out.
    if class == Some("tailscale") {
        return Some("the class `tailscale` gives out names of a private network");
    }
    let kind = service.annotation("service.beta.kubernetes.io/aws-load-balancer-type");
    let by_controller = class == Some("service.k8s.aws/nlb") || matches!(kind, Some("external" | "nlb-ip"));
    let silent = service.annotation("service.beta.kubernetes.io/aws-load-balancer-scheme").is_none();
    (by_controller && silent)
        .then_some("the AWS Load Balancer Controller makes an internal one without a scheme")
}

/// Whether a name says `internal` or `private` as a word of its own: a hint, no proof.
pub fn sounds_internal(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| ["internal", "private", "intranet"].iter().any(|hint| word.eq_ignore_ascii_case(hint)))
}
