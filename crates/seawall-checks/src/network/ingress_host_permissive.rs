//! `network-ingress-host-permissive`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-ingress-host-permissive",
    title: "an Ingress answers for names that it does not know",
    why: "a rule for every name takes requests that another team published under a name of its own, and answers under names \
          that an attacker points at the cluster",
    help: "write the host names that the program serves",
    pillar: Pillar::Network,
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    judge: Judge::Resource(
        &[GroupKind::new("networking.k8s.io", "Ingress"), GroupKind::new("extensions", "Ingress")],
        judge,
    ),
    ..Check::PLAIN
};

fn judge(ingress: &Resource, out: &mut Verdicts<'_>) {
    let rules = ingress.root().get("spec").into_iter().flat_map(|spec| spec.list("rules"));
    for rule in rules {
        let place = |node| Place { resource: ingress.id(), route: ingress.route_of(node) };
        match rule.get("host").map(|host| (host, host.as_str().unwrap_or(""))) {
            Some((host, text)) if text.contains('*') => {
                out.fail(place(host), format!("answers for every name of `{text}`"));
            }
            Some((host, "")) => {
                out.fail(place(host), "answers for every name");
            }
            Some(_) => {}
            None => {
                out.fail(place(rule).keys(&["host"]), "answers for every name");
            }
        }
    }
}
