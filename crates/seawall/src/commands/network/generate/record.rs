//! Everything as JSON: `seawall.dev/network-generate/v1`.

use seawall_inventory::Place;
use seawall_network::generate::{
    Allowed, End, GeneratedPolicy, NotCovered, PodSelector, PolicyPeer, PolicyRule, Seen, Unit, UnitId, Why,
};
use seawall_network::{PortSet, Protocol};
use serde_json::{Map, Value, json};

use super::Report;
use crate::commands::network::{diff, place};

pub(super) fn record(report: &Report<'_>) -> Value {
    let generated = report.generated;
    let measures = &generated.measures;
    let lines =
        generated.changes.differences.as_ref().map(|differences| diff::rows(&diff::lines(differences)));
    json!({
        "schema": "seawall.dev/network-generate/v1",
        "namespaces": generated.namespaces,
        "left_alone": generated.left_alone,
        "flows": flows(report),
        "workloads": generated.units.iter().map(workload).collect::<Vec<_>>(),
        "needs": needs(report),
        "not_covered": generated.not_covered.iter().map(|one| not_covered(report, one)).collect::<Vec<_>>(),
        "not_covered_omitted": generated.more_not_covered,
        "denied": denied(report),
        "policies": generated.policies.iter().map(policy).collect::<Vec<_>>(),
        "replaces": generated.replaced.iter().map(|(namespace, name)| json!({"namespace": namespace, "name": name}))
            .collect::<Vec<_>>(),
        "proof": proof(report),
        "difference": lines,
        "kept": generated.changes.kept,
        "measures": {
            "before": allowed(&measures.before),
            "after": allowed(&measures.after),
            "needed": allowed(&measures.needed),
            "over_grant": measures.over_grant,
            // A number of IPv6 addresses is no number of JSON.
            "added_addresses": measures.added_addresses.to_string(),
        },
    })
}

fn allowed(allowed: &Allowed) -> Value {
    json!({"pairs": allowed.pairs, "connections": allowed.connections})
}

fn flows(report: &Report<'_>) -> Value {
    let window = report.log.window();
    let resolution = &report.generated.resolution;
    let files = report.exports.iter().map(|export| {
        let read = &export.read;
        json!({
            "file": export.name,
            "format": read.format.map(|format| format.as_str()),
            "records": read.records,
            "flows": read.flows,
            "replies": read.replies,
            "without_ports": read.without_ports,
            "other": read.other,
            "lost": read.lost,
            "problems": read.problems.len() as u64 + read.more_problems,
        })
    });
    json!({
        "files": files.collect::<Vec<_>>(),
        "count": window.count,
        "first": window.first,
        "last": window.last,
        "left_out": report.log.left_out(),
        "own_node": resolution.own_node,
        "elsewhere": resolution.elsewhere,
    })
}

fn workload(unit: &Unit) -> Value {
    json!({
        "namespace": unit.namespace,
        "kind": unit.kind,
        "name": unit.name,
        "host_network": unit.host_network,
        "shares_labels_with": unit.selector.shared_with,
    })
}

fn unit(report: &Report<'_>, id: Option<UnitId>) -> Value {
    id.and_then(|id| report.generated.unit(id)).map_or(Value::Null, |unit| json!(unit.to_string()))
}

fn end(report: &Report<'_>, end: &End) -> Value {
    let name = report.generated.end(end);
    match end {
        End::Unit(_) => json!({"workload": name}),
        End::Described { namespace, labels } => {
            let labels: Map<String, Value> =
                labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
            json!({"namespace": namespace, "labels": labels})
        }
        End::Addresses(addresses) => {
            let ranges =
                addresses.ranges().map(|(from, to)| json!({"from": from.to_string(), "to": to.to_string()}));
            json!({"addresses": ranges.collect::<Vec<_>>()})
        }
        End::Anyone => json!({"anyone": true}),
    }
}

fn ports(ports: &PortSet) -> Value {
    json!(ports.to_string())
}

fn seen(seen: Option<&Seen>) -> Value {
    seen.map_or(Value::Null, |seen| json!({"count": seen.count, "first": seen.first, "last": seen.last}))
}

fn written(report: &Report<'_>, written: Option<&Place>) -> Value {
    written.map_or(Value::Null, |written| place::record(report.inventory, written))
}

fn why(report: &Report<'_>, why: &Why) -> Value {
    json!({
        "source": why.source.as_str(),
        "note": why.note,
        "location": written(report, why.place.as_ref()),
        "seen": seen(why.seen.as_ref()),
    })
}

fn needs(report: &Report<'_>) -> Vec<Value> {
    let one = |need: &seawall_network::generate::Need| {
        json!({
            "src": end(report, &need.src),
            "dst": end(report, &need.dst),
            "ports": ports(&need.ports),
            "declared": need.is_declared(),
            "observed": need.is_observed(),
            "evidence": need.why.iter().map(|one| why(report, one)).collect::<Vec<_>>(),
            "evidence_omitted": need.more,
        })
    };
    report.generated.needs.iter().map(one).collect()
}

fn not_covered(report: &Report<'_>, one: &NotCovered) -> Value {
    json!({
        "workload": unit(report, one.unit),
        "what": one.what,
        "reason": one.reason,
        "location": written(report, one.place.as_ref()),
        "seen": seen(one.seen.as_ref()),
    })
}

fn denied(report: &Report<'_>) -> Vec<Value> {
    let denied = report.generated.resolution.denied.iter();
    denied
        .map(|one| json!({"src": one.src, "dst": one.dst, "ports": ports(&one.ports), "seen": seen(Some(&one.seen))}))
        .collect()
}

fn proof(report: &Report<'_>) -> Value {
    let proof = &report.generated.proof;
    let unmet = proof.unmet.iter().map(|one| {
        json!({"need": one.need, "ports": ports(&one.ports), "policies": one.policies, "denied_today": one.before})
    });
    json!({
        "proven": proof.unmet.is_empty(),
        "checked": proof.checked,
        "described": proof.described,
        "unmet": unmet.collect::<Vec<_>>(),
    })
}

/// The policy as the API has it.
fn policy(policy: &GeneratedPolicy) -> Value {
    let mut spec = json!({"podSelector": selector(&policy.pods), "policyTypes": ["Ingress", "Egress"]});
    if let Some(spec) = spec.as_object_mut() {
        for (key, peers, list) in [("ingress", "from", &policy.ingress), ("egress", "to", &policy.egress)] {
            if !list.is_empty() {
                spec.insert(key.to_owned(), list.iter().map(|one| rule(peers, one)).collect());
            }
        }
    }
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": policy.name,
            "namespace": policy.namespace,
            "labels": {"app.kubernetes.io/managed-by": "seawall"},
        },
        "spec": spec,
    })
}

fn rule(key: &str, rule: &PolicyRule) -> Value {
    let mut object = Map::new();
    if !rule.peers.is_empty() {
        object.insert(key.to_owned(), rule.peers.iter().map(peer).collect());
    }
    if !rule.ports.is_all() {
        let mut list = Vec::new();
        for protocol in Protocol::WITH_PORTS {
            if PortSet::of_protocol(protocol).is_subset(&rule.ports) {
                list.push(json!({"protocol": protocol.as_str()}));
                continue;
            }
            for (from, to) in rule.ports.ranges(protocol) {
                list.push(match from == to {
                    true => json!({"protocol": protocol.as_str(), "port": from}),
                    false => json!({"protocol": protocol.as_str(), "port": from, "endPort": to}),
                });
            }
        }
        object.insert("ports".to_owned(), Value::Array(list));
    }
    Value::Object(object)
}

fn peer(peer: &PolicyPeer) -> Value {
    match peer {
        PolicyPeer::Pods { namespace: None, pods } => json!({"podSelector": selector(pods)}),
        PolicyPeer::Pods { namespace: Some(namespace), pods } => json!({
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "podSelector": selector(pods),
        }),
        PolicyPeer::Block(block) if block.except.is_empty() => json!({"ipBlock": {"cidr": block.cidr}}),
        PolicyPeer::Block(block) => json!({"ipBlock": {"cidr": block.cidr, "except": block.except}}),
    }
}

fn selector(pods: &PodSelector) -> Value {
    let mut object = Map::new();
    if !pods.labels.is_empty() {
        let labels: Map<String, Value> =
            pods.labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        object.insert("matchLabels".to_owned(), Value::Object(labels));
    }
    if !pods.without.is_empty() {
        let list = pods.without.iter().map(|key| json!({"key": key, "operator": "DoesNotExist"}));
        object.insert("matchExpressions".to_owned(), list.collect());
    }
    Value::Object(object)
}
