//! Random worlds: few words, so that selectors meet.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

pub(crate) const KEYS: [&str; 3] = ["app", "tier", "pod-template-hash"];
pub(crate) const VALUES: [&str; 3] = ["u", "v", "w"];
pub(crate) const NAMESPACES: [&str; 3] = ["na", "nb", "nc"];
pub(crate) const PORT_NAMES: [&str; 2] = ["http", "dns"];
pub(crate) const CIDRS: [&str; 7] =
    ["0.0.0.0/0", "10.0.0.0/24", "10.0.0.0/30", "10.0.0.4/30", "172.18.0.0/16", "10.0.0.1/32", "9.0.0.0/8"];
pub(crate) const PORTS: [u16; 4] = [53, 80, 81, 8080];
pub(crate) const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

pub(crate) fn labels() -> impl Strategy<Value = Value> {
    prop::collection::vec(prop::option::weighted(0.6, 0..VALUES.len()), KEYS.len()).prop_map(|values| {
        let pairs = KEYS
            .iter()
            .zip(values)
            .filter_map(|(key, value)| Some(((*key).to_owned(), json!(VALUES[value?]))));
        Value::Object(pairs.collect::<Map<_, _>>())
    })
}

fn expression() -> impl Strategy<Value = Value> {
    (0..KEYS.len(), 0..4usize, prop::collection::btree_set(0..VALUES.len(), 1..3)).prop_map(
        |(key, operator, values)| {
            let values: Vec<&str> = values.into_iter().map(|value| VALUES[value]).collect();
            match operator {
                0 => json!({"key": KEYS[key], "operator": "In", "values": values}),
                1 => json!({"key": KEYS[key], "operator": "NotIn", "values": values}),
                2 => json!({"key": KEYS[key], "operator": "Exists"}),
                _ => json!({"key": KEYS[key], "operator": "DoesNotExist"}),
            }
        },
    )
}

pub(crate) fn selector() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({})),
        (0..KEYS.len(), 0..VALUES.len())
            .prop_map(|(key, value)| json!({"matchLabels": {KEYS[key]: VALUES[value]}})),
        prop::collection::vec(expression(), 1..3).prop_map(|all| json!({"matchExpressions": all})),
    ]
}

fn namespace_selector() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => selector(),
        1 => (0..NAMESPACES.len())
            .prop_map(|at| json!({"matchLabels": {"kubernetes.io/metadata.name": NAMESPACES[at]}})),
    ]
}

pub(crate) fn namespace() -> impl Strategy<Value = Value> {
    (0..NAMESPACES.len(), labels()).prop_map(|(name, labels)| {
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACES[name], "labels": labels}})
    })
}

pub(crate) fn node() -> impl Strategy<Value = Value> {
    (0..2usize, labels()).prop_map(|(number, labels)| {
        let address = format!("172.18.0.{}", number + 1);
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("node{number}"), "labels": labels},
            "status": {"addresses": [{"type": "InternalIP", "address": address}]}})
    })
}

pub(crate) fn pod() -> impl Strategy<Value = Value> {
    let ports = prop::collection::vec((0..PORT_NAMES.len(), 0..PORTS.len(), 0..PROTOCOLS.len()), 0..3);
    let host = prop::bool::weighted(0.2);
    (0..NAMESPACES.len(), 0..4usize, labels(), ports, host, 0..2usize, prop::bool::weighted(0.8)).prop_map(
        |(namespace, name, labels, ports, host, node, has_address)| {
            let mut seen = std::collections::BTreeSet::new();
            let ports: Vec<Value> = ports
                .into_iter()
                .filter(|(name, ..)| seen.insert(*name))
                .map(|(name, port, protocol)| {
                    json!({"name": PORT_NAMES[name], "containerPort": PORTS[port], "protocol": PROTOCOLS[protocol]})
                })
                .collect();
            let address = match (host, has_address) {
                (true, _) => json!(format!("172.18.0.{}", node + 1)),
                (false, true) => json!(format!("10.0.0.{}", namespace * 4 + name)),
                (false, false) => Value::Null,
            };
            let account = if name == 0 { "leia" } else { "" };
            json!({"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": format!("p{name}"), "namespace": NAMESPACES[namespace], "labels": labels},
                "spec": {"serviceAccountName": account, "hostNetwork": host, "nodeName": format!("node{node}"),
                    "containers": [{"name": "c", "image": "i", "ports": ports}]},
                "status": {"podIP": address}})
        },
    )
}

fn v1_port() -> impl Strategy<Value = Value> {
    let protocol = prop::option::of(0..PROTOCOLS.len());
    (protocol, 0..4usize, 0..PORTS.len(), 0..PORT_NAMES.len()).prop_map(|(protocol, kind, port, name)| {
        let mut item = match kind {
            0 => json!({}),
            1 => json!({"port": PORT_NAMES[name]}),
            2 => json!({"port": PORTS[port], "endPort": PORTS[port] + 1}),
            _ => json!({"port": PORTS[port]}),
        };
        if let Some(protocol) = protocol {
            item["protocol"] = json!(PROTOCOLS[protocol]);
        }
        item
    })
}

fn v1_peer() -> impl Strategy<Value = Value> {
    prop_oneof![
        selector().prop_map(|pods| json!({"podSelector": pods})),
        namespace_selector().prop_map(|namespaces| json!({"namespaceSelector": namespaces})),
        (namespace_selector(), selector())
            .prop_map(|(namespaces, pods)| json!({"namespaceSelector": namespaces, "podSelector": pods})),
        (0..CIDRS.len()).prop_map(|at| json!({"ipBlock": {"cidr": CIDRS[at]}})),
        Just(json!({"ipBlock": {"cidr": "10.0.0.0/24", "except": ["10.0.0.4/30"]}})),
    ]
}

fn v1_rules(peers: &'static str) -> impl Strategy<Value = Value> {
    let rule = (prop::collection::vec(v1_peer(), 0..3), prop::collection::vec(v1_port(), 0..3))
        .prop_map(move |(all, ports)| json!({peers: all, "ports": ports}));
    prop::collection::vec(rule, 0..3).prop_map(Value::Array)
}

pub(crate) fn network_policy() -> impl Strategy<Value = Value> {
    let types = prop_oneof![
        Just(json!([])),
        Just(json!(["Ingress"])),
        Just(json!(["Egress"])),
        Just(json!(["Ingress", "Egress"]))
    ];
    (0..4usize, 0..NAMESPACES.len(), selector(), v1_rules("from"), v1_rules("to"), types).prop_map(
        |(name, namespace, pods, ingress, egress, types)| {
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": format!("np{name}"), "namespace": NAMESPACES[namespace]},
                "spec": {"podSelector": pods, "policyTypes": types, "ingress": ingress, "egress": egress}})
        },
    )
}

fn admin_port() -> impl Strategy<Value = Value> {
    (0..4usize, 0..3usize, 0..PORTS.len(), 0..PORT_NAMES.len()).prop_map(|(kind, protocol, port, name)| {
        let protocol = PROTOCOLS[protocol].to_ascii_lowercase();
        match kind {
            0 => json!({"destinationNamedPort": PORT_NAMES[name]}),
            1 => json!({protocol: {"destinationPort": {"range": {"start": PORTS[port], "end": PORTS[port] + 1}}}}),
            _ => json!({protocol: {"destinationPort": {"number": PORTS[port]}}}),
        }
    })
}

fn admin_rules(peers: &'static str) -> impl Strategy<Value = Value> {
    let pods = (namespace_selector(), selector()).prop_map(
        |(namespaces, pods)| json!({"pods": {"namespaceSelector": namespaces, "podSelector": pods}}),
    );
    let namespaces = namespace_selector().prop_map(|namespaces| json!({"namespaces": namespaces}));
    let by_address = prop_oneof![
        selector().prop_map(|nodes| json!({"nodes": nodes})),
        (0..CIDRS.len()).prop_map(|at| json!({"networks": [CIDRS[at]]})),
    ];
    let peer = if peers == "to" {
        prop_oneof![pods, namespaces, by_address].boxed()
    } else {
        prop_oneof![pods, namespaces].boxed()
    };
    let action = prop_oneof![Just("Accept"), Just("Deny"), Just("Pass")];
    let rule = (action, prop::collection::vec(peer, 1..3), prop::collection::vec(admin_port(), 0..3))
        .prop_map(move |(action, all, ports)| json!({"action": action, peers: all, "protocols": ports}));
    prop::collection::vec(rule, 0..3).prop_map(Value::Array)
}

pub(crate) fn cluster_policy() -> impl Strategy<Value = Value> {
    let subject = prop_oneof![
        namespace_selector().prop_map(|namespaces| json!({"namespaces": namespaces})),
        (namespace_selector(), selector()).prop_map(
            |(namespaces, pods)| json!({"pods": {"namespaceSelector": namespaces, "podSelector": pods}})
        ),
    ];
    (0..3usize, any::<bool>(), subject, admin_rules("from"), admin_rules("to")).prop_map(
        |(name, admin, subject, ingress, egress)| {
            let tier = if admin { "Admin" } else { "Baseline" };
            // A priority of its own for each name: ties are undefined.
            json!({"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
                "metadata": {"name": format!("cnp{name}")},
                "spec": {"tier": tier, "priority": name, "subject": subject, "ingress": ingress, "egress": egress}})
        },
    )
}

/// One object of any kind.
pub(crate) fn object() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => namespace(),
        1 => node(),
        6 => pod(),
        4 => network_policy(),
        2 => cluster_policy(),
    ]
}
