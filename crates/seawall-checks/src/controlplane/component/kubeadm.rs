//! Components that kubeadm starts: what its documents add to the arguments that it gives by itself.

use seawall_core::Route;
use seawall_inventory::{GroupKind, Resource};
use seawall_yaml::Node;

use super::command::version;
use super::flags::{Flag, Slot, Value};
use super::{Component, Elsewhere, Form, Part};

/// Where the documents of kubeadm stand in an object.
pub(super) fn components<'r>(resource: &'r Resource, kind: GroupKind<'_>) -> Vec<Component<'r>> {
    let root = resource.root();
    match (kind.group, kind.kind) {
        ("kubeadm.k8s.io", "ClusterConfiguration") => cluster(resource, root, is_list(resource)),
        ("kubeadm.k8s.io", "InitConfiguration" | "JoinConfiguration") => {
            kubelet(resource, root, is_list(resource)).into_iter().collect()
        }
        ("controlplane.cluster.x-k8s.io", "KubeadmControlPlane") => {
            machines(resource, &["spec", "kubeadmConfigSpec"])
        }
        ("controlplane.cluster.x-k8s.io", "KubeadmControlPlaneTemplate") => {
            machines(resource, &["spec", "template", "spec", "kubeadmConfigSpec"])
        }
        ("bootstrap.cluster.x-k8s.io", "KubeadmConfig") => machines(resource, &["spec"]),
        ("bootstrap.cluster.x-k8s.io", "KubeadmConfigTemplate") => {
            machines(resource, &["spec", "template", "spec"])
        }
        _ => Vec::new(),
    }
}

/// Since `v1beta4` (and Cluster API's `v1beta2`) arguments are a list of names and values; before, a map.
fn is_list(resource: &Resource) -> bool {
    let version = resource.subject().api_version.rsplit('/').next().unwrap_or("");
    if resource.group() == "kubeadm.k8s.io" {
        !matches!(version, "v1beta1" | "v1beta2" | "v1beta3")
    } else {
        !matches!(version, "v1alpha3" | "v1alpha4" | "v1beta1")
    }
}

/// Cluster API holds the documents of kubeadm side by side.
fn machines<'r>(resource: &'r Resource, path: &[&str]) -> Vec<Component<'r>> {
    let Some(spec) = resource.root().path(path) else { return Vec::new() };
    let named = is_list(resource);
    let part = |key| spec.get(key).filter(|node| node.is_map());
    let mut components =
        part("clusterConfiguration").map(|node| cluster(resource, node, named)).unwrap_or_default();
    let nodes = ["initConfiguration", "joinConfiguration"].into_iter().filter_map(part);
    components.extend(nodes.filter_map(|node| kubelet(resource, node, named)));
    components
}

/// The control plane that a cluster's document starts.
fn cluster<'r>(resource: &'r Resource, node: Node<'r>, named: bool) -> Vec<Component<'r>> {
    let base = resource.route_of(node);
    let version = node.str("kubernetesVersion").and_then(version);
    let external = node.path(&["etcd", "external"]);
    let component = |part: Part, keys: &[&str], given: Vec<(&'static str, &'static str)>| {
        let args = base.clone().keys(keys).key("extraArgs");
        let own = node.path(keys).and_then(|node| node.get("extraArgs"));
        let mut flags: Vec<Flag<'r>> =
            given.into_iter().map(|(name, value)| by_kubeadm(name, value)).collect();
        flags.extend(external.filter(|_| part == Part::ApiServer).into_iter().flat_map(of_external_etcd));
        let own = own.map(|own| extra(own, &args)).unwrap_or_default();
        // What kubeadm gives by itself yields to what the document says, lists too.
        flags.retain(|flag| !own.iter().any(|own| own.name == flag.name || excludes(&own.name, &flag.name)));
        flags.extend(own);
        let form = Form::ExtraArgs { args, named };
        let file = part.config_flag().filter(|(flag, _)| flags.iter().any(|given| given.name == *flag));
        let elsewhere =
            file.map_or(Elsewhere::Nowhere, |(_, kind)| Elsewhere::File(kind, "a file".to_owned()));
        Component { part, resource, form, flags, version, elsewhere }
    };
    let mut components = vec![
        component(Part::ApiServer, &["apiServer"], api_server(external.is_some())),
        component(Part::ControllerManager, &["controllerManager"], CONTROLLER_MANAGER.to_vec()),
        component(Part::Scheduler, &["scheduler"], vec![("bind-address", "127.0.0.1")]),
    ];
    if external.is_none() {
        components.push(component(Part::Etcd, &["etcd", "local"], ETCD.to_vec()));
    }
    components
}

/// A structured file takes the place of the flag that kubeadm would give.
fn excludes(own: &str, given: &str) -> bool {
    matches!((own, given), ("authorization-config", "authorization-mode"))
}

/// The kubelet of a node: only what its document adds; the rest stands in KubeletConfiguration, which kubeadm fills in.
fn kubelet<'r>(resource: &'r Resource, node: Node<'r>, named: bool) -> Option<Component<'r>> {
    let keys = ["nodeRegistration", "kubeletExtraArgs"];
    let own = node.path(&keys)?;
    let args = resource.route_of(node).keys(&keys);
    let flags = extra(own, &args);
    let form = Form::ExtraArgs { args, named };
    let component =
        Component { part: Part::Kubelet, resource, form, flags, version: None, elsewhere: Elsewhere::Judged };
    (!component.flags.is_empty()).then_some(component)
}

/// The arguments of a document: a map, or a list of names and values.
fn extra<'r>(own: Node<'r>, args: &Route) -> Vec<Flag<'r>> {
    let flag = |name: &'r str, value: Option<Node<'r>>, route: Route| Flag {
        name: name.into(),
        value: value.and_then(Node::scalar_text).map_or(Value::Missing, Value::Known),
        slot: Slot::Alone(route.clone()),
        route: Some(route),
    };
    let mapped = own.entries().map(|(name, value)| flag(name, Some(value), args.clone().key(name)));
    let listed = own.items().enumerate().filter_map(|(i, item)| {
        let route = args.clone().index(i).key("value");
        Some(flag(item.str("name")?, item.get("value"), route))
    });
    mapped.chain(listed).collect()
}

fn by_kubeadm(name: &'static str, value: &'static str) -> Flag<'static> {
    Flag { name: name.into(), value: Value::Known(value.into()), route: None, slot: Slot::Nowhere }
}

/// With an etcd of its own the document says the certificates.
fn of_external_etcd(external: Node<'_>) -> Vec<Flag<'_>> {
    let fields = [("etcd-cafile", "caFile"), ("etcd-certfile", "certFile"), ("etcd-keyfile", "keyFile")];
    let flag = |(name, key): (&'static str, &str)| {
        let value = external.str(key).filter(|value| !value.is_empty())?;
        Some(Flag { name: name.into(), value: Value::Known(value.into()), route: None, slot: Slot::Nowhere })
    };
    fields.into_iter().filter_map(flag).collect()
}

/// What kubeadm gives an API server, as far as checks ask for it (kubernetes/kubernetes
/// `cmd/kubeadm/app/phases/controlplane/manifests.go`).
fn api_server(external_etcd: bool) -> Vec<(&'static str, &'static str)> {
    let mut flags = vec![
        ("authorization-mode", "Node,RBAC"),
        ("client-ca-file", "/etc/kubernetes/pki/ca.crt"),
        ("enable-admission-plugins", "NodeRestriction"),
        ("insecure-port", "0"),
        ("kubelet-client-certificate", "/etc/kubernetes/pki/apiserver-kubelet-client.crt"),
        ("kubelet-client-key", "/etc/kubernetes/pki/apiserver-kubelet-client.key"),
        ("secure-port", "6443"),
        ("service-account-key-file", "/etc/kubernetes/pki/sa.pub"),
        ("tls-cert-file", "/etc/kubernetes/pki/apiserver.crt"),
        ("tls-private-key-file", "/etc/kubernetes/pki/apiserver.key"),
    ];
    if !external_etcd {
        flags.extend([
            ("etcd-cafile", "/etc/kubernetes/pki/etcd/ca.crt"),
            ("etcd-certfile", "/etc/kubernetes/pki/apiserver-etcd-client.crt"),
            ("etcd-keyfile", "/etc/kubernetes/pki/apiserver-etcd-client.key"),
        ]);
    }
    flags
}

/// The same for a controller manager.
const CONTROLLER_MANAGER: &[(&str, &str)] = &[
    ("bind-address", "127.0.0.1"),
    ("root-ca-file", "/etc/kubernetes/pki/ca.crt"),
    ("service-account-private-key-file", "/etc/kubernetes/pki/sa.key"),
    ("use-service-account-credentials", "true"),
];

/// The same for an etcd on the same node (`cmd/kubeadm/app/phases/etcd/local.go`).
const ETCD: &[(&str, &str)] = &[
    ("cert-file", "/etc/kubernetes/pki/etcd/server.crt"),
    ("client-cert-auth", "true"),
    ("key-file", "/etc/kubernetes/pki/etcd/server.key"),
    ("peer-cert-file", "/etc/kubernetes/pki/etcd/peer.crt"),
    ("peer-client-cert-auth", "true"),
    ("peer-key-file", "/etc/kubernetes/pki/etcd/peer.key"),
    ("peer-trusted-ca-file", "/etc/kubernetes/pki/etcd/ca.crt"),
    ("trusted-ca-file", "/etc/kubernetes/pki/etcd/ca.crt"),
];
