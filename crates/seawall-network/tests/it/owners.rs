//! Which objects stand for pods, and what workloads are called.

use seawall_inventory::GroupKind;
use seawall_network::Network;

use crate::world::{network, resources};

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: a}
spec: {replicas: 2, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c}]}}}
";
const REPLICA_SET: &str = "
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web-1, namespace: a, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true}]}
spec: {template: {metadata: {labels: {app: web, pod-template-hash: '1'}}, spec: {containers: [{name: c}]}}}
";

fn pod(name: &str, labels: &str, phase: &str) -> String {
    format!(
        "\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: a, labels: {{{labels}}}, ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, controller: true}}]}}\nspec: {{containers: [{{name: c}}]}}\nstatus: {{phase: {phase}}}\n"
    )
}

fn names(network: &Network) -> Vec<String> {
    let named = network.workloads();
    named.iter().map(|workload| format!("{workload} {}", workload.endpoints.len())).collect()
}

#[test]
fn templates_stand_for_pods_that_are_not_here() {
    let names_of = |parts: &[&str]| names(&network(&parts.join("---")).0);
    let running = pod("web-1-x", "app: web, pod-template-hash: '1'", "Running");
    let other = pod("web-1-y", "app: web, pod-template-hash: '2'", "Running");
    let ended = pod("web-1-z", "app: web", "Succeeded");
    assert_eq!(names_of(&[DEPLOYMENT]), ["a/web[Deployment] 1"]);
    assert_eq!(names_of(&[DEPLOYMENT, REPLICA_SET]), ["a/web[Deployment] 1"]);
    assert_eq!(names_of(&[DEPLOYMENT, REPLICA_SET, &running, &other]), ["a/web[Deployment] 2"]);
    assert_eq!(names_of(&[DEPLOYMENT, REPLICA_SET, &ended]), ["a/web[Deployment] 1"]);
    assert_eq!(names_of(&[REPLICA_SET]), ["a/web[Deployment] 1"]);
    assert_eq!(names_of(&[&running]), ["a/web-1[ReplicaSet] 1"]);
    assert_eq!(names_of(&[&DEPLOYMENT.replace("replicas: 2", "replicas: 0")]), [""; 0]);
}

#[test]
fn variants_are_kept_apart_where_a_policy_tells_them_apart() {
    let pods =
        [pod("x", "app: web, track: stable", "Running"), pod("y", "app: web, track: canary", "Running")];
    let policy = "\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: a}\nspec: {podSelector: {matchLabels: {track: canary}}}\n";
    assert_eq!(names(&network(&pods.join("---")).0), ["a/web-1[ReplicaSet] 2"]);
    let (both, _) = network(&format!("{}---{policy}", pods.join("---")));
    assert_eq!(names(&both), ["a/web-1[ReplicaSet] 1", "a/web-1[ReplicaSet]#1 1"]);
}

#[test]
fn standing_follows_changes() {
    let running = pod("web-1-x", "app: web", "Running");
    let mut network = network(DEPLOYMENT).0;
    for text in [REPLICA_SET, &running] {
        network.apply(&resources(text)[0]);
        assert_eq!(names(&network), ["a/web[Deployment] 1"]);
    }
    let of_pod = |network: &Network| network.endpoint(network.endpoints().next().unwrap()).unwrap().is_pod();
    assert!(of_pod(&network));
    network.delete(GroupKind::new("", "Pod"), Some("a"), "web-1-x");
    assert!(!of_pod(&network));
    network.delete(GroupKind::new("apps", "Deployment"), Some("a"), "web");
    // The ReplicaSet still says who controls it.
    assert_eq!(names(&network), ["a/web[Deployment] 1"]);
}

#[test]
fn owners_in_a_circle_own_themselves() {
    let set = |own: &str, owner: &str| {
        format!(
            "\napiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {{name: {own}, namespace: a, ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: {owner}, controller: true}}]}}\nspec: {{template: {{spec: {{containers: [{{name: c}}]}}}}}}\n"
        )
    };
    let (network, _) = network(&[set("x", "z"), set("z", "x"), set("own", "own")].join("---"));
    assert!(names(&network).len() <= 3);
}
