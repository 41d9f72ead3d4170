//! Lint, exposure and pods that may come, with policies of Calico.

use seawall_inventory::{Inventory, InventoryBuilder};
use seawall_network::lint::lint;
use seawall_network::{Direction, Network, Plugin};

use crate::{deployment, policy as kubernetes, world};

fn cluster(text: &str) -> (Network, Inventory) {
    let mut builder = InventoryBuilder::new();
    world::resources(text).into_iter().for_each(|resource| builder.push(resource));
    builder.complete();
    let inventory = builder.build();
    (Network::build(&inventory, Plugin::Assumed).0, inventory)
}

fn policy(name: &str, namespace: Option<&str>, spec: &str) -> String {
    let (kind, space) = match namespace {
        Some(namespace) => ("NetworkPolicy", format!(", namespace: {namespace}")),
        None => ("GlobalNetworkPolicy", String::new()),
    };
    format!(
        "apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {{name: {name}{space}}}\nspec: {spec}\n---\n"
    )
}

fn tier(name: &str, order: &str) -> String {
    format!(
        "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {{name: {name}}}\nspec: {{order: {order}}}\n---\n"
    )
}

/// Object, route and message of each mistake of a kind, with two Deployments in `a`.
fn shown(objects: &str, id: &str) -> Vec<String> {
    let text = [deployment("a", "web", 8080), deployment("a", "db", 5432), objects.to_owned()].concat();
    let (network, inventory) = cluster(&text);
    let lints = lint(&network, &inventory).into_iter().filter(|lint| lint.rule.id == id);
    lints
        .map(|lint| {
            let object = inventory.get(lint.place.resource).unwrap();
            format!("{}/{} {}: {}", object.kind(), object.name(), lint.place.route, lint.message)
        })
        .collect()
}

#[test]
fn tiers_without_policies() {
    let used = policy("t.p", None, "{tier: t, ingress: [{action: Allow}]}");
    let both = format!("{}{used}", tier("t", "1"));
    assert!(shown(&both, "tier-without-policies").is_empty());
    assert_eq!(
        shown(&format!("{both}{}{}", tier("u", "2"), tier("default", "1000000")), "tier-without-policies"),
        ["Tier/u metadata.name: no policy stands in this tier"]
    );
}

#[test]
fn passes_to_nothing() {
    let pass = policy(
        "t.p",
        None,
        "{tier: t, selector: \"app == 'db'\", ingress: [{action: Allow, protocol: UDP}, {action: Pass}]}",
    );
    let alone = format!("{}{pass}", tier("t", "1"));
    assert_eq!(
        shown(&alone, "pass-to-nothing"),
        ["GlobalNetworkPolicy/t.p spec.ingress[1]: passes on to no tier: what it matches is allowed"]
    );
    // The default tier has a policy for the same pods.
    let followed = format!("{alone}{}", kubernetes("a", "q", "{podSelector: {}}"));
    assert!(shown(&followed, "pass-to-nothing").is_empty());
}

#[test]
fn staged_policies() {
    let staged = policy("p", Some("a"), "{ingress: []}").replace("kind: Network", "kind: StagedNetwork");
    let real = policy("q", Some("a"), "{ingress: []}");
    assert_eq!(
        shown(&format!("{staged}{real}"), "staged-policy"),
        ["StagedNetworkPolicy/p spec: is staged: it is not in force"]
    );
}

#[test]
fn ties_of_order() {
    let one = |name: &str, order: &str, action: &str| {
        policy(name, None, &format!("{{order: {order}, ingress: [{{action: {action}}}]}}"))
    };
    assert_eq!(
        shown(&format!("{}{}", one("p", "1.5", "Deny"), one("q", "1.5", "Allow")), "order-tie"),
        [
            "GlobalNetworkPolicy/q spec.order: has the order 1.5 of `GlobalNetworkPolicy/p`: their names decide which comes first"
        ]
    );
    assert!(
        shown(&format!("{}{}", one("p", "1.5", "Deny"), one("q", "1.25", "Allow")), "order-tie").is_empty()
    );
    assert!(shown(&format!("{}{}", one("p", "1", "Allow"), one("q", "1", "Allow")), "order-tie").is_empty());
}

#[test]
fn rules_behind_a_catch_all() {
    let rules = |first: &str| {
        policy(
            "p",
            Some("a"),
            &format!(
                "{{ingress: [{first}, {{action: Allow, protocol: TCP, source: {{nets: [10.0.0.0/8]}}}}]}}"
            ),
        )
    };
    assert_eq!(
        shown(&rules("{action: Deny}"), "rule-shadowed"),
        ["NetworkPolicy/p spec.ingress[1]: changes nothing: `spec.ingress[0]` of this policy covers it"]
    );
    assert!(shown(&rules("{action: Deny, source: {notNets: [10.0.0.0/8]}}"), "rule-shadowed").is_empty());
    assert!(shown(&rules("{action: Deny, protocol: UDP}"), "rule-shadowed").is_empty());
}

#[test]
fn selects_and_matches_nothing() {
    let typo = policy("p", Some("a"), "{selector: \"app == 'bd'\", ingress: []}");
    assert_eq!(shown(&typo, "policy-selects-nothing"), ["NetworkPolicy/p spec.selector: selects no pod"]);
    let peer = |name: &str| {
        policy(
            "p",
            Some("a"),
            &format!("{{ingress: [{{action: Allow, source: {{selector: \"app == '{name}'\"}}}}]}}"),
        )
    };
    assert_eq!(
        shown(&peer("wbe"), "peer-matches-nothing"),
        ["NetworkPolicy/p spec.ingress[0]: this peer matches no pod"]
    );
    assert!(shown(&peer("web"), "peer-matches-nothing").is_empty());
}

#[test]
fn isolation_counts_whoever_wrote_the_policy() {
    let closed = policy("p", None, "{types: [Ingress, Egress]}");
    assert!(shown(&closed, "namespace-open-ingress").is_empty());
    assert_eq!(shown(&policy("p", None, "{selector: \"app == 'db'\"}"), "namespace-open-ingress").len(), 1);
}

#[test]
fn pods_that_may_come_are_known_by_what_describes_them() {
    let text = |rules: &str| {
        let policies = policy("p", Some("a"), &format!("{{selector: \"app == 'db'\", ingress: [{rules}]}}"));
        deployment("a", "db", 5432) + &policies
    };
    let open = |rules: &str| {
        let (network, _) = cluster(&text(rules));
        let workload = network.workloads().remove(0);
        network.ports_from_anyone(workload.class).to_string()
    };
    assert_eq!(open("{action: Allow, source: {namespaceSelector: 'all()'}}"), "all");
    // Nobody knows whether they have the label.
    assert_eq!(open("{action: Allow, source: {namespaceSelector: 'all()', selector: has(x)}}"), "none");
    assert_eq!(open("{action: Allow, source: {notNets: [10.0.0.0/8]}}"), "all");
    let (network, _) = cluster(&text("{action: Allow, source: {nets: [9.0.0.0/8]}}"));
    let workload = network.workloads().remove(0);
    assert!(network.is_isolated(workload.class, Direction::Ingress));
    assert!(!network.is_isolated(workload.class, Direction::Egress));
}
