//! The rules of the API, one by one.

use std::ops::ControlFlow;

use seawall_network::list::Families;
use seawall_network::{Because, Protocol, Tier};

use crate::world::{network, target};

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
kind: Pod
metadata: {name: web, namespace: a, labels: {app: web}}
spec: {nodeName: n1, containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: a, labels: {app: db}}
spec: {nodeName: n2, containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.2}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: b, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.1.1}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: b}
spec: {nodeName: n1, hostNetwork: true, containers: [{name: c, image: i}]}
status: {podIP: 172.18.0.2, hostIP: 172.18.0.2}
";

/// Connections as `src -> dst port`, with `!` before those that must be denied.
fn check(policies: &str, connections: &[&str]) {
    let (network, problems) = network(&format!("{PODS}---{policies}"));
    assert!(problems.is_empty(), "{problems:?}");
    for connection in connections {
        let (allowed, words) = match connection.strip_prefix('!') {
            Some(words) => (false, words),
            None => (true, *connection),
        };
        let words: Vec<&str> = words.split_whitespace().collect();
        let [src, "->", dst, port] = words.as_slice() else { panic!("{connection}") };
        let (port, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        let (src, dst) = (target(&network, src), target(&network, dst));
        let (port, protocol) = (port.parse().unwrap(), protocol.parse::<Protocol>().unwrap());
        let verdict = network.can(src, dst, protocol, port);
        assert_eq!(verdict.allowed, allowed, "{connection}: {verdict:?}");
        assert_eq!(network.ports(src, dst).contains(protocol, port), allowed, "{connection}");
    }
}

#[test]
fn without_policies_everything_is_allowed() {
    check(
        "\n",
        &["a/web -> a/db 1", "a/web -> 8.8.8.8 53/udp", "8.8.8.8 -> a/web 80", "a/web -> b/agent 9/sctp"],
    );
}

#[test]
fn a_policy_isolates_what_it_selects() {
    check(
        "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: a}
spec: {podSelector: {matchLabels: {app: web}}}
",
        &[
            "!a/db -> a/web 80",
            "a/web -> a/db 80",
            "a/web -> a/web 80",
            "!b/web -> a/web 80",
            "b/web -> a/db 80",
            "!8.8.8.8 -> a/web 80",
            // The pod's own node, by a pod in its network and by address.
            "b/agent -> a/web 80",
        ],
    );
}

#[test]
fn named_ports_resolve_at_the_destination() {
    check(
        "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: a}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
  - ports: [{port: http}]
  egress:
  - ports: [{port: http}]
    to: [{podSelector: {}}]
",
        &["a/db -> a/web 8080", "!a/db -> a/web 80", "!a/web -> a/db 8080", "b/web -> a/web 8080"],
    );
}

#[test]
fn blocks_meet_pods_by_address() {
    check(
        "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: a}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{ipBlock: {cidr: 10.0.0.0/16, except: [10.0.1.0/24]}}]
",
        &["a/web -> a/db 1", "!b/web -> a/db 1", "!10.1.0.1 -> a/db 1", "10.0.2.1 -> a/db 1"],
    );
}

#[test]
fn deny_in_the_admin_tier_comes_first() {
    let policies = "
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: deny}
spec:
  tier: Admin
  priority: 10
  subject: {namespaces: {}}
  ingress:
  - {action: Pass, from: [{namespaces: {matchLabels: {team: red}}}]}
  - {action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {range: {start: 1, end: 1000}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow, namespace: a}
spec: {podSelector: {}, ingress: [{}]}
";
    check(policies, &["!b/web -> a/db 80", "b/web -> a/db 8080", "a/web -> a/db 80", "a/web -> b/web 80"]);
    let (network, _) = network(&format!("{PODS}---{policies}"));
    let (src, dst) = (target(&network, "b/web"), target(&network, "a/db"));
    let verdict = network.can(src, dst, Protocol::Tcp, 80);
    assert_eq!(verdict.ingress.because, Because::Rules(Tier::Admin));
    let rule = network.rule_view(verdict.ingress.rules[0]).unwrap();
    assert_eq!(rule.route().to_string(), "spec.ingress[1]");
    assert_eq!(rule.policy().to_string(), "ClusterNetworkPolicy/deny");
}

#[test]
fn a_list_ends_where_its_reader_breaks() {
    let pods: Vec<String> = (0..20)
        .map(|number| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p{number}, namespace: a}}\nspec: {{containers: [{{name: c, image: i}}]}}\n"))
        .collect();
    let (network, _) = network(&pods.join("---\n"));
    let mut all = 0;
    let whole = network.connections(Families::AsMentioned, |_| {
        all += 1;
        ControlFlow::Continue(())
    });
    assert!(whole.is_continue() && all >= 20 * 19, "{all}");
    let mut asked = 0;
    let part = network.connections(Families::AsMentioned, |_| {
        asked += 1;
        if asked == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((part.is_break(), asked), (true, 7));
}

/// Two pods that only their family of addresses tells apart.
#[test]
fn a_block_of_all_of_one_family_is_not_the_other() {
    const TWINS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: four, namespace: b, labels: {app: twin}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.1.4}
---
apiVersion: v1
kind: Pod
metadata: {name: six, namespace: b, labels: {app: twin}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: '2001:db8::6'}
";
    for (cidr, four) in
        [("0.0.0.0/0", true), ("8.0.0.0/5", true), ("'::/0'", false), ("'2001:db8::/32'", false)]
    {
        let policy = format!(
            "\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: a}}\nspec: {{podSelector: {{}}, ingress: [{{from: [{{ipBlock: {{cidr: {cidr}}}}}]}}]}}"
        );
        let (yes, no) = if four { ("four", "six") } else { ("six", "four") };
        for twins in [TWINS.to_owned(), TWINS.replace("10.0.1.4", "200.0.1.4")] {
            // Only the whole of IPv4 holds the other address too.
            if twins != TWINS && cidr == "8.0.0.0/5" {
                continue;
            }
            let text = format!("{policy}\n---{twins}");
            check(&text, &[&format!("Pod/b/{yes} -> Pod/a/web 80"), &format!("!Pod/b/{no} -> Pod/a/web 80")]);
        }
    }
}

/// Two pods were alike until a block came that holds the one and not the other, whichever was there first.
#[test]
fn a_block_that_comes_later_tells_pods_apart() {
    let pod = |name: &str, address: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: b, labels: {{app: twin}}}}\nspec: {{containers: [{{name: c, image: i}}]}}\nstatus: {{podIP: '{address}'}}\n"
        )
    };
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: a}\nspec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.2.8/29}}]}]}\n";
    let twins = [pod("low", "10.0.2.1"), pod("high", "10.0.2.9")];
    for order in [[0, 1], [1, 0]] {
        let (mut network, _) = network(PODS);
        let objects = order.map(|at| twins[at].clone()).into_iter().chain([policy.to_owned()]);
        for object in objects {
            crate::world::resources(&object).iter().for_each(|object| drop(network.apply(object)));
        }
        for (name, allowed) in [("low", false), ("high", true)] {
            let (from, to) = (target(&network, &format!("Pod/b/{name}")), target(&network, "Pod/a/web"));
            assert_eq!(network.can(from, to, Protocol::Tcp, 80).allowed, allowed, "{name} {order:?}");
        }
    }
}
