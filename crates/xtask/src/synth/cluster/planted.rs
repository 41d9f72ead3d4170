//! The attack paths that are planted, each in a namespace of its own, and the list of them.
//!
//! | kind | chain |
//! |---|---|
//! | `exposed` | a LoadBalancer leads to a privileged pod: internet → node |
//! | `creator` | an account may create pods where any pod is admitted: account → node |
//! | `escalate` | an account may change its own ClusterRole beyond its rights: account → cluster-admin |
//! | `impersonator` | an account may impersonate users and groups: account → system:masters |
//! | `binder` | an account may execute in a pod whose account may bind any ClusterRole: account → pod → account → cluster-admin |

use anyhow::Result;
use serde_json::{Value, json};

use super::access::{GROUP, binding};
use super::workloads::{Workload, objects};
use super::{Sink, Size, namespace_object};

/// How many kinds of path there are.
pub(super) const KINDS: usize = 5;

/// How many pods the planted paths need.
pub(super) fn pods(size: Size) -> usize {
    size.planted * KINDS
}

pub(super) fn write(size: Size, sink: &mut Sink<'_>) -> Result<Vec<Value>> {
    let mut paths = Vec::new();
    let mut number = size.pods - pods(size);
    for round in 0..size.planted {
        for (kind, plant) in KIND_TABLE {
            let namespace = format!("planted-{kind}-{round}");
            let level = if matches!(*kind, "exposed" | "creator") { "privileged" } else { "restricted" };
            sink.put(&namespace_object(&namespace, Some(level)))?;
            let service = if *kind == "exposed" { "LoadBalancer" } else { "ClusterIP" };
            let workload = Workload {
                namespace: &namespace,
                name: "victim",
                account: "victim",
                image: "registry.example.com/victim:1.0".to_owned(),
                privileged: *kind == "exposed",
                replicas: 1,
                service,
            };
            objects(size, &workload, number, sink)?;
            number += 1;
            paths.push(plant(&namespace, sink)?);
        }
    }
    Ok(paths)
}

type Plant = fn(&str, &mut Sink<'_>) -> Result<Value>;

const KIND_TABLE: &[(&str, Plant); KINDS] = &[
    ("exposed", exposed),
    ("creator", creator),
    ("escalate", escalate),
    ("impersonator", impersonator),
    ("binder", binder),
];

fn exposed(_: &str, _: &mut Sink<'_>) -> Result<Value> {
    Ok(json!({ "from": "internet", "sink": "node-root", "primitives": ["E01", "B01"] }))
}

fn creator(namespace: &str, sink: &mut Sink<'_>) -> Result<Value> {
    let rules = json!([{ "apiGroups": [""], "resources": ["pods"], "verbs": ["create"] }]);
    sink.put(&role("Role", Some(namespace), "plant", &rules))?;
    let account = account(namespace, "victim");
    sink.put(&binding("RoleBinding", Some(namespace), "plant", ("Role", "plant"), &account))?;
    Ok(
        json!({ "from": format!("ServiceAccount/{namespace}/victim"), "sink": "node-root", "primitives": ["A05"] }),
    )
}

fn escalate(namespace: &str, sink: &mut Sink<'_>) -> Result<Value> {
    let rules = json!([{ "apiGroups": [GROUP], "resources": ["clusterroles"], "verbs": ["update", "escalate"], "resourceNames": [namespace] }]);
    cluster_wide(namespace, "victim", &rules, sink)?;
    Ok(
        json!({ "from": format!("ServiceAccount/{namespace}/victim"), "sink": "cluster-admin", "primitives": ["A24"] }),
    )
}

fn impersonator(namespace: &str, sink: &mut Sink<'_>) -> Result<Value> {
    let rules = json!([{ "apiGroups": [""], "resources": ["users", "groups"], "verbs": ["impersonate"] }]);
    cluster_wide(namespace, "victim", &rules, sink)?;
    Ok(
        json!({ "from": format!("ServiceAccount/{namespace}/victim"), "sink": "system-masters", "primitives": ["A22"] }),
    )
}

fn binder(namespace: &str, sink: &mut Sink<'_>) -> Result<Value> {
    let rules = json!([{ "apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"] }]);
    sink.put(&role("Role", Some(namespace), "exec", &rules))?;
    sink.put(&json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "start", "namespace": namespace } }))?;
    let start = account(namespace, "start");
    sink.put(&binding("RoleBinding", Some(namespace), "exec", ("Role", "exec"), &start))?;
    let rules = json!([
        { "apiGroups": [GROUP], "resources": ["clusterrolebindings"], "verbs": ["create"] },
        { "apiGroups": [GROUP], "resources": ["clusterroles"], "verbs": ["bind"] },
    ]);
    cluster_wide(namespace, "victim", &rules, sink)?;
    Ok(
        json!({ "from": format!("ServiceAccount/{namespace}/start"), "sink": "cluster-admin", "primitives": ["A08", "C09", "A25"] }),
    )
}

/// A ClusterRole named after the namespace, bound for the whole cluster to one of its accounts.
fn cluster_wide(namespace: &str, name: &str, rules: &Value, sink: &mut Sink<'_>) -> Result<()> {
    sink.put(&role("ClusterRole", None, namespace, rules))?;
    let account = account(namespace, name);
    sink.put(&binding("ClusterRoleBinding", None, namespace, ("ClusterRole", namespace), &account))
}

fn account(namespace: &str, name: &str) -> Value {
    json!({ "kind": "ServiceAccount", "name": name, "namespace": namespace })
}

fn role(kind: &str, namespace: Option<&str>, name: &str, rules: &Value) -> Value {
    json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind,
        "metadata": { "name": name, "namespace": namespace }, "rules": rules })
}
