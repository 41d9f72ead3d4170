//! The API text once more, as simply as possible: every connection judged from the objects alone, nothing shared with the
//! model.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;

/// An end of a connection.
#[derive(Clone, Copy)]
pub(crate) enum End<'w> {
    Pod(&'w Value),
    Outside(Ipv4Addr),
}

pub(crate) fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    value.pointer(path).and_then(Value::as_str)
}

pub(crate) fn list<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], |list| list)
}

pub(crate) fn selects(selector: &Value, labels: &Value) -> bool {
    let label = |key: &str| labels.get(key).and_then(Value::as_str);
    let pairs = selector.get("matchLabels").and_then(Value::as_object);
    let equal = pairs.into_iter().flatten().all(|(key, value)| label(key) == value.as_str());
    equal
        && list(selector, "/matchExpressions").iter().all(|expression| {
            let value = label(text(expression, "/key").unwrap());
            let listed = value.is_some_and(|value| list(expression, "/values").contains(&Value::from(value)));
            match text(expression, "/operator").unwrap() {
                "In" => listed,
                "NotIn" => !listed,
                "Exists" => value.is_some(),
                _ => value.is_none(),
            }
        })
}

pub(crate) fn namespace_labels(world: &[Value], name: &str) -> Value {
    let found = world.iter().find(|object| {
        text(object, "/kind") == Some("Namespace") && text(object, "/metadata/name") == Some(name)
    });
    let mut labels = found.and_then(|object| object.pointer("/metadata/labels")).cloned();
    let labels_map = labels.get_or_insert_with(|| serde_json::json!({}));
    labels_map["kubernetes.io/metadata.name"] = Value::from(name);
    labels.unwrap()
}

pub(crate) fn pod_labels(pod: &Value) -> Value {
    pod.pointer("/metadata/labels").cloned().unwrap_or_else(|| serde_json::json!({}))
}

pub(crate) fn is_host(pod: &Value) -> bool {
    pod.pointer("/spec/hostNetwork") == Some(&Value::Bool(true))
}

pub(crate) fn address(end: End<'_>) -> Option<Ipv4Addr> {
    match end {
        End::Outside(address) => Some(address),
        End::Pod(pod) => text(pod, "/status/podIP").and_then(|address| address.parse().ok()),
    }
}

pub(crate) fn block_has(cidr: &str, address: Ipv4Addr) -> bool {
    let (base, length) = cidr.split_once('/').unwrap();
    let Ok(IpAddr::V4(base)) = base.parse::<IpAddr>() else { return false };
    let length: u32 = length.parse().unwrap();
    let shift = 32 - length;
    let cut = |address: Ipv4Addr| u64::from(u32::from(address)) >> shift;
    cut(base) == cut(address)
}

/// Pods by selectors of namespace and pod; `None` for the namespace means the one given.
fn pod_peer(world: &[Value], end: End<'_>, namespaces: Result<&Value, &str>, pods: Option<&Value>) -> bool {
    let End::Pod(pod) = end else { return false };
    if is_host(pod) {
        return false;
    }
    let namespace = text(pod, "/metadata/namespace").unwrap();
    let right = match namespaces {
        Ok(selector) => selects(selector, &namespace_labels(world, namespace)),
        Err(own) => own == namespace,
    };
    right && pods.is_none_or(|pods| selects(pods, &pod_labels(pod)))
}

pub(crate) fn container_ports<'v>(end: End<'v>) -> &'v [Value] {
    match end {
        End::Pod(pod) => list(pod, "/spec/containers/0/ports"),
        End::Outside(_) => &[],
    }
}

pub(crate) fn port_of(container: &Value) -> (&str, &str, u64) {
    (
        text(container, "/name").unwrap_or(""),
        text(container, "/protocol").unwrap_or("TCP"),
        container["containerPort"].as_u64().unwrap(),
    )
}

pub(crate) fn v1_port(rule: &Value, dst: End<'_>, protocol: &str, port: u64) -> bool {
    let ports = list(rule, "/ports");
    ports.is_empty()
        || ports.iter().any(|item| {
            if text(item, "/protocol").unwrap_or("TCP") != protocol {
                return false;
            }
            match (&item["port"], item["endPort"].as_u64()) {
                (Value::Null, _) => true,
                (Value::String(name), _) => {
                    container_ports(dst).iter().any(|one| port_of(one) == (name.as_str(), protocol, port))
                }
                (number, end) => {
                    let from = number.as_u64().unwrap();
                    (from..=end.unwrap_or(from)).contains(&port)
                }
            }
        })
}

/// The address of an end as far as blocks are about it.
pub(crate) type Blocks = fn(&[Value], End<'_>) -> Option<Ipv4Addr>;

pub(crate) fn v1_peer(
    world: &[Value],
    own: &str,
    rule: &Value,
    key: &str,
    other: End<'_>,
    blocks: Blocks,
) -> bool {
    let peers = list(rule, key);
    peers.is_empty()
        || peers.iter().any(|peer| {
            if let Some(block) = peer.get("ipBlock") {
                let Some(address) = blocks(world, other) else { return false };
                return block_has(text(block, "/cidr").unwrap(), address)
                    && !list(block, "/except")
                        .iter()
                        .any(|except| block_has(except.as_str().unwrap(), address));
            }
            pod_peer(world, other, peer.get("namespaceSelector").ok_or(own), peer.get("podSelector"))
        })
}

/// What the NetworkPolicies of one side say: `None` when none selects it.
pub(crate) fn v1(
    world: &[Value],
    own: &Value,
    other: End<'_>,
    dst: End<'_>,
    ingress: bool,
    what: (&str, u64),
    blocks: Blocks,
) -> Option<bool> {
    let namespace = text(own, "/metadata/namespace").unwrap();
    let (rules, peers, kind) =
        if ingress { ("/spec/ingress", "/from", "Ingress") } else { ("/spec/egress", "/to", "Egress") };
    let mut isolated = false;
    let mut allowed = false;
    for policy in world.iter().filter(|object| text(object, "/kind") == Some("NetworkPolicy")) {
        if text(policy, "/metadata/namespace") != Some(namespace)
            || !selects(&policy["spec"]["podSelector"], &pod_labels(own))
        {
            continue;
        }
        let types = list(policy, "/spec/policyTypes");
        let governs = match types {
            [] => ingress || !list(policy, rules).is_empty(),
            types => types.contains(&Value::from(kind)),
        };
        if governs {
            isolated = true;
            allowed |= list(policy, rules).iter().any(|rule| {
                v1_port(rule, dst, what.0, what.1) && v1_peer(world, namespace, rule, peers, other, blocks)
            });
        }
    }
    isolated.then_some(allowed)
}

pub(crate) fn admin_peer(world: &[Value], peer: &Value, other: End<'_>) -> bool {
    if let Some(namespaces) = peer.get("namespaces") {
        return pod_peer(world, other, Ok(namespaces), None);
    }
    if let Some(pods) = peer.get("pods") {
        return pod_peer(world, other, Ok(&pods["namespaceSelector"]), pods.get("podSelector"));
    }
    if let Some(nodes) = peer.get("nodes") {
        let all = world.iter().filter(|object| text(object, "/kind") == Some("Node"));
        return all.filter(|node| selects(nodes, &node["metadata"]["labels"])).any(|node| {
            let own = text(node, "/status/addresses/0/address").unwrap();
            match other {
                End::Outside(address) => own == address.to_string(),
                End::Pod(pod) => is_host(pod) && text(pod, "/spec/nodeName") == text(node, "/metadata/name"),
            }
        });
    }
    list(peer, "/networks")
        .iter()
        .any(|cidr| address(other).is_some_and(|address| block_has(cidr.as_str().unwrap(), address)))
}

pub(crate) fn admin_port(rule: &Value, dst: End<'_>, protocol: &str, port: u64) -> bool {
    let items = list(rule, "/protocols");
    items.is_empty()
        || items.iter().any(|item| {
            if let Some(name) = text(item, "/destinationNamedPort") {
                return container_ports(dst).iter().any(|one| port_of(one) == (name, protocol, port));
            }
            let Some(own) = item.get(protocol.to_ascii_lowercase()) else { return false };
            match (own.pointer("/destinationPort/number"), own.pointer("/destinationPort/range")) {
                (Some(number), _) => number.as_u64() == Some(port),
                (_, Some(range)) => {
                    (range["start"].as_u64().unwrap()..=range["end"].as_u64().unwrap()).contains(&port)
                }
                _ => true,
            }
        })
}

/// What a tier of ClusterNetworkPolicies says of one side: `None` when it hands on.
pub(crate) fn admin(
    world: &[Value],
    tier: &str,
    own: &Value,
    other: End<'_>,
    dst: End<'_>,
    ingress: bool,
    what: (&str, u64),
) -> Option<bool> {
    let (rules, peers) = if ingress { ("/spec/ingress", "/from") } else { ("/spec/egress", "/to") };
    let mut policies: Vec<&Value> = world
        .iter()
        .filter(|object| {
            text(object, "/kind") == Some("ClusterNetworkPolicy") && text(object, "/spec/tier") == Some(tier)
        })
        .filter(|policy| admin_peer(world, &policy["spec"]["subject"], End::Pod(own)))
        .collect();
    policies.sort_by_key(|policy| policy["spec"]["priority"].as_i64());
    for rule in policies.iter().flat_map(|policy| list(policy, rules)) {
        let met = list(rule, peers).iter().any(|peer| admin_peer(world, peer, other));
        if met && admin_port(rule, dst, what.0, what.1) {
            return match text(rule, "/action").unwrap() {
                "Accept" => Some(true),
                "Deny" => Some(false),
                _ => None,
            };
        }
    }
    None
}

fn side(
    world: &[Value],
    own: End<'_>,
    other: End<'_>,
    dst: End<'_>,
    ingress: bool,
    what: (&str, u64),
) -> bool {
    let End::Pod(own) = own else { return true };
    if is_host(own) {
        return true;
    }
    admin(world, "Admin", own, other, dst, ingress, what)
        .or_else(|| v1(world, own, other, dst, ingress, what, |_, end| address(end)))
        .or_else(|| admin(world, "Baseline", own, other, dst, ingress, what))
        .unwrap_or(true)
}

/// Whether a connection is allowed.
pub(crate) fn allowed(world: &[Value], src: End<'_>, dst: End<'_>, protocol: &str, port: u64) -> bool {
    let what = (protocol, port);
    let egress = side(world, src, dst, dst, false, what);
    let ingress = side(world, dst, src, dst, true, what);
    let own_node = match (src, dst) {
        (End::Pod(a), End::Pod(b)) if std::ptr::eq(a, b) => return true,
        (End::Pod(a), End::Pod(b)) => is_host(a) && text(a, "/spec/nodeName") == text(b, "/spec/nodeName"),
        _ => false,
    };
    egress && (ingress || own_node)
}
