//! Random worlds and random changes against the naive evaluator and against fresh builds.

use std::net::Ipv4Addr;

use proptest::prelude::*;
use seawall_inventory::{GroupKind, Resource};
use seawall_network::{Network, Profile, Protocol, Target};
use serde_json::Value;

use super::generate::object;
use super::naive::allowed;
use crate::changes::check_reach;
use crate::naive::End;
use crate::world::{inventory, resources};

const OUTSIDE: [&str; 4] = ["9.1.1.1", "8.8.8.8", "172.18.0.9", "10.0.0.200"];
const WHAT: [(&str, u16); 5] = [("TCP", 80), ("TCP", 53), ("UDP", 53), ("SCTP", 8080), ("UDP", 8081)];

fn resource(object: &Value) -> Resource {
    resources(&object.to_string()).remove(0)
}

type Identity = (String, String, String, String);

fn identity(object: &Value) -> Identity {
    let text = |path| object.pointer(path).and_then(Value::as_str).unwrap_or("").to_owned();
    (text("/apiVersion"), text("/kind"), text("/metadata/namespace"), text("/metadata/name"))
}

/// The objects of a sequence, of one identity the last.
fn world(objects: &[Value]) -> Vec<Value> {
    let mut world: Vec<Value> = Vec::new();
    for object in objects {
        world.retain(|other| identity(other) != identity(object));
        world.push(object.clone());
    }
    world
}

fn fresh(world: &[Value]) -> Network {
    let resources: Vec<Resource> = world.iter().map(resource).collect();
    Network::build(&inventory(&resources), Profile::Calico).0
}

/// Every connection of a world.
fn check(network: &Network, world: &[Value]) -> Result<(), TestCaseError> {
    let mut ends: Vec<(End<'_>, Target, String)> = Vec::new();
    for pod in world.iter().filter(|object| object["kind"] == "Pod") {
        let (_, _, namespace, name) = identity(pod);
        let target = network.find(&format!("{namespace}/{name}")).unwrap()[0];
        ends.push((End::Pod(pod), target, format!("{namespace}/{name}")));
    }
    for address in OUTSIDE {
        let address: Ipv4Addr = address.parse().unwrap();
        ends.push((End::Outside(address), Target::Address(address.into()), address.to_string()));
    }
    for (src, from, src_name) in &ends {
        for (dst, to, dst_name) in &ends {
            if matches!((src, dst), (End::Outside(_), End::Outside(_))) {
                continue;
            }
            let ports = network.ports(*from, *to);
            for (protocol, port) in WHAT {
                let expected = allowed(world, *src, *dst, protocol, port.into());
                let protocol: Protocol = protocol.parse().unwrap();
                let verdict = network.can(*from, *to, protocol, port);
                let what = format!("{src_name} -> {dst_name} {protocol} {port}: {verdict:?}");
                prop_assert_eq!(verdict.allowed, expected, "{}", what);
                prop_assert_eq!(ports.contains(protocol, port), expected, "ports of {}", what);
            }
        }
    }
    check_reach(network, &ends)
}

/// One step of a history.
#[derive(Clone, Debug)]
enum Step {
    Apply(Value),
    Delete(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => object().prop_map(Step::Apply),
        1 => any::<prop::sample::Index>().prop_map(|at| Step::Delete(at.index(64))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_build_answers_as_the_naive_evaluator(objects in prop::collection::vec(object(), 4..28)) {
        let world = world(&objects);
        check(&fresh(&world), &world)?;
    }

    #[test]
    fn any_history_answers_as_a_fresh_build(steps in prop::collection::vec(step(), 4..44)) {
        let mut network = Network::build(&inventory(&[]), Profile::Calico).0;
        let mut objects: Vec<Value> = Vec::new();
        for step in steps {
            match step {
                Step::Apply(object) => {
                    network.apply(&resource(&object));
                    objects.retain(|other| identity(other) != identity(&object));
                    objects.push(object);
                }
                Step::Delete(at) if !objects.is_empty() => {
                    let object = objects.remove(at % objects.len());
                    let (version, kind, namespace, name) = identity(&object);
                    let group = version.split_once('/').map_or("", |(group, _)| group);
                    network.delete(GroupKind::new(group, &kind), Some(&namespace), &name);
                }
                Step::Delete(_) => {}
            }
        }
        check(&network, &objects)?;
    }
}
