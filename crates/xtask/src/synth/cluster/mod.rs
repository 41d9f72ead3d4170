//! A whole cluster from a seed, as a snapshot: nodes, namespaces, workloads with their live pods, rights, policies,
//! services, and attack paths planted among them.
//!
//! Invariants: equal seed and count give equal bytes; exactly the number of pods asked for; objects are written one by
//! one, so that memory does not grow with the cluster; every planted path is listed beside the snapshot and nothing else
//! in the cluster leads to what it leads to.

mod access;
mod nodes;
mod planted;
mod policies;
mod workloads;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::random::Random;
use super::words::{STAGES, TEAMS};

/// How large the parts of a cluster are, by its pods.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) pods: usize,
    pub(super) nodes: usize,
    pub(super) namespaces: usize,
    pub(super) bindings: usize,
    pub(super) policies: usize,
    /// Paths of each kind.
    pub(super) planted: usize,
}

impl Size {
    fn of(pods: usize) -> Size {
        Size {
            pods,
            nodes: (pods / 30).max(4),
            namespaces: (pods / 100).max(3),
            bindings: (pods / 10).max(10),
            policies: (pods / 20).max(5),
            planted: (pods / 5_000).max(1),
        }
    }
}

/// Where objects go.
pub(super) struct Sink<'w> {
    out: &'w mut dyn Write,
    objects: usize,
    bytes: usize,
}

impl Sink<'_> {
    pub(super) fn put(&mut self, object: &Value) -> Result<()> {
        let mut line = serde_json::to_vec(object)?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.objects += 1;
        self.bytes += line.len();
        Ok(())
    }
}

/// The name of a namespace by its number.
pub(super) fn namespace(number: usize) -> String {
    let team = TEAMS.get(number % TEAMS.len()).copied().unwrap_or("team");
    let stage = STAGES.get(number / TEAMS.len() % STAGES.len()).copied().unwrap_or("prod");
    format!("{team}-{stage}-{number}")
}

/// Writes a cluster of so many pods as a snapshot, and the list of what was planted beside it.
pub(super) fn write(pods: usize, seed: u64, out: &Path) -> Result<()> {
    let cannot = || format!("cannot write `{}`", out.display());
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder).with_context(cannot)?;
    }
    let mut file = BufWriter::with_capacity(1 << 20, File::create(out).with_context(cannot)?);
    let size = Size::of(pods);
    let mut sink = Sink { out: &mut file, objects: 0, bytes: 0 };
    let paths = generate(size, seed, &mut sink)?;
    let (objects, bytes) = (sink.objects, sink.bytes);
    file.flush()?;
    let list = out.with_extension("planted.json");
    std::fs::write(&list, serde_json::to_vec_pretty(&paths)?)?;
    eprintln!("{objects} objects, {bytes} bytes in {}; planted paths in {}", out.display(), list.display());
    Ok(())
}

fn generate(size: Size, seed: u64, sink: &mut Sink<'_>) -> Result<Vec<Value>> {
    let mut random = Random::new(seed);
    sink.put(&json!({
        "kind": "SnapshotHeader",
        "serverVersion": { "major": "1", "minor": "34" },
        "kinds": KINDS.iter().map(|(group, kind)| json!({ "group": group, "kind": kind })).collect::<Vec<_>>(),
        "refused": [],
    }))?;
    nodes::write(size, sink)?;
    for number in 0..size.namespaces {
        sink.put(&namespace_object(&namespace(number), None))?;
    }
    workloads::write(size, &mut random, sink)?;
    access::write(size, &mut random, sink)?;
    policies::write(size, &mut random, sink)?;
    planted::write(size, sink)
}

/// A namespace that admits what the `baseline` level admits, or what it is told to.
pub(super) fn namespace_object(name: &str, level: Option<&str>) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": name, "labels": {
            "kubernetes.io/metadata.name": name,
            "pod-security.kubernetes.io/enforce": level.unwrap_or("baseline"),
        } },
        "status": { "phase": "Active" },
    })
}

/// What the snapshot knows everything about.
const KINDS: &[(&str, &str)] = &[
    ("", "Namespace"),
    ("", "Node"),
    ("", "Pod"),
    ("", "Secret"),
    ("", "Service"),
    ("", "ServiceAccount"),
    ("", "PersistentVolume"),
    ("", "PersistentVolumeClaim"),
    ("", "ConfigMap"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("networking.k8s.io", "Ingress"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn cluster(pods: usize, seed: u64) -> (Vec<u8>, Vec<Value>) {
        let mut bytes = Vec::new();
        let mut sink = Sink { out: &mut bytes, objects: 0, bytes: 0 };
        let planted = generate(Size::of(pods), seed, &mut sink).unwrap();
        (bytes, planted)
    }

    #[test]
    fn counts_are_exact_and_bytes_repeat() {
        for pods in [60, 300] {
            let (bytes, planted) = cluster(pods, 7);
            assert_eq!(cluster(pods, 7).0, bytes);
            assert_ne!(cluster(pods, 8).0, bytes);
            let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
            for line in String::from_utf8(bytes).unwrap().lines() {
                let object: Value = serde_json::from_str(line).unwrap();
                *kinds.entry(object["kind"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            let size = Size::of(pods);
            assert_eq!(kinds["Pod"], pods);
            assert_eq!(kinds["NetworkPolicy"], size.policies);
            assert!(kinds["RoleBinding"] + kinds["ClusterRoleBinding"] >= size.bindings);
            assert_eq!(planted.len(), size.planted * planted::KINDS);
        }
    }

    #[test]
    fn every_namespace_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<String> = (0..2_000).map(namespace).collect();
        assert_eq!(names.len(), 2_000);
    }
}
