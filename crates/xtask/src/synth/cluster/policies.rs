//! Network policies: a default deny for each namespace first, then who may talk to whom.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Sink, Size, namespace};
use crate::synth::random::Random;
use crate::synth::words::{ROLES, SUBJECTS};

pub(super) fn write(size: Size, random: &mut Random, sink: &mut Sink<'_>) -> Result<()> {
    for number in 0..size.policies {
        let namespace = namespace(number % size.namespaces);
        let spec = match number / size.namespaces {
            0 => json!({ "podSelector": {}, "policyTypes": ["Ingress"] }),
            1 => json!({ "podSelector": {}, "policyTypes": ["Egress"], "egress": [
                { "to": [{ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } },
                    "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } } }],
                  "ports": [{ "protocol": "UDP", "port": 53 }, { "protocol": "TCP", "port": 53 }] },
                { "to": [{ "podSelector": {} }] } ] }),
            2 => json!({ "podSelector": {}, "policyTypes": ["Ingress"], "ingress": [
                { "from": [{ "podSelector": {} }], "ports": [{ "protocol": "TCP", "port": "http" }] } ] }),
            _ => between(size, random),
        };
        sink.put(&json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": { "name": format!("policy-{number}"), "namespace": namespace }, "spec": spec,
        }))?;
    }
    Ok(())
}

/// Some namespace, or some addresses, may reach some workload.
fn between(size: Size, random: &mut Random) -> Value {
    let other = namespace(usize::try_from(random.bits() % size.namespaces as u64).unwrap_or(0));
    let app = format!("{}-{}-{}", random.pick(SUBJECTS), random.pick(ROLES), random.between(0, 500));
    let port = if random.chance(500) { json!("http") } else { json!(random.int(1_024, 9_999)) };
    let peer = if random.chance(200) {
        json!({ "ipBlock": { "cidr": format!("10.{}.0.0/16", random.between(0, 31)) } })
    } else {
        json!({ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": other } } })
    };
    json!({ "podSelector": { "matchLabels": { "app.kubernetes.io/name": app } }, "policyTypes": ["Ingress"],
        "ingress": [{ "from": [peer], "ports": [{ "protocol": "TCP", "port": port }] }] })
}
