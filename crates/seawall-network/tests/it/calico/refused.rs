//! Policies and tiers that Calico's API refuses, and why.

use seawall_core::ProblemSeverity;
use seawall_network::Profile;

use super::rules::build;

fn global(spec: &str) -> String {
    format!(
        "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}\n"
    )
}

fn namespaced(spec: &str) -> String {
    format!(
        "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: a}}\nspec: {spec}\n"
    )
}

fn rule(rule: &str) -> String {
    namespaced(&format!("{{ingress: [{{action: Allow, {rule}}}]}}"))
}

#[test]
fn each_says_why() {
    for (policy, cause) in [
        (global("{selector: 'app = x'}"), "expected `==`, `!=`, `in`"),
        (global("{selector: 'app == x'}"), "expected a text in quotes at character 8"),
        (global("{selector: 'global()'}"), "`global()` is for the `namespaceSelector`"),
        (global("{namespaceSelector: [x]}"), "`namespaceSelector` must be a text"),
        (global("{serviceAccountSelector: 'has('}"), "expected a label at character 5"),
        (global("{order: first}"), "`order` must be a number"),
        (global("{types: [Ingress, Both]}"), "`Both` is no policy type"),
        (global("{types: [Ingress, Ingress]}"), "a policy type stands here twice"),
        (global("{tier: 1}"), "`tier` must be the name of a Tier"),
        (global("{tier: other}"), "there is no Tier `other` here"),
        (global("{doNotTrack: true}"), "need `applyOnForward: true`"),
        (global("{doNotTrack: true, preDNAT: true, applyOnForward: true}"), "exclude each other"),
        (
            global("{preDNAT: true, applyOnForward: true, egress: [{action: Deny}]}"),
            "must have no rules for egress",
        ),
        (global("{preDNAT: true, applyOnForward: true, types: [Egress]}"), "must not be of type `Egress`"),
        (namespaced("{ingress: [{action: allow}]}"), "`allow` is no action"),
        (namespaced("{ingress: [{}]}"), "`` is no action"),
        (rule("protocol: http"), "`protocol` must be `TCP`"),
        (rule("protocol: 0"), "a number from 1 to 255"),
        (rule("protocol: 256"), "a number from 1 to 255"),
        (rule("destination: {ports: [80]}"), "`ports` needs the `protocol` TCP, UDP or SCTP"),
        (rule("protocol: ICMP, source: {notPorts: [80]}"), "`notPorts` needs the `protocol`"),
        (rule("protocol: TCP, destination: {ports: [65536]}"), "a port must be a number from 0 to 65535"),
        (rule("protocol: TCP, destination: {ports: ['90:80']}"), "must not end before it starts"),
        (rule("protocol: TCP, destination: {ports: ['a b']}"), "a range `80:90` or a name"),
        (rule("ipVersion: 5"), "`ipVersion` must be 4 or 6"),
        (rule("ipVersion: 6, source: {nets: [10.0.0.0/8]}"), "the blocks are of another family"),
        (rule("source: {nets: [10.0.0.0/8]}, destination: {notNets: ['::/0']}"), "both IPv4 and IPv6"),
        (rule("source: {nets: [10.0.0.0]}"), "`10.0.0.0` is no CIDR"),
        (rule("source: {selector: 'global()'}"), "`global()` is for the `namespaceSelector`"),
        (rule("source: {namespaceSelector: 'global() || has(a)'}"), "must stand alone"),
        (rule("source: {services: {name: s}, selector: 'all()'}"), "`services` and `selector` exclude"),
        (rule("destination: {services: {namespace: a}}"), "needs the `name` of a Service"),
        (
            rule("protocol: TCP, destination: {services: {name: s}, ports: [80]}"),
            "a Service as destination brings its ports",
        ),
        (rule("icmp: {type: 8}"), "`icmp` needs the `protocol` ICMP or ICMPv6"),
        (rule("protocol: ICMP, icmp: {code: 1}"), "a `code` of ICMP needs a `type`"),
        (rule("protocol: ICMP, icmp: {type: 255}"), "`type` must be a number from 0 to 254"),
        (rule("protocol: ICMP, ipVersion: 6"), "needs `ipVersion: 4`"),
        (rule("protocol: UDP, http: {methods: [GET]}"), "`http` needs the `protocol` TCP"),
        (namespaced("{ingress: [{action: Deny, http: {methods: [GET]}}]}"), "with the action `Allow` only"),
    ] {
        let (network, problems) = build(&policy, Profile::Calico);
        assert_eq!(network.policies().count(), 0, "{policy}");
        let errors: Vec<_> =
            problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error).collect();
        assert_eq!(errors.len(), 1, "{policy}: {problems:?}");
        assert!(errors[0].message.contains(cause), "{}", errors[0].message);
        assert!(errors[0].position.is_some(), "{policy}");
    }
}

#[test]
fn tiers_are_checked_too() {
    let tier = |name: &str, spec: &str| {
        format!("apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {{name: {name}}}\nspec: {spec}\n")
    };
    for (object, cause) in [
        (tier("t", "{order: x}"), "`order` must be a number"),
        (tier("t", "{defaultAction: Allow}"), "`defaultAction` must be `Deny` or `Pass`"),
        (tier("default", "{order: 1}"), "has the order 1000000 and the default action `Deny` always"),
        (tier("kube-admin", "{order: 1000}"), "the default action `Pass` always"),
    ] {
        let (_, problems) = build(&object, Profile::Calico);
        assert_eq!(problems.len(), 1, "{object}");
        assert!(problems[0].message.contains(cause), "{}", problems[0].message);
    }
    let (_, problems) = build(&tier("kube-admin", "{order: 1000, defaultAction: Pass}"), Profile::Calico);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn host_endpoints_and_staged_policies_are_said() {
    let host = global("{doNotTrack: true, applyOnForward: true, ingress: [{action: Deny}]}");
    let (network, problems) = build(&host, Profile::Calico);
    assert_eq!(network.policies().count(), 0);
    assert!(problems[0].message.contains("host endpoints only"), "{problems:?}");
    let staged = namespaced("{ingress: [{action: Deny}]}").replace("NetworkPolicy", "StagedNetworkPolicy");
    let (network, problems) = build(&staged, Profile::Calico);
    assert_eq!(network.policies().count(), 0);
    assert!(problems[0].message.contains("staged: it is not in force"), "{problems:?}");
}
