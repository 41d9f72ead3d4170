//! The components that an object starts or configures.

use seawall_inventory::{ContainerKind, Resource};

use super::{Component, command, document, kubeadm};

/// All of them, in the order written; none for almost every object.
pub(crate) fn components(resource: &Resource) -> Vec<Component<'_>> {
    let kind = resource.group_kind();
    if resource.has_pods() {
        let containers = resource.pods().flat_map(|pod| pod.containers());
        let lasting = containers.filter(|container| container.kind() == ContainerKind::Main);
        return lasting.filter_map(|container| command::component(&container)).collect();
    }
    match kind.group {
        "" if kind.kind == "ConfigMap" => document::embedded(resource).into_iter().collect(),
        "" => Vec::new(),
        group if group.ends_with(".config.k8s.io") || group == "apiserver.k8s.io" => {
            document::component(resource, kind).into_iter().collect()
        }
        "kubeadm.k8s.io" | "bootstrap.cluster.x-k8s.io" | "controlplane.cluster.x-k8s.io" => {
            kubeadm::components(resource, kind)
        }
        _ => Vec::new(),
    }
}
