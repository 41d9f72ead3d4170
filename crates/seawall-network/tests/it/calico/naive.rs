//! Calico's documentation once more, as simply as possible: every connection judged from the objects alone, nothing shared
//! with the model.

use serde_json::Value;

use super::selectors::selects;
use crate::naive::{
    End, address, admin_peer, admin_port, block_has, container_ports, is_host, list, namespace_labels,
    pod_labels, port_of, selects as kubernetes_selects, text, v1_peer, v1_port,
};

type What<'w> = (&'w str, u64);

/// Something that a selector may select at an end: a pod, or a set that holds its address.
struct Thing<'w> {
    world: &'w [Value],
    labels: Value,
    namespace: Option<&'w str>,
    account: Option<&'w str>,
}

impl Thing<'_> {
    fn selected(&self, selector: &str) -> bool {
        selects(selector, &|key| match key {
            "projectcalico.org/namespace" => self.namespace.map(str::to_owned),
            "projectcalico.org/serviceaccount" => self.account.map(str::to_owned),
            "projectcalico.org/orchestrator" => self.account.map(|_| "k8s".to_owned()),
            key => text(&self.labels, &format!("/{}", key.replace('/', "~1"))).map(str::to_owned),
        })
    }

    fn namespace_selected(&self, selector: &str) -> bool {
        let Some(namespace) = self.namespace else {
            // Without a namespace there is nothing to have a label.
            return selector == "global()" || (selector != "all()" && selects(selector, &|_| None));
        };
        let labels = namespace_labels(self.world, namespace);
        selects(selector, &|key| match key {
            "projectcalico.org/name" => Some(namespace.to_owned()),
            key => labels.get(key).and_then(Value::as_str).map(str::to_owned),
        })
    }

    fn account_selected(&self, selector: &str) -> bool {
        let object = self.world.iter().find(|object| {
            text(object, "/kind") == Some("ServiceAccount")
                && text(object, "/metadata/namespace") == self.namespace
                && text(object, "/metadata/name") == self.account
        });
        selects(selector, &|key| match key {
            "projectcalico.org/name" => self.account.map(str::to_owned),
            key => object?.pointer("/metadata/labels")?.get(key)?.as_str().map(str::to_owned),
        })
    }
}

fn pod_thing<'w>(world: &'w [Value], pod: &'w Value) -> Thing<'w> {
    Thing {
        world,
        labels: pod_labels(pod),
        namespace: text(pod, "/metadata/namespace"),
        account: Some(
            text(pod, "/spec/serviceAccountName").filter(|name| !name.is_empty()).unwrap_or("default"),
        ),
    }
}

fn things<'w>(world: &'w [Value], end: End<'w>) -> Vec<Thing<'w>> {
    let mut all = Vec::new();
    if let End::Pod(pod) = end
        && !is_host(pod)
    {
        all.push(pod_thing(world, pod));
    }
    for set in world {
        let (list_key, namespace) = match text(set, "/kind") {
            Some("NetworkSet") => ("/spec/nets", text(set, "/metadata/namespace")),
            Some("GlobalNetworkSet") => ("/spec/nets", None),
            Some("HostEndpoint") => ("/spec/expectedIPs", None),
            _ => continue,
        };
        let inside = |item: &Value| {
            let item = item.as_str().unwrap();
            let block = if item.contains('/') { item.to_owned() } else { format!("{item}/32") };
            address(end).is_some_and(|address| block_has(&block, address))
        };
        if list(set, list_key).iter().any(inside) {
            let labels = set.pointer("/metadata/labels").cloned().unwrap_or_else(|| serde_json::json!({}));
            all.push(Thing { world, labels, namespace, account: None });
        }
    }
    all
}

/// Everything that an end asks for but Services.
fn entity(world: &[Value], own: Option<&str>, entity: &Value, end: End<'_>) -> bool {
    let field = |path: &str| text(entity, path).filter(|text| !text.is_empty());
    let (namespaces, selector, not) =
        (field("/namespaceSelector"), field("/selector"), field("/notSelector"));
    let names = list(entity, "/serviceAccounts/names");
    let accounts = field("/serviceAccounts/selector");
    let says = namespaces.is_some() || selector.is_some() || accounts.is_some() || !names.is_empty();
    let limited = own.filter(|_| namespaces.is_none() && (says || not.is_some()));
    let all = things(world, end);
    if says || limited.is_some() {
        let met = all.iter().any(|thing| {
            namespaces.is_none_or(|selector| thing.namespace_selected(selector))
                && limited.is_none_or(|own| thing.namespace == Some(own))
                && selector.is_none_or(|selector| thing.selected(selector))
                && accounts.is_none_or(|selector| thing.account_selected(selector))
                && (names.is_empty() || thing.account.is_some_and(|own| names.contains(&Value::from(own))))
                && !not.is_some_and(|selector| thing.selected(selector))
        });
        if !met {
            return false;
        }
    } else if not.is_some_and(|selector| all.iter().any(|thing| thing.selected(selector))) {
        return false;
    }
    let within = |key: &str| {
        let address = address(end);
        list(entity, key).iter().any(|net| address.is_some_and(|own| block_has(net.as_str().unwrap(), own)))
    };
    (list(entity, "/nets").is_empty() || within("/nets")) && !within("/notNets")
}

/// Whether an end stands behind a Service, and where `dst` is given, on one of its ports.
fn service(
    world: &[Value],
    namespace: &str,
    name: &str,
    end: End<'_>,
    dst: Option<End<'_>>,
    what: What<'_>,
) -> bool {
    let End::Pod(pod) = end else { return false };
    let found = world.iter().find(|object| {
        text(object, "/kind") == Some("Service")
            && text(object, "/metadata/namespace") == Some(namespace)
            && text(object, "/metadata/name") == Some(name)
    });
    let Some(service) = found else { return false };
    let selector = serde_json::json!({"matchLabels": service["spec"]["selector"]});
    if is_host(pod)
        || text(pod, "/metadata/namespace") != Some(namespace)
        || !kubernetes_selects(&selector, &pod_labels(pod))
    {
        return false;
    }
    let Some(dst) = dst else { return true };
    list(service, "/spec/ports").iter().any(|port| {
        text(port, "/protocol").unwrap_or("TCP") == what.0
            && match &port["targetPort"] {
                Value::String(name) => {
                    container_ports(dst).iter().any(|one| port_of(one) == (name, what.0, what.1))
                }
                number => number.as_u64() == Some(what.1),
            }
    })
}

fn listed(ports: &[Value], dst: End<'_>, what: What<'_>) -> bool {
    ports.iter().any(|port| match port {
        Value::String(range) => match range.split_once(':') {
            Some((from, to)) => (from.parse().unwrap()..=to.parse().unwrap()).contains(&what.1),
            None => container_ports(dst).iter().any(|one| port_of(one) == (range, what.0, what.1)),
        },
        number => number.as_u64() == Some(what.1),
    })
}

fn is_protocol(value: &Value, what: What<'_>) -> bool {
    match value {
        Value::String(name) => name == what.0,
        number => {
            number.as_u64()
                == Some(match what.0 {
                    "TCP" => 6,
                    "UDP" => 17,
                    _ => 132,
                })
        }
    }
}

fn rule_matches(
    world: &[Value],
    own: Option<&str>,
    rule: &Value,
    src: End<'_>,
    dst: End<'_>,
    what: What<'_>,
) -> bool {
    let given = |key: &str| rule.get(key).filter(|value| !value.is_null());
    if given("protocol").is_some_and(|protocol| !is_protocol(protocol, what))
        || given("notProtocol").is_some_and(|protocol| is_protocol(protocol, what))
        // Every address here is of IPv4, and one that is not known counts as such.
        || given("ipVersion").is_some_and(|version| version.as_u64() != Some(4))
    {
        return false;
    }
    let (ports, not) = (list(rule, "/destination/ports"), list(rule, "/destination/notPorts"));
    if !ports.is_empty() && !listed(ports, dst, what) || listed(not, dst, what) {
        return false;
    }
    let ends = [("source", src, None), ("destination", dst, Some(dst))];
    ends.into_iter().all(|(key, end, ports_of)| match rule.get(key) {
        None => true,
        Some(one) => {
            entity(world, own, one, end)
                && text(one, "/services/name").is_none_or(|name| {
                    let namespace = text(one, "/services/namespace").or(own).unwrap_or("");
                    service(world, namespace, name, end, ports_of, what)
                })
        }
    })
}

/// A policy of any kind in its tier.
struct Placed<'w> {
    tier: &'w str,
    order: f64,
    key: String,
    object: &'w Value,
}

fn tier(world: &[Value], name: &str) -> Option<(f64, bool)> {
    let fixed = match name {
        "kube-admin" => Some((1_000.0, false)),
        "default" => Some((1_000_000.0, true)),
        "kube-baseline" => Some((10_000_000.0, false)),
        _ => None,
    };
    let found = world
        .iter()
        .find(|object| text(object, "/kind") == Some("Tier") && text(object, "/metadata/name") == Some(name));
    fixed.or_else(|| {
        let spec = &found?["spec"];
        Some((spec["order"].as_f64().unwrap_or(f64::INFINITY), spec["defaultAction"] != "Pass"))
    })
}

fn is_calico(object: &Value) -> bool {
    text(object, "/apiVersion") == Some("projectcalico.org/v3")
}

fn placed(object: &Value) -> Option<Placed<'_>> {
    let name = text(object, "/metadata/name")?;
    let namespace = text(object, "/metadata/namespace").unwrap_or("");
    let order = object["spec"]["order"].as_f64().unwrap_or(f64::INFINITY);
    let own = text(object, "/spec/tier").unwrap_or("default");
    let (tier, order, kind) = match (text(object, "/kind")?, is_calico(object)) {
        (kind @ ("NetworkPolicy" | "GlobalNetworkPolicy"), true) => (own, order, kind),
        ("NetworkPolicy", false) => ("default", 1_000.0, "KubernetesNetworkPolicy"),
        ("ClusterNetworkPolicy", _) => {
            let tier = if own == "Admin" { "kube-admin" } else { "kube-baseline" };
            (tier, object["spec"]["priority"].as_f64()?, "KubernetesClusterNetworkPolicy")
        }
        _ => return None,
    };
    Some(Placed { tier, order, key: format!("{name}/{namespace}/{kind}"), object })
}

/// Whether a policy governs a pod in a direction.
fn governs(world: &[Value], policy: &Value, own: &Value, ingress: bool) -> bool {
    let spec = &policy["spec"];
    let (rules, kind) = if ingress { ("/ingress", "Ingress") } else { ("/egress", "Egress") };
    let namespace = text(policy, "/metadata/namespace");
    let here = namespace.is_none_or(|namespace| text(own, "/metadata/namespace") == Some(namespace));
    if is_calico(policy) {
        let types = list(spec, "/types");
        let has = |list_key: &str| !list(spec, list_key).is_empty();
        let typed = match types {
            [] if ingress => has("/ingress") || !has("/egress"),
            [] => has("/egress"),
            types => types.contains(&Value::from(kind)),
        };
        let thing = pod_thing(world, own);
        return typed
            && here
            && text(spec, "/selector").is_none_or(|selector| thing.selected(selector))
            && text(spec, "/namespaceSelector").is_none_or(|selector| thing.namespace_selected(selector))
            && text(spec, "/serviceAccountSelector").is_none_or(|selector| thing.account_selected(selector));
    }
    if text(policy, "/kind") == Some("ClusterNetworkPolicy") {
        return !list(spec, rules).is_empty() && admin_peer(world, &spec["subject"], End::Pod(own));
    }
    let governs = match list(spec, "/policyTypes") {
        [] => ingress || !list(spec, rules).is_empty(),
        types => types.contains(&Value::from(kind)),
    };
    governs && here && kubernetes_selects(&spec["podSelector"], &pod_labels(own))
}

/// What a policy does: an action, or nothing.
fn action<'w>(
    world: &[Value],
    policy: &'w Value,
    (src, dst): (End<'_>, End<'_>),
    ingress: bool,
    what: What<'_>,
) -> Option<&'w str> {
    let (rules, peers) = if ingress { ("/spec/ingress", "/from") } else { ("/spec/egress", "/to") };
    let (own, other) = if ingress { (dst, src) } else { (src, dst) };
    let namespace = text(policy, "/metadata/namespace");
    for rule in list(policy, rules) {
        if is_calico(policy) {
            let action = text(rule, "/action").unwrap();
            if action != "Log" && rule_matches(world, namespace, rule, src, dst, what) {
                return Some(action);
            }
        } else if text(policy, "/kind") == Some("ClusterNetworkPolicy") {
            let met = list(rule, peers).iter().any(|peer| admin_peer(world, peer, other));
            if met && admin_port(rule, dst, what.0, what.1) {
                return text(rule, "/action");
            }
        } else {
            let End::Pod(own) = own else { return None };
            let namespace = text(own, "/metadata/namespace").unwrap();
            if v1_port(rule, dst, what.0, what.1)
                && v1_peer(world, namespace, rule, peers, other, |_, end| address(end))
            {
                return Some("Allow");
            }
        }
    }
    None
}

fn side(world: &[Value], src: End<'_>, dst: End<'_>, ingress: bool, what: What<'_>) -> bool {
    let End::Pod(own) = (if ingress { dst } else { src }) else { return true };
    if is_host(own) {
        return true;
    }
    let mut policies: Vec<Placed<'_>> = world
        .iter()
        .filter_map(placed)
        .filter(|one| tier(world, one.tier).is_some() && governs(world, one.object, own, ingress))
        .collect();
    policies.sort_by(|a, b| {
        let place = |one: &Placed<'_>| tier(world, one.tier).unwrap().0;
        place(a)
            .total_cmp(&place(b))
            .then(a.tier.cmp(b.tier))
            .then(a.order.total_cmp(&b.order))
            .then(a.key.cmp(&b.key))
    });
    for of_tier in policies.chunk_by(|a, b| a.tier == b.tier) {
        let first = of_tier.iter().find_map(|one| action(world, one.object, (src, dst), ingress, what));
        match first {
            Some("Allow" | "Accept") => return true,
            Some("Deny") => return false,
            Some(_) => {}
            None if tier(world, of_tier[0].tier).unwrap().1 => return false,
            None => {}
        }
    }
    true
}

/// Whether a connection is allowed.
pub(crate) fn allowed(world: &[Value], src: End<'_>, dst: End<'_>, protocol: &str, port: u64) -> bool {
    let what = (protocol, port);
    let egress = side(world, src, dst, false, what);
    let ingress = side(world, src, dst, true, what);
    let own_node = match (src, dst) {
        (End::Pod(a), End::Pod(b)) if std::ptr::eq(a, b) => return true,
        (End::Pod(a), End::Pod(b)) => is_host(a) && text(a, "/spec/nodeName") == text(b, "/spec/nodeName"),
        _ => false,
    };
    egress && (ingress || own_node)
}
