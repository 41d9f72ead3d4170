//! Random worlds for Cilium: few words, so that selectors meet.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::generate::{
    CIDRS, NAMESPACES, PORT_NAMES, PORTS, VALUES, cluster_policy, labels, namespace, network_policy, node,
    pod,
};

/// Keys of selectors of endpoints, each with the values that may be asked for.
const KEYS: [(&str, &[&str]); 12] = [
    ("app", &VALUES),
    ("k8s:app", &VALUES),
    ("any:tier", &VALUES),
    ("tier", &VALUES),
    ("pod-template-hash", &VALUES),
    ("io.kubernetes.pod.namespace", &NAMESPACES),
    ("k8s:io.kubernetes.pod.namespace", &NAMESPACES),
    ("io.cilium.k8s.namespace.labels.app", &VALUES),
    ("k8s:io.cilium.k8s.namespace.labels.tier", &VALUES),
    ("io.cilium.k8s.policy.serviceaccount", &["leia", "default"]),
    ("reserved:host", &[""]),
    ("reserved:world", &[""]),
];
const ENTITIES: [&str; 11] = [
    "all",
    "world",
    "world-ipv4",
    "world-ipv6",
    "cluster",
    "host",
    "remote-node",
    "kube-apiserver",
    "health",
    "init",
    "none",
];

fn selector() -> impl Strategy<Value = Value> {
    let part = (0..KEYS.len(), 0..3usize, 0..5usize);
    let parts = prop_oneof![1 => Just(0..1usize), 6 => Just(1..3usize)];
    parts.prop_flat_map(move |count| prop::collection::vec(part.clone(), count)).prop_map(|parts| {
        let mut pairs = Map::new();
        let mut expressions = Vec::new();
        for (key, value, operator) in parts {
            let (key, values) = KEYS[key];
            let value = values[value % values.len()];
            match operator {
                0 => expressions.push(json!({"key": key, "operator": "NotIn", "values": [value]})),
                1 => expressions.push(json!({"key": key, "operator": "DoesNotExist"})),
                2 => expressions.push(json!({"key": key, "operator": "Exists"})),
                _ => {
                    pairs.insert(key.to_owned(), json!(value));
                }
            }
        }
        json!({"matchLabels": pairs, "matchExpressions": expressions})
    })
}

fn plain_selector() -> impl Strategy<Value = Value> {
    crate::generate::selector()
}

fn port() -> impl Strategy<Value = Value> {
    (0..5usize, 0..PORTS.len(), 0..PORT_NAMES.len(), 0..4usize).prop_map(|(kind, port, name, protocol)| {
        let mut item = match kind {
            0 => json!({"port": "0"}),
            1 => json!({"port": PORT_NAMES[name]}),
            2 => json!({"port": PORTS[port].to_string(), "endPort": PORTS[port] + 1}),
            _ => json!({"port": PORTS[port].to_string()}),
        };
        if let Some(protocol) = ["TCP", "UDP", "ANY"].get(protocol) {
            item["protocol"] = json!(protocol);
        }
        item
    })
}

/// `toPorts`, some items with rules above ports.
fn ports(allows: bool) -> impl Strategy<Value = Value> {
    let item = (prop::collection::vec(port(), 1..3), any::<bool>()).prop_map(move |(ports, above)| {
        if above && allows {
            json!({"ports": [{"port": "80", "protocol": "TCP"}], "rules": {"http": [{"path": "/public"}]}})
        } else {
            json!({"ports": ports})
        }
    });
    prop::collection::vec(item, 0..3).prop_map(Value::Array)
}

fn block() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (0..CIDRS.len()).prop_map(|at| json!({"cidr": CIDRS[at]})),
        1 => Just(json!({"cidr": "9.0.0.0/8", "except": ["9.1.0.0/16"]})),
        2 => (0..2usize).prop_map(|group| json!({"cidrGroupRef": format!("g{group}"), "except": ["9.1.1.1/32"]})),
        1 => plain_selector().prop_map(|groups| json!({"cidrGroupSelector": groups})),
    ]
}

fn service_peer() -> impl Strategy<Value = Value> {
    let namespace = prop_oneof![Just(""), Just(NAMESPACES[0]), Just(NAMESPACES[1])];
    prop_oneof![
        (0..2usize, namespace.clone()).prop_map(|(name, namespace)| {
            json!({"k8sService": {"serviceName": format!("s{name}"), "namespace": namespace}})
        }),
        (plain_selector(), namespace).prop_map(|(selector, namespace)| {
            json!({"k8sServiceSelector": {"selector": selector, "namespace": namespace}})
        }),
    ]
}

fn several(item: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::vec(item, 0..3).prop_map(Value::Array)
}

/// One list of peers, under the key that it has after `from` or `to`.
fn peers(egress: bool) -> impl Strategy<Value = Option<(String, Value)>> {
    let named = move |key: &'static str| {
        move |list: Value| Some((format!("{}{key}", if egress { "to" } else { "from" }), list))
    };
    let entity = (0..ENTITIES.len()).prop_map(|at| json!(ENTITIES[at]));
    let cidr = (0..CIDRS.len()).prop_map(|at| json!(CIDRS[at]));
    let plain = prop_oneof![
        1 => Just(None),
        5 => several(selector()).prop_map(named("Endpoints")),
        4 => several(entity).prop_map(named("Entities")),
        2 => several(cidr).prop_map(named("CIDR")),
        2 => several(block()).prop_map(named("CIDRSet")),
        1 => several(plain_selector()).prop_map(named("Nodes")),
    ];
    if egress {
        let names = several(Just(json!({"matchName": "example.com"}))).prop_map(named("FQDNs"));
        prop_oneof![8 => plain, 2 => several(service_peer()).prop_map(named("Services")), 1 => names].boxed()
    } else {
        plain.boxed()
    }
}

fn rules(egress: bool, allows: bool) -> impl Strategy<Value = Value> {
    let rule = (peers(egress), ports(allows)).prop_map(move |(peers, ports)| {
        let mut rule = json!({});
        // The API has no names in rules that deny.
        if let Some((key, list)) = peers.filter(|(key, _)| allows || key != "toFQDNs") {
            rule[key] = list;
        }
        if ports != json!([]) {
            rule["toPorts"] = ports;
        }
        rule
    });
    several(rule)
}

fn spec() -> impl Strategy<Value = Value> {
    let defaults = prop::option::weighted(0.3, (any::<bool>(), any::<bool>()));
    (selector(), rules(false, true), rules(true, true), rules(false, false), rules(true, false), defaults)
        .prop_map(|(endpoints, ingress, egress, ingress_deny, egress_deny, defaults)| {
            let mut spec = json!({"endpointSelector": endpoints, "ingress": ingress, "egress": egress,
                "ingressDeny": ingress_deny, "egressDeny": egress_deny});
            if let Some((ingress, egress)) = defaults {
                spec["enableDefaultDeny"] = json!({"ingress": ingress, "egress": egress});
            }
            spec
        })
}

fn cilium_policy() -> impl Strategy<Value = Value> {
    (0..4usize, 0..NAMESPACES.len(), any::<bool>(), spec(), prop::option::weighted(0.2, spec())).prop_map(
        |(name, namespace, clusterwide, spec, more)| {
            let mut object = json!({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy",
                "metadata": {"name": format!("c{name}"), "namespace": NAMESPACES[namespace]}, "spec": spec});
            if clusterwide {
                object["kind"] = json!("CiliumClusterwideNetworkPolicy");
                object["metadata"] = json!({"name": format!("c{name}")});
            }
            if let Some(more) = more {
                object["specs"] = json!([more]);
            }
            object
        },
    )
}

fn service() -> impl Strategy<Value = Value> {
    (0..2usize, 0..2usize, labels(), prop::option::weighted(0.8, labels())).prop_map(
        |(name, namespace, labels, selector)| {
            json!({"apiVersion": "v1", "kind": "Service",
                "metadata": {"name": format!("s{name}"), "namespace": NAMESPACES[namespace], "labels": labels},
                "spec": {"selector": selector}})
        },
    )
}

fn group() -> impl Strategy<Value = Value> {
    (0..2usize, labels(), prop::collection::vec(0..CIDRS.len(), 0..3)).prop_map(|(name, labels, cidrs)| {
        let cidrs: Vec<&str> = cidrs.into_iter().map(|at| CIDRS[at]).collect();
        json!({"apiVersion": "cilium.io/v2", "kind": "CiliumCIDRGroup",
            "metadata": {"name": format!("g{name}"), "labels": labels}, "spec": {"externalCIDRs": cidrs}})
    })
}

fn api_endpoints() -> impl Strategy<Value = Value> {
    let address = prop_oneof![Just("172.18.0.1"), Just("9.1.1.1")];
    address.prop_map(|address| {
        json!({"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "kubernetes", "namespace": "default"},
            "subsets": [{"addresses": [{"ip": address}]}]})
    })
}

/// One object of any kind that plays a part with Cilium.
pub(crate) fn cilium_object() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => namespace(),
        2 => node(),
        6 => pod(),
        1 => network_policy(),
        1 => cluster_policy(),
        6 => cilium_policy(),
        1 => service(),
        1 => group(),
        1 => api_endpoints(),
    ]
}
