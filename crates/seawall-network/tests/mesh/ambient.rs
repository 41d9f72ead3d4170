//! The ambient mode: ztunnels know no requests, waypoints do, and some ways lead past a waypoint.

use crate::{cluster, deployment, mode, namespace, policy, service};

const WEB: &str = "mesh/web";
const DB: &str = "mesh/db";

fn shop() -> String {
    [
        namespace("mesh", "istio.io/dataplane-mode: ambient"),
        namespace("side", "istio-injection: enabled"),
        namespace("bare", ""),
        deployment("mesh", "web"),
        deployment("mesh", "db"),
        deployment("bare", "web"),
        deployment("side", "web"),
    ]
    .concat()
}

fn says(objects: &[String], src: &str) -> String {
    cluster(&[shop(), objects.concat()].concat()).says(src, DB, 80)
}

fn one(spec: &str) -> [String; 1] {
    [policy("mesh", "p", spec)]
}

#[test]
fn peers_are_judged_by_identity() {
    let allow = one("{rules: [{from: [{source: {principals: ['cluster.local/ns/mesh/sa/web']}}]}]}");
    assert_eq!(says(&allow, WEB), "allowed, optional");
    assert_eq!(says(&allow, "bare/web"), "denied, no");
    assert_eq!(says(&[mode("mesh", "STRICT")], "bare/web"), "denied, no");
    // A ztunnel always tunnels, also where plaintext is all that is asked for.
    assert_eq!(says(&[mode("mesh", "DISABLE")], WEB), "allowed, optional");
}

#[test]
fn rules_of_requests_fail_closed_in_allow_and_do_nothing_alone_in_deny() {
    let http = "to: [{operation: {methods: [GET]}}]";
    assert_eq!(says(&one(&format!("{{rules: [{{{http}}}]}}")), WEB), "denied, optional");
    let also = format!("{{rules: [{{{http}}}, {{from: [{{source: {{namespaces: [mesh]}}}}]}}]}}");
    assert_eq!(says(&one(&also), WEB), "allowed, optional");
    assert_eq!(says(&one(&format!("{{action: DENY, rules: [{{{http}}}]}}")), WEB), "allowed, optional");
    let wider = "{action: DENY, rules: [{to: [{operation: {methods: [GET], ports: ['80']}}]}]}";
    assert_eq!(says(&one(wider), WEB), "denied, optional");
    let header = "{action: DENY, rules: [{to: [{operation: {ports: ['80']}}], when: [{key: 'request.headers[x]', values: [y]}]}]}";
    assert_eq!(says(&one(header), WEB), "allowed, optional");
    let custom = "{action: CUSTOM, provider: {name: x}, rules: [{}]}";
    assert_eq!(says(&one(custom), WEB), "allowed, optional");
}

#[test]
fn sidecars_and_ztunnels_understand_each_other_where_the_sidecar_says_so() {
    let strict = [mode("mesh", "STRICT")];
    assert_eq!(says(&strict, "side/web"), "depends on HBONE, optional");
    let text = [shop(), strict.concat()].concat().replace(
        "{name: web, namespace: side}\nspec: {template: {metadata: {labels: {app: web}",
        "{name: web, namespace: side}\nspec: {template: {metadata: {labels: {app: web, networking.istio.io/tunnel: http}",
    );
    assert_eq!(cluster(&text).says("side/web", DB, 80), "allowed, yes");
}

fn waypoint(kind: &str) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: way, namespace: mesh, labels: \
         {{istio.io/waypoint-for: {kind}}}}}\nspec: {{gatewayClassName: istio-waypoint, listeners: []}}\n---\n"
    )
}

fn with_waypoint(kind: &str, objects: &[String]) -> crate::World {
    let text = shop().replace(
        "istio.io/dataplane-mode: ambient",
        "istio.io/dataplane-mode: ambient, istio.io/use-waypoint: way",
    );
    let db = service("mesh", "db", "{name: http, port: 80}");
    cluster(&[text, db, waypoint(kind), objects.concat()].concat())
}

fn targeted(kind: &str, rules: &str) -> String {
    policy("mesh", "t", &format!("{{targetRefs: [{kind}], rules: {rules}}}"))
}

const SERVICE: &str = "{kind: Service, group: '', name: db}";
const GATEWAY: &str = "{kind: Gateway, group: gateway.networking.k8s.io, name: way}";

#[test]
fn a_waypoint_of_services_is_passed_by_on_the_address_of_the_pod() {
    let get = "[{to: [{operation: {methods: [GET]}}]}]";
    for target in [SERVICE, GATEWAY] {
        let world = with_waypoint("service", &[targeted(target, get)]);
        let verdict = world.verdict(WEB, DB, 80).unwrap();
        assert!(verdict.past_waypoint && verdict.waypoint.as_deref() == Some("mesh/way"), "{verdict:?}");
        assert_eq!(world.says(WEB, DB, 80), "allowed, optional");
    }
    // Only the waypoint may talk to the pods: then there is one way, and it depends on the request.
    let only = policy(
        "mesh",
        "only",
        "{rules: [{from: [{source: {principals: ['cluster.local/ns/mesh/sa/way']}}]}]}",
    );
    let world = with_waypoint("service", &[targeted(SERVICE, get), only.clone()]);
    assert_eq!(world.says(WEB, DB, 80), "depends on request.method, optional");
    assert_eq!(world.says("bare/web", DB, 80), "denied, no");
    let nobody =
        with_waypoint("service", &[targeted(SERVICE, "[{from: [{source: {namespaces: [x]}}]}]"), only]);
    assert_eq!(nobody.says(WEB, DB, 80), "denied, optional");
}

#[test]
fn a_waypoint_of_workloads_cannot_be_passed_by() {
    let nobody = "[{from: [{source: {namespaces: [x]}}]}]";
    for (kind, expected) in
        [("workload", "denied"), ("all", "denied"), ("none", "allowed"), ("service", "allowed")]
    {
        let world = with_waypoint(kind, &[targeted(GATEWAY, nobody)]);
        assert!(world.says(WEB, DB, 80).starts_with(expected), "{kind}: {}", world.says(WEB, DB, 80));
    }
}

#[test]
fn targets_of_other_services_do_not_hold() {
    let only = policy(
        "mesh",
        "only",
        "{rules: [{from: [{source: {principals: ['cluster.local/ns/mesh/sa/way']}}]}]}",
    );
    let other =
        targeted("{kind: Service, group: '', name: other}", "[{from: [{source: {namespaces: [x]}}]}]");
    let world = with_waypoint("service", &[other, only]);
    assert_eq!(world.says(WEB, DB, 80), "allowed, optional");
    let class = policy(
        "istio-system",
        "c",
        "{targetRefs: [{kind: GatewayClass, group: gateway.networking.k8s.io, name: istio-waypoint}], rules: []}",
    );
    let world = with_waypoint("workload", &[class]);
    assert_eq!(world.says(WEB, DB, 80), "denied, optional");
}
