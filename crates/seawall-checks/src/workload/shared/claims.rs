//! Claims of volumes, wherever they stand.

use seawall_inventory::Resource;
use seawall_yaml::Node;

/// The specs of the claims that an object is, makes for its pods, or lets its pods make.
pub(crate) fn claims(resource: &Resource) -> Vec<Node<'_>> {
    let spec = resource.root().get("spec");
    let own = spec.filter(|_| resource.group().is_empty() && resource.kind() == "PersistentVolumeClaim");
    let templates = spec.filter(|_| resource.has_pods()).map(|spec| spec.list("volumeClaimTemplates"));
    let of_set = templates.into_iter().flatten().filter_map(|template| template.get("spec"));
    let volumes = resource.pods().flat_map(|pod| pod.volumes());
    let of_pods =
        volumes.filter_map(|volume| volume.node().path(&["ephemeral", "volumeClaimTemplate", "spec"]));
    own.into_iter().chain(of_set).chain(of_pods).collect()
}
