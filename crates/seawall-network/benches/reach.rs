//! A cluster of 100,000 pods in 5,000 classes under 5,000 policies: building the model, whole reachability, one change.
//!
//! `SEAWALL_BENCH_PODS` sets another number of pods; classes and policies follow in proportion.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark may be told its size, says what it made and fails loudly"
)]

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use divan::Bencher;
use seawall_core::{Origin, OriginKind};
use seawall_inventory::{GroupKind, Inventory, InventoryBuilder, Resource};
use seawall_network::{Network, Profile, Protocol, Target};
use seawall_yaml::{Limits, NodeId, Text, read};

/// Pods a class, applications a namespace.
const REPLICAS: usize = 20;
const APPS: usize = 25;

/// A linear congruential generator: equal seeds, equal clusters.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

fn resource(text: &str) -> Resource {
    let document = read(&Text::new(text), &Limits::default()).0.remove(0);
    let origin = Origin { file: "bench.yaml".into(), document: 0, line: 1, kind: OriginKind::File };
    Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap()
}

/// A policy of one application: in from a few others, out to DNS, another application and a block outside.
fn policy(random: &mut Seeded, namespace: usize, app: usize) -> String {
    let mut text = format!(
        "{{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"NetworkPolicy\", \"metadata\": {{\"name\": \"app-{app}\", \
         \"namespace\": \"ns-{namespace}\"}}, \"spec\": {{\"podSelector\": {{\"matchLabels\": {{\"app\": \"app-{app}\"}}}}, \
         \"policyTypes\": [\"Ingress\", \"Egress\"], \"ingress\": ["
    );
    for rule in 0..3 {
        let (port, other, team) = (8000 + random.below(16), random.below(APPS), random.below(40));
        let peer = match rule {
            0 => format!("{{\"podSelector\": {{\"matchLabels\": {{\"app\": \"app-{other}\"}}}}}}"),
            1 => format!("{{\"namespaceSelector\": {{\"matchLabels\": {{\"team\": \"team-{team}\"}}}}}}"),
            _ => format!(
                "{{\"namespaceSelector\": {{}}, \"podSelector\": {{\"matchExpressions\": [{{\"key\": \"tier\", \
                 \"operator\": \"In\", \"values\": [\"tier-{}\"]}}]}}}}",
                random.below(8)
            ),
        };
        let comma = if rule == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{{\"from\": [{peer}], \"ports\": [{{\"port\": {port}}}]}}");
    }
    let _ = write!(
        text,
        "], \"egress\": [{{\"ports\": [{{\"port\": 53, \"protocol\": \"UDP\"}}]}}, {{\"to\": [{{\"namespaceSelector\": {{}}}}], \
         \"ports\": [{{\"port\": 8000, \"endPort\": 8015}}]}}, {{\"to\": [{{\"ipBlock\": {{\"cidr\": \"{}.{}.0.0/16\"}}}}]}}]}}}}",
        20 + random.below(100),
        random.below(256)
    );
    text
}

fn pod(namespace: usize, app: usize, number: usize) -> String {
    format!(
        "{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"app-{app}-{number}\", \"namespace\": \
         \"ns-{namespace}\", \"labels\": {{\"app\": \"app-{app}\", \"tier\": \"tier-{}\", \"pod-template-hash\": \"h{number}\"}}}}, \
         \"spec\": {{\"nodeName\": \"node-{}\", \"containers\": [{{\"name\": \"c\", \"image\": \"i\", \"ports\": [{{\"name\": \
         \"http\", \"containerPort\": 8000}}]}}]}}, \"status\": {{\"phase\": \"Running\", \"podIP\": \"10.{}.{}.{}\"}}}}",
        app % 8,
        (namespace * APPS + app + number) % 1000,
        namespace,
        app,
        number + 1
    )
}

fn cluster(pods: usize) -> Inventory {
    let classes = pods / REPLICAS;
    let namespaces = classes.div_ceil(APPS);
    let mut random = Seeded(42);
    let mut builder = InventoryBuilder::new();
    for namespace in 0..namespaces {
        let labels = format!("{{\"team\": \"team-{}\"}}", namespace % 40);
        builder.push(resource(&format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {{\"name\": \"ns-{namespace}\", \"labels\": {labels}}}}}"
        )));
        for app in 0..APPS {
            builder.push(resource(&policy(&mut random, namespace, app)));
            for number in 0..REPLICAS {
                builder.push(resource(&pod(namespace, app, number)));
            }
        }
    }
    builder.build()
}

static INVENTORY: LazyLock<Inventory> = LazyLock::new(|| {
    cluster(std::env::var("SEAWALL_BENCH_PODS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000))
});

fn network() -> Network {
    let (network, problems) = Network::build(&INVENTORY, Profile::StrictSpec);
    assert!(problems.is_empty(), "{problems:?}");
    network
}

fn main() {
    let network = network();
    println!(
        "pods: {}, classes: {}, policies: {}",
        network.endpoints().count(),
        network.class_ids().count(),
        network.policies().count()
    );
    divan::main();
}

#[divan::bench(sample_count = 10)]
fn build() -> Network {
    network()
}

#[divan::bench(sample_count = 10)]
fn whole_reachability(bencher: Bencher<'_, '_>) {
    let network = network();
    bencher.bench(|| {
        let mut pairs = 0usize;
        network.reach().rows(|_, rows| pairs += rows.iter().map(|row| row.classes.len()).sum::<usize>());
        pairs
    });
}

#[divan::bench]
fn a_policy_changed(bencher: Bencher<'_, '_>) {
    let mut network = network();
    let mut random = Seeded(7);
    let variants: Vec<Resource> = (0..64).map(|_| resource(&policy(&mut random, 1, 1))).collect();
    let mut next = variants.iter().cycle();
    bencher.bench_local(|| network.apply(next.next().unwrap()));
}

#[divan::bench]
fn a_policy_of_a_namespace_added_and_removed(bencher: Bencher<'_, '_>) {
    let mut network = network();
    let wide = resource(
        "{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"NetworkPolicy\", \"metadata\": {\"name\": \"all\", \"namespace\": \
         \"ns-2\"}, \"spec\": {\"podSelector\": {}, \"ingress\": [{\"from\": [{\"namespaceSelector\": {}}]}]}}",
    );
    bencher.bench_local(|| {
        network.apply(&wide);
        network.delete(GroupKind::new("networking.k8s.io", "NetworkPolicy"), Some("ns-2"), "all");
    });
}

#[divan::bench]
fn a_pod_changed(bencher: Bencher<'_, '_>) {
    let mut network = network();
    let one = resource(&pod(1, 1, 1));
    bencher.bench_local(|| network.apply(&one));
}

#[divan::bench]
fn a_question(bencher: Bencher<'_, '_>) {
    let network = network();
    let ends: Vec<Target> = network.endpoints().step_by(997).map(Target::Endpoint).collect();
    let mut at = 0;
    bencher.bench_local(|| {
        at += 1;
        let (src, dst) = (ends[at % ends.len()], ends[(at * 7 + 3) % ends.len()]);
        network.can(src, dst, Protocol::Tcp, 8001)
    });
}
