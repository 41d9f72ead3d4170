//! Which pods are in the mesh, and which of their ports their proxy takes.
//!
//! A live pod is what it is: it has a proxy or it has none. A template is judged by what the injector and the agent of the
//! ambient mode will do with its pods.
//!
//! Source: the chart of istiod (`mutatingwebhook.yaml`: which namespaces and pods the webhook is called for),
//! `injectRequired` of istio/istio, the reference of Istio's labels and annotations.

use seawall_inventory::{ContainerKind, ContainerView, Labels, PodView};
use seawall_yaml::Node;

use crate::ports::{PortSet, Protocol};

/// What carries out the policies of the mesh for a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// Nothing: the pod is not in the mesh.
    Outside,
    /// A proxy in the pod.
    Sidecar,
    /// The ztunnel of the node.
    Ambient,
    /// The pod is a gateway itself.
    Gateway,
    /// The pod is a waypoint itself.
    Waypoint,
}

impl Member {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Member::Outside => "outside",
            Member::Sidecar => "sidecar",
            Member::Ambient => "ambient",
            Member::Gateway => "gateway",
            Member::Waypoint => "waypoint",
        }
    }

    /// Whether it is in the mesh.
    pub const fn is_in(self) -> bool {
        !matches!(self, Member::Outside)
    }
}

/// Whether a pod is in the mesh, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Membership {
    /// What it is.
    pub member: Member,
    /// Why, lower case.
    pub because: &'static str,
    /// Whether it is only what labels of a template and its namespace ask for.
    pub predicted: bool,
    /// Whether labels ask for the mesh though the pod is not in it.
    pub asked: bool,
}

const PROXY: &str = "istio-proxy";
/// Namespaces whose pods the injector leaves alone.
const IGNORED: [&str; 4] = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];
/// Ports of the proxy's own agent: health, merged metrics, statistics.
const AGENT_PORTS: [u16; 3] = [15_020, 15_021, 15_090];

/// What is known of a namespace: its labels, and its name.
#[derive(Clone, Copy)]
pub(super) struct Home<'n> {
    pub(super) name: &'n str,
    pub(super) labels: Option<Labels<'n>>,
}

impl Home<'_> {
    fn label(&self, key: &str) -> Option<&str> {
        self.labels?.get(key)
    }
}

/// The container that is the proxy, as one that keeps running.
fn proxy<'r>(pod: &PodView<'r>) -> Option<ContainerView<'r>> {
    pod.containers().find(|one| {
        let runs = one.kind() == ContainerKind::Main || one.node().str("restartPolicy") == Some("Always");
        runs && one.name() == PROXY
    })
}

/// Whether a pod of this view runs already.
fn is_live(pod: &PodView<'_>) -> bool {
    let status = pod.resource().root().get("status");
    pod.resource().kind() == "Pod" && status.is_some_and(|status| status.str("phase").is_some())
}

pub(super) fn membership(pod: &PodView<'_>, home: Home<'_>) -> Membership {
    let asks = asks_for_sidecar(pod, home) || asks_for_ambient(pod, home);
    let out = |because| Membership { member: Member::Outside, because, predicted: false, asked: asks };
    let found = |member, because| Membership { member, because, predicted: false, asked: asks };
    let proxied = proxy(pod).map(|proxy| of_proxy(pod, &proxy, found));
    if pod.host_flag("hostNetwork") {
        // A gateway needs nobody to redirect its traffic.
        let gateway = proxied.filter(|one| one.member != Member::Sidecar);
        return gateway.unwrap_or(out("it is in the network of its node"));
    }
    if let Some(proxied) = proxied {
        return proxied;
    }
    if is_live(pod) {
        return match pod.annotation("ambient.istio.io/redirection") {
            Some("enabled") => found(Member::Ambient, "the agent on its node redirects its traffic"),
            _ if asks => out(
                "it is labelled for the mesh, and runs without: it is older than the label, or was left out",
            ),
            _ => out("it has no proxy"),
        };
    }
    let predicted = |member, because| Membership { predicted: true, ..found(member, because) };
    if asks_for_sidecar(pod, home) {
        return predicted(Member::Sidecar, "labels ask for a sidecar");
    }
    if asks_for_ambient(pod, home) {
        return predicted(Member::Ambient, "labels ask for the ambient mode");
    }
    out("no label asks for it")
}

fn of_proxy(
    pod: &PodView<'_>,
    proxy: &ContainerView<'_>,
    found: impl Fn(Member, &'static str) -> Membership,
) -> Membership {
    let templates = pod.annotation("inject.istio.io/templates").unwrap_or_default();
    let is = |word: &str| proxy.node().list("args").filter_map(Node::as_str).any(|one| one == word);
    let managed = pod.labels().get("gateway.istio.io/managed");
    if is("waypoint") || managed == Some("istio.io-mesh-controller") {
        return found(Member::Waypoint, "its proxy is a waypoint");
    }
    if is("router") || templates.split(',').any(|one| one.trim() == "gateway") || managed.is_some() {
        return found(Member::Gateway, "its proxy is a gateway");
    }
    if templates.split(',').any(|one| one.trim().starts_with("grpc")) {
        return found(
            Member::Outside,
            "its proxy only serves the gRPC library, which carries policies out itself",
        );
    }
    found(Member::Sidecar, "it has a sidecar")
}

/// Whether the injector is called for a pod and injects: labels of the namespace first, then those of the pod; the label
/// `sidecar.istio.io/inject` before the annotation of the same name.
fn asks_for_sidecar(pod: &PodView<'_>, home: Home<'_>) -> bool {
    let own = pod.labels().get("sidecar.istio.io/inject");
    if IGNORED.contains(&home.name) || own == Some("false") || pod.host_flag("hostNetwork") {
        return false;
    }
    if own != Some("true") && pod.annotation("sidecar.istio.io/inject") == Some("false") {
        return false;
    }
    match (home.label("istio-injection"), home.label("istio.io/rev")) {
        (Some(word), _) => word == "enabled",
        (None, Some(_)) => true,
        (None, None) => own == Some("true") || pod.labels().get("istio.io/rev").is_some(),
    }
}

fn asks_for_ambient(pod: &PodView<'_>, home: Home<'_>) -> bool {
    const MODE: &str = "istio.io/dataplane-mode";
    if pod.host_flag("hostNetwork") || home.name == "kube-system" {
        return false;
    }
    match pod.labels().get(MODE) {
        Some(word) => word == "ambient",
        None => home.label(MODE) == Some("ambient"),
    }
}

/// Connections into a pod that no proxy sees: other protocols than TCP, ports of the proxy's own agent, and what
/// annotations exclude.
pub(super) fn not_taken(pod: &PodView<'_>, member: Member) -> PortSet {
    let tcp = PortSet::of_protocol(Protocol::Tcp);
    let others = PortSet::all().difference(&tcp);
    match member {
        Member::Outside => PortSet::all(),
        Member::Ambient if pod.annotation("ambient.istio.io/bypass-inbound-capture") == Some("true") => {
            PortSet::all()
        }
        Member::Ambient => others,
        Member::Gateway | Member::Waypoint => others.union(&ports(&AGENT_PORTS)),
        Member::Sidecar if pod.annotation("sidecar.istio.io/interceptionMode") == Some("NONE") => {
            PortSet::all()
        }
        Member::Sidecar => {
            let agent = ports(&AGENT_PORTS);
            let given = |key, flag| pod.annotation(key).or_else(|| init_argument(pod, flag));
            let excluded = given("traffic.sidecar.istio.io/excludeInboundPorts", "-d")
                .map_or_else(PortSet::none, listed);
            let missed = match given("traffic.sidecar.istio.io/includeInboundPorts", "-b").map(str::trim) {
                None | Some("*") => PortSet::none(),
                Some(list) => tcp.difference(&listed(list)),
            };
            others.union(&agent).union(&excluded).union(&missed)
        }
    }
}

/// TCP ports of an application that annotations take away from the proxy.
pub(super) fn excluded_ports(not_taken: &PortSet) -> PortSet {
    let tcp = PortSet::of_protocol(Protocol::Tcp);
    not_taken.intersection(&tcp).difference(&ports(&AGENT_PORTS))
}

fn ports(numbers: &[u16]) -> PortSet {
    numbers.iter().fold(PortSet::none(), |all, port| all.union(&PortSet::port(Protocol::Tcp, *port)))
}

fn listed(text: &str) -> PortSet {
    let numbers: Vec<u16> = text.split(',').filter_map(|port| port.trim().parse().ok()).collect();
    ports(&numbers)
}

/// The word after a flag of the init container that redirects traffic.
fn init_argument<'r>(pod: &PodView<'r>, flag: &str) -> Option<&'r str> {
    let init =
        pod.containers().find(|one| one.kind() == ContainerKind::Init && one.name() == "istio-init")?;
    let mut words = init.node().list("args").filter_map(Node::as_str);
    words.by_ref().find(|word| *word == flag)?;
    words.next()
}

/// Whether a sidecar speaks the protocol of ztunnels.
pub(super) fn speaks_hbone(pod: &PodView<'_>) -> bool {
    if pod.labels().get("networking.istio.io/tunnel") == Some("http") {
        return true;
    }
    let env = proxy(pod).into_iter().flat_map(|proxy| proxy.node().list("env"));
    env.filter(|one| one.str("name") == Some("ISTIO_META_ENABLE_HBONE"))
        .any(|one| one.str("value") == Some("true"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::testing::resources;

    fn judged(namespace_labels: &str, pod: &str) -> Membership {
        let namespace =
            format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: a, labels: {namespace_labels}}}\n");
        let (namespace, pod) = (resources(&namespace), resources(pod));
        let home = Home { name: "a", labels: Some(namespace[0].labels()) };
        membership(&pod[0].pods().next().unwrap(), home)
    }

    fn template(labels: &str, annotations: &str, spec: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec: {{template: {{metadata: {{labels: {labels}, \
             annotations: {annotations}}}, spec: {spec}}}}}\n"
        )
    }

    #[test]
    fn injection_follows_the_selectors_of_the_webhook() {
        let sidecar = |namespace: &str, labels: &str, annotations: &str| {
            judged(namespace, &template(labels, annotations, "{containers: [{name: c}]}")).member
                == Member::Sidecar
        };
        for (namespace, labels, annotations, expected) in [
            ("{}", "{}", "{}", false),
            ("{istio-injection: enabled}", "{}", "{}", true),
            ("{istio-injection: enabled}", "{sidecar.istio.io/inject: 'false'}", "{}", false),
            ("{istio-injection: enabled}", "{}", "{sidecar.istio.io/inject: 'false'}", false),
            (
                "{istio-injection: enabled}",
                "{sidecar.istio.io/inject: 'true'}",
                "{sidecar.istio.io/inject: 'false'}",
                true,
            ),
            ("{istio-injection: disabled}", "{sidecar.istio.io/inject: 'true'}", "{}", false),
            ("{istio-injection: disabled, istio.io/rev: x}", "{}", "{}", false),
            ("{istio.io/rev: x}", "{}", "{}", true),
            ("{istio.io/rev: x}", "{sidecar.istio.io/inject: 'false'}", "{}", false),
            ("{}", "{sidecar.istio.io/inject: 'true'}", "{}", true),
            ("{}", "{istio.io/rev: x}", "{}", true),
            ("{}", "{}", "{sidecar.istio.io/inject: 'true'}", false),
        ] {
            assert_eq!(
                sidecar(namespace, labels, annotations),
                expected,
                "{namespace} {labels} {annotations}"
            );
        }
        let host = template("{}", "{}", "{hostNetwork: true, containers: [{name: c}]}");
        assert_eq!(judged("{istio-injection: enabled}", &host).member, Member::Outside);
    }

    #[test]
    fn ambient_follows_labels_and_live_pods_their_annotation() {
        let ambient = "{istio.io/dataplane-mode: ambient}";
        assert_eq!(judged(ambient, &template("{}", "{}", "{containers: []}")).member, Member::Ambient);
        let none = template("{istio.io/dataplane-mode: none}", "{}", "{containers: []}");
        assert_eq!(judged(ambient, &none).member, Member::Outside);
        assert_eq!(judged("{}", &template(ambient, "{}", "{containers: []}")).member, Member::Ambient);
        let live = |annotations: &str| {
            let pod = format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, annotations: {annotations}}}\nspec: {{containers: []}}\nstatus: \
                 {{phase: Running}}\n"
            );
            judged(ambient, &pod)
        };
        assert_eq!(live("{ambient.istio.io/redirection: enabled}").member, Member::Ambient);
        let left_out = live("{}");
        assert_eq!((left_out.member, left_out.asked), (Member::Outside, true));
    }

    #[test]
    fn the_container_says_what_a_live_pod_is() {
        let pod = |spec: &str| {
            let text = format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {spec}\nstatus: {{phase: Running}}\n"
            );
            judged("{}", &text).member
        };
        assert_eq!(
            pod("{containers: [{name: c}, {name: istio-proxy, args: [proxy, sidecar]}]}"),
            Member::Sidecar
        );
        let native =
            "{initContainers: [{name: istio-proxy, restartPolicy: Always}], containers: [{name: c}]}";
        assert_eq!(pod(native), Member::Sidecar);
        assert_eq!(pod("{initContainers: [{name: istio-proxy}], containers: [{name: c}]}"), Member::Outside);
        assert_eq!(pod("{containers: [{name: istio-proxy, args: [proxy, router]}]}"), Member::Gateway);
        let host = "{hostNetwork: true, containers: [{name: istio-proxy, args: [proxy, router]}]}";
        assert_eq!(pod(host), Member::Gateway);
        assert_eq!(pod(&host.replace("router", "sidecar")), Member::Outside);
        assert_eq!(pod("{containers: [{name: istio-proxy, args: [proxy, waypoint]}]}"), Member::Waypoint);
    }

    #[test]
    fn ports_that_the_proxy_never_sees() {
        let taken = |annotations: &str, init: &str| {
            let text = template(
                "{}",
                annotations,
                &format!("{{initContainers: [{init}], containers: [{{name: c}}]}}"),
            );
            let resources = resources(&text);
            let out = not_taken(&resources[0].pods().next().unwrap(), Member::Sidecar);
            [80, 81, 15_020].map(|port| !out.contains(Protocol::Tcp, port))
        };
        let none = "{name: x}";
        assert_eq!(taken("{}", none), [true, true, false]);
        assert_eq!(
            taken("{traffic.sidecar.istio.io/excludeInboundPorts: '80, 90'}", none),
            [false, true, false]
        );
        assert_eq!(taken("{traffic.sidecar.istio.io/includeInboundPorts: '80'}", none), [true, false, false]);
        assert_eq!(taken("{traffic.sidecar.istio.io/includeInboundPorts: ''}", none), [false, false, false]);
        let init = "{name: istio-init, args: [istio-iptables, -b, '*', -d, '15090,81']}";
        assert_eq!(taken("{}", init), [true, false, false]);
        assert_eq!(taken("{sidecar.istio.io/interceptionMode: NONE}", none), [false, false, false]);
    }
}
