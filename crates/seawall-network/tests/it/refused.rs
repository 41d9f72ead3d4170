//! Policies that are not in force, and why.

use seawall_core::ProblemSeverity;
use seawall_network::Protocol;

use crate::world::{network, target};

fn v1(spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: a}}\nspec: {spec}\n"
    )
}

fn admin(spec: &str) -> String {
    format!(
        "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}\n"
    )
}

fn cluster(spec: &str) -> String {
    format!(
        "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}\n"
    )
}

#[test]
fn each_says_why() {
    let subject = "priority: 1, subject: {namespaces: {}}";
    for (policy, cause) in [
        (v1("{podSelector: {matchLabels: {'a b': c}}}"), "`a b` is no key of a label"),
        (v1("{podSelector: {}, policyTypes: [Both]}"), "`Both` is no policy type"),
        (v1("{podSelector: {}, ingress: [{from: [{}]}]}"), "a peer must say whom it means"),
        (v1("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]}"), "`10.0.0.0` is no CIDR"),
        (
            v1("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/9]}}]}]}"),
            "an exception must be a part of `cidr`",
        ),
        (
            v1("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]}"),
            "a peer with `ipBlock` must have nothing else",
        ),
        (v1("{podSelector: {}, ingress: [{ports: [{port: 0}]}]}"), "a port must be a number from 1 to 65535"),
        (v1("{podSelector: {}, ingress: [{ports: [{port: HTTP}]}]}"), "`HTTP` is no name of a port"),
        (v1("{podSelector: {}, ingress: [{ports: [{endPort: 9}]}]}"), "`endPort` needs `port`"),
        (v1("{podSelector: {}, ingress: [{ports: [{port: 9, endPort: 8}]}]}"), "must not be less"),
        (v1("{podSelector: {}, ingress: [{ports: [{port: 9, protocol: ICMP}]}]}"), "`ICMP` is no protocol"),
        (admin("{subject: {namespaces: {}}}"), "`priority` must be a number from 0 to 1000"),
        (admin("{priority: 1001, subject: {namespaces: {}}}"), "`priority` must be a number from 0 to 1000"),
        (admin("{priority: 1}"), "it needs a `subject`"),
        (admin("{priority: 1, subject: {}}"), "either `namespaces` or `pods`"),
        (admin(&format!("{{{subject}, ingress: [{{action: Allow}}]}}")), "a rule needs peers in `from`"),
        (admin(&format!("{{{subject}, ingress: [{{from: [{{namespaces: {{}}}}]}}]}}")), "`` is no action"),
        (
            admin(&format!("{{{subject}, ingress: [{{action: Accept, from: [{{namespaces: {{}}}}]}}]}}")),
            "`Accept` is no action",
        ),
        (cluster(&format!("{{{subject}}}")), "`tier` must be `Admin` or `Baseline`"),
        (
            cluster(&format!(
                "{{tier: Admin, {subject}, egress: [{{action: Deny, to: [{{networks: [x]}}]}}]}}"
            )),
            "`x` is no CIDR",
        ),
        (
            cluster(&format!(
                "{{tier: Admin, {subject}, ingress: [{{action: Deny, from: [{{namespaces: {{}}}}], protocols: [{{tcp: {{destinationPort: {{range: {{start: 5, end: 5}}}}}}}}]}}]}}"
            )),
            "a range must start before it ends",
        ),
    ] {
        let (network, problems) = network(&policy);
        assert_eq!(network.policies().count(), 0, "{policy}");
        assert_eq!(problems.len(), 1, "{policy}: {problems:?}");
        let problem = &problems[0];
        assert_eq!(problem.severity, ProblemSeverity::Error);
        assert!(problem.message.contains(cause), "{}", problem.message);
        assert!(problem.position.is_some(), "{policy}");
    }
}

#[test]
fn one_name_twice_and_one_priority_twice() {
    let policy = v1("{podSelector: {}}");
    let (model, problems) = network(&format!("{policy}---\n{policy}"));
    assert_eq!(model.policies().count(), 1);
    assert!(problems[0].message.contains("there is another policy"), "{problems:?}");
    let ranked = admin("{priority: 3, subject: {namespaces: {}}}");
    let (model, problems) = network(&format!("{ranked}---\n{}", ranked.replace("name: p", "name: q")));
    assert_eq!(model.policies().count(), 2);
    assert!(problems[0].message.contains("priority 3 is that of `p` too"), "{problems:?}");
}

#[test]
fn what_is_not_known_fails_closed() {
    let pods = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: a}\nspec: {containers: [{name: c}]}\n---\n\
                apiVersion: v1\nkind: Pod\nmetadata: {name: z, namespace: b}\nspec: {containers: [{name: c}]}\n---\n";
    for (action, rest, allowed) in [
        ("Deny", "", false),
        ("Pass", "", false),
        ("Accept", ", {action: Deny, from: [{namespaces: {}}]}", false),
        ("Accept", "", true),
    ] {
        let policy = cluster(&format!(
            "{{tier: Admin, priority: 1, subject: {{namespaces: {{}}}}, ingress: [{{action: {action}, from: [{{planets: {{}}}}]}}{rest}]}}"
        ));
        let (network, problems) = network(&format!("{pods}{policy}"));
        assert!(problems[0].message.contains("`planets` is no peer that is known"), "{problems:?}");
        let verdict = network.can(target(&network, "a/x"), target(&network, "b/z"), Protocol::Tcp, 1);
        assert_eq!(verdict.allowed, allowed, "{action}{rest}");
    }
}
