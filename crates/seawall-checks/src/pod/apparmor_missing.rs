//! `pod-apparmor-missing`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::apparmor::is_set;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-apparmor-missing",
    title: "container asks for no AppArmor profile",
    why: "where the runtime does not apply its profile by itself, nothing keeps the container from mounting and \
          from writing to `/proc` and `/sys`",
    help: "set `appArmorProfile.type: RuntimeDefault`, once on the pod if it suits all containers",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["NSA:1.8"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const FIELD: [&str; 3] = ["securityContext", "appArmorProfile", "type"];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    if !is_set(container) {
        out.fail(container.place(&FIELD), format!("{} asks for no AppArmor profile", container.label()))
            .fix(fix(container));
    }
}

/// On the pod where nothing is said of AppArmor yet, else on the container.
fn fix(container: &ContainerView<'_>) -> Fix {
    let place = match container.pod().containers().any(|container| is_set(&container)) {
        true => container.place(&FIELD),
        false => container.pod().place(&FIELD),
    };
    Fix::set(FixRisk::Low, place.route, "RuntimeDefault")
}
