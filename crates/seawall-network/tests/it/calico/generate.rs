//! Random objects of Calico: few words, so that selectors meet.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::generate::{self, labels};

const KEYS: [&str; 4] = ["app", "tier", "pod-template-hash", "projectcalico.org/namespace"];
const VALUES: [&str; 4] = ["u", "v", "w", "na"];
pub(crate) const NAMESPACES: [&str; 3] = ["na", "nb", "nc"];
const ACCOUNTS: [&str; 3] = ["default", "one", "two"];
const TIERS: [&str; 4] = ["default", "kube-admin", "early", "late"];
const NETS: [&str; 5] = ["10.0.0.0/24", "10.0.0.0/30", "10.0.0.4/30", "172.18.0.0/16", "9.0.0.0/8"];
const PORTS: [u16; 4] = [53, 80, 81, 8080];

fn test(keys: &'static [&'static str], values: &'static [&'static str]) -> impl Strategy<Value = String> {
    (0..keys.len(), 0..values.len(), 0..values.len(), 0..8usize).prop_map(move |(key, value, other, kind)| {
        let (key, value, other) = (keys[key], values[value], values[other]);
        match kind {
            0 | 1 => format!("{key} == '{value}'"),
            2 => format!("{key} != '{value}'"),
            3 => format!("{key} in {{'{value}', '{other}'}}"),
            4 => format!("{key} not in {{'{value}', '{other}'}}"),
            5 => format!("has({key})"),
            6 => format!("{key} starts with '{value}'"),
            _ => format!("{key} contains '{value}'"),
        }
    })
}

fn expression(
    keys: &'static [&'static str],
    values: &'static [&'static str],
) -> impl Strategy<Value = String> {
    let one = || test(keys, values);
    prop_oneof![
        3 => one(),
        1 => one().prop_map(|one| format!("!{one}")),
        1 => (one(), one()).prop_map(|(a, b)| format!("{a} && {b}")),
        1 => (one(), one()).prop_map(|(a, b)| format!("{a} || {b}")),
        1 => (one(), one(), one()).prop_map(|(a, b, c)| format!("!({a} || {b}) && {c}")),
    ]
}

fn selector() -> impl Strategy<Value = String> {
    prop_oneof![1 => Just("all()".to_owned()), 6 => expression(&KEYS, &VALUES)]
}

fn namespace_selector() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("all()".to_owned()),
        4 => expression(&["app", "tier"], &["u", "v", "w"]),
        2 => (0..NAMESPACES.len()).prop_map(|at| format!("projectcalico.org/name == '{}'", NAMESPACES[at])),
    ]
}

fn account_selector() -> impl Strategy<Value = String> {
    prop_oneof![
        expression(&["app", "tier"], &["u", "v"]),
        (0..ACCOUNTS.len()).prop_map(|at| format!("projectcalico.org/name == '{}'", ACCOUNTS[at])),
    ]
}

/// A pod with an account.
pub(crate) fn pod() -> impl Strategy<Value = Value> {
    (generate::pod(), prop::option::of(0..ACCOUNTS.len())).prop_map(|(mut pod, account)| {
        if let Some(account) = account {
            pod["spec"]["serviceAccountName"] = json!(ACCOUNTS[account]);
        }
        pod
    })
}

fn account() -> impl Strategy<Value = Value> {
    (0..NAMESPACES.len(), 0..ACCOUNTS.len(), labels()).prop_map(|(namespace, name, labels)| {
        json!({"apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"name": ACCOUNTS[name], "namespace": NAMESPACES[namespace], "labels": labels}})
    })
}

fn service() -> impl Strategy<Value = Value> {
    (0..1usize, 0..2usize, 0..3usize, 0..PORTS.len(), any::<bool>()).prop_map(
        |(name, namespace, app, port, named)| {
            let target = if named { json!("http") } else { json!(PORTS[port]) };
            json!({"apiVersion": "v1", "kind": "Service",
                "metadata": {"name": format!("s{name}"), "namespace": NAMESPACES[namespace]},
                "spec": {"selector": {"app": VALUES[app]}, "ports": [{"port": 1, "targetPort": target}]}})
        },
    )
}

fn set() -> impl Strategy<Value = Value> {
    (0..2usize, 0..NAMESPACES.len(), 0..3usize, labels(), prop::collection::btree_set(0..NETS.len(), 0..3))
        .prop_map(|(name, namespace, kind, labels, nets)| {
            let nets: Vec<&str> = nets.into_iter().map(|net| NETS[net]).collect();
            let metadata = json!({"name": format!("set{name}"), "labels": labels});
            let mut set = match kind {
                0 | 1 => json!({"kind": "NetworkSet", "metadata": metadata, "spec": {"nets": nets}}),
                _ => json!({"kind": "GlobalNetworkSet", "metadata": metadata, "spec": {"nets": nets}}),
            };
            if kind < 2 {
                set["metadata"]["namespace"] = json!(NAMESPACES[namespace]);
            }
            set["apiVersion"] = json!("projectcalico.org/v3");
            set
        })
}

fn host() -> impl Strategy<Value = Value> {
    (0..2usize, labels()).prop_map(|(node, labels)| {
        json!({"apiVersion": "projectcalico.org/v3", "kind": "HostEndpoint",
            "metadata": {"name": format!("host{node}"), "labels": labels},
            "spec": {"node": format!("node{node}"), "expectedIPs": [format!("172.18.0.{}", node + 1)]}})
    })
}

fn tier() -> impl Strategy<Value = Value> {
    (any::<bool>(), 0..3usize, any::<bool>()).prop_map(|(early, order, pass)| {
        let (name, orders) =
            if early { ("early", [0.5, 100.0, 1000.0]) } else { ("late", [999.75, 2e6, 3e7]) };
        let action = if pass { "Pass" } else { "Deny" };
        json!({"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": name},
            "spec": {"order": orders[order], "defaultAction": action}})
    })
}

fn port() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0..PORTS.len()).prop_map(|at| json!(PORTS[at])),
        (0..PORTS.len()).prop_map(|at| json!(format!("{}:{}", PORTS[at], PORTS[at] + 1))),
        Just(json!("http")),
        Just(json!("dns")),
    ]
}

/// One end of a rule.
fn entity() -> impl Strategy<Value = Map<String, Value>> {
    let text = |weight: f64, strategy: BoxedStrategy<String>| prop::option::weighted(weight, strategy);
    let namespaces = prop_oneof![4 => namespace_selector(), 1 => Just("global()".to_owned())];
    let names = prop::option::weighted(0.15, prop::collection::btree_set(0..ACCOUNTS.len(), 1..3));
    let nets = || prop::option::weighted(0.25, prop::collection::btree_set(0..NETS.len(), 1..3));
    (
        text(0.4, selector().boxed()),
        text(0.3, namespaces.boxed()),
        text(0.2, selector().boxed()),
        text(0.15, account_selector().boxed()),
        names,
        nets(),
        nets(),
    )
        .prop_map(|(selector, namespaces, not, accounts, names, nets, not_nets)| {
            let mut entity = Map::new();
            for (key, text) in
                [("selector", selector), ("namespaceSelector", namespaces), ("notSelector", not)]
            {
                entity.extend(text.map(|text| (key.to_owned(), json!(text))));
            }
            let mut of_accounts = Map::new();
            of_accounts.extend(accounts.map(|text| ("selector".to_owned(), json!(text))));
            of_accounts.extend(names.map(|names| {
                let names: Vec<&str> = names.into_iter().map(|at| ACCOUNTS[at]).collect();
                ("names".to_owned(), json!(names))
            }));
            if !of_accounts.is_empty() {
                entity.insert("serviceAccounts".to_owned(), Value::Object(of_accounts));
            }
            for (key, nets) in [("nets", nets), ("notNets", not_nets)] {
                let nets = nets.map(|nets| nets.into_iter().map(|at| NETS[at]).collect::<Vec<_>>());
                entity.extend(nets.map(|nets| (key.to_owned(), json!(nets))));
            }
            entity
        })
}

fn rule() -> impl Strategy<Value = Value> {
    let action = prop_oneof![4 => Just("Allow"), 3 => Just("Deny"), 2 => Just("Pass"), 1 => Just("Log")];
    let protocol = prop::option::weighted(
        0.6,
        prop_oneof![Just(json!("TCP")), Just(json!("UDP")), Just(json!("SCTP")), Just(json!(6)),],
    );
    let ports = || prop::collection::vec(port(), 0..3);
    let service = prop::option::weighted(0.2, (0..1usize, 0..2usize));
    let version = prop::option::weighted(0.1, prop_oneof![4 => Just(4), 1 => Just(6)]);
    (action, protocol, any::<bool>(), entity(), entity(), ports(), ports(), service, version).prop_map(
        |(action, protocol, negated, mut source, mut destination, ports, not_ports, service, version)| {
            let mut rule = json!({"action": action});
            match protocol {
                Some(protocol) if negated && ports.is_empty() && not_ports.is_empty() => {
                    rule["notProtocol"] = protocol;
                }
                Some(protocol) => {
                    rule["protocol"] = protocol;
                    if service.is_none() {
                        destination.insert("ports".to_owned(), json!(ports));
                        destination.insert("notPorts".to_owned(), json!(not_ports));
                    }
                }
                None => {}
            }
            if let Some((name, namespace)) = service {
                let service = json!({"name": format!("s{name}"), "namespace": NAMESPACES[namespace]});
                // A Service stands alone at its end.
                if negated {
                    source = Map::from_iter([("services".to_owned(), service)]);
                } else {
                    destination = Map::from_iter([("services".to_owned(), service)]);
                }
            }
            if let Some(version) = version.filter(|version| *version == 4 || no_nets(&source, &destination)) {
                rule["ipVersion"] = json!(version);
            }
            rule["source"] = Value::Object(source);
            rule["destination"] = Value::Object(destination);
            rule
        },
    )
}

/// Blocks here are of IPv4: a rule for IPv6 must have none.
fn no_nets(source: &Map<String, Value>, destination: &Map<String, Value>) -> bool {
    [source, destination].iter().all(|end| !end.contains_key("nets") && !end.contains_key("notNets"))
}

pub(crate) fn policy() -> impl Strategy<Value = Value> {
    let types = prop_oneof![
        Just(json!(null)),
        Just(json!(["Ingress"])),
        Just(json!(["Egress"])),
        Just(json!(["Ingress", "Egress"]))
    ];
    let order = prop::option::weighted(0.8, prop_oneof![Just(999.5), Just(1000.0), Just(10.0), Just(-1.25)]);
    let rules = || prop::collection::vec(rule(), 0..3);
    let subject = (
        selector(),
        prop::option::weighted(0.3, namespace_selector()),
        prop::option::weighted(0.15, account_selector()),
    );
    let place = (0..3usize, prop::option::weighted(0.5, 0..NAMESPACES.len()), 0..TIERS.len());
    (place, subject, order, types, rules(), rules()).prop_map(
        |((name, namespace, tier), (selector, namespaces, accounts), order, types, ingress, egress)| {
            let mut spec = json!({"tier": TIERS[tier], "order": order, "selector": selector,
                "ingress": ingress, "egress": egress});
            if !types.is_null() {
                spec["types"] = types;
            }
            if let Some(accounts) = accounts {
                spec["serviceAccountSelector"] = json!(accounts);
            }
            let mut metadata = json!({"name": format!("p{name}")});
            let kind = match namespace {
                Some(namespace) => {
                    metadata["namespace"] = json!(NAMESPACES[namespace]);
                    "NetworkPolicy"
                }
                None => {
                    if let Some(namespaces) = namespaces {
                        spec["namespaceSelector"] = json!(namespaces);
                    }
                    "GlobalNetworkPolicy"
                }
            };
            json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata, "spec": spec})
        },
    )
}

/// One object of any kind.
pub(crate) fn object() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => generate::namespace(),
        1 => generate::node(),
        6 => pod(),
        1 => account(),
        3 => service(),
        2 => set(),
        1 => host(),
        2 => tier(),
        8 => policy(),
        1 => generate::network_policy(),
        1 => generate::cluster_policy(),
    ]
}
