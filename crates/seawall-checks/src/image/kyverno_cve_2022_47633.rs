//! `image-kyverno-cve-2022-47633`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::version::{Flaw, Version};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "image-kyverno-cve-2022-47633",
    title: "version of Kyverno that takes unsigned images for signed ones (CVE-2022-47633)",
    why: "a registry, or whoever stands between, shows one manifest to the check of the signature and another one \
          to the node",
    help: "update Kyverno to a supported release; 1.8.5 is the first without the flaw",
    pillar: Pillar::Images,
    severity: Severity::High,
    confidence: Confidence::Medium,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const FLAW: Flaw = Flaw { id: "CVE-2022-47633", program: "Kyverno", repositories: &["kyverno"], fixed_in };

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    FLAW.judge(pod, out);
}

/// Source: the advisory for CVE-2022-47633.
fn fixed_in((major, minor, patch): Version) -> Option<Version> {
    ((major, minor) == (1, 8) && (3..5).contains(&patch)).then_some((1, 8, 5))
}
