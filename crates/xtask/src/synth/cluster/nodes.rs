//! Nodes, three of them of the control plane, and the rights that every cluster begins with.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Sink, Size, namespace_object};

/// The node on which pod number `number` runs; none of the control plane.
pub(super) fn node_of(size: Size, number: usize) -> String {
    let workers = size.nodes.saturating_sub(CONTROL_PLANE).max(1);
    format!("node-{}", CONTROL_PLANE + number % workers)
}

const CONTROL_PLANE: usize = 3;

pub(super) fn write(size: Size, sink: &mut Sink<'_>) -> Result<()> {
    for number in 0..size.nodes {
        sink.put(&node(number))?;
    }
    for (name, level) in
        [("default", "baseline"), ("kube-system", "privileged"), ("kube-public", "restricted")]
    {
        sink.put(&namespace_object(name, Some(level)))?;
    }
    sink.put(&json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": "kube-dns", "namespace": "kube-system", "labels": { "k8s-app": "kube-dns" } },
        "spec": { "clusterIP": "10.96.0.10", "selector": { "k8s-app": "kube-dns" }, "ports": [
            { "name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53 },
            { "name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53 } ] },
    }))?;
    let all = json!([
        { "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] },
        { "nonResourceURLs": ["*"], "verbs": ["*"] },
    ]);
    let read = json!([{ "apiGroups": [""], "resources": ["configmaps", "pods", "pods/log", "services"],
        "verbs": ["get", "list", "watch"] }]);
    for (name, rules) in [("cluster-admin", all), ("view", read)] {
        sink.put(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": { "name": name, "labels": { "kubernetes.io/bootstrapping": "rbac-defaults" },
                "annotations": { "rbac.authorization.kubernetes.io/autoupdate": "true" } },
            "rules": rules,
        }))?;
    }
    sink.put(&json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": { "name": "cluster-admin", "labels": { "kubernetes.io/bootstrapping": "rbac-defaults" },
            "annotations": { "rbac.authorization.kubernetes.io/autoupdate": "true" } },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin" },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:masters" }],
    }))
}

fn node(number: usize) -> Value {
    let name = format!("node-{number}");
    let mut labels = json!({
        "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux", "kubernetes.io/hostname": name,
        "node.kubernetes.io/instance-type": "c6.2xlarge",
        "topology.kubernetes.io/region": "eu-central-1", "topology.kubernetes.io/zone": format!("eu-central-1{}", ["a", "b", "c"].get(number % 3).unwrap_or(&"a")),
    });
    let mut taints = json!([]);
    if number < CONTROL_PLANE {
        if let Some(labels) = labels.as_object_mut() {
            labels.insert("node-role.kubernetes.io/control-plane".to_owned(), json!(""));
        }
        taints = json!([{ "effect": "NoSchedule", "key": "node-role.kubernetes.io/control-plane" }]);
    }
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": { "name": name, "uid": format!("00000000-0000-4000-8001-{number:012x}"), "labels": labels },
        "spec": { "podCIDR": format!("10.{}.{}.0/24", 128 + number / 256 % 64, number % 256), "taints": taints },
        "status": {
            "addresses": [
                { "type": "InternalIP", "address": format!("10.0.{}.{}", number / 250, 1 + number % 250) },
                { "type": "Hostname", "address": name },
            ],
            "conditions": [{ "type": "Ready", "status": "True", "reason": "KubeletReady" }],
            "nodeInfo": { "kubeletVersion": "v1.34.2", "containerRuntimeVersion": "containerd://2.1.4",
                "kernelVersion": "6.12.0", "osImage": "Debian GNU/Linux 13", "operatingSystem": "linux", "architecture": "amd64" },
        },
    })
}
