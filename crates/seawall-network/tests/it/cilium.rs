//! The rules of Cilium's documentation, one by one.

use seawall_core::ProblemSeverity;
use seawall_inventory::GroupKind;
use seawall_network::{Because, Direction, Network, Plugin, Profile, Protocol, Tier};

use crate::world::{inventory, resources, target};

const PODS: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {team: red}}
---
apiVersion: v1
kind: Namespace
metadata: {name: b, labels: {team: blue}}
---
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {node-role.kubernetes.io/control-plane: ''}}
status: {addresses: [{type: InternalIP, address: 172.18.0.1}]}
---
apiVersion: v1
kind: Node
metadata: {name: n2, labels: {zone: x}}
status: {addresses: [{type: InternalIP, address: 172.18.0.2}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a, labels: {app: web}}
spec: {nodeName: n1, serviceAccountName: leia, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: a, labels: {app: db}}
spec: {nodeName: n2, containers: [{name: c}]}
status: {podIP: 10.0.0.2}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: b, labels: {app: web}}
spec: {nodeName: n1, containers: [{name: c}]}
status: {podIP: 10.0.1.1}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: b}
spec: {nodeName: n2, hostNetwork: true, containers: [{name: c}]}
status: {podIP: 172.18.0.2, hostIP: 172.18.0.2}
";

fn policy(spec: &str) -> String {
    format!(
        "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: p, namespace: a}}\nspec: {spec}\n"
    )
}

fn clusterwide(spec: &str) -> String {
    format!(
        "---\napiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}\n"
    )
}

fn build(policies: &str) -> (Network, Vec<String>) {
    let (network, problems) =
        Network::build(&inventory(&resources(&format!("{PODS}{policies}"))), Profile::Cilium);
    (network, problems.into_iter().map(|problem| problem.message).collect())
}

/// Connections as `src -> dst port`, with `!` before those that must be denied.
fn judge(network: &Network, connections: &[&str]) {
    for connection in connections {
        let (allowed, words) = match connection.strip_prefix('!') {
            Some(words) => (false, words),
            None => (true, *connection),
        };
        let words: Vec<&str> = words.split_whitespace().collect();
        let [src, "->", dst, port] = words.as_slice() else { panic!("{connection}") };
        let (port, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        let (src, dst) = (target(network, src), target(network, dst));
        let (port, protocol) = (port.parse().unwrap(), protocol.parse::<Protocol>().unwrap());
        let verdict = network.can(src, dst, protocol, port);
        assert_eq!(verdict.allowed, allowed, "{connection}: {verdict:?}");
        assert_eq!(network.ports(src, dst).contains(protocol, port), allowed, "{connection}");
    }
}

fn check(policies: &str, connections: &[&str]) {
    let (network, problems) = build(policies);
    assert_eq!(problems, [""; 0]);
    judge(&network, connections);
}

#[test]
fn an_empty_rule_denies_all_and_an_empty_list_governs_nothing() {
    let empty_rule = policy("{endpointSelector: {}, egress: [{}]}");
    check(
        &empty_rule,
        &["!a/web -> a/db 80", "!a/web -> 8.8.8.8 53/udp", "a/db -> a/db 1", "b/web -> a/db 80"],
    );
    let (network, problems) = build(&policy("{endpointSelector: {}, egress: []}"));
    assert!(problems[0].contains("an empty list governs nothing"), "{problems:?}");
    judge(&network, &["a/web -> a/db 80"]);
}

#[test]
fn an_absent_list_of_peers_is_everyone_and_an_empty_one_is_nobody() {
    let ports = "toPorts: [{ports: [{port: '80', protocol: TCP}]}]";
    check(
        &policy(&format!("{{endpointSelector: {{}}, ingress: [{{{ports}}}]}}")),
        &["8.8.8.8 -> a/web 80", "b/web -> a/web 80", "!a/db -> a/web 81", "!a/db -> a/web 80/udp"],
    );
    check(
        &policy(&format!("{{endpointSelector: {{}}, ingress: [{{fromEndpoints: [], {ports}}}]}}")),
        &["!8.8.8.8 -> a/web 80", "!b/web -> a/web 80", "!a/db -> a/web 80"],
    );
    check(
        &policy("{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}"),
        &["a/db -> a/web 1", "!b/web -> a/web 1", "!8.8.8.8 -> a/web 1", "!172.18.0.2 -> a/web 1"],
    );
    check(
        &clusterwide("{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}"),
        &["a/db -> a/web 1", "b/web -> a/web 1", "!8.8.8.8 -> a/web 1", "!172.18.0.2 -> a/web 1"],
    );
}

#[test]
fn selectors_reach_other_namespaces_by_pseudo_labels() {
    for (selector, allowed) in [
        ("{matchLabels: {app: web}}", false),
        ("{matchLabels: {app: web, 'k8s:io.kubernetes.pod.namespace': b}}", true),
        ("{matchLabels: {'any:app': web, io.kubernetes.pod.namespace: b}}", true),
        ("{matchLabels: {'k8s:io.cilium.k8s.namespace.labels.team': blue}}", true),
        ("{matchLabels: {'k8s:io.cilium.k8s.namespace.labels.team': red}}", false),
        (
            "{matchLabels: {'k8s:io.kubernetes.pod.namespace': b, io.cilium.k8s.policy.serviceaccount: leia}}",
            false,
        ),
        (
            "{matchLabels: {'k8s:io.kubernetes.pod.namespace': b, io.cilium.k8s.policy.serviceaccount: default}}",
            true,
        ),
        ("{matchLabels: {'container:app': web, io.kubernetes.pod.namespace: b}}", false),
    ] {
        let spec = format!(
            "{{endpointSelector: {{matchLabels: {{app: db}}}}, ingress: [{{fromEndpoints: [{selector}]}}]}}"
        );
        check(&policy(&spec), &[if allowed { "b/web -> a/db 1" } else { "!b/web -> a/db 1" }]);
    }
    // Whom a policy selects stays in its own namespace.
    let (network, problems) = build(&policy(
        "{endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': b}}, ingress: [{}]}",
    ));
    assert!(problems[0].contains("the other namespace is ignored"), "{problems:?}");
    judge(&network, &["!a/db -> a/web 1", "a/db -> b/web 1"]);
}

#[test]
fn a_negative_selector_without_a_namespace_meets_what_is_no_pod() {
    let spec = "{endpointSelector: {matchLabels: {app: db}}, ingress: [{fromEndpoints: [{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [b]}]}]}]}";
    check(
        &policy(spec),
        &["a/web -> a/db 1", "!b/web -> a/db 1", "8.8.8.8 -> a/db 1", "172.18.0.1 -> a/db 1"],
    );
}

#[test]
fn labels_of_ciliums_own_select_entities() {
    let api = "
---
apiVersion: v1
kind: Endpoints
metadata: {name: kubernetes, namespace: default}
subsets: [{addresses: [{ip: 203.0.113.7}]}]
";
    let from = |selector: &str| {
        let spec = format!(
            "{{endpointSelector: {{matchLabels: {{app: db}}}}, ingress: [{{fromEndpoints: [{selector}]}}]}}"
        );
        format!("{}{api}", policy(&spec))
    };
    check(
        &from("{matchLabels: {'reserved:remote-node': ''}}"),
        &["172.18.0.1 -> a/db 1", "!8.8.8.8 -> a/db 1", "!a/web -> a/db 1"],
    );
    check(
        &from("{matchLabels: {'reserved:kube-apiserver': ''}}"),
        &["203.0.113.7 -> a/db 1", "!8.8.8.8 -> a/db 1", "!172.18.0.1 -> a/db 1"],
    );
    // What serves the API outside the cluster is of the world too.
    for operator in ["DoesNotExist", "NotIn, values: ['']"] {
        check(
            &from(&format!("{{matchExpressions: [{{key: 'reserved:world', operator: {operator}}}]}}")),
            &["!203.0.113.7 -> a/db 1", "!8.8.8.8 -> a/db 1", "172.18.0.1 -> a/db 1", "b/web -> a/db 1"],
        );
    }
}

#[test]
fn deny_wins_over_every_allow() {
    let allow = "
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: a}
spec: {podSelector: {}, ingress: [{}]}
";
    let deny = clusterwide(
        "{endpointSelector: {matchLabels: {app: db}}, ingressDeny: [{fromEndpoints: [{matchLabels: {app: web}}], toPorts: [{ports: [{port: '80'}]}]}]}",
    );
    let (network, problems) = build(&format!("{allow}{deny}"));
    assert_eq!(problems, [""; 0]);
    judge(
        &network,
        &["!a/web -> a/db 80", "!b/web -> a/db 80/sctp", "a/web -> a/db 81", "8.8.8.8 -> a/db 80"],
    );
    let (src, dst) = (target(&network, "a/web"), target(&network, "a/db"));
    let verdict = network.can(src, dst, Protocol::Tcp, 80);
    assert_eq!(verdict.ingress.because, Because::Rules(Tier::NetworkPolicy));
    assert_eq!(
        network.rule_view(verdict.ingress.rules[0]).unwrap().route().to_string(),
        "spec.ingressDeny[0]"
    );
    // Alone, a deny isolates too.
    check(&deny, &["!a/web -> a/db 81", "!8.8.8.8 -> a/db 1", "a/db -> a/web 80"]);
}

#[test]
fn default_deny_can_be_left_out() {
    let open = "enableDefaultDeny: {ingress: false}";
    let deny = "ingressDeny: [{fromEntities: [world]}]";
    let (network, _) = build(&policy(&format!("{{endpointSelector: {{}}, {open}, {deny}}}")));
    judge(&network, &["!8.8.8.8 -> a/db 1", "b/web -> a/db 1"]);
    let class = network.class_ids().next().unwrap();
    assert!(
        network.governing(class, Direction::Ingress).all(|policy| !policy.denies_rest(Direction::Ingress))
    );
    // One policy that asks for it is enough.
    let more =
        policy("{endpointSelector: {matchLabels: {app: db}}, ingress: [{}]}").replace("name: p", "name: q");
    check(
        &format!("{}{more}", policy(&format!("{{endpointSelector: {{}}, {open}, {deny}}}"))),
        &["!b/web -> a/db 1", "b/web -> a/web 1"],
    );
}

#[test]
fn entities() {
    let to = |entities: &str| {
        policy(&format!("{{endpointSelector: {{}}, egress: [{{toEntities: [{entities}]}}]}}"))
    };
    check(&to("all"), &["a/web -> 8.8.8.8 1", "a/web -> b/web 1", "a/web -> 172.18.0.2 1"]);
    check(
        &to("world"),
        &["a/web -> 8.8.8.8 1", "a/web -> 2001:db8::1 1", "!a/web -> b/web 1", "!a/web -> b/agent 1"],
    );
    check(&to("world-ipv4"), &["a/web -> 8.8.8.8 1", "!a/web -> 2001:db8::1 1"]);
    check(&to("world-ipv6"), &["!a/web -> 8.8.8.8 1", "a/web -> 2001:db8::1 1"]);
    check(
        &to("cluster"),
        &["!a/web -> 8.8.8.8 1", "a/web -> b/web 1", "a/web -> b/agent 1", "a/web -> 172.18.0.1 1"],
    );
    check(
        &to("host"),
        &["a/web -> 172.18.0.1 1", "!a/web -> b/agent 1", "a/db -> b/agent 1", "!a/db -> 172.18.0.1 1"],
    );
    check(&to("remote-node"), &["!a/web -> 172.18.0.1 1", "a/web -> b/agent 1", "!a/db -> b/agent 1"]);
    check(&to("host, remote-node"), &["a/web -> 172.18.0.1 1", "a/web -> b/agent 1", "!a/web -> b/web 1"]);
    check(&to("none"), &["!a/web -> 8.8.8.8 1", "!a/web -> b/web 1"]);
    check(&to("ingress, health, init, unmanaged"), &["!a/web -> 8.8.8.8 1", "!a/web -> b/web 1"]);
    check(
        &to("kube-apiserver"),
        &["a/web -> 172.18.0.1 6443", "!a/web -> 172.18.0.2 1", "!a/web -> 8.8.8.8 1"],
    );
    let endpoints = "
---
apiVersion: v1
kind: Endpoints
metadata: {name: kubernetes, namespace: default}
subsets: [{addresses: [{ip: 203.0.113.7}]}]
";
    check(
        &format!("{}{endpoints}", to("kube-apiserver")),
        &["!a/web -> 172.18.0.1 6443", "a/web -> 203.0.113.7 443", "!a/web -> 203.0.113.8 443"],
    );
}

#[test]
fn blocks_meet_neither_pods_nor_nodes() {
    let to = |set: &str| policy(&format!("{{endpointSelector: {{}}, egress: [{set}]}}"));
    check(
        &to("{toCIDR: [0.0.0.0/0]}"),
        &["a/web -> 8.8.8.8 1", "!a/web -> b/web 1", "!a/web -> 172.18.0.2 1", "!a/web -> b/agent 1"],
    );
    check(
        &to("{toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.96.0.0/12]}]}"),
        &["a/web -> 10.9.0.1 1", "!a/web -> 10.96.0.1 1", "!a/web -> b/web 1"],
    );
    let group = "
---
apiVersion: cilium.io/v2alpha1
kind: CiliumCIDRGroup
metadata: {name: partners, labels: {who: partner}}
spec: {externalCIDRs: [198.51.100.0/24]}
";
    for reference in ["cidrGroupRef: partners", "cidrGroupSelector: {matchLabels: {who: partner}}"] {
        let policy = to(&format!("{{toCIDRSet: [{{{reference}, except: [198.51.100.9/32]}}]}}"));
        let connections = ["a/web -> 198.51.100.1 1", "!a/web -> 198.51.100.9 1", "!a/web -> 8.8.8.8 1"];
        check(&format!("{policy}{group}"), &connections);
        // The group may come later, and go.
        let (mut network, _) = build(&policy);
        judge(&network, &["!a/web -> 198.51.100.1 1"]);
        network.apply(&resources(group.trim_start_matches("\n---"))[0]);
        judge(&network, &connections);
        network.delete(GroupKind::new("cilium.io", "CiliumCIDRGroup"), None, "partners");
        judge(&network, &["!a/web -> 198.51.100.1 1"]);
    }
}

#[test]
fn services_are_the_pods_that_they_select() {
    let service = "
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: b, labels: {env: staging}}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
";
    for reference in [
        "k8sService: {serviceName: shop, namespace: b}",
        "k8sService: {serviceName: shop}",
        "k8sServiceSelector: {selector: {matchLabels: {env: staging}}}",
    ] {
        let policy =
            policy(&format!("{{endpointSelector: {{}}, egress: [{{toServices: [{{{reference}}}]}}]}}"));
        check(
            &format!("{policy}{service}"),
            &["a/web -> b/web 8080", "!a/db -> a/web 8080", "!a/db -> 8.8.8.8 80"],
        );
        check(&policy, &["!a/web -> b/web 8080"]);
    }
}

#[test]
fn names_have_no_addresses_and_are_told() {
    let (network, problems) = build(&policy(
        "{endpointSelector: {}, egress: [{toFQDNs: [{matchName: api.example.com}, {matchPattern: '*.example.org'}], toPorts: [{ports: [{port: '443', protocol: TCP}]}]}]}",
    ));
    assert_eq!(problems, [""; 0]);
    judge(&network, &["!a/web -> 8.8.8.8 443"]);
    let verdict = network.can(target(&network, "a/web"), target(&network, "8.8.8.8"), Protocol::Tcp, 443);
    let rules = network.unresolved(Direction::Egress, &verdict.egress);
    let names: Vec<&str> = network.rule_view(rules[0]).unwrap().domain_names().collect();
    assert_eq!(names, ["api.example.com", "*.example.org"]);
}

#[test]
fn ports_by_number_name_and_range() {
    let from = |ports: &str| {
        policy(&format!("{{endpointSelector: {{}}, ingress: [{{toPorts: [{{ports: [{ports}]}}]}}]}}"))
    };
    check(
        &from("{port: '80'}"),
        &["a/db -> a/web 80/sctp", "a/db -> a/web 80/udp", "!a/db -> a/web 80/other"],
    );
    check(&from("{port: '80', endPort: 90, protocol: TCP}"), &["a/db -> a/web 85", "!a/db -> a/web 91"]);
    check(&from("{port: HTTP, protocol: ANY}"), &["a/db -> a/web 8080", "!a/web -> a/db 8080"]);
    check(&from("{port: http, protocol: UDP}"), &["!a/db -> a/web 8080"]);
    check(&from("{port: '0', protocol: UDP}"), &["a/db -> a/web 9/udp", "!a/db -> a/web 9"]);
}

#[test]
fn icmp_is_narrowed_and_excludes_ports() {
    let (network, problems) = build(&policy(
        "{endpointSelector: {}, ingress: [{icmps: [{fields: [{type: 8, family: IPv4}, {type: EchoRequest, family: IPv6}]}]}]}",
    ));
    assert_eq!(problems, [""; 0]);
    judge(&network, &["b/web -> a/web 0/other", "!b/web -> a/web 80"]);
    let verdict = network.can(target(&network, "b/web"), target(&network, "a/web"), Protocol::Other, 0);
    assert_eq!(network.narrowing(&verdict.ingress), ["ICMP type 8, EchoRequest"]);
}

#[test]
fn what_is_asked_above_ports_is_told_unless_another_rule_lets_everything_through() {
    let item = "ports: [{port: '80', protocol: TCP}]";
    let above = format!("{{toPorts: [{{{item}, rules: {{http: [{{method: GET, path: /public}}]}}}}]}}");
    let told = |rules: &str| {
        let (network, problems) = build(&policy(&format!("{{endpointSelector: {{}}, ingress: [{rules}]}}")));
        assert_eq!(problems, [""; 0]);
        let verdict = network.can(target(&network, "b/web"), target(&network, "a/db"), Protocol::Tcp, 80);
        assert!(verdict.allowed);
        network.narrowing(&verdict.ingress).join(" or ")
    };
    assert_eq!(told(&above), "HTTP GET /public");
    assert_eq!(told(&format!("{above}, {{toPorts: [{{{item}}}]}}")), "");
    assert_eq!(told(&format!("{above}, {{fromEntities: [all]}}")), "");
    assert_eq!(told(&format!("{{toPorts: [{{{item}, rules: {{http: [{{}}]}}}}]}}")), "");
    assert_eq!(
        told(&format!("{{toPorts: [{{{item}}}], authentication: {{mode: required}}}}")),
        "with mutual authentication"
    );
    assert_eq!(told(&format!("{{toPorts: [{{{item}, serverNames: [example.com]}}]}}")), "TLS to example.com");
}

#[test]
fn what_the_agent_refuses_takes_the_object_out_of_force() {
    let port = "toPorts: [{ports: [{port: '80', protocol: TCP}]";
    for (spec, cause) in [
        ("{ingress: [{}]}".to_owned(), "it needs either `endpointSelector` or `nodeSelector`"),
        ("{endpointSelector: {}, nodeSelector: {}, ingress: [{}]}".to_owned(), "it needs either"),
        ("{nodeSelector: {}, ingress: [{}]}".to_owned(), "only a CiliumClusterwideNetworkPolicy"),
        ("{endpointSelector: {}}".to_owned(), "it has no rule"),
        ("{endpointSelector: {matchLabels: {'k8s:a b': c}}, ingress: [{}]}".to_owned(), "`a b` is no key of a label"),
        ("{endpointSelector: {}, egress: [{toCIDR: [10.0.0.0]}]}".to_owned(), "`10.0.0.0` is no CIDR"),
        ("{endpointSelector: {}, egress: [{toCIDR: [10.0.0.0/8], toEntities: [world]}]}".to_owned(), "cannot stand in one rule"),
        ("{endpointSelector: {}, egress: [{toFQDNs: [{matchName: a.b}], toEndpoints: [{}]}]}".to_owned(), "cannot stand in one rule"),
        ("{endpointSelector: {}, egress: [{toFQDNs: [{matchName: 'a b'}]}]}".to_owned(), "letters of DNS"),
        ("{endpointSelector: {}, egress: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/8]}]}]}".to_owned(), "an exception must be a part"),
        ("{endpointSelector: {}, egress: [{toCIDRSet: [{cidr: 10.0.0.0/8, cidrGroupRef: g}]}]}".to_owned(), "it needs one of"),
        ("{endpointSelector: {}, egress: [{toEntities: [mars]}]}".to_owned(), "`mars` is no entity"),
        ("{endpointSelector: {}, egressDeny: [{toFQDNs: [{matchName: a.b}]}]}".to_owned(), "a rule that denies has no `toFQDNs`"),
        (format!("{{endpointSelector: {{}}, ingressDeny: [{{{port}, rules: {{http: [{{}}]}}}}]}}]}}"), "a rule that denies has no `rules`"),
        (format!("{{endpointSelector: {{}}, ingress: [{{{port}}}], icmps: [{{fields: [{{type: 8}}]}}]}}]}}"), "`icmps` and `toPorts`"),
        ("{endpointSelector: {}, ingress: [{icmps: [{fields: [{type: 8, family: IPX}]}]}]}".to_owned(), "`IPX` is no family"),
        ("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: 80}]}]}]}".to_owned(), "must be a port"),
        ("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '70000'}]}]}]}".to_owned(), "must be a port"),
        ("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '80', endPort: 79}]}]}]}".to_owned(), "`endPort` must be"),
        ("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '80', protocol: QUIC}]}]}]}".to_owned(), "`QUIC` is no protocol"),
        ("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '80', protocol: UDP}], rules: {http: [{}]}}]}]}".to_owned(), "need the protocol `TCP`"),
        ("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '53'}], rules: {dns: [{matchPattern: '*'}]}}]}]}".to_owned(), "rules for DNS stand in rules of egress only"),
        (format!("{{endpointSelector: {{}}, egress: [{{{port}, rules: {{http: [{{}}], dns: [{{matchName: a}}]}}}}]}}]}}"), "rules for one protocol only"),
        (format!("{{endpointSelector: {{}}, ingress: [{{{port}, listener: {{name: x}}}}]}}]}}"), "`listener` stands in rules of egress only"),
        (format!("{{endpointSelector: {{}}, ingress: [{{{port}}}], authentication: {{mode: maybe}}}}]}}"), "`maybe` is no mode"),
        ("{endpointSelector: {}, egress: [{toServices: [{}]}]}".to_owned(), "it needs `k8sService`"),
        ("{endpointSelector: {}, enableDefaultDeny: {ingress: no-thanks}, ingress: [{}]}".to_owned(), "it must be `true` or `false`"),
    ] {
        let text = format!("{PODS}{}", policy(&spec));
        let (network, problems) = Network::build(&inventory(&resources(&text)), Profile::Cilium);
        assert_eq!(network.policies().count(), 0, "{spec}");
        assert_eq!(problems.len(), 1, "{spec}: {problems:?}");
        assert_eq!(problems[0].severity, ProblemSeverity::Error);
        assert!(problems[0].message.contains(cause), "{spec}: {}", problems[0].message);
        assert!(problems[0].position.is_some(), "{spec}");
    }
}

#[test]
fn one_wrong_rule_of_several_takes_all_out_of_force() {
    let good = "{endpointSelector: {matchLabels: {app: web}}, ingress: [{}]}";
    let both = |second: &str| {
        policy(good).replace(&format!("spec: {good}"), &format!("spec: {good}\nspecs: [{second}]"))
    };
    check(
        &both("{endpointSelector: {matchLabels: {app: db}}, egress: [{}]}"),
        &["!a/db -> a/web 1", "!a/db -> 8.8.8.8 1", "a/web -> 8.8.8.8 1"],
    );
    let (network, problems) = build(&both("{endpointSelector: {}, egress: [{toCIDR: [x]}]}"));
    assert!(problems[0].contains("at `specs[0].egress[0].toCIDR[0]`"), "{problems:?}");
    judge(&network, &["a/db -> a/web 1"]);
}

#[test]
fn what_is_not_judged_is_said() {
    for (text, cause) in [
        (
            clusterwide("{nodeSelector: {}, ingress: [{fromEntities: [cluster]}]}"),
            "policies of nodes are not judged",
        ),
        (policy("{endpointSelector: {}, ingress: [{fromRequires: [{}]}]}"), "Cilium 1.19 took away"),
        (
            policy("{endpointSelector: {}, egress: [{toGroups: [{aws: {}}]}]}"),
            "addresses of groups of a cloud are not known",
        ),
        (policy("{endpointSelector: {}, egress: [{toNodes: [{}]}]}"), "enable-node-selector-labels"),
        (policy("{endpointSelector: {}, ingressDeny: [{icmps: [{fields: [{type: 8}]}]}]}"), "is not judged"),
        (
            policy("{endpointSelector: {matchLabels: {io.cilium.k8s.policy.cluster: x}}, ingress: [{}]}"),
            "names of clusters",
        ),
        (
            clusterwide("{endpointSelector: {matchLabels: {'reserved:health': ''}}, ingress: [{}]}"),
            "no pod can be what",
        ),
        (
            policy("{endpointSelector: {}, ingress: [{}], enableDefaultDeny: {egress: true}}"),
            "it has no effect",
        ),
    ] {
        let (_, problems) = build(&text);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains(cause), "{problems:?}");
    }
}

#[test]
fn the_profile_is_assumed_from_the_policies_that_are_here() {
    let objects = |more: &str| inventory(&resources(&format!("{PODS}{more}")));
    let deny = policy("{endpointSelector: {}, ingress: [{}]}");
    let (network, problems) = Network::build(&objects(&deny), Plugin::Assumed);
    assert_eq!(network.profile(), Profile::Cilium);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].severity, ProblemSeverity::Note);
    assert!(problems[0].message.contains("as with `--cni cilium`"), "{problems:?}");
    judge(&network, &["!a/db -> a/web 1"]);
    let (network, problems) = Network::build(&objects(&deny), Profile::Calico);
    assert!(problems[0].message.contains("not in force with `--cni calico`"), "{problems:?}");
    assert!(problems[0].position.is_none() || problems[0].file.is_some());
    judge(&network, &["a/db -> a/web 1"]);
    // It follows the objects: blocks of NetworkPolicies meet pods before and after, not while Cilium judges.
    let block = "
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: block, namespace: b}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}
";
    let (mut network, _) = Network::build(&objects(block), Plugin::Assumed);
    judge(&network, &["a/db -> b/web 1"]);
    network.apply(&resources(deny.trim_start_matches("---\n"))[0]);
    assert_eq!(network.profile(), Profile::Cilium);
    judge(&network, &["!a/db -> b/web 1", "!a/db -> a/web 1"]);
    network.delete(GroupKind::new("cilium.io", "CiliumNetworkPolicy"), Some("a"), "p");
    assert_eq!(network.profile(), Profile::StrictSpec);
    judge(&network, &["a/db -> b/web 1", "a/db -> a/web 1"]);
}
