//! Calico's documentation, rule by rule: one that has it and one that barely has not.

use seawall_core::Problem;
use seawall_network::{Network, Profile, Protocol, Target};

use crate::world::{inventory, resources, target};

/// Two pods in `a` and one in `b`, with addresses, accounts and a named port.
const PODS: &str = "apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {team: red}}
---
apiVersion: v1
kind: Pod
metadata: {name: x, namespace: a, labels: {app: web, size: big}}
spec: {serviceAccountName: one, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: 'y', namespace: a, labels: {app: db}}
spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.0.0.2}
---
apiVersion: v1
kind: Pod
metadata: {name: z, namespace: b, labels: {app: web}}
spec: {serviceAccountName: one, containers: [{name: c}]}
status: {podIP: 10.0.0.3}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: one, namespace: a, labels: {role: front}}
---
";

pub(super) fn build(text: &str, profile: Profile) -> (Network, Vec<Problem>) {
    Network::build(&inventory(&resources(text)), profile)
}

fn with(objects: &str) -> Network {
    let (network, problems) = build(&format!("{PODS}{objects}"), Profile::Calico);
    let bad: Vec<_> =
        problems.iter().filter(|one| one.severity == seawall_core::ProblemSeverity::Error).collect();
    assert!(bad.is_empty(), "{bad:?}");
    network
}

fn ends(network: &Network, src: &str, dst: &str) -> (Target, Target) {
    let end = |name: &str| match name.parse() {
        Ok(address) => Target::Address(address),
        Err(_) => target(network, name),
    };
    (end(src), end(dst))
}

fn can(network: &Network, src: &str, dst: &str, port: u16) -> bool {
    let (src, dst) = ends(network, src, dst);
    network.can(src, dst, Protocol::Tcp, port).allowed
}

pub(super) fn policy(name: &str, namespace: Option<&str>, spec: &str) -> String {
    let (kind, space) = match namespace {
        Some(namespace) => ("NetworkPolicy", format!(", namespace: {namespace}")),
        None => ("GlobalNetworkPolicy", String::new()),
    };
    format!(
        "apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {{name: {name}{space}}}\nspec: {spec}\n---\n"
    )
}

/// A policy on `a/y` with one rule for ingress, and nothing else.
fn ingress(rule: &str) -> Network {
    with(&policy("p", Some("a"), &format!("{{selector: \"app == 'db'\", ingress: [{rule}]}}")))
}

fn tier(name: &str, spec: &str) -> String {
    format!("apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {{name: {name}}}\nspec: {spec}\n---\n")
}

#[test]
fn a_selected_pod_is_closed_but_for_what_rules_allow() {
    let network = ingress("{action: Allow, source: {selector: \"app == 'web'\"}}");
    assert!(can(&network, "a/x", "a/y", 80));
    // The policy is of a namespace: its selectors look there.
    assert!(!can(&network, "b/z", "a/y", 80));
    assert!(!can(&network, "9.9.9.9", "a/y", 80));
    // Not selected, or in the other direction: open.
    assert!(can(&network, "9.9.9.9", "a/x", 80));
    assert!(can(&network, "a/y", "9.9.9.9", 80));
}

#[test]
fn the_first_rule_that_matches_decides_and_log_is_none() {
    let deny = "{action: Deny, source: {nets: [10.0.0.1/32]}}";
    let allow = "{action: Allow}";
    assert!(!can(&ingress(&format!("{deny}, {allow}")), "a/x", "a/y", 80));
    assert!(can(&ingress(&format!("{allow}, {deny}")), "a/x", "a/y", 80));
    assert!(can(&ingress(&format!("{{action: Log}}, {allow}")), "a/x", "a/y", 80));
    assert!(!can(&ingress("{action: Log}"), "a/x", "a/y", 80));
}

#[test]
fn policies_go_by_order_then_name_and_without_order_last() {
    let global = |name: &str, order: &str, action: &str| {
        policy(name, None, &format!("{{{order} selector: \"app == 'db'\", ingress: [{{action: {action}}}]}}"))
    };
    for (first, second, expected) in [
        (("b", "order: 1.5,", "Deny"), ("a", "order: 1.75,", "Allow"), false),
        (("b", "order: 2,", "Deny"), ("a", "order: 1.75,", "Allow"), true),
        (("b", "order: 2,", "Deny"), ("a", "order: 2,", "Allow"), true),
        (("b", "order: 2,", "Deny"), ("a", "", "Allow"), false),
        (("b", "order: -1,", "Deny"), ("a", "order: 0,", "Allow"), false),
    ] {
        let objects =
            format!("{}{}", global(first.0, first.1, first.2), global(second.0, second.1, second.2));
        assert_eq!(can(&with(&objects), "a/x", "a/y", 80), expected, "{objects}");
    }
}

#[test]
fn tiers_go_by_order_and_pass_goes_on() {
    let early = tier("early", "{order: 10}");
    let in_early = |rules: &str| {
        policy("early.p", None, &format!("{{tier: early, selector: \"app == 'db'\", ingress: [{rules}]}}"))
    };
    let later = policy(
        "q",
        Some("a"),
        "{selector: all(), ingress: [{action: Allow, protocol: TCP, destination: {ports: [80]}}]}",
    );
    let network = with(&format!("{early}{}{later}", in_early("{action: Pass}")));
    assert!(can(&network, "a/x", "a/y", 80));
    assert!(!can(&network, "a/x", "a/y", 81));
    // What nobody passes on ends with the tier.
    let network = with(&format!("{early}{}{later}", in_early("{action: Pass, protocol: UDP}")));
    assert!(!can(&network, "a/x", "a/y", 80));
    // A tier whose policies do not select the pod is no tier of it.
    assert!(can(&network, "b/z", "a/x", 80) && !can(&network, "b/z", "a/x", 81));
    let passing = tier("early", "{order: 10, defaultAction: Pass}");
    let network = with(&format!("{passing}{}{later}", in_early("{action: Pass, protocol: UDP}")));
    assert!(can(&network, "a/x", "a/y", 80));
    // Behind the last tier the namespace's profile allows.
    let network = with(&format!("{early}{}", in_early("{action: Pass}")));
    assert!(can(&network, "9.9.9.9", "a/y", 80));
}

#[test]
fn types_follow_the_rules_that_are_there() {
    let spec = |spec: &str| with(&policy("p", Some("a"), &format!("{{selector: \"app == 'db'\", {spec}}}")));
    let both = |network: &Network| (can(network, "a/x", "a/y", 80), can(network, "a/y", "b/z", 80));
    assert_eq!(both(&spec("ingress: []")), (false, true));
    assert_eq!(both(&spec("egress: [{action: Allow, protocol: UDP}]")), (true, false));
    let rules = "ingress: [{action: Allow, protocol: UDP}], egress: [{action: Allow, protocol: UDP}]";
    assert_eq!(both(&spec(rules)), (false, false));
    assert_eq!(both(&spec(&format!("types: [Egress], {rules}"))), (true, false));
}

#[test]
fn ends_of_a_rule_ask_for_all_of_their_criteria() {
    for (source, x, z, outside) in [
        ("{selector: \"app == 'web'\"}", true, false, false),
        ("{namespaceSelector: 'all()'}", true, true, false),
        ("{namespaceSelector: 'global()'}", false, false, false),
        ("{namespaceSelector: \"team == 'red'\"}", true, false, false),
        (
            "{namespaceSelector: \"projectcalico.org/name == 'b'\", selector: \"app == 'web'\"}",
            false,
            true,
            false,
        ),
        ("{namespaceSelector: 'all()', selector: \"app == 'web' && has(size)\"}", true, false, false),
        ("{selector: \"!has(size)\"}", false, false, false),
        ("{notSelector: has(size)}", false, false, false),
        ("{namespaceSelector: 'all()', notSelector: has(size)}", false, true, false),
        ("{serviceAccounts: {names: [one]}}", true, false, false),
        ("{serviceAccounts: {names: [one]}, namespaceSelector: 'all()'}", true, true, false),
        (
            "{serviceAccounts: {selector: \"role == 'front'\"}, namespaceSelector: 'all()'}",
            true,
            false,
            false,
        ),
        ("{serviceAccounts: {names: [two]}}", false, false, false),
        ("{nets: [10.0.0.0/31]}", true, false, false),
        ("{nets: [10.0.0.0/8], notNets: [10.0.0.1/32]}", false, true, false),
        ("{notNets: [10.0.0.1/32]}", false, true, true),
        ("{nets: [9.0.0.0/8]}", false, false, true),
        ("{nets: [10.0.0.0/8], selector: \"app == 'web'\"}", true, false, false),
    ] {
        let network = ingress(&format!("{{action: Allow, source: {source}}}"));
        let answers = ["a/x", "b/z", "9.9.9.9"].map(|src| can(&network, src, "a/y", 80));
        assert_eq!(answers, [x, z, outside], "{source}");
    }
}

#[test]
fn not_selector_of_a_global_policy_meets_the_outside() {
    let spec = "{selector: \"app == 'db'\", ingress: [{action: Allow, source: {notSelector: has(size)}}]}";
    let network = with(&policy("p", None, spec));
    assert!(!can(&network, "a/x", "a/y", 80));
    assert!(can(&network, "b/z", "a/y", 80));
    assert!(can(&network, "9.9.9.9", "a/y", 80));
}

#[test]
fn the_own_end_of_a_rule_counts_too() {
    let rule = "{action: Allow, destination: {selector: \"app == 'db'\", nets: [10.0.0.2/32]}}";
    let network = with(&policy("p", Some("a"), &format!("{{ingress: [{rule}]}}")));
    assert!(can(&network, "b/z", "a/y", 80));
    assert!(!can(&network, "b/z", "a/x", 80));
    let reach = network.reach();
    let class = |name: &str| match target(&network, name) {
        Target::Endpoint(id) => network.class_of(id).unwrap(),
        _ => unreachable!(),
    };
    let rows = reach.row(class("b/z"));
    assert!(rows.iter().any(|row| row.classes.contains(class("a/y"))));
    assert!(!rows.iter().any(|row| row.classes.contains(class("a/x"))));
}

#[test]
fn ports_and_protocols() {
    for (rule, open, shut) in [
        ("protocol: TCP, destination: {ports: [80, '90:92']}", vec![80, 90, 92], vec![81, 93]),
        ("protocol: TCP, destination: {ports: [http]}", vec![8080], vec![80]),
        ("protocol: TCP, destination: {notPorts: [80]}", vec![81], vec![80]),
        ("protocol: TCP, destination: {notPorts: [http]}", vec![80], vec![8080]),
        ("protocol: TCP, destination: {ports: ['8000:9000'], notPorts: [http]}", vec![8081], vec![8080, 80]),
        ("protocol: UDP, destination: {ports: [80]}", vec![], vec![80]),
        ("protocol: 6, destination: {ports: [80]}", vec![80], vec![81]),
        ("notProtocol: UDP", vec![80], vec![]),
        ("notProtocol: TCP", vec![], vec![80]),
    ] {
        let network = ingress(&format!("{{action: Allow, {rule}}}"));
        for (ports, expected) in [(open, true), (shut, false)] {
            for port in ports {
                assert_eq!(can(&network, "a/x", "a/y", port), expected, "{rule} {port}");
            }
        }
    }
}

#[test]
fn icmp_is_a_protocol_of_its_own() {
    let network = ingress("{action: Allow, protocol: ICMP}");
    let (src, dst) = ends(&network, "a/x", "a/y");
    assert_eq!(network.ports(src, dst).to_string(), "ICMP");
    let network = ingress("{action: Deny, protocol: ICMP}, {action: Allow}");
    let (src, dst) = ends(&network, "a/x", "a/y");
    assert!(network.can(src, dst, Protocol::Other, 47).allowed);
    assert!(!network.can(src, dst, Protocol::Other, 1).allowed);
}

#[test]
fn what_is_finer_than_ports_is_said_and_closes_nothing() {
    for (rule, open) in [
        ("{action: Allow, protocol: TCP, http: {methods: [GET]}}", true),
        ("{action: Allow, protocol: TCP, source: {ports: [1000]}}", true),
        ("{action: Deny, protocol: TCP, source: {ports: [1000]}}, {action: Allow}", true),
        ("{action: Deny, protocol: TCP}, {action: Allow}", false),
    ] {
        let objects = policy("p", Some("a"), &format!("{{selector: \"app == 'db'\", ingress: [{rule}]}}"));
        let (network, problems) = build(&format!("{PODS}{objects}"), Profile::Calico);
        assert_eq!(can(&network, "a/x", "a/y", 80), open, "{rule}");
        assert_eq!(
            problems.iter().any(|one| one.message.contains("not judged")),
            rule.contains("http") || rule.contains("source")
        );
    }
}

#[test]
fn sets_are_addresses_with_labels() {
    let set = |kind: &str, space: &str, nets: &str| {
        format!(
            "apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {{name: s{space}, labels: {{role: partner}}}}\nspec: {{nets: [{nets}]}}\n---\n"
        )
    };
    let rule = |source: &str| {
        policy(
            "p",
            Some("a"),
            &format!("{{selector: \"app == 'db'\", ingress: [{{action: Allow, source: {source}}}]}}"),
        )
    };
    let by_label = "{selector: \"role == 'partner'\"}";
    let own = set("NetworkSet", ", namespace: a", "9.0.0.0/8, 10.0.0.3/32");
    let network = with(&format!("{own}{}", rule(by_label)));
    assert!(can(&network, "9.9.9.9", "a/y", 80));
    assert!(!can(&network, "8.9.9.9", "a/y", 80));
    // A set holds addresses, whoever has them.
    assert!(can(&network, "b/z", "a/y", 80));
    let other = set("NetworkSet", ", namespace: b", "9.0.0.0/8");
    assert!(!can(&with(&format!("{other}{}", rule(by_label))), "9.9.9.9", "a/y", 80));
    let global = set("GlobalNetworkSet", "", "9.0.0.0/8");
    assert!(!can(&with(&format!("{global}{}", rule(by_label))), "9.9.9.9", "a/y", 80));
    let of_all = "{namespaceSelector: 'global()', selector: \"role == 'partner'\"}";
    assert!(can(&with(&format!("{global}{}", rule(of_all))), "9.9.9.9", "a/y", 80));
    assert!(!can(&with(&format!("{own}{}", rule(of_all))), "9.9.9.9", "a/y", 80));
}

#[test]
fn stored_objects_keep_their_labels_in_an_annotation() {
    let set = "apiVersion: crd.projectcalico.org/v1\nkind: GlobalNetworkSet\nmetadata: {name: s, annotations: {projectcalico.org/metadata: '{\"labels\":{\"role\":\"partner\"}}'}}\nspec: {nets: [9.0.0.0/8]}\n---\n";
    let stored = policy(
        "default.p",
        None,
        "{order: 1, selector: \"app == 'db'\", ingress: [{action: Allow, source: {selector: \"role == 'partner'\"}}]}",
    );
    let stored = stored.replace("projectcalico.org/v3", "crd.projectcalico.org/v1");
    let network = with(&format!("{set}{stored}"));
    assert!(can(&network, "9.9.9.9", "a/y", 80) && !can(&network, "8.8.8.8", "a/y", 80));
    // Both views of one policy are one policy.
    let shown = policy("p", None, "{order: 1, selector: \"app == 'db'\", ingress: [{action: Allow}]}");
    let network = with(&format!("{stored}{shown}"));
    assert_eq!(network.policies().count(), 1);
    assert!(can(&network, "8.8.8.8", "a/y", 80));
}

#[test]
fn services_are_their_pods_and_ports() {
    let service = |target: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s, namespace: a}}\nspec: {{selector: {{app: db}}, ports: [{{port: 80, targetPort: {target}}}]}}\n---\n"
        )
    };
    let rule = policy(
        "p",
        Some("b"),
        "{egress: [{action: Allow, destination: {services: {name: s, namespace: a}}}]}",
    );
    for target in ["8080", "http"] {
        let network = with(&format!("{}{rule}", service(target)));
        assert!(can(&network, "b/z", "a/y", 8080), "{target}");
        assert!(!can(&network, "b/z", "a/y", 80), "{target}");
        assert!(!can(&network, "b/z", "a/x", 8080), "{target}");
    }
    assert!(!can(&with(&rule), "b/z", "a/y", 8080));
    let from = policy(
        "p",
        Some("a"),
        "{selector: \"app == 'web'\", ingress: [{action: Allow, source: {services: {name: s}}}]}",
    );
    let network = with(&format!("{}{from}", service("8080")));
    assert!(can(&network, "a/y", "a/x", 1) && !can(&network, "b/z", "a/x", 1));
}

#[test]
fn families_and_pods_without_an_address() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: new, namespace: a}\nspec: {containers: [{name: c}]}\n---\n";
    for (rule, expected) in [
        ("{action: Allow, ipVersion: 4}", true),
        ("{action: Allow, ipVersion: 6}", false),
        ("{action: Allow, source: {notNets: [10.0.0.0/8]}}", true),
        ("{action: Allow, source: {nets: [10.0.0.0/8]}}", false),
    ] {
        let objects = policy("p", Some("a"), &format!("{{selector: \"app == 'db'\", ingress: [{rule}]}}"));
        assert_eq!(can(&with(&format!("{pod}{objects}")), "a/new", "a/y", 80), expected, "{rule}");
    }
    let network = ingress("{action: Allow, ipVersion: 6}");
    assert!(can(&network, "2001:db8::1", "a/y", 80) && !can(&network, "9.9.9.9", "a/y", 80));
}

#[test]
fn accounts_and_namespaces_select_too() {
    let deny = |spec: &str| with(&policy("p", None, &format!("{{{spec}, ingress: []}}")));
    let open = |network: &Network| ["a/x", "a/y", "b/z"].map(|dst| can(network, "9.9.9.9", dst, 80));
    assert_eq!(open(&deny("serviceAccountSelector: \"role == 'front'\"")), [false, true, true]);
    assert_eq!(
        open(&deny("serviceAccountSelector: \"projectcalico.org/name == 'one'\"")),
        [false, true, false]
    );
    assert_eq!(open(&deny("namespaceSelector: \"team == 'red'\"")), [false, false, true]);
    assert_eq!(open(&deny("selector: \"projectcalico.org/namespace == 'b'\"")), [true, true, false]);
    assert_eq!(
        open(&deny("selector: \"projectcalico.org/serviceaccount == 'default'\"")),
        [true, false, true]
    );
}
