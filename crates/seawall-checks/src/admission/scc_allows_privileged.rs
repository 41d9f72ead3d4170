//! `admission-scc-allows-privileged`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Route, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "admission-scc-allows-privileged",
    title: "security context constraints allow privileged containers",
    why: "whoever may use these constraints, and every service account that they name, may start containers that \
          own the node",
    help: "set `allowPrivilegedContainer: false`, or leave the pods that need it to the constraints `privileged` of \
          the platform",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    judge: Judge::Resource(&[GroupKind::new("security.openshift.io", "SecurityContextConstraints")], judge),
    ..Check::PLAIN
};

/// Annotations of the constraints that the platform makes itself and would restore.
const OF_PLATFORM: [&str; 2] =
    ["release.openshift.io/create-only", "include.release.openshift.io/self-managed-high-availability"];

fn judge(constraints: &Resource, out: &mut Verdicts<'_>) {
    if OF_PLATFORM.iter().any(|annotation| constraints.annotation(annotation).is_some()) {
        return out.not_applicable();
    }
    if constraints.root().bool("allowPrivilegedContainer") == Some(true) {
        let place =
            Place { resource: constraints.id(), route: Route::root().keys(&["allowPrivilegedContainer"]) };
        let fix = Fix::set(FixRisk::High, place.route.clone(), false);
        out.fail(place, format!("constraints `{}` allow privileged containers", constraints.name())).fix(fix);
    }
}
