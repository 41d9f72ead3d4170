//! The model of attack paths against the oracle.

use std::collections::BTreeSet;

use seawall_inventory::InventoryBuilder;
use seawall_oracle::attacked::{Attacked, attacked};
use seawall_oracle::clusters::Dice;
use seawall_oracle::paths;
use seawall_paths::{Filter, Model};
use serde_json::Value;

use crate::world::resource;

/// How many clusters are made, unless `SEAWALL_ORACLE_CLUSTERS` says otherwise.
const CLUSTERS: u64 = 1_500;

type Pairs = BTreeSet<(String, String)>;

#[expect(clippy::disallowed_methods, reason = "how long to search is for whoever runs the tests to say")]
fn clusters() -> u64 {
    std::env::var("SEAWALL_ORACLE_CLUSTERS").ok().and_then(|text| text.parse().ok()).unwrap_or(CLUSTERS)
}

fn built(objects: &[Value], version: Option<(u32, u32)>) -> Model {
    let mut builder = InventoryBuilder::new();
    if let Some((major, minor)) = version {
        builder.server_version(major, minor);
    }
    objects.iter().for_each(|object| builder.push(resource(object)));
    Model::build(&builder.build()).0
}

fn answered(model: &Model) -> Pairs {
    model.pairs(&Filter::default()).unwrap().into_iter().map(|pair| (pair.from, pair.sink)).collect()
}

/// What only one of the two says: `+` the room, `-` the oracle.
fn difference(objects: &[Value], version: Option<(u32, u32)>) -> Vec<String> {
    let (own, expected) = (answered(&built(objects, version)), paths::pairs(objects, version));
    let word = |mark: &str, (from, sink): &(String, String)| format!("{mark} {from} → {sink}");
    let more = own.difference(&expected).map(|pair| word("+", pair));
    more.chain(expected.difference(&own).map(|pair| word("-", pair))).collect()
}

/// The fewest objects that still show one difference of a cluster, dropped one at a time.
fn smallest(cluster: &Attacked, difference_of: impl Fn(&[Value]) -> Vec<String>) -> (Vec<Value>, String) {
    let mut objects = cluster.objects.clone();
    let wanted = difference_of(&objects).remove(0);
    let mut at = 0;
    while at < objects.len() {
        let mut fewer = objects.clone();
        fewer.remove(at);
        if difference_of(&fewer).contains(&wanted) {
            objects = fewer;
        } else {
            at += 1;
        }
    }
    (objects, wanted)
}

#[test]
fn random_clusters_have_the_same_paths() {
    let (mut pairs, mut sinks) = (0, BTreeSet::new());
    for seed in 0..clusters() {
        let cluster = attacked(&mut Dice::new(seed));
        let difference_of = |objects: &[Value]| difference(objects, cluster.version);
        let found = difference_of(&cluster.objects);
        if !found.is_empty() {
            let (objects, wanted) = smallest(&cluster, difference_of);
            let text: Vec<String> = objects.iter().map(Value::to_string).collect();
            panic!("cluster {seed} of version {:?}: {found:#?}\n{wanted}\n{}", cluster.version, text.join("\n"));
        }
        let expected = paths::pairs(&cluster.objects, cluster.version);
        pairs += expected.len();
        sinks.extend(expected.into_iter().map(|(_, sink)| sink));
    }
    // Clusters in which nothing is reached would prove nothing.
    assert!(pairs > 3 * usize::try_from(clusters()).unwrap(), "{pairs} pairs");
    assert!(sinks.len() > 8, "{sinks:?}");
}

/// Temporary.
#[test]
#[ignore]
fn explore() {
    let mut seen: std::collections::BTreeMap<String, usize> = Default::default();
    for seed in 0..clusters() {
        let cluster = attacked(&mut Dice::new(seed));
        let difference_of = |objects: &[Value]| difference(objects, cluster.version);
        let found = difference_of(&cluster.objects);
        if found.is_empty() { continue; }
        let (objects, wanted) = smallest(&cluster, difference_of);
        let text: Vec<String> = objects.iter().map(Value::to_string).collect();
        let class: Vec<String> = objects.iter().map(|o| format!("{}", o["kind"])).collect();
        let class = format!("{} {}", &wanted[..1], class.join(" "));
        let n = seen.entry(class).or_default();
        *n += 1;
        if *n <= 2 {
            println!("=== {seed} {:?} {wanted}\n{}", cluster.version, text.join("\n"));
        }
    }
    println!("{seen:#?}");
}
