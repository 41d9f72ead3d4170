//! The model of reachability against the oracle.

use seawall_inventory::GroupKind;
use seawall_network::{Network, Profile, Protocol, Target};
use seawall_oracle::clusters::{Dice, PORTS, network};
use seawall_oracle::network::{End, Port, connects};
use serde_json::Value;

use crate::world::{inventory, resource};

/// How many clusters are made; each is asked [`QUESTIONS`] times.
const CLUSTERS: u64 = 10_000;
const QUESTIONS: usize = 20;
const OUTSIDE: &[&str] = &["8.8.8.8", "10.1.0.200", "192.0.2.1", "2001:db8::1", "2001:db9::1"];

fn name(pod: &Value) -> String {
    let metadata = &pod["metadata"];
    format!("Pod/{}/{}", metadata["namespace"].as_str().unwrap(), metadata["name"].as_str().unwrap())
}

fn pods(objects: &[Value]) -> Vec<&Value> {
    objects.iter().filter(|object| object["kind"] == "Pod").collect()
}

fn compare(seed: u64, model: &Network, objects: &[Value], dice: &mut Dice) -> usize {
    let pods = pods(objects);
    let mut allowed = 0;
    for _ in 0..QUESTIONS {
        let end = |dice: &mut Dice| match dice.once_in(4) || pods.is_empty() {
            true => {
                let address = dice.pick(OUTSIDE);
                (End::Outside(address.parse().unwrap()), address.to_owned())
            }
            false => {
                let pod = pods[dice.below(pods.len())];
                (End::Pod(pod), name(pod))
            }
        };
        let ((source, from), (destination, to)) = (end(dice), end(dice));
        if matches!((source, destination), (End::Outside(_), End::Outside(_))) {
            continue;
        }
        let protocol = dice.pick(&[Protocol::Tcp, Protocol::Udp, Protocol::Sctp]);
        let port = Port { protocol: protocol.as_str(), number: dice.pick(PORTS) };
        let expected = connects(objects, source, destination, port);
        let target = |text: &str| -> Target { *model.find(text).unwrap().first().unwrap() };
        let verdict = model.can(target(&from), target(&to), protocol, port.number);
        assert_eq!(
            verdict.allowed, expected,
            "cluster {seed}: {from} to {to} {}/{}: {verdict:#?}\n{objects:#?}",
            port.protocol, port.number
        );
        allowed += usize::from(expected);
    }
    allowed
}

#[test]
fn ten_thousand_random_clusters_are_connected_alike() {
    let mut allowed = 0;
    for seed in 0..CLUSTERS {
        let mut dice = Dice::new(seed);
        let objects = network(&mut dice);
        let (model, _) = Network::build(&inventory(&objects), Profile::StrictSpec);
        allowed += compare(seed, &model, &objects, &mut dice);
    }
    // Questions with one answer only would prove nothing.
    let share = allowed * 100 / (usize::try_from(CLUSTERS).unwrap() * QUESTIONS);
    assert!((10..90).contains(&share), "{share} % allowed");
}

#[test]
fn objects_that_come_and_go_one_by_one_leave_the_same_reach() {
    for seed in 0..1_000 {
        let mut dice = Dice::new(seed);
        let mut objects: Vec<Value> = Vec::new();
        let (mut model, _) = Network::build(&inventory(&[]), Profile::StrictSpec);
        for _ in 0..3 {
            for object in network(&mut dice) {
                objects.retain(|old| identity(old) != identity(&object));
                model.apply(&resource(&object));
                objects.push(object);
            }
            // A pod never outlives its namespace.
            for _ in 0..dice.below(6) {
                let at = dice.below(objects.len());
                if objects[at]["kind"] != "Namespace" {
                    let (version, kind, namespace, name) = identity(&objects.remove(at));
                    let group = version.split_once('/').map_or("", |(group, _)| group);
                    model.delete(GroupKind::new(group, &kind), namespace.as_deref(), &name);
                }
            }
            compare(seed, &model, &objects, &mut dice);
        }
    }
}

fn identity(object: &Value) -> (String, String, Option<String>, String) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let metadata = &object["metadata"];
    let (version, kind) = (text(&object["apiVersion"]).unwrap(), text(&object["kind"]).unwrap());
    (version, kind, text(&metadata["namespace"]), text(&metadata["name"]).unwrap())
}
