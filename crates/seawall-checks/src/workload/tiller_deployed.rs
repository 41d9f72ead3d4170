//! `workload-tiller-deployed`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::ImageReference;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-tiller-deployed",
    title: "the server of Helm 2, Tiller, is deployed",
    why: "it installs whatever any pod of the cluster asks for, without a login, mostly as cluster \
          administrator",
    help: "move the releases to Helm 3 and delete Tiller with its Service, ServiceAccount and bindings",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    for container in pod.containers() {
        let image = container.image().and_then(ImageReference::parse);
        if image.is_some_and(|image| image.repository.rsplit('/').next() == Some("tiller")) {
            let message = format!("{} is Tiller, the server of Helm 2", container.label());
            out.fail(container.place(&["image"]), message);
            return;
        }
    }
    let labels = pod.labels();
    if labels.get("app") == Some("helm") && labels.get("name") == Some("tiller") {
        let place = pod.metadata().and_then(|metadata| metadata.get("labels")).map(|node| pod.place_of(node));
        out.fail(place.unwrap_or_else(|| pod.place(&[])), "has the labels of Tiller, the server of Helm 2");
    }
}
