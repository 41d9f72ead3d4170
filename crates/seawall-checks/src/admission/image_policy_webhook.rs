//! `admission-image-policy-webhook`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::admission::api_server::ApiServer;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "admission-image-policy-webhook",
    title: "API server asks nobody where images come from",
    why: "without a check at admission any image that a node can pull may run, whoever built it",
    help: "enable the admission plugin ImagePolicyWebhook, or verify signatures with a policy engine and waive this \
          check",
    pillar: Pillar::ControlPlane,
    profile: Profile::All,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.5.1", "CIS-GKE-1.9:4.5.1"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const PLUGIN: &str = "ImagePolicyWebhook";

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(server) = ApiServer::of(pod) else { return out.not_applicable() };
    let enabled = server.values("enable-admission-plugins");
    if enabled.iter().flat_map(|value| value.split(',')).any(|plugin| plugin.trim() == PLUGIN) {
        return;
    }
    out.fail(server.place(), format!("kube-apiserver runs without the admission plugin `{PLUGIN}`"));
}
