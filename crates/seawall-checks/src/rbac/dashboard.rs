//! `rbac-dashboard`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{BindingView, Inventory, PodView, SubjectKind};

use crate::image::ImageReference;
use crate::rbac::model::{CLUSTER_ROLE_BINDING, MAX_LISTED, ROLE_BINDING};
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-dashboard",
    title: "rights of the Kubernetes Dashboard are used by others",
    why: "the Dashboard's role and account were made for one program; whoever shares them reads its sessions and settings and, \
          on many clusters, what an administrator once gave to it to make it work",
    help: "bind a role of their own to the others, and let no other pod run as the Dashboard's service account",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    profile: Profile::All,
    frameworks: &["CIS-GKE-1.9:5.10.1", "MITRE:Discovery", "MITRE:Lateral Movement"],
    needs: &[ROLE_BINDING, CLUSTER_ROLE_BINDING],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

/// The name that the project's manifests and chart give to the role, its binding and the service account.
const NAME: &str = "kubernetes-dashboard";

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let bindings = [ROLE_BINDING, CLUSTER_ROLE_BINDING];
    for binding in bindings.iter().flat_map(|kind| inventory.of_kind(*kind)).filter_map(BindingView::of) {
        if binding.role_ref().is_none_or(|role| role.name != NAME) {
            continue;
        }
        let verdicts = out.judge(binding.resource());
        let own = |kind, name: &str| kind == SubjectKind::ServiceAccount && name.starts_with(NAME);
        let others = binding.subjects().filter(|subject| !own(subject.kind, subject.name));
        for subject in others.take(MAX_LISTED) {
            let place = binding.place_of(subject.node);
            let message = format!("`{}` has the role of the Kubernetes Dashboard", subject.name);
            verdicts.fail(place, message).linked(&subject.identity(&binding));
        }
    }
    for resource in inventory.resources() {
        // The owner speaks for what it made.
        if inventory.top_owner(resource).is_some_and(|owner| owner.has_pods()) {
            continue;
        }
        let pods: Vec<PodView<'_>> = resource.pods().filter(|pod| pod.service_account() == NAME).collect();
        if pods.is_empty() {
            continue;
        }
        let verdicts = out.judge(resource);
        for pod in pods.iter().filter(|pod| !is_dashboard(pod)) {
            let place = pod.place(&["serviceAccountName"]);
            verdicts.fail(place, "runs as the service account of the Kubernetes Dashboard");
        }
    }
}

/// Whether a container runs an image of the project (`kubernetesui/dashboard`, `kubernetesui/dashboard-api` …).
fn is_dashboard(pod: &PodView<'_>) -> bool {
    let images = pod.containers().filter_map(|container| ImageReference::parse(container.image()?));
    images.into_iter().any(|image| {
        image
            .repository
            .split('/')
            .next_back()
            .is_some_and(|name| name.starts_with("dashboard") || name.starts_with("kubernetes-dashboard"))
    })
}
