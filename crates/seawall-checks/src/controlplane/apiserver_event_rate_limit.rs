//! `controlplane-apiserver-event-rate-limit`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::shared::admission;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-event-rate-limit",
    title: "API server does not limit events",
    why: "one broken or hostile client can fill etcd with events and slow the API server for all",
    help: "enable the admission plugin `EventRateLimit` with a configuration of its limits",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.9", "CIS-1.23:1.2.10"],
    judge: Judge::Component(&[Part::ApiServer, Part::Admission], judge),
    ..Check::PLAIN
};

const PLUGIN: &str = "EventRateLimit";

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    if component.part() == Part::ApiServer {
        return admission::require(component, PLUGIN, FixRisk::High, out);
    }
    let Some(document) = component.document() else { return };
    if !document.list("plugins").any(|plugin| plugin.str("name") == Some(PLUGIN)) {
        let message = format!("no limits for the admission plugin `{PLUGIN}` are configured");
        out.fail(component.field_place(&["plugins"]), message);
    }
}
