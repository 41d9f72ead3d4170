//! The attack graph over small clusters: each primitive with a cluster that has it and one that barely has not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod admission;
mod changes;
mod classes;
mod control;
mod controllers;
mod exposure;
mod faults;
mod faults_of_names;
mod followed;
mod goat;
mod hostile;
mod mesh;
mod nodes;
mod outdated;
mod page;
mod plan;
mod reports;
mod rights;
mod searches;
mod snapshots;
mod together;

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_paths::{Filter, Model};
use seawall_yaml::{Limits, NodeId, Text, read};

/// The objects of a text.
fn resources(yaml: &str) -> Vec<Resource> {
    let (documents, problems) = read(&Text::new(yaml), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}\n{yaml}");
    let origin = Origin { file: "test".into(), document: 0, line: 1, kind: OriginKind::File };
    let object = |tree| Resource::new(Arc::new(tree), NodeId::ROOT, origin.clone(), None).unwrap();
    documents.into_iter().map(|document| object(document.tree)).collect()
}

fn inventory(yaml: &str, version: Option<(u32, u32)>) -> Inventory {
    let mut builder = InventoryBuilder::new();
    if let Some((major, minor)) = version {
        builder.server_version(major, minor);
    }
    resources(yaml).into_iter().for_each(|resource| builder.push(resource));
    builder.build()
}

fn model(yaml: &str) -> Model {
    Model::build(&inventory(yaml, Some((1, 36)))).0
}

/// Every step in words: `A08 ServiceAccount/a/b → pods of namespace a`; `~` before one that is held back.
fn steps(model: &Model) -> Vec<String> {
    let word = |attack: &seawall_paths::Attack| {
        let held = if attack.attenuated { "~" } else { "" };
        format!("{held}{} {} → {}", attack.primitive, attack.from, attack.to)
    };
    model.attacks().iter().map(word).collect()
}

/// Every pair in words, held back and expected ones marked.
fn pairs(model: &Model, from: &[&str], to: &[&str]) -> Vec<String> {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    let filter = Filter { from: words(from), to: words(to) };
    let groups = model.paths(&filter).unwrap();
    let mut pairs: Vec<String> = groups
        .iter()
        .flat_map(|group| {
            let path = &group.path;
            let mark = if path.expected {
                " (expected)"
            } else if path.attenuated {
                " (held back)"
            } else {
                ""
            };
            group.starts.iter().map(move |start| format!("{start} → {}{mark}", path.sink))
        })
        .collect();
    pairs.sort();
    pairs
}

/// A step that a cluster has and that one changed text takes away.
struct Case {
    yaml: String,
    step: &'static str,
    /// What is replaced by what.
    but: (&'static str, &'static str),
}

fn case(yaml: impl Into<String>, step: &'static str, but: (&'static str, &'static str)) -> Case {
    Case { yaml: yaml.into(), step, but }
}

fn check(cases: &[Case]) {
    for Case { yaml, step, but: (from, to) } in cases {
        let with = steps(&model(yaml));
        assert!(with.iter().any(|own| own == step), "{step} is missed in\n{yaml}\n{with:#?}");
        assert!(yaml.contains(from), "{from} does not occur in\n{yaml}");
        let changed = yaml.replace(from, to);
        let without = steps(&model(&changed));
        assert!(!without.iter().any(|own| own == step), "{step} is still there in\n{changed}");
    }
}

/// A ServiceAccount `ci/bot` with one rule in its namespace, beside a Secret and a pod.
fn namespaced(rule: &str) -> String {
    format!(
        "{WORLD}---\nkind: Role\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: r, namespace: ci}}\nrules: [{rule}]\n\
         ---\nkind: RoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: b, namespace: ci}}\n\
         roleRef: {{kind: Role, name: r, apiGroup: rbac.authorization.k8s.io}}\n\
         subjects: [{{kind: ServiceAccount, name: bot, namespace: ci}}]\n"
    )
}

/// The same in the whole cluster.
fn clusterwide(rule: &str) -> String {
    format!(
        "{WORLD}---\nkind: ClusterRole\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: r}}\nrules: [{rule}]\n\
         ---\nkind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: b}}\n\
         roleRef: {{kind: ClusterRole, name: r, apiGroup: rbac.authorization.k8s.io}}\n\
         subjects: [{{kind: ServiceAccount, name: bot, namespace: ci}}]\n"
    )
}

const WORLD: &str = "\
kind: Namespace
apiVersion: v1
metadata: {name: ci}
---
kind: ServiceAccount
apiVersion: v1
metadata: {name: bot, namespace: ci}
---
kind: ServiceAccount
apiVersion: v1
metadata: {name: other, namespace: ci}
---
kind: Secret
apiVersion: v1
metadata: {name: token, namespace: ci, annotations: {kubernetes.io/service-account.name: other}}
type: kubernetes.io/service-account-token
---
kind: Node
apiVersion: v1
metadata: {name: n1}
spec: {providerID: kind://n1}
---
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: ci}
spec: {nodeName: n1, containers: [{name: web, image: web}]}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: app, namespace: ci}
spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: app, image: app}]}}}
";
