//! `network-policy-selectors-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};
use seawall_yaml::Node;

use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-policy-selectors-missing",
    title: "network policy names neither its pods nor their peers",
    why: "a policy that selects every pod and allows everybody on some ports opens these ports on pods that nobody thought \
          of when it was written",
    help: "select the pods that have the port, or name who connects",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &["CIS-1.23:5.3.2", "NSA:2.0"],
    judge: Judge::Resource(&[GroupKind::new("networking.k8s.io", "NetworkPolicy")], judge),
    ..Check::PLAIN
};

fn judge(policy: &Resource, out: &mut Verdicts<'_>) {
    let Some(spec) = policy.root().get("spec") else { return };
    let selector = spec.get("podSelector");
    let selects =
        |list| selector.is_some_and(|selector| selector.get(list).is_some_and(|own| !own.is_empty()));
    if selects("matchLabels") || selects("matchExpressions") {
        return;
    }
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.list(rules) {
            let names_peers = rule.list(peers).next().is_some();
            if names_peers || is_dns(rule) {
                continue;
            }
            let place = Place { resource: policy.id(), route: policy.route_of(rule) };
            let message = format!("selects every pod, and the rule has no `{peers}`");
            let draft = out.fail(place, message);
            if let Some(selector) = selector {
                let place = Place { resource: policy.id(), route: policy.route_of(selector) };
                draft.related(place, "every pod of the namespace");
            }
        }
    }
}

/// Whether a rule is about name look-ups only, which every pod needs.
fn is_dns(rule: Node<'_>) -> bool {
    let mut ports = rule.list("ports").peekable();
    ports.peek().is_some() && ports.all(|port| matches!(port.int("port"), Some(53 | 5353)))
}
