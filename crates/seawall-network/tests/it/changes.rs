//! Random worlds and random changes against the naive evaluator and against fresh builds.

use std::net::Ipv4Addr;

use proptest::prelude::*;
use seawall_inventory::{GroupKind, Resource};
use seawall_network::{Direction, Network, Plugin, Profile, Protocol, Target};
use serde_json::Value;

use crate::generate::object;
use crate::generate_cilium::cilium_object;
use crate::naive::{End, allowed};
use crate::naive_cilium;
use crate::world::{inventory, resources};

const OUTSIDE: [&str; 4] = ["9.1.1.1", "8.8.8.8", "172.18.0.9", "10.0.0.200"];
const WHAT: [(&str, u16); 6] =
    [("TCP", 80), ("TCP", 81), ("UDP", 53), ("SCTP", 8080), ("TCP", 7), ("UDP", 8081)];

fn resource(object: &Value) -> Resource {
    resources(&object.to_string()).remove(0)
}

fn identity(object: &Value) -> (String, String, String) {
    let text = |path| object.pointer(path).and_then(Value::as_str).unwrap_or("").to_owned();
    (text("/kind"), text("/metadata/namespace"), text("/metadata/name"))
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

fn fresh(world: &[Value], plugin: impl Into<Plugin>) -> Network {
    let resources: Vec<Resource> = world.iter().map(resource).collect();
    Network::build(&inventory(&resources), plugin).0
}

/// Whether a connection is allowed, by a naive evaluator.
type Judge = fn(&[Value], End<'_>, End<'_>, &str, u64) -> bool;

fn pods(world: &[Value]) -> Vec<&Value> {
    world.iter().filter(|object| object["kind"] == "Pod").collect()
}

fn target(network: &Network, pod: &Value) -> Target {
    let (_, namespace, name) = identity(pod);
    network.find(&format!("{namespace}/{name}")).unwrap()[0]
}

/// Every connection of a world, in words.
fn check(network: &Network, world: &[Value], nodes: &[&str], judge: Judge) -> Result<(), TestCaseError> {
    let pods = pods(world);
    let mut ends: Vec<(End<'_>, Target, String)> = Vec::new();
    for pod in &pods {
        let (_, namespace, name) = identity(pod);
        ends.push((End::Pod(pod), target(network, pod), format!("{namespace}/{name}")));
    }
    for address in OUTSIDE.iter().chain(nodes) {
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
                let expected = judge(world, *src, *dst, protocol, port.into());
                let protocol: Protocol = protocol.parse().unwrap();
                let verdict = network.can(*from, *to, protocol, port);
                prop_assert_eq!(
                    verdict.allowed,
                    expected,
                    "{} -> {} {} {}: {:?}",
                    src_name,
                    dst_name,
                    protocol,
                    port,
                    &verdict
                );
                prop_assert_eq!(
                    ports.contains(protocol, port),
                    expected,
                    "ports of {} -> {}",
                    src_name,
                    dst_name
                );
            }
        }
    }
    check_reach(network, &ends)
}

/// The rows of reach, and the rows of the outside, say what single questions say.
pub(crate) fn check_reach(
    network: &Network,
    ends: &[(End<'_>, Target, String)],
) -> Result<(), TestCaseError> {
    let reach = network.reach();
    let mut streamed = Vec::new();
    reach.rows(|class, rows| streamed.push((class, rows)));
    prop_assert_eq!(streamed.len(), network.class_ids().count());
    for (class, rows) in &streamed {
        prop_assert_eq!(sorted(rows.clone()), sorted(reach.row(*class)));
        for other in network.class_ids() {
            let ports = network.ports(Target::Class(*class), Target::Class(other));
            let row = rows.iter().find(|row| row.classes.contains(other));
            let found = row.map(|row| row.ports.clone()).unwrap_or_default();
            // Traffic of a node with its own pods is no part of reach.
            let hosts = [*class, other].iter().any(|class| {
                network.members(*class).iter().any(|id| network.endpoint(*id).unwrap().host_network())
            });
            if !hosts {
                prop_assert_eq!(&found, &ports);
            }
        }
        for direction in Direction::ALL {
            for row in network.external(*class, direction) {
                for address in OUTSIDE.map(|address| address.parse().unwrap()) {
                    if row.addresses.contains(address) && network.pods_at(address).is_empty() {
                        let (own, outside) = (Target::Class(*class), Target::Address(address));
                        let ports = match direction {
                            Direction::Ingress => network.ports(outside, own),
                            Direction::Egress => network.ports(own, outside),
                        };
                        prop_assert_eq!(&row.ports, &ports);
                    }
                }
            }
        }
    }
    for (_, from, _) in ends {
        for (_, to, _) in ends {
            let ports = network.ports(*from, *to);
            for piece in network.explain(*from, *to) {
                prop_assert_eq!(piece.verdict.allowed, piece.ports.is_subset(&ports));
                prop_assert_eq!(piece.verdict.allowed, piece.ports.meets(&ports));
            }
        }
    }
    Ok(())
}

fn sorted(mut rows: Vec<seawall_network::Row>) -> Vec<seawall_network::Row> {
    rows.sort_by(|a, b| a.ports.cmp(&b.ports));
    rows
}

/// One step of a history.
#[derive(Clone, Debug)]
enum Step {
    Apply(Value),
    Delete(usize),
}

fn step(object: impl Strategy<Value = Value>) -> impl Strategy<Value = Step> {
    prop_oneof![4 => object.prop_map(Step::Apply), 1 => any::<prop::sample::Index>().prop_map(|at| Step::Delete(at.index(64)))]
}

/// Puts steps into an empty model; gives the objects that are left.
fn replay(network: &mut Network, steps: Vec<Step>) -> Vec<Value> {
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
                let (kind, namespace, name) = identity(&object);
                let group =
                    object["apiVersion"].as_str().unwrap().split_once('/').map_or("", |(group, _)| group);
                network.delete(GroupKind::new(group, &kind), Some(&namespace), &name);
            }
            Step::Delete(_) => {}
        }
    }
    objects
}

/// Addresses of nodes.
const NODES: [&str; 2] = ["172.18.0.1", "172.18.0.2"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_build_answers_as_the_naive_evaluator(objects in prop::collection::vec(object(), 4..24)) {
        let world = world(&objects);
        check(&fresh(&world, Profile::StrictSpec), &world, &[], allowed)?;
    }

    #[test]
    fn any_history_answers_as_a_fresh_build(steps in prop::collection::vec(step(object()), 4..40)) {
        let mut network = Network::build(&inventory(&[]), Profile::StrictSpec).0;
        let objects = replay(&mut network, steps);
        check(&network, &objects, &[], allowed)?;
    }

    #[test]
    fn cilium_answers_as_the_naive_evaluator(objects in prop::collection::vec(cilium_object(), 6..28)) {
        let world = world(&objects);
        check(&fresh(&world, Profile::Cilium), &world, &NODES, naive_cilium::allowed)?;
    }

    #[test]
    fn any_history_with_cilium_answers_as_a_fresh_build(
        steps in prop::collection::vec(step(cilium_object()), 6..48),
    ) {
        let mut network = Network::build(&inventory(&[]), Plugin::Assumed).0;
        let objects = replay(&mut network, steps);
        let judge = match network.profile() {
            Profile::Cilium => naive_cilium::allowed,
            _ => allowed,
        };
        prop_assert_eq!(network.profile(), fresh(&objects, Plugin::Assumed).profile());
        let nodes: &[&str] = if network.profile() == Profile::Cilium { &NODES } else { &[] };
        check(&network, &objects, nodes, judge)?;
    }
}
