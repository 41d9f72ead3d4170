//! The report: who is in the mesh, and each rule with a case that has it and one that barely has not.

use seawall_network::mesh::{Member, report};

use crate::{annotated, cluster, deployment, mode, namespace, policy, service, shop};

/// Ids and messages of what is found.
fn found(text: &str) -> Vec<(&'static str, String)> {
    let world = cluster(text);
    let report = report(&world.mesh, &world.network, &world.inventory);
    report.findings.into_iter().map(|lint| (lint.rule.id, lint.message)).collect()
}

fn ids(text: &str) -> Vec<&'static str> {
    let mut ids: Vec<_> = found(text).into_iter().map(|(id, _)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A mesh in which nothing is wrong but what a test adds.
fn tidy() -> String {
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: \
                    'outboundTrafficPolicy: {mode: REGISTRY_ONLY}'}\n---\n";
    let own = "{rules: [{from: [{source: {namespaces: [mesh]}}]}]}";
    [shop(), settings.to_owned(), mode("istio-system", "STRICT"), policy("mesh", "own", own)].concat()
}

fn has(objects: &[String], id: &str) -> bool {
    ids(&[tidy(), objects.concat()].concat()).contains(&id)
}

#[test]
fn a_tidy_mesh_has_no_findings() {
    assert_eq!(found(&tidy()), []);
    let world = cluster(&tidy());
    let report = report(&world.mesh, &world.network, &world.inventory);
    let rows: Vec<(String, Member, usize)> =
        report.workloads.iter().map(|one| (one.path(), one.membership.member, one.policies.len())).collect();
    assert_eq!(
        rows,
        [
            ("Deployment/bare/web".to_owned(), Member::Outside, 0),
            ("Deployment/mesh/db".to_owned(), Member::Sidecar, 1),
            ("Deployment/mesh/web".to_owned(), Member::Sidecar, 1),
        ]
    );
}

#[test]
fn plaintext_and_missing_policies() {
    assert_eq!(ids(&shop()), ["mesh-egress-open", "mesh-no-authorization", "mesh-plaintext-accepted"]);
    let text = found(&shop());
    let messages: Vec<&str> = text.iter().map(|(_, message)| message.as_str()).collect();
    assert!(
        messages.iter().any(|one| one.contains("take plaintext: PERMISSIVE, since no PeerAuthentication")),
        "{messages:?}"
    );
    assert!(has(&[mode("mesh", "PERMISSIVE")], "mesh-plaintext-accepted"));
    let port = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: p, namespace: mesh}\nspec: {selector: \
                {matchLabels: {app: db}}, portLevelMtls: {81: {mode: PERMISSIVE}}}\n---\n";
    assert!(has(&[port.to_owned()], "mesh-plaintext-accepted"));
    assert!(!has(&[port.replace("PERMISSIVE", "STRICT")], "mesh-plaintext-accepted"));
}

#[test]
fn pods_that_look_as_if_they_were_in() {
    let live = |spec: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: old, namespace: mesh}}\nspec: {{containers: {spec}}}\nstatus: {{phase: \
             Running}}\n---\n"
        )
    };
    assert!(has(&[live("[{name: c}]")], "mesh-left-out"));
    assert!(!has(&[live("[{name: c}, {name: istio-proxy}]")], "mesh-left-out"));
    let excluded = annotated("mesh", "x", "traffic.sidecar.istio.io/excludeInboundPorts: '9'");
    assert!(has(&[excluded], "mesh-ports-excluded"));
    assert!(!has(
        &[annotated("mesh", "x", "traffic.sidecar.istio.io/excludeInboundPorts: ''")],
        "mesh-ports-excluded"
    ));
}

#[test]
fn policies_that_do_nothing() {
    assert!(has(
        &[policy("mesh", "p", "{selector: {matchLabels: {app: nobody}}}")],
        "mesh-policy-selects-nothing"
    ));
    assert!(has(&[policy("bare", "p", "{}")], "mesh-policy-selects-nothing"), "nobody there is in the mesh");
    assert!(!has(
        &[policy("mesh", "p", "{selector: {matchLabels: {app: db}}}")],
        "mesh-policy-selects-nothing"
    ));
    let peer = mode("mesh", "STRICT").replace("name: default", "name: second");
    assert!(has(&[mode("mesh", "STRICT"), peer.clone()], "mesh-peer-authentication-outdone"));
    assert!(!has(&[peer], "mesh-peer-authentication-outdone"));
    assert!(has(&[mode("bare", "STRICT")], "mesh-policy-selects-nothing"));
}

#[test]
fn denies_that_are_walked_around() {
    let deny = policy("mesh", "d", "{action: DENY, rules: [{from: [{source: {namespaces: [x]}}]}]}");
    let plain = |objects: &[String]| ids(&[shop(), objects.concat()].concat()).contains(&"mesh-deny-evaded");
    assert!(plain(std::slice::from_ref(&deny)));
    assert!(!plain(&[deny.clone(), mode("mesh", "STRICT")]));
    assert!(!plain(&[deny.replace("namespaces", "notNamespaces")]), "plaintext is met by what is excluded");
    let allow = policy("mesh", "a", "{rules: [{from: [{source: {principals: ['*']}}]}]}");
    assert!(!plain(&[deny, allow]), "plaintext gets nowhere");
}

#[test]
fn rules_that_ztunnels_cannot_carry_out() {
    let ambient = |spec: &str| {
        let text = [
            tidy(),
            namespace("am", "istio.io/dataplane-mode: ambient"),
            deployment("am", "x"),
            policy("am", "p", spec),
        ];
        ids(&text.concat())
    };
    let get = "to: [{operation: {methods: [GET]}}]";
    assert!(ambient(&format!("{{action: DENY, rules: [{{{get}}}]}}")).contains(&"mesh-deny-without-effect"));
    let wider = ambient("{action: DENY, rules: [{to: [{operation: {methods: [GET], ports: ['80']}}]}]}");
    assert!(!wider.contains(&"mesh-deny-without-effect"));
    assert!(ambient(&format!("{{rules: [{{{get}}}]}}")).contains(&"mesh-allow-matches-nothing"));
    assert!(
        !ambient("{rules: [{to: [{operation: {ports: ['80']}}]}]}").contains(&"mesh-allow-matches-nothing")
    );
}

#[test]
fn waypoints_that_are_passed_by() {
    let objects = |more: &str| {
        let way = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: way, namespace: am}\nspec: \
                   {gatewayClassName: istio-waypoint}\n---\n";
        let target = policy(
            "am",
            "t",
            "{targetRefs: [{kind: Service, name: x}], rules: [{to: [{operation: {methods: [GET]}}]}]}",
        );
        [
            namespace("am", "istio.io/dataplane-mode: ambient, istio.io/use-waypoint: way"),
            deployment("am", "x"),
            service("am", "x", "{port: 80}"),
            way.to_owned(),
            target,
            more.to_owned(),
        ]
    };
    assert!(has(&objects(""), "mesh-waypoint-passed-by"));
    let only =
        policy("am", "only", "{rules: [{from: [{source: {principals: ['cluster.local/ns/am/sa/way']}}]}]}");
    assert!(!has(&objects(&only), "mesh-waypoint-passed-by"));
}

#[test]
fn tokens_that_nobody_has_to_bring() {
    let token = "apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: t, namespace: mesh}\nspec: {selector: \
                 {matchLabels: {app: db}}, jwtRules: [{issuer: x}]}\n---\n";
    assert!(has(&[token.to_owned()], "mesh-token-not-required"));
    let asks = policy(
        "mesh",
        "t",
        "{selector: {matchLabels: {app: db}}, rules: [{from: [{source: {requestPrincipals: ['*']}}]}]}",
    );
    assert!(!has(&[token.to_owned(), asks], "mesh-token-not-required"));
}

#[test]
fn clients_without_mutual_tls() {
    let rule = |mode: &str| {
        format!(
            "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{name: d, namespace: mesh}}\nspec: {{host: \
             db.mesh.svc.cluster.local, trafficPolicy: {{tls: {{mode: {mode}}}}}}}\n---\n"
        )
    };
    assert!(has(&[rule("DISABLE")], "mesh-client-without-mtls"));
    assert!(has(&[rule("SIMPLE")], "mesh-client-without-mtls"));
    assert!(!has(&[rule("ISTIO_MUTUAL")], "mesh-client-without-mtls"));
    assert!(!has(&[rule("DISABLE").replace("db.mesh.", "other.mesh.")], "mesh-client-without-mtls"));
}

#[test]
fn sidecars_that_let_everything_out() {
    let open = tidy().replace("REGISTRY_ONLY", "ALLOW_ANY");
    assert_eq!(ids(&open), ["mesh-egress-open"]);
    let own = "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: default, namespace: mesh}\nspec: \
               {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}\n---\n";
    assert_eq!(found(&[open.clone(), own.to_owned()].concat()), []);
    let some = own.replace("spec: {", "spec: {workloadSelector: {labels: {app: db}}, ");
    assert_eq!(ids(&[open, some].concat()), ["mesh-egress-open"]);
}

fn egress(to: &str) -> String {
    let gateway = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: out, namespace: istio-system}\nspec: {template: {metadata: \
                   {labels: {app: out}}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}}}\n---\n";
    let route = format!(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: v, namespace: mesh}}\nspec: {{hosts: \
         [example.com], gateways: [mesh, out], tls: [{{route: [{{destination: {{host: {to}}}}}]}}]}}\n---\n"
    );
    [gateway.to_owned(), service("istio-system", "out", "{port: 443}"), route].concat()
}

#[test]
fn egress_gateways_that_are_passed_by() {
    let through = egress("out.istio-system.svc.cluster.local");
    let text = found(&[tidy(), through.clone()].concat());
    let passed: Vec<&String> =
        text.iter().filter(|(id, _)| *id == "mesh-egress-passed-by").map(|(_, one)| one).collect();
    // Pods outside the mesh leave as well.
    assert_eq!(
        passed,
        [
            "network policies let `Deployment/db` and `Deployment/web` of `mesh` leave for `example.com` without the egress gateway",
            "network policies let `Deployment/web` of `bare` leave for `example.com` without the egress gateway",
        ]
    );
    let held = |namespace: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: n, namespace: {namespace}}}\nspec: {{podSelector: \
             {{}}, policyTypes: [Egress], egress: [{{to: [{{namespaceSelector: {{}}}}, {{ipBlock: {{cidr: 10.0.0.0/8}}}}]}}]}}\n---\n"
        )
    };
    assert!(!has(&[through, held("mesh"), held("bare")], "mesh-egress-passed-by"));
    assert!(!has(&[egress("db.mesh.svc.cluster.local")], "mesh-egress-passed-by"), "no gateway");
    let entry = "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e, namespace: mesh, labels: \
                 {istio.io/use-waypoint: way}}\nspec: {hosts: [example.org], addresses: [203.0.113.0/24], ports: [{number: 443}]}\n---\n";
    assert!(has(&[entry.to_owned()], "mesh-egress-passed-by"));
    let elsewhere = held("mesh").replace("10.0.0.0/8", "198.51.100.0/24");
    assert!(!has(&[entry.to_owned(), elsewhere, held("bare")], "mesh-egress-passed-by"));
}
