//! Data flows one way: who may depend on whom, by the floors of `ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The rooms with their floor; half floors are odd.
const FLOORS: &[(&str, u8)] = &[
    ("seawall-core", 0),
    ("seawall-yaml", 2),
    ("seawall-inventory", 2),
    ("seawall-events", 2),
    ("seawall-schema", 2),
    ("seawall-rbac", 4),
    ("seawall-network", 4),
    ("seawall-image", 4),
    ("seawall-secrets", 4),
    ("seawall-node", 4),
    ("seawall-checks", 5),
    ("seawall-policy", 5),
    ("seawall-gatekeeper", 5),
    ("seawall-paths", 5),
    ("seawall-detect", 5),
    ("seawall-sources", 6),
    ("seawall-report", 6),
    ("seawall-waivers", 6),
    ("seawall-peers", 6),
    ("seawall-fix", 6),
    ("seawall-server", 8),
    ("seawall-cluster", 8),
    ("seawall-registry", 8),
    ("seawall-sensor", 8),
    ("seawall-sinks", 8),
    ("seawall", 10),
    ("seawall-oracle", 10),
    ("xtask", 10),
];

/// Edges within a floor: the inventory is made of trees and so are schemas' objects, paths ask what Pod Security admits,
/// Gatekeeper answers in the words of admission, what peers accepted becomes waivers, and `cluster` alone owns the Kubernetes client.
const SIDEWAYS: &[(&str, &str)] = &[
    ("seawall-inventory", "seawall-yaml"),
    ("seawall-schema", "seawall-yaml"),
    ("seawall-paths", "seawall-checks"),
    ("seawall-gatekeeper", "seawall-policy"),
    ("seawall-peers", "seawall-waivers"),
    ("seawall-server", "seawall-cluster"),
    ("seawall-sinks", "seawall-cluster"),
];

/// Crates that need a floor, with the lowest that may reach them.
const HIGH: &[(&str, u8)] =
    &[("tokio", 8), ("async-std", 8), ("kube", 8), ("k8s-openapi", 8), ("anyhow", 10)];

pub(super) fn check(metadata: &Value) -> Vec<String> {
    let graph = Graph::of(metadata);
    let mut faults = Vec::new();
    if graph.own.is_empty() {
        faults.push("cargo named no crate of ours".to_owned());
    }
    for own in &graph.own {
        let Some(floor) = floor(own) else {
            faults
                .push(format!("{own}: has no floor; give it one in `tidy/floors.rs` and in ARCHITECTURE.md"));
            continue;
        };
        let direct = graph.direct(own);
        for below in direct.iter().filter(|name| graph.own.contains(**name)) {
            let allowed = SIDEWAYS.iter().any(|(from, to)| from == own && to == below);
            if self::floor(below).is_some_and(|other| other >= floor) && !allowed {
                faults.push(format!("{own}: depends on `{below}`, which is not on a lower floor"));
            }
        }
        for (name, lowest) in HIGH {
            if floor < *lowest && reaches(&graph, own, name) {
                faults.push(format!("{own}: reaches `{name}`, which belongs to floor {} and up", lowest / 2));
            }
        }
    }
    faults
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(room, _)| *room == name).map(|(_, floor)| *floor)
}

/// `anyhow` is an offence only where our own code names it; what makes a build heavy counts at any distance.
fn reaches(graph: &Graph, own: &str, name: &str) -> bool {
    if name == "anyhow" { graph.direct(own).contains(name) } else { graph.all(own).contains(name) }
}

/// Normal and build dependencies by crate name; tests may look upwards.
struct Graph {
    own: BTreeSet<String>,
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn of(metadata: &Value) -> Graph {
        let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let text =
            |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let names: BTreeMap<String, String> = list(metadata.get("packages"))
            .iter()
            .map(|package| (text(package, "id"), text(package, "name")))
            .collect();
        let name_of = |id: &str| names.get(id).cloned().unwrap_or_default();
        let own =
            list(metadata.get("workspace_members")).iter().filter_map(Value::as_str).map(name_of).collect();
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in list(metadata.pointer("/resolve/nodes")) {
            let targets = edges.entry(name_of(&text(&node, "id"))).or_default();
            for dependency in list(node.get("deps")) {
                let kinds = list(dependency.get("dep_kinds"));
                if kinds.iter().any(|kind| kind.get("kind").and_then(Value::as_str) != Some("dev")) {
                    targets.insert(name_of(&text(&dependency, "pkg")));
                }
            }
        }
        Graph { own, edges }
    }

    fn direct(&self, name: &str) -> BTreeSet<&str> {
        self.edges.get(name).into_iter().flatten().map(String::as_str).collect()
    }

    fn all(&self, name: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = self.direct(name).into_iter().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(self.direct(next));
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata(edges: &[(&str, &str, Option<&str>)]) -> Value {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for (from, to, _) in edges {
            names.extend([*from, *to]);
        }
        let deps = |from: &str| -> Vec<Value> {
            edges
                .iter()
                .filter(|edge| edge.0 == from)
                .map(|(_, to, kind)| json!({ "pkg": to, "dep_kinds": [{ "kind": kind }] }))
                .collect()
        };
        json!({
            "packages": names.iter().map(|name| json!({ "id": name, "name": name })).collect::<Vec<_>>(),
            "workspace_members": names.iter().filter(|name| name.starts_with("seawall")).collect::<Vec<_>>(),
            "resolve": { "nodes": names.iter().map(|name| json!({ "id": name, "deps": deps(name) })).collect::<Vec<_>>() },
        })
    }

    #[test]
    fn downwards_and_listed_sideways_edges_pass() {
        let faults = check(&metadata(&[
            ("seawall-checks", "seawall-inventory", None),
            ("seawall-inventory", "seawall-yaml", None),
            ("seawall-yaml", "seawall-report", Some("dev")),
            ("seawall-server", "tokio", None),
        ]));
        assert!(faults.is_empty(), "{faults:?}");
    }

    #[test]
    fn offences_are_named() {
        for (edges, fault) in [
            (
                vec![("seawall-yaml", "seawall-checks", None)],
                "seawall-yaml: depends on `seawall-checks`, which is not on a lower floor",
            ),
            (
                vec![("seawall-report", "seawall-sources", None)],
                "seawall-report: depends on `seawall-sources`, which is not on a lower floor",
            ),
            (
                vec![("seawall-core", "x", Some("build")), ("x", "tokio", None)],
                "seawall-core: reaches `tokio`, which belongs to floor 4 and up",
            ),
            (
                vec![("seawall-new", "x", None)],
                "seawall-new: has no floor; give it one in `tidy/floors.rs` and in ARCHITECTURE.md",
            ),
        ] {
            assert_eq!(check(&metadata(&edges)), [fault]);
        }
        assert_eq!(check(&json!({})).len(), 1);
    }
}
