use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

use super::{Parameter, Part, components};

fn inventory(text: &str) -> Inventory {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin = Origin { file: "x".into(), document: 0, line: 1, kind: OriginKind::File };
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    builder.build()
}

fn pod(container: &str) -> Inventory {
    inventory(&format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: x}}, spec: {{containers: [{container}]}}}}"
    ))
}

/// Part, flag, value and route of what a world with one component says of a flag.
fn flag(world: &Inventory, flag: &'static str) -> (Part, Option<String>, String) {
    let all: Vec<_> = world.resources().iter().flat_map(components).collect();
    let [component] = &all[..] else { panic!("{} components", all.len()) };
    let place = component.place_of(&Parameter::flag(flag));
    (component.part(), component.given(flag).map(str::to_owned), place.route.to_string())
}

#[test]
fn command_and_args_are_one_command_line_and_the_last_flag_wins() {
    let world =
        pod("{command: [/usr/local/bin/kube-apiserver, --profiling=true], args: [--profiling=false]}");
    let wanted = (Part::ApiServer, Some("false".into()), "spec.containers[0].args[0]".into());
    assert_eq!(flag(&world, "profiling"), wanted);
    let missing = (Part::ApiServer, None, "spec.containers[0].args".into());
    assert_eq!(flag(&world, "secure-port"), missing);
    let image = pod("{image: x, args: [kube-scheduler, --bind-address, '127.0.0.1']}");
    let wanted = (Part::Scheduler, Some("127.0.0.1".into()), "spec.containers[0].args[1]".into());
    assert_eq!(flag(&image, "bind-address"), wanted);
}

#[test]
fn variables_of_the_container_are_replaced() {
    let world = pod(
        "{command: [kubelet, '--hostname-override=$(HOST)-$(PORT)'], env: [{name: HOST, value: a}, {name: PORT, value: b}]}",
    );
    assert_eq!(flag(&world, "hostname-override").1.as_deref(), Some("a-b"));
    let unknown =
        pod("{command: [kubelet, '--hostname-override=$(HOST)'], env: [{name: HOST, valueFrom: {}}]}");
    assert_eq!(flag(&unknown, "hostname-override").1, None);
}

#[test]
fn scripts_are_searched_for_the_program() {
    let world =
        pod("{command: [/bin/sh, -c, 'set -e; exec kube-apiserver --profiling=false --v=2 1>>/x 2>&1']}");
    let wanted = (Part::ApiServer, Some("false".into()), "spec.containers[0].command[2]".into());
    assert_eq!(flag(&world, "profiling"), wanted);
    let other = pod("{command: [/bin/sh, -c, 'kubectl get etcd; echo kube-apiserver']}");
    assert!(other.resources().iter().all(|resource| components(resource).is_empty()));
}

#[test]
fn etcd_takes_flags_from_variables_and_the_command_line_wins() {
    let world = pod(
        "{command: [etcd, --name=b], env: [{name: ETCD_NAME, value: a}, {name: ETCD_AUTO_TLS, value: 'true'}]}",
    );
    assert_eq!(flag(&world, "name").1.as_deref(), Some("b"));
    let wanted = (Part::Etcd, Some("true".into()), "spec.containers[0].env[1].value".into());
    assert_eq!(flag(&world, "auto-tls"), wanted);
}

#[test]
fn kubeadm_adds_to_what_it_gives() {
    let text = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n    authorization-mode: RBAC\n";
    let world = inventory(text);
    let all = components(&world.resources()[0]);
    let parts: Vec<Part> = all.iter().map(super::Component::part).collect();
    assert_eq!(parts, [Part::ApiServer, Part::ControllerManager, Part::Scheduler, Part::Etcd]);
    assert_eq!(all[0].given("authorization-mode"), Some("RBAC"));
    assert_eq!(all[0].given("enable-admission-plugins"), Some("NodeRestriction"));
    assert_eq!(all[3].given("client-cert-auth"), Some("true"));
}

#[test]
fn cluster_api_holds_documents_of_kubeadm() {
    let text = "apiVersion: controlplane.cluster.x-k8s.io/v1beta1\nkind: KubeadmControlPlane\nmetadata: {name: x}\nspec:\n  kubeadmConfigSpec:\n    clusterConfiguration:\n      etcd: {external: {endpoints: []}}\n      apiServer: {extraArgs: {profiling: 'false'}}\n    joinConfiguration:\n      nodeRegistration: {kubeletExtraArgs: {read-only-port: '1'}}\n";
    let world = inventory(text);
    let all = components(&world.resources()[0]);
    let parts: Vec<Part> = all.iter().map(super::Component::part).collect();
    assert_eq!(parts, [Part::ApiServer, Part::ControllerManager, Part::Scheduler, Part::Kubelet]);
    let place = all[0].place_of(&Parameter::flag("profiling"));
    let route = "spec.kubeadmConfigSpec.clusterConfiguration.apiServer.extraArgs.profiling";
    assert_eq!(place.route.to_string(), route);
    assert_eq!(all[0].given("etcd-cafile"), None);
    assert_eq!(all[3].given("read-only-port"), Some("1"));
}

#[test]
fn what_is_no_component_is_none() {
    for container in [
        "{command: [kube-bench, run, --targets, etcd]}",
        "{command: [etcdctl, get]}",
        "{command: []}",
        "{image: registry.k8s.io/kube-apiserver}",
        "{command: 7, args: [[]]}",
    ] {
        let world = pod(container);
        assert!(world.resources().iter().all(|resource| components(resource).is_empty()), "{container}");
    }
}
