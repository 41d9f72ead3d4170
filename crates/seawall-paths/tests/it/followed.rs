//! Which single changes are followed in the graph, and which make it anew. That both leave the same graph is also proven on
//! random histories beside the oracle.

use seawall_inventory::GroupKind;
use seawall_paths::{Filter, Model};

use crate::{model, resources, steps};

const WORLD: &str = "\
{kind: Namespace, apiVersion: v1, metadata: {name: a, labels: {pod-security.kubernetes.io/enforce: baseline}}}
---
{kind: Node, apiVersion: v1, metadata: {name: n1}}
---
{kind: Node, apiVersion: v1, metadata: {name: n2}}
---
{kind: ServiceAccount, apiVersion: v1, metadata: {name: s, namespace: a}}
---
{kind: Deployment, apiVersion: apps/v1, metadata: {name: web, namespace: a}, spec: {replicas: 2, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c}]}}}}
---
{kind: ReplicaSet, apiVersion: apps/v1, metadata: {name: web-1, namespace: a, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true}]}, spec: {replicas: 2, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c}]}}}}
---
{kind: Service, apiVersion: v1, metadata: {name: web, namespace: a}, spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
---
{kind: Service, apiVersion: v1, metadata: {name: open, namespace: a}, spec: {type: LoadBalancer, selector: {app: open}, ports: [{port: 80, targetPort: http}]}}
---
{kind: Role, apiVersion: rbac.authorization.k8s.io/v1, metadata: {name: r, namespace: a}, rules: [{apiGroups: [''], resources: [pods/exec], verbs: [create], resourceNames: [named]}, {apiGroups: [''], resources: [secrets], verbs: [list]}]}
---
{kind: RoleBinding, apiVersion: rbac.authorization.k8s.io/v1, metadata: {name: b, namespace: a}, roleRef: {kind: Role, name: r, apiGroup: rbac.authorization.k8s.io}, subjects: [{kind: ServiceAccount, name: s, namespace: a}]}
---
";

/// A pod on a node.
fn pod(name: &str, owner: &str, label: &str, node: &str, more: &str) -> String {
    format!(
        "{{kind: Pod, apiVersion: v1, metadata: {{name: {name}, namespace: a, labels: {{app: {label}}}, ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: {owner}, controller: true}}]}}, \
         spec: {{nodeName: {node}, {more} containers: [{{name: c, image: x, ports: [{{name: http, containerPort: 8080}}]}}]}}, status: {{phase: Running, podIP: 10.0.0.9}}}}\n"
    )
}

fn answers(model: &Model) -> impl PartialEq + std::fmt::Debug + use<> {
    (steps(model), model.pairs(&Filter::default()).unwrap(), model.size())
}

/// Puts the object of a text into a model that has its graph; says whether that was followed.
fn put(model: &mut Model, yaml: &str) -> bool {
    model.size();
    resources(yaml).iter().for_each(|resource| drop(model.apply(resource)));
    let followed = model.is_made();
    let own = answers(model);
    model.set_server_version(Some((1, 36)));
    assert_eq!(own, answers(model), "{yaml}");
    followed
}

#[test]
fn pods_come_move_and_go() {
    let mut model = model(WORLD);
    // The first pod stands in the place of its Deployment, the others beside it.
    assert!(steps(&model).contains(&"C09 Container/a/web/c → ServiceAccount/a/default".to_owned()));
    assert!(put(&mut model, &pod("web-1-a", "web-1", "web", "n1", "")));
    assert!(put(&mut model, &pod("web-1-b", "web-1", "web", "n2", "serviceAccountName: s,")));
    assert!(put(&mut model, &pod("web-1-b", "web-1", "web", "n1", "serviceAccountName: s,")));
    let all = steps(&model);
    assert!(all.contains(&"E02 Endpoint/a/web/80 → Container/a/web-1-b/c".to_owned()));
    assert!(all.contains(&"C09 Container/a/web-1-b/c → ServiceAccount/a/s".to_owned()));
    assert!(!all.iter().any(|step| step.contains("Container/a/web/c")));
    for (name, left) in [("web-1-a", 1), ("web-1-b", 0)] {
        model.delete(GroupKind::new("", "Pod"), Some("a"), name);
        assert!(model.is_made(), "{name}");
        let own = answers(&model);
        model.set_server_version(Some((1, 36)));
        assert_eq!(own, answers(&model));
        assert_eq!(
            steps(&model).iter().filter(|step| step.contains("Container/a/web-1-")).count() > 0,
            left > 0
        );
    }
    assert!(steps(&model).contains(&"C09 Container/a/web/c → ServiceAccount/a/default".to_owned()));
}

#[test]
fn what_says_nothing_new_is_no_change() {
    let mut model = model(&(WORLD.to_owned() + &pod("web-1-a", "web-1", "web", "n1", "hostNetwork: true,")));
    let lines = |from: &str| WORLD.lines().find(|line| line.contains(from)).unwrap();
    for (object, field, with) in [
        (
            lines("kind: Node,").to_owned(),
            "metadata: {",
            "status: {conditions: [{type: Ready}]}, metadata: {",
        ),
        (lines("kind: ReplicaSet").to_owned(), "metadata: {", "metadata: {resourceVersion: '7', "),
        (
            pod("web-1-a", "web-1", "web", "n1", "hostNetwork: true,"),
            "phase: Running",
            "phase: Running, startTime: now",
        ),
    ] {
        assert!(put(&mut model, &object.replacen(field, with, 1)), "{object}");
    }
    for kind in [
        "{kind: Lease, apiVersion: coordination.k8s.io/v1",
        "{kind: Event, apiVersion: v1",
        "{kind: Secret, apiVersion: v1",
    ] {
        assert!(put(&mut model, &format!("{kind}, metadata: {{name: x, namespace: a}}}}")), "{kind}");
    }
    assert!(steps(&model).contains(&"A17 ServiceAccount/a/s → secrets of namespace a".to_owned()));
}

/// Whatever a rule looks up beyond the pod itself makes the graph anew.
#[test]
fn what_leads_further_makes_the_graph_anew() {
    let host = pod("web-1-c", "web-1", "web", "n1", "hostNetwork: true,");
    let redis = pod("cache", "cache-1", "cache", "n1", "").replace("image: x", "image: redis");
    let port = pod("web-1-d", "web-1", "web", "n1", "")
        .replace("containerPort: 8080", "containerPort: 8080, hostPort: 8080");
    for (what, yaml) in [
        ("the host network", host),
        ("a port of the node", port),
        ("no login", redis),
        ("a name in a right", pod("named", "web-1", "web", "n1", "")),
        ("an account that is not here", pod("web-1-e", "web-1", "web", "n1", "serviceAccountName: other,")),
        ("a node that is not here", pod("web-1-f", "web-1", "web", "n3", "")),
        ("the first behind a load balancer", pod("open-1-a", "open-1", "open", "n1", "")),
        ("a namespace that is not here", pod("web-1-g", "web-1", "web", "n1", "").replace("namespace: a", "namespace: b")),
        ("a policy", "{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {name: n, namespace: a}, spec: {podSelector: {}}}".to_owned()),
        ("an account", "{kind: ServiceAccount, apiVersion: v1, metadata: {name: t, namespace: a}}".to_owned()),
        ("a token of a node", "{kind: Secret, apiVersion: v1, metadata: {name: t, namespace: kube-system}, type: bootstrap.kubernetes.io/token}".to_owned()),
    ] {
        assert!(!put(&mut model(WORLD), &yaml), "{what}");
    }
    // The next one behind the load balancer is like the first.
    let mut open = model(&(WORLD.to_owned() + &pod("open-1-a", "open-1", "open", "n1", "")));
    assert!(put(&mut open, &pod("open-1-b", "open-1", "open", "n2", "")));
    assert!(!put(&mut open, &pod("open-1-c", "open-1", "open, tier: other", "n2", "")));
}

/// A workload comes into sight when its last pod goes, with all that it is.
#[test]
fn issue_a_workload_in_sight_is_looked_at_as_its_pods_are_repro() {
    let open = "containers: [{name: c, image: redis, ports: [{name: http, containerPort: 6379}]}]";
    let on_node = "containers: [{name: c, ports: [{name: http, containerPort: 80, hostPort: 80}]}]";
    for (template, followed) in [("containers: [{name: c}]", true), (open, false), (on_node, false)] {
        let world = WORLD.replace("{containers: [{name: c}]}}}}", &format!("{{{template}}}}}}}}}"));
        let mut model = model(&(world + &pod("web-1-a", "web-1", "web", "n1", "")));
        model.size();
        model.delete(GroupKind::new("", "Pod"), Some("a"), "web-1-a");
        assert_eq!(model.is_made(), followed, "{template}");
        let own = answers(&model);
        model.set_server_version(Some((1, 36)));
        assert_eq!(own, answers(&model), "{template}");
        assert_eq!(put(&mut model, &pod("web-1-a", "web-1", "web", "n1", "")), followed, "{template}");
    }
}
