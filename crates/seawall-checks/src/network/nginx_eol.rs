//! `network-nginx-eol`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::network::nginx::controller_image;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-nginx-eol",
    title: "ingress-nginx controller gets no more fixes",
    why: "the Kubernetes project ended ingress-nginx in March 2026: the next hole in the program that takes all traffic from \
          outside, and reads the certificates of all Ingresses, stays open",
    help: "move to a gateway of the Gateway API or to another Ingress controller",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["NSA:general"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    let Some(image) = controller_image(container) else { return };
    let release = image.tag.map(|tag| format!(" in release `{tag}`")).unwrap_or_default();
    out.fail(container.place(&["image"]), format!("runs ingress-nginx{release}, which is not maintained"));
}
