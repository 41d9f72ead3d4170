//! `image-argocd-cve-2022-24348`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::version::{Flaw, Version};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "image-argocd-cve-2022-24348",
    title: "version of Argo CD that reads files beyond its repository (CVE-2022-24348)",
    why: "a chart with a crafted values file makes Argo CD read files of other applications, and so their \
          credentials",
    help: "update Argo CD to a supported release; 2.1.9 and 2.2.4 are the first without the flaw",
    pillar: Pillar::Images,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const FLAW: Flaw =
    Flaw { id: "CVE-2022-24348", program: "Argo CD", repositories: &["argocd", "argo-cd"], fixed_in };

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    FLAW.judge(pod, out);
}

/// Source: the advisory for CVE-2022-24348.
fn fixed_in((major, minor, patch): Version) -> Option<Version> {
    match (major, minor) {
        (2, 2) if patch < 4 => Some((2, 2, 4)),
        (2, 1) if patch < 9 => Some((2, 1, 9)),
        // Older lines got no fix.
        (0 | 1, _) | (2, 0) => Some((2, 1, 9)),
        _ => None,
    }
}
