//! The rights of workloads and teams: many, narrow, and none that leads anywhere.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Sink, Size, namespace};
use crate::synth::random::Random;
use crate::synth::words::TEAMS;

/// Rules that read or change what holds no rights: nothing here leads to another identity.
const HARMLESS: &[(&str, &[&str], &[&str])] = &[
    ("", &["configmaps"], &["get", "list", "watch"]),
    ("", &["services", "endpoints"], &["get", "list", "watch"]),
    ("", &["events"], &["create"]),
    ("", &["pods"], &["get", "list", "watch"]),
    ("coordination.k8s.io", &["leases"], &["get", "create", "update"]),
    ("autoscaling", &["horizontalpodautoscalers"], &["get", "list"]),
    ("batch", &["jobs"], &["get", "list", "watch"]),
    ("discovery.k8s.io", &["endpointslices"], &["get", "list", "watch"]),
];

pub(super) fn write(size: Size, random: &mut Random, sink: &mut Sink<'_>) -> Result<()> {
    for number in 0..size.bindings {
        let namespace = namespace(number % size.namespaces);
        let name = format!("rights-{number}");
        let team = random.pick(TEAMS);
        let subject = match number % 4 {
            0 => json!({ "apiGroup": GROUP, "kind": "Group", "name": format!("team-{team}") }),
            1 => {
                json!({ "apiGroup": GROUP, "kind": "User", "name": format!("user-{}@example.com", random.between(0, 999)) })
            }
            _ => {
                json!({ "kind": "ServiceAccount", "name": format!("worker-{}", random.between(0, 9)), "namespace": namespace })
            }
        };
        match number % 10 {
            0 => {
                sink.put(&binding("RoleBinding", Some(&namespace), &name, ("ClusterRole", "view"), &subject))?
            }
            _ => {
                sink.put(&json!({
                    "apiVersion": VERSION, "kind": "Role", "metadata": { "name": name, "namespace": namespace },
                    "rules": rules(random),
                }))?;
                sink.put(&binding("RoleBinding", Some(&namespace), &name, ("Role", &name), &subject))?;
            }
        }
    }
    Ok(())
}

pub(super) const GROUP: &str = "rbac.authorization.k8s.io";
const VERSION: &str = "rbac.authorization.k8s.io/v1";

fn rules(random: &mut Random) -> Vec<Value> {
    (0..random.between(1, 4))
        .map(|_| {
            let (group, resources, verbs) = random.pick(HARMLESS);
            json!({ "apiGroups": [group], "resources": resources, "verbs": verbs })
        })
        .collect()
}

/// A binding of either kind to a role of either kind.
pub(super) fn binding(
    kind: &str,
    namespace: Option<&str>,
    name: &str,
    role: (&str, &str),
    subject: &Value,
) -> Value {
    json!({
        "apiVersion": VERSION, "kind": kind, "metadata": { "name": name, "namespace": namespace },
        "roleRef": { "apiGroup": GROUP, "kind": role.0, "name": role.1 }, "subjects": [subject],
    })
}
