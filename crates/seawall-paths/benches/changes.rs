//! A cluster that is watched: making the graph, a question, and one change after another.
//!
//! `SEAWALL_BENCH_SNAPSHOT` names a snapshot of `cargo xtask synth --pods N --out FILE`. Of every hundred changes about forty
//! are new conditions of pods, thirty pods that are created, placed and deleted, fifteen heartbeats of nodes and conditions of
//! workloads, ten leases, events and secrets, and five scaled ReplicaSets, policies and bindings. After each the graph is
//! up to date, whether the change was followed or not.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a benchmark may be told what to read, says what it measured and fails loudly"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{GroupKind, Resource};
use seawall_paths::{Filter, Model};
use seawall_sources::{SourceLimits, Target, load};
use seawall_yaml::{Limits, NodeId, Text, read};

/// How many changes, and of how many objects.
const CHANGES: usize = 1_000;
const SAMPLE: usize = 300;

fn resource(text: &str) -> Resource {
    let document = read(&Text::new(text), &Limits::default()).0.remove(0);
    let origin = Origin { file: "bench.jsonl".into(), document: 0, line: 1, kind: OriginKind::Snapshot };
    Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap()
}

/// Lines of a kind, spread over the snapshot.
fn sample(text: &str, kind: &str) -> Vec<String> {
    let wanted = format!("\"kind\":\"{kind}\",\"metadata\"");
    let all: Vec<&str> = text.lines().filter(|line| line[..line.len().min(80)].contains(&wanted)).collect();
    all.iter().step_by((all.len() / SAMPLE).max(1)).take(SAMPLE).map(|line| (*line).to_owned()).collect()
}

/// The text behind a key.
fn value<'l>(line: &'l str, key: &str) -> &'l str {
    let start = line.find(&format!("\"{key}\":\"")).unwrap() + key.len() + 4;
    &line[start..start + line[start..].find('"').unwrap()]
}

/// Written again: another version and another count of restarts.
fn written_again(line: &str, number: usize) -> String {
    line.replacen("\"metadata\":{", &format!("\"metadata\":{{\"resourceVersion\":\"{number}\","), 1)
        .replace("\"restartCount\":0", &format!("\"restartCount\":{number}"))
        .replace(
            "\"reason\":\"KubeletReady\"",
            &format!("\"reason\":\"KubeletReady\",\"message\":\"{number}\""),
        )
}

/// A new pod beside another one, before and after it is placed.
fn born(line: &str, number: usize) -> (String, String, String, String) {
    let own = Resource::name(&resource(line)).to_owned();
    let name = format!("{own}-{number}");
    let placed = line
        .replace(&format!("\"name\":\"{own}\""), &format!("\"name\":\"{name}\""))
        .replace("\"podIP\":\"10.128.", "\"podIP\":\"10.129.");
    let node = format!("\"nodeName\":\"{}\",", value(line, "nodeName"));
    let pending = placed[..placed.find(",\"status\":{").unwrap()].replace(&node, "");
    (
        format!("{pending},\"status\":{{\"phase\":\"Pending\"}}}}"),
        placed,
        value(line, "namespace").to_owned(),
        name,
    )
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() {
    let Ok(path) = std::env::var("SEAWALL_BENCH_SNAPSHOT") else {
        println!(
            "SEAWALL_BENCH_SNAPSHOT names no snapshot: make one by `cargo xtask synth --pods 10000 --out FILE`"
        );
        return;
    };
    let text = std::fs::read_to_string(&path).unwrap();
    let [pods, nodes, sets, secrets] =
        ["Pod", "Node", "ReplicaSet", "Secret"].map(|kind| sample(&text, kind));
    drop(text);
    let loaded = load(&[Target::Snapshot(path.into())], &SourceLimits::default());
    let start = Instant::now();
    let (mut model, _) = Model::build(&loaded.inventory);
    println!("model                        {:>9.1?}", start.elapsed());
    let start = Instant::now();
    let size = model.size();
    println!("graph                        {:>9.1?}  {size:?}", start.elapsed());
    let start = Instant::now();
    let found = model.paths(&Filter::default()).unwrap().len();
    println!("all shortest paths           {:>9.1?}  {found} groups", start.elapsed());
    let mut asked: Vec<Duration> = pods.iter().step_by(10).map(|line| question(&model, line)).collect();
    println!("one question                 {:>9.1?}", median(&mut asked));

    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    let (mut all, mut followed) = (Vec::new(), 0);
    let mut living: Vec<(String, String, String)> = Vec::new();
    let mut waiting: Vec<(String, String, String)> = Vec::new();
    // The first changes make the look-ups that the others use.
    model.apply(&resource(&written_again(&pods[0], 1)));
    let first = born(&pods[1], 0);
    model.apply(&resource(&first.0));
    model.delete(GroupKind::new("", "Pod"), Some(&first.2), &first.3);
    for number in 0..CHANGES {
        let line = |lines: &[String]| lines[number * 7 % lines.len()].clone();
        let pod = GroupKind::new("", "Pod");
        let (what, put, gone) = match number % 100 {
            0..=39 => ("conditions of a pod", Some(written_again(&line(&pods), number)), None),
            40..=49 => {
                let (pending, placed, namespace, name) = born(&line(&pods), number + 1);
                waiting.push((placed, namespace, name));
                ("a pod created", Some(pending), None)
            }
            50..=59 => {
                let (placed, namespace, name) = waiting.remove(0);
                living.push((placed.clone(), namespace, name));
                ("a pod placed", Some(placed), None)
            }
            60..=69 => {
                let (_, namespace, name) = living.remove(0);
                ("a pod deleted", None, Some((pod, namespace, name)))
            }
            70..=79 => ("heartbeat of a node", Some(written_again(&line(&nodes), number)), None),
            80..=84 => ("conditions of a workload", Some(written_again(&line(&sets), number)), None),
            85..=89 => (
                "a lease",
                Some(format!(
                    "{{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{{\"name\":\"l-{number}\",\"namespace\":\"default\"}}}}"
                )),
                None,
            ),
            90..=92 => {
                let line = secrets.first().map_or_else(|| line(&pods), |_| line(&secrets));
                let space = value(&line, "namespace").to_owned();
                (
                    "a secret",
                    Some(format!(
                        "{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{{\"name\":\"s-{number}\",\"namespace\":\"{space}\"}},\"type\":\"Opaque\"}}"
                    )),
                    None,
                )
            }
            93..=94 => (
                "a lease",
                Some(format!(
                    "{{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"metadata\":{{\"name\":\"e-{number}\",\"namespace\":\"default\"}}}}"
                )),
                None,
            ),
            95..=97 => {
                ("a ReplicaSet scaled", Some(line(&sets).replace("\"replicas\":", "\"replicas\":1")), None)
            }
            98 => {
                let space = value(&line(&pods), "namespace").to_owned();
                (
                    "a policy (not followed)",
                    Some(format!(
                        "{{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{{\"name\":\"n-{number}\",\"namespace\":\"{space}\"}},\"spec\":{{\"podSelector\":{{}},\"ingress\":[{{}}]}}}}"
                    )),
                    None,
                )
            }
            _ => {
                let space = value(&line(&pods), "namespace").to_owned();
                (
                    "a binding (not followed)",
                    Some(format!(
                        "{{\"apiVersion\":\"rbac.authorization.k8s.io/v1\",\"kind\":\"RoleBinding\",\"metadata\":{{\"name\":\"b-{number}\",\"namespace\":\"{space}\"}},\"roleRef\":{{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"ClusterRole\",\"name\":\"view\"}},\"subjects\":[{{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"User\",\"name\":\"ann\"}}]}}"
                    )),
                    None,
                )
            }
        };
        let put = put.map(|text| resource(&text));
        let start = Instant::now();
        if let Some(resource) = &put {
            model.apply(resource);
        }
        if let Some((kind, namespace, name)) = &gone {
            model.delete(*kind, Some(namespace), name);
        }
        followed += usize::from(model.is_made());
        model.size();
        let took = start.elapsed();
        times.entry(what).or_default().push(took);
        all.push(took);
    }
    println!("\n{followed} of {} changes were followed", all.len());
    for (what, mut times) in times {
        let (count, most) = (times.len(), times.iter().max().copied().unwrap_or_default());
        println!("{what:<28} {:>9.1?}  at most {most:.1?}, {count} of them", median(&mut times));
    }
    println!("{:<28} {:>9.1?}", "median of the mix", median(&mut all));
    let mut asked: Vec<Duration> = pods.iter().step_by(10).map(|line| question(&model, line)).collect();
    println!("one question afterwards      {:>9.1?}", median(&mut asked));
}

fn question(model: &Model, line: &str) -> Duration {
    let object = resource(line);
    let from = format!("Pod/{}/{}", object.namespace().unwrap_or("default"), object.name());
    let filter = Filter { from: vec![from], to: vec!["cluster-admin".to_owned()] };
    let start = Instant::now();
    model.paths(&filter).unwrap();
    start.elapsed()
}
