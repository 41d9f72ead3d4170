//! A mesh is one more condition for who reaches a port: the proxy before it refuses whom its policies refuse.

use crate::{model, pairs};

/// A Docker API without a login on a privileged pod, and two pods that could talk to it, all with a proxy.
const WORLD: &str = "\
kind: Service
apiVersion: v1
metadata: {name: docker, namespace: a}
spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: docker}, ports: [{name: tcp-api, port: 2375}]}
---
kind: Pod
apiVersion: v1
metadata: {name: docker, namespace: a, labels: {app: docker}}
spec: {nodeName: n1, containers: [{name: d, image: 'docker:27-dind', securityContext: {privileged: true}, env: [{name: DOCKER_TLS_CERTDIR, value: ''}]}, {name: istio-proxy, image: proxyv2}]}
---
kind: Pod
apiVersion: v1
metadata: {name: good, namespace: a, labels: {app: client}}
spec: {nodeName: n2, serviceAccountName: good, containers: [{name: c, image: c}, {name: istio-proxy, image: proxyv2}]}
---
kind: Pod
apiVersion: v1
metadata: {name: bad, namespace: a, labels: {app: client}}
spec: {nodeName: n2, serviceAccountName: bad, containers: [{name: c, image: c}, {name: istio-proxy, image: proxyv2}]}
";

const STRICT: &str = "\
---
kind: PeerAuthentication
apiVersion: security.istio.io/v1
metadata: {name: default, namespace: a}
spec: {mtls: {mode: STRICT}}
";

fn policy(spec: &str) -> String {
    format!(
        "---\nkind: AuthorizationPolicy\napiVersion: security.istio.io/v1\nmetadata: {{name: p, namespace: a}}\nspec: {{{spec}}}\n"
    )
}

/// Who owns the node of the Docker API, of the two pods and the internet.
fn reached_by(yaml: &str) -> Vec<String> {
    let mut found = pairs(&model(yaml), &["internet", "Pod/a/bad", "Pod/a/good"], &["node-root"]);
    found.retain(|pair| !pair.ends_with("(expected)"));
    found
}

#[test]
fn without_a_policy_everybody_reaches_a_pod_of_the_mesh() {
    let everybody = ["Pod/a/bad → node-root", "Pod/a/good → node-root", "internet → node-root"];
    assert_eq!(reached_by(WORLD), everybody);
    // An audit refuses nobody.
    assert_eq!(reached_by(&format!("{WORLD}{}", policy("action: AUDIT, rules: [{}]"))), everybody);
}

/// Both pods are alike to network policies: only their accounts differ.
#[test]
fn an_identity_that_no_rule_names_is_refused() {
    let only = policy("rules: [{from: [{source: {principals: [cluster.local/ns/a/sa/good]}}]}]");
    assert_eq!(
        reached_by(&format!("{WORLD}{STRICT}{only}")),
        ["Pod/a/good → node-root", "internet → node-root (held back)"]
    );
    let other_port = policy(
        "selector: {matchLabels: {app: docker}}, action: DENY, rules: [{to: [{operation: {ports: ['2376']}}]}]",
    );
    assert_eq!(reached_by(&format!("{WORLD}{other_port}")).len(), 3);
    assert_eq!(
        reached_by(&format!("{WORLD}{}", other_port.replace("2376", "2375"))),
        ["internet → node-root (held back)"]
    );
}

#[test]
fn a_pod_without_a_proxy_is_not_guarded() {
    let out = WORLD.replacen(", {name: istio-proxy, image: proxyv2}", "", 1);
    assert_eq!(reached_by(&format!("{out}{STRICT}{}", policy(""))).len(), 3);
    assert_eq!(reached_by(&format!("{WORLD}{STRICT}{}", policy(""))), ["internet → node-root (held back)"]);
}

/// What only the request tells does not stop whoever makes the request.
#[test]
fn requests_are_made_by_the_attacker() {
    let by_path = policy("rules: [{to: [{operation: {paths: [/ping]}}]}]");
    let http = WORLD.replace("tcp-api", "http-api");
    assert_eq!(
        reached_by(&format!("{http}{STRICT}{by_path}")).iter().filter(|pair| pair.starts_with("Pod")).count(),
        2
    );
}
