//! `workload-kubernetes-dashboard`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::ImageReference;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-kubernetes-dashboard",
    title: "the Kubernetes Dashboard is deployed",
    why: "it turns a stolen login, or a service account with too many rights, into a console of the \
          cluster",
    help: "delete it, or keep it behind a login of your own with a service account that may do nothing",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// Images of the dashboard: version 2 and before is one image, version 7 is several.
const IMAGES: [&str; 8] = [
    "kubernetesui/dashboard",
    "kubernetesui/dashboard-amd64",
    "kubernetesui/dashboard-api",
    "kubernetesui/dashboard-auth",
    "kubernetesui/dashboard-web",
    "kubernetes-dashboard-amd64",
    "kubernetes-dashboard",
    "kubernetesui/dashboard-arm64",
];

const NAME: &str = "kubernetes-dashboard";

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    for container in pod.containers() {
        let Some(image) = container.image().and_then(ImageReference::parse) else { continue };
        let is_dashboard = |known: &str| {
            image.repository.strip_suffix(known).is_some_and(|start| start.is_empty() || start.ends_with('/'))
        };
        if IMAGES.iter().any(|known| is_dashboard(known)) {
            let message = format!("{} is the Kubernetes Dashboard", container.label());
            out.fail(container.place(&["image"]), message);
            return;
        }
    }
    let labels = pod.labels();
    let node = pod.metadata().and_then(|metadata| metadata.get("labels"));
    if let (true, Some(node)) = (["app", "k8s-app"].iter().any(|key| labels.get(key) == Some(NAME)), node) {
        out.fail(pod.place_of(node), "has the labels of the Kubernetes Dashboard");
    }
}
