//! What keeps the pods of one workload apart.

use seawall_inventory::{PodView, Selector};
use seawall_yaml::Node;

/// Labels of nodes that name a failure domain; the last two are the names before Kubernetes 1.17.
const TOPOLOGIES: [&str; 5] = [
    "kubernetes.io/hostname",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
];

/// Whether an anti-affinity, required or preferred, or a spread constraint keeps pods like this one apart.
pub(crate) fn keeps_apart(pod: &PodView<'_>) -> bool {
    let affinity = pod.spec().path(&["affinity", "podAntiAffinity"]);
    let terms = |key| affinity.map(|affinity: Node<'_>| affinity.list(key)).into_iter().flatten();
    let required = terms("requiredDuringSchedulingIgnoredDuringExecution");
    let preferred = terms("preferredDuringSchedulingIgnoredDuringExecution")
        .filter_map(|weighted| weighted.get("podAffinityTerm"));
    required.chain(preferred).any(|term| is_over_domain(term) && selects(pod, term))
        || pod
            .spec()
            .list("topologySpreadConstraints")
            .any(|constraint| is_over_domain(constraint) && spreads(pod, constraint))
}

/// Whether a spread constraint spreads pods like this one, over whatever topology.
pub(crate) fn spreads(pod: &PodView<'_>, constraint: Node<'_>) -> bool {
    constraint.str("topologyKey").is_some_and(|key| !key.is_empty()) && selects(pod, constraint)
}

fn is_over_domain(term: Node<'_>) -> bool {
    term.str("topologyKey").is_some_and(|key| TOPOLOGIES.contains(&key))
}

fn selects(pod: &PodView<'_>, term: Node<'_>) -> bool {
    Selector::label_selector(term.get("labelSelector")).matches(pod.labels())
}
