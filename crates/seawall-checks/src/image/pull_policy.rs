//! `image-pull-policy`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::image::ImageReference;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "image-pull-policy",
    title: "image is started from the cache of the node",
    why: "a node that has the image asks nobody: a pod without a right to a private image runs it, and an old one \
          stays in use",
    help: "set `imagePullPolicy: Always`, or pin the image by its digest",
    pillar: Pillar::Images,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    let Some(image) = container.image().and_then(ImageReference::parse) else { return };
    // The digest is what the registry would be asked for.
    if image.digest.is_some() {
        return;
    }
    let message = match container.node().str("imagePullPolicy").filter(|policy| !policy.is_empty()) {
        Some("Always") => return,
        Some(policy) => format!("pull policy of {} is `{policy}`", container.label()),
        // The API server fills in `Always` for these.
        None if image.is_floating(&[]) => return,
        None => format!("pull policy of {} is `IfNotPresent` by default", container.label()),
    };
    let place = container.place(&["imagePullPolicy"]);
    let fix = Fix::set(FixRisk::Low, place.route.clone(), "Always");
    out.fail(place, message).fix(fix);
}
