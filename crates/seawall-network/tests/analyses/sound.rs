//! What is called needless is: without it nothing changes.

use proptest::prelude::*;
use seawall_network::lint::lint;
use seawall_network::{Direction, Network, Target};

use crate::{cluster, deployment};

/// A rule in flow style.
fn rule(key: &'static str) -> impl Strategy<Value = String> {
    let peer = prop::sample::select(vec![
        "",
        "{podSelector: {}}",
        "{podSelector: {matchLabels: {app: web}}}",
        "{namespaceSelector: {}}",
        "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}}",
        "{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}",
        "{ipBlock: {cidr: 10.0.0.0/8}}",
        "{ipBlock: {cidr: 10.1.0.0/16}}, {podSelector: {}}",
    ]);
    let port = prop::sample::select(vec![
        "",
        "{port: 80}",
        "{port: 80, endPort: 90}",
        "{port: http}",
        "{protocol: UDP}",
        "{port: 85}, {protocol: UDP, port: 53}",
    ]);
    (peer, port).prop_map(move |(peer, port)| format!("{{{key}: [{peer}], ports: [{port}]}}"))
}

#[derive(Clone, Debug)]
struct Policy {
    namespace: &'static str,
    subject: &'static str,
    ingress: Option<Vec<String>>,
    egress: Option<Vec<String>>,
}

fn policy() -> impl Strategy<Value = Policy> {
    let subjects = ["{}", "{matchLabels: {app: web}}", "{matchExpressions: [{key: app, operator: Exists}]}"];
    (
        prop::sample::select(vec!["a", "b"]),
        prop::sample::select(subjects.to_vec()),
        prop::option::weighted(0.8, prop::collection::vec(rule("from"), 0..3)),
        prop::option::weighted(0.4, prop::collection::vec(rule("to"), 0..3)),
    )
        .prop_map(|(namespace, subject, ingress, egress)| Policy { namespace, subject, ingress, egress })
}

fn text(policies: &[Option<Policy>]) -> String {
    let mut text = String::new();
    for (namespace, name, port) in [("a", "web", 80), ("a", "db", 85), ("b", "web", 8080), ("b", "api", 53)] {
        text.push_str(&deployment(namespace, name, port));
    }
    for (number, policy) in policies.iter().enumerate() {
        let Some(policy) = policy else { continue };
        let mut spec = format!("podSelector: {}", policy.subject);
        let mut types = Vec::new();
        for (key, word, rules) in
            [("ingress", "Ingress", &policy.ingress), ("egress", "Egress", &policy.egress)]
        {
            if let Some(rules) = rules {
                types.push(word);
                spec.push_str(&format!(", {key}: [{}]", rules.join(", ")));
            }
        }
        if types.is_empty() {
            continue;
        }
        spec.push_str(&format!(", policyTypes: [{}]", types.join(", ")));
        text.push_str(&crate::policy(policy.namespace, &format!("p{number}"), &format!("{{{spec}}}")));
    }
    text
}

/// Everything that is allowed, inside and with the outside.
fn allowed(network: &Network) -> Vec<String> {
    let ends: Vec<_> = network.workloads();
    let mut all = Vec::new();
    for src in &ends {
        for direction in Direction::ALL {
            let rows = network.external(src.class, direction);
            all.push(format!("{src} {direction} {rows:?}"));
        }
        for dst in &ends {
            let ports = network.ports(Target::Class(src.class), Target::Class(dst.class));
            all.push(format!("{src} {dst} {ports}"));
        }
    }
    all
}

proptest! {
    #[test]
    fn what_is_needless_changes_nothing(policies in prop::collection::vec(policy(), 1..6)) {
        let policies: Vec<Option<Policy>> = policies.into_iter().map(Some).collect();
        let (network, inventory) = cluster(&text(&policies));
        let before = allowed(&network);
        for found in lint(&network, &inventory) {
            let object = inventory.get(found.place.resource).unwrap();
            let Some(number) = object.name().strip_prefix('p').and_then(|number| number.parse::<usize>().ok()) else {
                continue;
            };
            let mut less = policies.clone();
            let route = found.place.route.to_string();
            match found.rule.id {
                "policy-duplicate" => less[number] = None,
                "rule-shadowed" => {
                    let one = less[number].as_mut().unwrap();
                    let rules = if route.starts_with("spec.ingress") { &mut one.ingress } else { &mut one.egress };
                    let index: usize = route.split(['[', ']']).nth(1).unwrap().parse().unwrap();
                    rules.as_mut().unwrap().remove(index);
                }
                _ => continue,
            }
            let after = allowed(&cluster(&text(&less)).0);
            prop_assert_eq!(&before, &after, "{} at {} of p{}", found.rule.id, route, number);
        }
    }
}
