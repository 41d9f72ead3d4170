//! The module against the naive evaluator: what it says for sure must hold for every request, and what it leaves open must be
//! open, as far as no rule about requests makes that hard to see.

use std::collections::BTreeSet;

use proptest::prelude::*;
use seawall_network::Target;
use seawall_network::mesh::MeshAnswer;
use serde_json::Value;

use crate::generate::{PORTS, world};
use crate::naive::{self, End, Request};
use crate::{World, cluster};

/// What the port of a pod speaks: `http`, `tcp`, or either where Services do not say or contradict each other.
fn speaks(objects: &[Value], pod: &Value, port: u64) -> BTreeSet<bool> {
    let behind = naive::of_kind(objects, "Service").filter(|service| {
        service["metadata"]["namespace"] == pod["metadata"]["namespace"]
            && service["spec"]["selector"]["app"] == pod["metadata"]["labels"]["app"]
    });
    let ports = behind.flat_map(|service| service["spec"]["ports"].as_array().unwrap());
    let names: BTreeSet<&str> = ports
        .filter(|one| one["port"].as_u64() == Some(port))
        .map(|one| one["name"].as_str().unwrap().split('-').next().unwrap())
        .collect();
    match names.into_iter().collect::<Vec<_>>().as_slice() {
        ["http"] => [true].into(),
        ["tcp"] => [false].into(),
        _ => [true, false].into(),
    }
}

/// What happens to all requests that come this way.
fn outcomes(objects: &[Value], src: End<'_>, dst: &Value, port: u64, mutual: bool) -> BTreeSet<bool> {
    let mut outcomes = BTreeSet::new();
    for http in speaks(objects, dst, port) {
        for (method, path) in
            [("GET", "/a"), ("GET", "/b"), ("GET", "/c"), ("POST", "/a"), ("POST", "/b"), ("POST", "/c")]
        {
            for (token, header, authorized) in [
                (true, "1", true),
                (true, "2", true),
                (false, "1", true),
                (false, "2", true),
                (true, "1", false),
                (false, "2", false),
            ] {
                let request = Request { port, mutual, http, method, path, token, header, authorized };
                outcomes.insert(naive::allowed(objects, src, dst, &request));
            }
        }
    }
    outcomes
}

/// The answers that are right for what happens; where requests matter, leaving it open is never wrong.
fn right(outcomes: &BTreeSet<bool>, exact: bool) -> BTreeSet<MeshAnswer> {
    let sure = match (outcomes.contains(&true), outcomes.contains(&false)) {
        (true, false) => MeshAnswer::Allowed,
        (false, _) => MeshAnswer::Denied,
        (true, true) => return [MeshAnswer::Depends].into(),
    };
    if exact { [sure].into() } else { [sure, MeshAnswer::Depends].into() }
}

fn expected(objects: &[Value], src: End<'_>, dst: &Value, port: u64, exact: bool) -> BTreeSet<MeshAnswer> {
    let way = |mutual| right(&outcomes(objects, src, dst, port, mutual), exact);
    let member = match src {
        End::Pod(pod) => naive::member(pod),
        End::Outside(_) => None,
    };
    let mode = naive::mode(objects, dst, port);
    let (own, other) = (member == Some("ambient"), naive::member(dst) == Some("ambient"));
    let tunnels = |pod: &Value| pod["metadata"]["labels"].get("networking.istio.io/tunnel").is_some();
    let understood = own == other
        || match src {
            End::Pod(pod) => tunnels(if own { dst } else { pod }),
            End::Outside(_) => true,
        };
    match (member, mode.as_str()) {
        (None, _) => way(false),
        (_, "DISABLE") if !other => way(false),
        (_, "STRICT") if understood => way(true),
        (_, "STRICT") => {
            let open =
                |answer: MeshAnswer| if answer == MeshAnswer::Denied { answer } else { MeshAnswer::Depends };
            way(true).into_iter().map(open).collect()
        }
        _ if own && understood => way(true),
        _ => {
            let plain = way(false);
            let both = |mutual: MeshAnswer| {
                plain.iter().map(move |plain| match (mutual, plain) {
                    (MeshAnswer::Denied, MeshAnswer::Denied) => MeshAnswer::Denied,
                    (MeshAnswer::Denied, _) => MeshAnswer::Depends,
                    (mutual, _) => mutual,
                })
            };
            way(true).into_iter().flat_map(both).collect()
        }
    }
}

fn answer(world: &World, src: Target, dst: Target, port: u64) -> Option<MeshAnswer> {
    let pieces = world.mesh.judge_targets(&world.network, src, dst)?;
    let port = u16::try_from(port).unwrap();
    let here = |piece: &&seawall_network::mesh::MeshPiece| {
        piece.ports.contains(seawall_network::Protocol::Tcp, port)
    };
    let found: Vec<_> = pieces.iter().filter(here).collect();
    assert_eq!(found.len(), 1, "pieces are disjoint and whole");
    Some(found[0].verdict.answer)
}

fn check(objects: &[Value], exact: bool) -> Result<(), TestCaseError> {
    let texts: Vec<String> = objects.iter().map(ToString::to_string).collect();
    let world = cluster(&texts.join("\n---\n"));
    prop_assert!(world.problems.is_empty(), "{:?}", world.problems);
    let pods: Vec<&Value> = naive::of_kind(objects, "Pod").collect();
    let name = |pod: &Value| {
        format!(
            "{}/{}",
            pod["metadata"]["namespace"].as_str().unwrap(),
            pod["metadata"]["name"].as_str().unwrap()
        )
    };
    let outside = std::net::Ipv4Addr::new(8, 8, 8, 8);
    let sources = pods.iter().map(|pod| (End::Pod(pod), crate::world::target(&world.network, &name(pod))));
    let sources = sources.chain([(End::Outside(outside), Target::Address(outside.into()))]);
    for (src, source) in sources {
        for dst in &pods {
            let target = crate::world::target(&world.network, &name(dst));
            for port in PORTS {
                let answer = answer(&world, source, target, port);
                if source == target || naive::member(dst).is_none() {
                    prop_assert_eq!(answer, None);
                    continue;
                }
                let expected = expected(objects, src, dst, port, exact);
                let answer = answer.unwrap();
                prop_assert!(
                    expected.contains(&answer),
                    "to {} on {port}: {answer:?}, expected {expected:?}",
                    name(dst)
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn without_rules_about_requests_answers_are_exact(objects in world(false)) {
        // What an authorizer says stays open.
        let custom = objects.iter().any(|one| one["spec"]["action"] == "CUSTOM");
        check(&objects, !custom)?;
    }

    #[test]
    fn with_rules_about_requests_sure_answers_hold_for_all(objects in world(true)) {
        check(&objects, false)?;
    }
}
