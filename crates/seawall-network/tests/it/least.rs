//! Policies made from a list of connections allow all of it and nothing else, judged by the naive evaluator.

use std::collections::BTreeSet;

use proptest::prelude::*;
use seawall_network::generate::{FlowLimits, FlowLog, GenerateOptions, generate, read_flows};
use seawall_network::{Network, Profile};
use seawall_yaml::{Limits, Text, read};
use serde_json::{Value, json};

use crate::generate::network_policy;
use crate::naive::{End, allowed};
use crate::world::{inventory, resources};

const NAMESPACES: [&str; 2] = ["na", "nb"];
const OUTSIDE: [&str; 3] = ["9.1.1.1", "8.8.8.8", "203.0.113.7"];
const WHAT: [(&str, u16); 5] = [("TCP", 80), ("TCP", 81), ("UDP", 53), ("SCTP", 8080), ("TCP", 8081)];

/// Pods whose labels tell them apart: few keys and values, so that selectors meet others, and one that changes with every
/// pod.
fn pods() -> impl Strategy<Value = Vec<Value>> {
    let labels = prop::collection::vec(prop::option::weighted(0.6, 0..2_usize), 3);
    prop::collection::vec((0..NAMESPACES.len(), labels), 2..9).prop_map(|all| {
        let mut seen = BTreeSet::new();
        let mut pods = Vec::new();
        for (number, (namespace, values)) in all.into_iter().enumerate() {
            if !seen.insert((namespace, values.clone())) {
                continue;
            }
            let mut labels = json!({"pod-template-hash": format!("h{number}")});
            for (key, value) in ["app", "tier", "version"].into_iter().zip(values) {
                if let Some(value) = value {
                    labels[key] = json!(["u", "v"][value]);
                }
            }
            pods.push(json!({"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": format!("p{number}"), "namespace": NAMESPACES[namespace], "labels": labels},
                "spec": {"containers": [{"name": "c", "image": "i"}]},
                "status": {"podIP": format!("10.0.0.{number}")}}));
        }
        pods
    })
}

type Row = (usize, usize, usize);

/// Rows by number: below the number of pods a pod, then the addresses outside.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0..12_usize, 0..12_usize, 0..WHAT.len() - 1), 0..16)
}

fn name(pods: &[Value], number: usize) -> String {
    match pods.get(number) {
        Some(pod) => {
            let metadata = &pod["metadata"];
            format!("{}/{}", metadata["namespace"].as_str().unwrap(), metadata["name"].as_str().unwrap())
        }
        None => OUTSIDE[(number - pods.len()) % OUTSIDE.len()].to_owned(),
    }
}

fn end<'w>(pods: &'w [Value], number: usize) -> End<'w> {
    match pods.get(number) {
        Some(pod) => End::Pod(pod),
        None => End::Outside(OUTSIDE[(number - pods.len()) % OUTSIDE.len()].parse().unwrap()),
    }
}

fn policies(yaml: &str) -> Vec<Value> {
    let (documents, problems) = read(&Text::new(yaml), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}\n{yaml}");
    documents
        .iter()
        .map(|document| {
            let mut json = String::new();
            document.tree.root().write_json(&mut json);
            serde_json::from_str(&json).unwrap()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_list_comes_back_as_it_was(
        pods in pods(),
        rows in rows(),
        old in prop::collection::vec(network_policy(), 0..3),
    ) {
        let count = pods.len() + OUTSIDE.len();
        let rows: BTreeSet<Row> = rows.into_iter().map(|(src, dst, what)| (src % count, dst % count, what)).collect();
        let mut csv = "src,dst,port,proto\n".to_owned();
        for (src, dst, what) in &rows {
            let (protocol, port) = WHAT[*what];
            csv += &format!("{},{},{port},{protocol}\n", name(&pods, *src), name(&pods, *dst));
        }
        let mut log = FlowLog::default();
        let read = read_flows(&csv, &FlowLimits::default(), &mut |flow| log.add(flow));
        prop_assert!(read.problems.is_empty() || rows.is_empty(), "{:?}", read.problems);

        let text: Vec<String> = pods.iter().chain(&old).map(Value::to_string).collect();
        let inventory = inventory(&resources(&text.join("\n---\n")));
        let network = Network::build(&inventory, Profile::StrictSpec).0;
        let generated = generate(&inventory, &network, &log, &GenerateOptions::default());
        prop_assert!(generated.proof.unmet.is_empty(), "{:?}\n{}", generated.proof.unmet, generated.yaml);
        prop_assert!(generated.measures.over_grant == 0, "{:?}\n{}", generated.measures, generated.yaml);

        let world: Vec<Value> = pods.iter().cloned().chain(policies(&generated.yaml)).collect();
        for src in 0..count {
            for dst in 0..count {
                if src == dst || src >= pods.len() && dst >= pods.len() {
                    continue;
                }
                for (what, (protocol, port)) in WHAT.iter().enumerate() {
                    // The same address may be listed under several numbers.
                    let listed = rows.iter().any(|(s, d, w)| {
                        *w == what && name(&pods, *s) == name(&pods, src) && name(&pods, *d) == name(&pods, dst)
                    });
                    // Pods of the world itself: the evaluator knows a pod by its place.
                    let judged = allowed(&world, end(&pods, src), end(&pods, dst), protocol, (*port).into());
                    prop_assert_eq!(
                        judged, listed,
                        "{} -> {} {} {}\n{}", name(&pods, src), name(&pods, dst), protocol, port, generated.yaml
                    );
                }
            }
        }
    }

    #[test]
    fn no_text_breaks_the_reader_of_flows(text in any::<String>(), head in 0..6_usize) {
        let heads = ["", "{\"flow\":", "[", "src,dst,port,proto\n", "{\"pktType\":\"HOST\",", "{\"src\":\"a/b\",\"conn\":"];
        let mut count = 0_u64;
        let read = read_flows(&(heads[head].to_owned() + &text), &FlowLimits::default(), &mut |_| count += 1);
        prop_assert_eq!(read.flows, count);
        prop_assert!(read.problems.len() <= FlowLimits::default().problems);
    }
}
