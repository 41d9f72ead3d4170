//! `image-grafana-cve-2022-39328`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::version::{Flaw, Version};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "image-grafana-cve-2022-39328",
    title: "version of Grafana that lets requests past the login (CVE-2022-39328)",
    why: "under load a race between two requests runs one of them with the handlers of the other: anybody may query \
          any endpoint without a login",
    help: "update Grafana to a supported release; 9.2.4 is the first without the flaw",
    pillar: Pillar::Images,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const FLAW: Flaw = Flaw {
    id: "CVE-2022-39328",
    program: "Grafana",
    repositories: &["grafana", "grafana-oss", "grafana-enterprise"],
    fixed_in,
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    FLAW.judge(pod, out);
}

/// Source: the advisory for CVE-2022-39328.
fn fixed_in((major, minor, patch): Version) -> Option<Version> {
    ((major, minor) == (9, 2) && patch < 4).then_some((9, 2, 4))
}
