//! Labels and annotations that a workload should carry, on itself or on its pods.

use seawall_core::Route;
use seawall_inventory::Resource;
use seawall_yaml::Node;

/// The maps of labels of a workload: its own, then those of its pods.
pub(crate) fn label_maps(resource: &Resource) -> impl Iterator<Item = Node<'_>> {
    let own = resource.metadata().and_then(|metadata| metadata.get("labels"));
    let of_pods = resource.pods().filter_map(|pod| pod.metadata()?.get("labels"));
    own.into_iter().chain(of_pods.filter(move |map| own.is_none_or(|own| own.id() != map.id())))
}

/// Whether a workload or its pods carry a label with some value.
pub(crate) fn has_label(resource: &Resource, key: &str) -> bool {
    label_maps(resource)
        .any(|map| map.get(key).and_then(Node::scalar_text).is_some_and(|value| !value.is_empty()))
}

/// The values of an annotation of a workload and of its pods that are not empty.
pub(crate) fn annotations<'r>(resource: &'r Resource, key: &str) -> impl Iterator<Item = &'r str> {
    let of_pods = resource.pods().filter_map(move |pod| pod.annotation(key)).collect::<Vec<_>>();
    resource.annotation(key).into_iter().chain(of_pods).filter(|value| !value.trim().is_empty())
}

/// Where a label of a workload stands or would stand.
pub(crate) fn label_route(key: &str) -> Route {
    Route::root().keys(&["metadata", "labels", key])
}
