//! Mistakes in policies, each with a neighbour that is none.

use seawall_core::Severity;
use seawall_inventory::{Inventory, Lint};
use seawall_network::Network;
use seawall_network::lint::{RULES, lint};

use crate::{cluster, deployment, folder, policy};

fn of((network, inventory): &(Network, Inventory), id: &str) -> Vec<Lint> {
    assert!(RULES.iter().any(|rule| rule.id == id), "{id}");
    lint(network, inventory).into_iter().filter(|lint| lint.rule.id == id).collect()
}

/// Object, route and message of each.
fn shown((network, inventory): &(Network, Inventory), id: &str) -> Vec<String> {
    let world = (network, inventory);
    let lints = lint(world.0, world.1).into_iter().filter(|lint| lint.rule.id == id);
    lints
        .map(|lint| {
            let object = inventory.get(lint.place.resource).unwrap();
            format!("{}/{} {}: {}", object.kind(), object.name(), lint.place.route, lint.message)
        })
        .collect()
}

fn pods() -> String {
    [deployment("a", "web", 8080), deployment("a", "db", 5432), deployment("b", "web", 8080)].concat()
}

fn with(policies: &[String]) -> String {
    pods() + &policies.concat()
}

#[test]
fn rules_are_sorted_and_named_once() {
    assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
}

#[test]
fn selects_nothing() {
    let typo = policy("a", "p", "{podSelector: {matchLabels: {app: wbe}}}");
    assert_eq!(
        shown(&cluster(&with(std::slice::from_ref(&typo))), "policy-selects-nothing"),
        ["NetworkPolicy/p spec.podSelector: selects no pod"]
    );
    let right = policy("a", "p", "{podSelector: {matchLabels: {app: web}}}");
    assert!(of(&cluster(&with(&[right])), "policy-selects-nothing").is_empty());
    let precaution = policy("empty", "p", "{podSelector: {}}");
    assert!(of(&cluster(&with(&[precaution])), "policy-selects-nothing").is_empty());
    // The pods of that namespace stand in another folder.
    let elsewhere = policy("elsewhere", "p", "{podSelector: {matchLabels: {app: x}}}");
    assert!(of(&folder(&with(&[elsewhere])), "policy-selects-nothing").is_empty());
    assert_eq!(of(&folder(&with(&[typo])), "policy-selects-nothing").len(), 1);
}

#[test]
fn matches_nothing() {
    let spec = "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}, {podSelector: {matchLabels: {app: x}}}]}]}";
    assert_eq!(
        shown(&cluster(&with(&[policy("a", "p", spec)])), "peer-matches-nothing"),
        ["NetworkPolicy/p spec.ingress[0].from[1]: this peer matches no pod"]
    );
}

#[test]
fn shadowed_by_what_is_written() {
    let wide = policy("a", "wide", "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 90}]}]}");
    let narrow = |ports: &str| {
        policy(
            "a",
            "narrow",
            &format!(
                "{{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{from: [{{podSelector: {{}}}}], ports: [{ports}]}}]}}"
            ),
        )
    };
    assert_eq!(
        shown(&cluster(&with(&[wide.clone(), narrow("{port: 85}")])), "rule-shadowed"),
        [
            "NetworkPolicy/narrow spec.ingress[0]: changes nothing: `spec.ingress[0]` of `NetworkPolicy/a/wide` covers it"
        ]
    );
    // The order of the objects does not matter in a union.
    assert_eq!(shown(&cluster(&with(&[narrow("{port: 85}"), wide.clone()])), "rule-shadowed").len(), 1);
    assert!(of(&cluster(&with(&[wide.clone(), narrow("{port: 91}")])), "rule-shadowed").is_empty());
    assert!(of(&cluster(&with(&[wide, narrow("{port: http}")])), "rule-shadowed").is_empty());
    // Today `db` is all that has the label, but tomorrow another pod may have it.
    let by_chance = [
        policy("a", "x", "{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 1}]}]}"),
        policy(
            "a",
            "y",
            "{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}, ingress: [{ports: [{port: 1}]}]}",
        ),
    ];
    assert!(of(&cluster(&with(&by_chance)), "rule-shadowed").is_empty());
}

#[test]
fn duplicates_are_said_once_and_not_as_shadows() {
    let spec = "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}";
    let world =
        cluster(&with(&[policy("a", "one", spec), policy("a", "two", spec), policy("b", "one", spec)]));
    assert_eq!(
        shown(&world, "policy-duplicate"),
        ["NetworkPolicy/two spec: says the same as `NetworkPolicy/a/one`"]
    );
    assert!(of(&world, "rule-shadowed").is_empty());
}

fn admin(name: &str, priority: u32, namespace: &str) -> String {
    format!(
        "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {{name: {name}}}\nspec:\n  priority: \
         {priority}\n  subject: {{namespaces: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}}}\n  ingress: \
         [{{action: Deny, from: [{{namespaces: {{}}}}]}}]\n---\n"
    )
}

#[test]
fn priority_ties_need_a_common_subject() {
    let tied = [admin("one", 5, "a"), admin("two", 5, "a")];
    assert_eq!(
        shown(&cluster(&with(&tied)), "priority-tie"),
        [
            "AdminNetworkPolicy/two spec.priority: has the priority 5 of `AdminNetworkPolicy/one`, and both govern `Deployment/db` and `Deployment/web`"
        ]
    );
    assert!(of(&cluster(&with(&[admin("one", 5, "a"), admin("two", 6, "a")])), "priority-tie").is_empty());
    assert!(of(&cluster(&with(&[admin("one", 5, "a"), admin("two", 5, "b")])), "priority-tie").is_empty());
}

#[test]
fn open_namespaces() {
    let some = policy("a", "p", "{podSelector: {matchLabels: {app: web}}}");
    assert_eq!(
        shown(&cluster(&with(&[some])), "namespace-open-ingress"),
        [
            "Deployment/db metadata.namespace: everybody may connect to `Deployment/db` of `a`",
            "Deployment/web metadata.namespace: everybody may connect to `Deployment/web` of `b`",
        ]
    );
    let both = "{podSelector: {}, policyTypes: [Ingress, Egress]}";
    let world = cluster(&with(&[policy("a", "p", both), policy("b", "p", both)]));
    for id in ["namespace-open-ingress", "namespace-open-egress", "policies-forget-egress"] {
        assert!(of(&world, id).is_empty(), "{id}");
    }
    let world = cluster(&with(&[policy("a", "p", "{podSelector: {}}"), policy("b", "p", both)]));
    assert_eq!(of(&world, "policies-forget-egress").len(), 1);
    assert!(of(&world, "namespace-open-egress").is_empty());
    // Every pod is isolated, but by its label: the next one will not be.
    let by_label =
        policy("b", "p", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]}");
    let lints = of(&cluster(&with(&[policy("a", "p", both), by_label])), "namespace-open-ingress");
    assert_eq!(lints.len(), 1);
    assert_eq!(lints[0].severity, Severity::Low);
}

#[test]
fn the_system_makes_no_noise() {
    let text = [deployment("kube-system", "dns", 53), deployment("kube-system", "store", 2379)].concat();
    assert!(lint(&cluster(&text).0, &cluster(&text).1).is_empty());
}

#[test]
fn metadata_services() {
    let out = |block: &str| {
        let spec = format!(
            "{{podSelector: {{}}, policyTypes: [Ingress, Egress], egress: [{{to: [{{ipBlock: {block}}}]}}]}}"
        );
        [policy("a", "p", &spec), policy("b", "p", "{podSelector: {}, policyTypes: [Egress]}")]
    };
    let id = "egress-to-metadata";
    assert_eq!(
        shown(&cluster(&with(&out("{cidr: 0.0.0.0/0}"))), id),
        [
            "NetworkPolicy/p spec.egress[0].to[0].ipBlock.cidr: lets `Deployment/db` and `Deployment/web` ask the metadata service at `169.254.169.254`"
        ]
    );
    assert!(of(&cluster(&with(&out("{cidr: 0.0.0.0/0, except: [169.254.0.0/16]}"))), id).is_empty());
    assert_eq!(of(&cluster(&with(&out("{cidr: 'fd00::/8'}"))), id).len(), 1);
    let node = "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nspec: {providerID: 'aws:///eu/i-1'}\n---\n";
    let lints = of(&cluster(&(node.to_owned() + &with(&out("{cidr: 0.0.0.0/0}")))), id);
    assert_eq!(lints[0].severity, Severity::High);
}

#[test]
fn dns() {
    let dns = "apiVersion: v1\nkind: Pod\nmetadata: {name: dns, namespace: kube-system, labels: {k8s-app: kube-dns}}\nspec: \
               {containers: [{name: c, image: i}]}\n---\n";
    let id = "egress-without-dns";
    let to = |rule: &str| {
        let spec = format!(
            "{{podSelector: {{matchLabels: {{app: web}}}}, policyTypes: [Egress], egress: [{rule}]}}"
        );
        cluster(&(dns.to_owned() + &with(&[policy("a", "p", &spec)])))
    };
    assert_eq!(
        shown(&to("{to: [{podSelector: {}}]}"), id),
        ["NetworkPolicy/p spec.egress: `Deployment/web` may not ask DNS on UDP 53"]
    );
    assert!(of(&to("{to: [{namespaceSelector: {}}], ports: [{protocol: UDP, port: 53}]}"), id).is_empty());
    assert_eq!(of(&to("{to: [{namespaceSelector: {}}], ports: [{port: 53}]}"), id).len(), 1, "TCP only");
    assert!(of(&to(""), id).is_empty(), "nothing is let out on purpose");
}

#[test]
fn sensitive_ports() {
    let id = "sensitive-port-open";
    assert_eq!(
        shown(&cluster(&pods()), id),
        [
            "Deployment/db spec.template.spec.containers[0].ports[0].containerPort: everybody may connect to `Deployment/db` on port 5432 (PostgreSQL)"
        ]
    );
    let held =
        policy("a", "p", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}]}]}");
    assert!(of(&cluster(&with(&[held])), id).is_empty());
}

#[test]
fn named_ports() {
    let id = "named-port-unknown";
    let port = |port: &str| {
        with(&[policy("a", "p", &format!("{{podSelector: {{}}, ingress: [{{ports: [{port}]}}]}}"))])
    };
    assert_eq!(
        shown(&cluster(&port("{port: htp}")), id),
        [
            "NetworkPolicy/p spec.ingress[0].ports[0].port: no pod behind this rule has a port named `htp` of protocol TCP"
        ]
    );
    assert!(of(&cluster(&port("{port: http}")), id).is_empty());
    assert_eq!(of(&cluster(&port("{port: http, protocol: UDP}")), id).len(), 1);
}

#[test]
fn blocks_and_hosts() {
    let node = "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nspec: {podCIDR: 10.244.1.0/24}\n---\n";
    let block = |block: &str| {
        let spec = format!("{{podSelector: {{}}, ingress: [{{from: [{{ipBlock: {block}}}]}}]}}");
        cluster(&(node.to_owned() + &with(&[policy("a", "p", &spec)])))
    };
    assert_eq!(
        shown(&block("{cidr: 10.0.0.0/8}"), "ip-block-meets-pods"),
        [
            "NetworkPolicy/p spec.ingress[0].from[0].ipBlock.cidr: the block holds addresses of pods: 10.244.1.0/24"
        ]
    );
    assert!(of(&block("{cidr: 10.0.0.0/8, except: [10.244.0.0/16]}"), "ip-block-meets-pods").is_empty());
    let host = "apiVersion: v1\nkind: Pod\nmetadata: {name: h, namespace: a, labels: {app: h}}\nspec: {hostNetwork: true, \
                containers: [{name: c, image: i}]}\n---\n";
    let text = host.to_owned() + &policy("a", "p", "{podSelector: {matchLabels: {app: h}}}");
    assert_eq!(
        shown(&cluster(&text), "policy-misses-host-network"),
        [
            "NetworkPolicy/p spec.podSelector: selects `Pod/h`, which stands in the network of its node: the policy does not hold there"
        ]
    );
    assert!(of(&cluster(&text), "policy-selects-nothing").is_empty(), "said already");
}
