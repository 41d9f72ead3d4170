//! Mistakes in policies of Cilium, each with a neighbour that is none.

use seawall_network::lint::{RULES, lint};

use crate::{cluster, deployment, policy};

fn cilium(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: {name}, namespace: a}}\nspec: {spec}\n---\n"
    )
}

fn clusterwide(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {{name: {name}}}\nspec: {spec}\n---\n"
    )
}

/// Object, route and message of each mistake of a kind.
fn shown(policies: &[String], id: &str) -> Vec<String> {
    assert!(RULES.iter().any(|rule| rule.id == id), "{id}");
    let pods =
        [deployment("a", "web", 8080), deployment("a", "db", 5432), deployment("b", "web", 8080)].concat();
    let (network, inventory) = cluster(&(pods + &policies.concat()));
    let lints = lint(&network, &inventory).into_iter().filter(|lint| lint.rule.id == id);
    lints
        .map(|lint| {
            let object = inventory.get(lint.place.resource).unwrap();
            format!("{}/{} {}: {}", object.kind(), object.name(), lint.place.route, lint.message)
        })
        .collect()
}

#[test]
fn an_allow_that_a_deny_makes_dead() {
    let deny = clusterwide("deny", "{endpointSelector: {}, ingressDeny: [{fromEntities: [world]}]}");
    let allow = |cidr: &str| {
        cilium(
            "allow",
            &format!(
                "{{endpointSelector: {{matchLabels: {{app: web}}}}, ingress: [{{fromCIDR: [{cidr}]}}]}}"
            ),
        )
    };
    assert_eq!(
        shown(&[deny.clone(), allow("9.0.0.0/8")], "allow-denied"),
        ["CiliumNetworkPolicy/allow spec.ingress[0]: lets nobody through: `spec.ingressDeny[0]` of \
             `CiliumClusterwideNetworkPolicy/deny` denies it"]
    );
    // Also what a NetworkPolicy allows.
    let block = policy("a", "np", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 9.0.0.0/8}}]}]}");
    assert_eq!(shown(&[deny, block], "allow-denied").len(), 1);
    let narrow = clusterwide("deny", "{endpointSelector: {}, ingressDeny: [{fromCIDR: [9.1.0.0/16]}]}");
    assert_eq!(shown(&[narrow, allow("9.0.0.0/8")], "allow-denied"), [""; 0]);
}

#[test]
fn a_policy_that_isolates_nothing() {
    let open = cilium(
        "open",
        "{endpointSelector: {matchLabels: {app: web}}, enableDefaultDeny: {ingress: false}, ingress: [{fromEndpoints: [{}]}]}",
    );
    assert_eq!(
        shown(std::slice::from_ref(&open), "policy-isolates-nothing"),
        [
            "CiliumNetworkPolicy/open spec.enableDefaultDeny: no policy denies the rest of ingress: these rules change nothing"
        ]
    );
    let isolating = policy("a", "np", "{podSelector: {}}");
    assert_eq!(shown(&[open, isolating], "policy-isolates-nothing"), [""; 0]);
    // What it asks above ports holds all the same.
    let above = cilium(
        "above",
        "{endpointSelector: {}, enableDefaultDeny: {egress: false}, egress: [{toPorts: [{ports: [{port: '53'}], rules: {dns: [{matchName: a.b}]}}]}]}",
    );
    assert_eq!(shown(&[above], "policy-isolates-nothing"), [""; 0]);
}

#[test]
fn an_empty_list_of_peers() {
    let spec = |peers: &str| cilium("p", &format!("{{endpointSelector: {{}}, ingress: [{{{peers}}}]}}"));
    for peers in ["fromEndpoints: []", "fromEndpoints: [], toPorts: [{ports: [{port: '80'}]}]"] {
        assert_eq!(
            shown(&[spec(peers)], "peers-empty"),
            [
                "CiliumNetworkPolicy/p spec.ingress[0].fromEndpoints: `fromEndpoints` is empty: the rule is about nobody"
            ]
        );
    }
    assert_eq!(shown(&[spec("")], "peers-empty"), [""; 0], "the empty rule is how all is denied");
    assert_eq!(shown(&[spec("toPorts: [{ports: [{port: '80'}]}]")], "peers-empty"), [""; 0]);
}

#[test]
fn names_that_are_never_learnt() {
    let names = "{toFQDNs: [{matchName: api.example.com}]}";
    let dns = "{toEndpoints: [{matchLabels: {'k8s:io.kubernetes.pod.namespace': kube-system}}], toPorts: [{ports: [{port: '53', protocol: ANY}]RULES}]}";
    let with = |rules: &str| {
        let dns = dns.replace("RULES", rules);
        cilium("p", &format!("{{endpointSelector: {{}}, egress: [{dns}, {names}]}}"))
    };
    assert_eq!(
        shown(&[with("")], "names-without-dns"),
        [
            "CiliumNetworkPolicy/p spec.egress[1]: the addresses of `api.example.com` are never learnt: no rule has `dns`"
        ]
    );
    assert_eq!(shown(&[with(", rules: {dns: [{matchPattern: '*'}]}")], "names-without-dns"), [""; 0]);
}

#[test]
fn references_to_what_is_not_here() {
    let spec = cilium(
        "p",
        "{endpointSelector: {}, egress: [{toCIDRSet: [{cidrGroupRef: partners}]}, {toServices: [{k8sService: {serviceName: s, namespace: a}}]}]}",
    );
    let group = "apiVersion: cilium.io/v2\nkind: CiliumCIDRGroup\nmetadata: {name: partners}\nspec: {externalCIDRs: [9.0.0.0/8]}\n---\n";
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: a}\nspec: {selector: {app: db}}\n---\n";
    assert_eq!(
        shown(std::slice::from_ref(&spec), "reference-unknown"),
        [
            "CiliumNetworkPolicy/p spec.egress[0]: no CiliumCIDRGroup is what this rule refers to",
            "CiliumNetworkPolicy/p spec.egress[1]: no Service is what this rule refers to",
        ]
    );
    assert_eq!(shown(&[spec.clone(), group.to_owned(), service.to_owned()], "reference-unknown"), [""; 0]);
    let headless = service.replace("{selector: {app: db}}", "{clusterIP: None}");
    assert_eq!(
        shown(&[spec, group.to_owned(), headless], "reference-unknown"),
        [
            "CiliumNetworkPolicy/p spec.egress[1]: a Service of this rule has no selector: its addresses are not looked up"
        ]
    );
}

#[test]
fn shadowed_and_dead_as_with_other_kinds() {
    let port = "ports: [{port: '80', protocol: TCP}]";
    let both = cilium(
        "p",
        &format!(
            "{{endpointSelector: {{matchLabels: {{app: web}}}}, ingress: [{{toPorts: [{{{port}}}]}}, {{toPorts: [{{{port}, rules: {{http: [{{path: /x}}]}}}}]}}]}}"
        ),
    );
    assert_eq!(
        shown(&[both], "rule-shadowed"),
        [
            "CiliumNetworkPolicy/p spec.ingress[1]: what it asks above ports holds nothing back: `spec.ingress[0]` of this \
             policy covers it"
        ]
    );
    let typo = cilium("p", "{endpointSelector: {matchLabels: {app: wbe}}, ingress: [{}]}");
    assert_eq!(
        shown(&[typo], "policy-selects-nothing"),
        ["CiliumNetworkPolicy/p spec.endpointSelector: selects no pod"]
    );
}

#[test]
fn a_namespace_that_cilium_isolates_is_not_open() {
    let all = cilium("all", "{endpointSelector: {}, ingress: [{}], egress: [{}]}");
    let of_a = |policies: &[String], id: &str| {
        shown(policies, id).into_iter().filter(|line| line.contains("`a`")).count()
    };
    for id in ["namespace-open-ingress", "namespace-open-egress"] {
        assert_eq!(of_a(&[], id), 1, "{id}");
        assert_eq!(of_a(std::slice::from_ref(&all), id), 0, "{id}");
    }
    let open = all.replace("spec: {", "spec: {enableDefaultDeny: {ingress: false, egress: false}, ");
    assert_eq!(of_a(&[open], "namespace-open-ingress"), 1);
}
