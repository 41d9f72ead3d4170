//! A cluster with nothing installed: network checks of the default profile have nothing to say.

use std::sync::Arc;

use seawall_checks::{Profile, Select, Settings, evaluate, pick};
use seawall_core::{Area, Origin, OriginKind};
use seawall_inventory::{InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

/// What kubeadm and kind leave behind, as far as the network is concerned.
const VANILLA: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: default}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-system}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-public}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-node-lease}
---
apiVersion: v1
kind: Namespace
metadata: {name: local-path-storage}
---
apiVersion: v1
kind: Service
metadata: {name: kubernetes, namespace: default}
spec: {type: ClusterIP, clusterIP: 10.96.0.1, ports: [{name: https, port: 443, targetPort: 6443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kubernetes, namespace: default}
addressType: IPv4
endpoints: [{addresses: [172.18.0.2]}]
---
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec: {type: ClusterIP, selector: {k8s-app: kube-dns}, ports: [{name: dns, port: 53, protocol: UDP}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: coredns, namespace: kube-system}
spec:
  template:
    metadata: {labels: {k8s-app: kube-dns}}
    spec: {serviceAccountName: coredns, containers: [{name: coredns, image: 'registry.k8s.io/coredns/coredns:v1.12.1'}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-proxy, namespace: kube-system}
spec:
  template:
    metadata: {labels: {k8s-app: kube-proxy}}
    spec: {hostNetwork: true, serviceAccountName: kube-proxy, containers: [{name: kube-proxy, image: 'registry.k8s.io/kube-proxy:v1.34.0'}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: local-path-provisioner, namespace: local-path-storage}
spec:
  template:
    metadata: {labels: {app: local-path-provisioner}}
    spec: {containers: [{name: provisioner, image: 'docker.io/kindest/local-path-provisioner:v1'}]}
";

fn findings(text: &str) -> Vec<String> {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin =
            Origin { file: "a.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    builder.complete();
    let mut checks = pick(Profile::Default, &[], &[]);
    checks.retain(|check| Select::Area(Area::Network).matches(check));
    assert!(checks.len() > 10);
    let evaluation = evaluate(&builder.build(), &checks, &Settings::default());
    assert_eq!(evaluation.not_evaluated, []);
    let found = evaluation.findings.iter();
    found.map(|finding| format!("{} {}", finding.check.id, finding.subject.name)).collect()
}

#[test]
fn nothing_is_said_of_a_cluster_without_workloads() {
    assert_eq!(findings(VANILLA), [""; 0]);
}

#[test]
fn the_first_pod_makes_its_namespace_count() {
    let pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: default}\nspec: {containers: [{name: web, image: i}]}\n";
    assert_eq!(findings(&format!("{VANILLA}{pod}")), ["network-namespace-policy-missing default"]);
}
