//! `pod-apparmor-unconfined`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::apparmor::ANNOTATION;
use crate::pod::setters;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-apparmor-unconfined",
    title: "AppArmor is switched off",
    why: "on nodes with AppArmor the runtime's profile keeps containers from mounting and from writing to `/proc` and \
          `/sys`; unconfined, nothing does",
    help: "remove the field or annotation, or set `RuntimeDefault`, or `Localhost` with a profile that allows what the \
           program needs",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if pod.is_windows() {
        return out.not_applicable();
    }
    for setter in setters(pod, &["appArmorProfile", "type"]) {
        let kind = setter.node.scalar_text().unwrap_or_default();
        let message = match &*kind {
            "RuntimeDefault" | "Localhost" => continue,
            "Unconfined" => format!("{} switches AppArmor off", setter.label()),
            other => format!("{} sets the unknown AppArmor profile type `{other}`", setter.label()),
        };
        let place = setter.place();
        let fix = Fix::set(FixRisk::Medium, place.route.clone(), "RuntimeDefault");
        out.fail(place, message).fix(fix);
    }
    let annotations = pod.metadata().and_then(|metadata| metadata.get("annotations"));
    for (key, node) in annotations.into_iter().flat_map(|node| node.entries()) {
        let (Some(container), Some(profile)) = (key.strip_prefix(ANNOTATION), node.as_str()) else {
            continue;
        };
        let message = match profile {
            "" | "runtime/default" => continue,
            local if local.starts_with("localhost/") => continue,
            "unconfined" => format!("annotation switches AppArmor off for container `{container}`"),
            other => {
                format!("annotation sets the unknown AppArmor profile `{other}` for container `{container}`")
            }
        };
        let place = pod.place_of(node);
        let fix = Fix::remove(FixRisk::Medium, place.route.clone());
        out.fail(place, message).fix(fix);
    }
}
