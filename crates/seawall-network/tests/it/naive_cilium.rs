//! Cilium's documentation once more, as simply as possible: every end has an identity, which is a set of labels with their
//! sources, and selectors are held against these labels. Nothing is shared with the model.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::Value;

use crate::naive::{
    End, address, admin, block_has, container_ports, is_host, list, namespace_labels, pod_labels, port_of,
    selects, text, v1,
};

/// Labels by source and key.
type Identity = BTreeMap<(String, String), String>;

fn of_kind<'w>(world: &'w [Value], kind: &str) -> impl Iterator<Item = &'w Value> {
    world.iter().filter(move |object| text(object, "/kind") == Some(kind))
}

fn node_at(world: &[Value], address: Ipv4Addr) -> Option<&str> {
    let has = |node: &&Value| text(node, "/status/addresses/0/address") == Some(address.to_string().as_str());
    of_kind(world, "Node").find(has).and_then(|node| text(node, "/metadata/name"))
}

fn serves_api(world: &[Value], address: Ipv4Addr) -> bool {
    of_kind(world, "Endpoints")
        .any(|object| text(object, "/subsets/0/addresses/0/ip") == Some(address.to_string().as_str()))
}

/// The node of an end that is a node or stands in its network.
fn host_node<'w>(world: &'w [Value], end: End<'w>) -> Option<&'w str> {
    match end {
        End::Pod(pod) if is_host(pod) => text(pod, "/spec/nodeName"),
        End::Pod(_) => None,
        End::Outside(address) => node_at(world, address),
    }
}

fn identity(world: &[Value], own: &Value, end: End<'_>) -> Identity {
    let mut labels = Identity::new();
    let mut add = |source: &str, key: &str, value: &str| {
        labels.insert((source.to_owned(), key.to_owned()), value.to_owned());
    };
    if let End::Pod(pod) = end
        && !is_host(pod)
    {
        for (key, value) in pod_labels(pod).as_object().unwrap() {
            add("k8s", key, value.as_str().unwrap());
        }
        let namespace = text(pod, "/metadata/namespace").unwrap();
        add("k8s", "io.kubernetes.pod.namespace", namespace);
        for (key, value) in namespace_labels(world, namespace).as_object().unwrap() {
            add("k8s", &format!("io.cilium.k8s.namespace.labels.{key}"), value.as_str().unwrap());
        }
        let account =
            text(pod, "/spec/serviceAccountName").filter(|name| !name.is_empty()).unwrap_or("default");
        add("k8s", "io.cilium.k8s.policy.serviceaccount", account);
        return labels;
    }
    match host_node(world, end) {
        Some(node) if text(own, "/spec/nodeName") == Some(node) => add("reserved", "host", ""),
        Some(_) => add("reserved", "remote-node", ""),
        None => add("reserved", "world", ""),
    }
    if address(end).is_some_and(|address| serves_api(world, address)) {
        add("reserved", "kube-apiserver", "");
    }
    labels
}

/// Every part of a selector as `(source, key, operator, values)`.
fn parts(selector: &Value) -> Vec<(String, String, String, Vec<String>)> {
    let split = |key: &str| match key.split_once(':') {
        Some((source, key)) => (source.to_owned(), key.to_owned()),
        None => ("any".to_owned(), key.to_owned()),
    };
    let mut all = Vec::new();
    for (key, value) in selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten() {
        let (source, key) = split(key);
        all.push((source, key, "In".to_owned(), vec![value.as_str().unwrap().to_owned()]));
    }
    for expression in list(selector, "/matchExpressions") {
        let (source, key) = split(text(expression, "/key").unwrap());
        let values = list(expression, "/values").iter().map(|value| value.as_str().unwrap().to_owned());
        all.push((source, key, text(expression, "/operator").unwrap().to_owned(), values.collect()));
    }
    all
}

fn matches(parts: &[(String, String, String, Vec<String>)], labels: &Identity) -> bool {
    parts.iter().all(|(source, key, operator, values)| {
        let value = labels
            .iter()
            .find(|((own, name), _)| name == key && (source == "any" || own == source))
            .map(|(_, value)| value);
        match operator.as_str() {
            "In" => value.is_some_and(|value| values.contains(value)),
            "NotIn" => !value.is_some_and(|value| values.contains(value)),
            "Exists" => value.is_some(),
            _ => value.is_none(),
        }
    })
}

const NAMESPACE: &str = "io.kubernetes.pod.namespace";

fn peer_matches(own_namespace: Option<&str>, selector: &Value, labels: &Identity) -> bool {
    let mut parts = parts(selector);
    let reserved = parts.iter().any(|(source, ..)| source == "reserved");
    let by_namespace = parts.iter().any(|(_, key, ..)| key == NAMESPACE);
    let by_labels = parts.iter().any(|(_, key, ..)| key.starts_with("io.cilium.k8s.namespace.labels."));
    let pair = |operator: &str, values| ("k8s".to_owned(), NAMESPACE.to_owned(), operator.to_owned(), values);
    match own_namespace {
        _ if reserved || by_namespace => {}
        None => parts.push(pair("Exists", Vec::new())),
        Some(_) if by_labels => {}
        Some(own) => parts.push(pair("In", vec![own.to_owned()])),
    }
    matches(&parts, labels)
}

fn subject_matches(own_namespace: Option<&str>, selector: &Value, labels: &Identity) -> bool {
    let mut parts = parts(selector);
    if let Some(own) = own_namespace {
        parts.retain(|(source, key, operator, _)| !(source == "k8s" && key == NAMESPACE && operator == "In"));
        parts.push(("k8s".into(), NAMESPACE.into(), "In".into(), vec![own.to_owned()]));
    }
    matches(&parts, labels)
}

fn entity_matches(name: &str, labels: &Identity, end: End<'_>) -> bool {
    let has = |label: &str| labels.contains_key(&("reserved".to_owned(), label.to_owned()));
    match name {
        "all" => true,
        "world" => has("world"),
        "world-ipv4" => has("world") && matches!(end, End::Outside(_)),
        "cluster" => !has("world") || has("kube-apiserver"),
        "host" | "remote-node" | "kube-apiserver" => has(name),
        _ => false,
    }
}

/// Blocks are about what is no pod and no node.
fn outside(world: &[Value], end: End<'_>) -> Option<Ipv4Addr> {
    match end {
        End::Outside(address) if node_at(world, address).is_none() => {
            let of_pod = |pod: &Value| {
                !is_host(pod) && text(pod, "/status/podIP") == Some(address.to_string().as_str())
            };
            (!of_kind(world, "Pod").any(of_pod)).then_some(address)
        }
        _ => None,
    }
}

fn block_set(world: &[Value], item: &Value, address: Ipv4Addr) -> bool {
    let cidrs: Vec<&str> = if let Some(cidr) = text(item, "/cidr") {
        vec![cidr]
    } else {
        let wanted = |group: &&Value| match text(item, "/cidrGroupRef") {
            Some(name) => text(group, "/metadata/name") == Some(name),
            None => selects(&item["cidrGroupSelector"], &group["metadata"]["labels"]),
        };
        let groups = of_kind(world, "CiliumCIDRGroup").filter(wanted);
        groups.flat_map(|group| list(group, "/spec/externalCIDRs")).filter_map(Value::as_str).collect()
    };
    cidrs.iter().any(|cidr| block_has(cidr, address))
        && !list(item, "/except").iter().any(|hole| block_has(hole.as_str().unwrap(), address))
}

fn behind_service(world: &[Value], item: &Value, end: End<'_>) -> bool {
    let End::Pod(pod) = end else { return false };
    if is_host(pod) {
        return false;
    }
    of_kind(world, "Service").any(|service| {
        let namespace = text(service, "/metadata/namespace");
        let (wanted, meant) = match item.get("k8sServiceSelector") {
            Some(by) => (text(by, "/namespace"), selects(&by["selector"], &service["metadata"]["labels"])),
            None => {
                let name = text(item, "/k8sService/serviceName");
                (text(item, "/k8sService/namespace"), name == text(service, "/metadata/name"))
            }
        };
        let selector = service["spec"]["selector"].as_object().filter(|selector| !selector.is_empty());
        meant
            && wanted.is_none_or(|wanted| wanted.is_empty() || Some(wanted) == namespace)
            && text(pod, "/metadata/namespace") == namespace
            && selector.is_some_and(|selector| {
                selector.iter().all(|(key, value)| pod_labels(pod).get(key) == Some(value))
            })
    })
}

fn node_matches(world: &[Value], selector: &Value, end: End<'_>) -> bool {
    let Some(name) = host_node(world, end) else { return false };
    of_kind(world, "Node").any(|node| {
        text(node, "/metadata/name") == Some(name) && selects(selector, &node["metadata"]["labels"])
    })
}

/// Whether a rule is about the other end; `None` when it does not say whom it is about.
fn rule_peers(
    world: &[Value],
    namespace: Option<&str>,
    rule: &Value,
    own: &Value,
    other: End<'_>,
) -> Option<bool> {
    let labels = identity(world, own, other);
    for (key, value) in rule.as_object().unwrap() {
        let Some(kind) = key.strip_prefix("from").or_else(|| key.strip_prefix("to")) else { continue };
        let items = value.as_array().unwrap();
        let met = |item: &Value| match kind {
            "Endpoints" => peer_matches(namespace, item, &labels),
            "Entities" => entity_matches(item.as_str().unwrap(), &labels, other),
            "CIDR" => outside(world, other).is_some_and(|address| block_has(item.as_str().unwrap(), address)),
            "CIDRSet" => outside(world, other).is_some_and(|address| block_set(world, item, address)),
            "Services" => behind_service(world, item, other),
            "Nodes" => node_matches(world, item, other),
            _ => false,
        };
        match kind {
            "Ports" => {}
            "Services" | "FQDNs" if items.is_empty() => {}
            _ => return Some(items.iter().any(met)),
        }
    }
    None
}

fn rule_ports(rule: &Value, dst: End<'_>, protocol: &str, port: u64) -> Option<bool> {
    let items = list(rule, "/toPorts");
    if items.is_empty() {
        return None;
    }
    let met = |item: &Value| {
        let wanted = text(item, "/protocol").unwrap_or("ANY");
        if wanted != "ANY" && wanted != protocol {
            return false;
        }
        let number = text(item, "/port").unwrap();
        match number.parse::<u64>() {
            Ok(0) => true,
            Ok(from) => (from..=item["endPort"].as_u64().unwrap_or(from)).contains(&port),
            Err(_) => container_ports(dst).iter().any(|one| port_of(one) == (number, protocol, port)),
        }
    };
    Some(items.iter().flat_map(|item| list(item, "/ports")).any(met))
}

/// What NetworkPolicies and policies of Cilium say of one side: `None` when nothing holds it back.
fn union(
    world: &[Value],
    own: &Value,
    other: End<'_>,
    dst: End<'_>,
    ingress: bool,
    what: (&str, u64),
) -> Option<bool> {
    let of_kubernetes = v1(world, own, other, dst, ingress, what, outside);
    let (mut isolated, mut allowed) = (of_kubernetes.is_some(), of_kubernetes == Some(true));
    let mut denied = false;
    let labels = identity(world, own, End::Pod(own));
    let (section, deny) = if ingress { ("ingress", "ingressDeny") } else { ("egress", "egressDeny") };
    for policy in world.iter().filter(|object| text(object, "/apiVersion") == Some("cilium.io/v2")) {
        let namespace = text(policy, "/metadata/namespace");
        let specs = policy.get("spec").into_iter().chain(list(policy, "/specs"));
        let specs: Vec<&Value> = specs.filter(|spec| spec.get("endpointSelector").is_some()).collect();
        let rules_of = |spec: &Value| {
            ["ingress", "egress", "ingressDeny", "egressDeny"]
                .iter()
                .any(|key| !list(spec, &format!("/{key}")).is_empty())
        };
        // An object with a spec that has no rule is refused.
        if specs.is_empty() || !specs.iter().all(|spec| rules_of(spec)) {
            continue;
        }
        for spec in
            specs.into_iter().filter(|spec| subject_matches(namespace, &spec["endpointSelector"], &labels))
        {
            let (allows, denies) = (list(spec, &format!("/{section}")), list(spec, &format!("/{deny}")));
            if allows.is_empty() && denies.is_empty() {
                continue;
            }
            let default = spec.pointer(&format!("/enableDefaultDeny/{section}"));
            isolated |= default.is_none_or(|default| default == &Value::Bool(true));
            let met = |rule: &Value| match (
                rule_peers(world, namespace, rule, own, other),
                rule_ports(rule, dst, what.0, what.1),
            ) {
                (None, None) => false,
                (peers, ports) => peers.unwrap_or(true) && ports.unwrap_or(true),
            };
            allowed |= allows.iter().any(met);
            denied |= denies.iter().any(met);
        }
    }
    if denied {
        return Some(false);
    }
    if allowed { Some(true) } else { isolated.then_some(false) }
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
        .or_else(|| union(world, own, other, dst, ingress, what))
        .or_else(|| admin(world, "Baseline", own, other, dst, ingress, what))
        .unwrap_or(true)
}

/// Whether a connection is allowed.
pub(crate) fn allowed(world: &[Value], src: End<'_>, dst: End<'_>, protocol: &str, port: u64) -> bool {
    if let (End::Pod(a), End::Pod(b)) = (src, dst)
        && std::ptr::eq(a, b)
    {
        return true;
    }
    let what = (protocol, port);
    let own_node = match dst {
        End::Pod(pod) => {
            host_node(world, src).is_some() && host_node(world, src) == text(pod, "/spec/nodeName")
        }
        End::Outside(_) => false,
    };
    side(world, src, dst, dst, false, what) && (own_node || side(world, dst, src, dst, true, what))
}
