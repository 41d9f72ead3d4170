//! `pod-allow-privilege-escalation`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::process::{arguments, words};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-allow-privilege-escalation",
    title: "container may gain privileges",
    why: "without `no_new_privs` a setuid program or a file capability lifts any process in the container to root",
    help: "set `allowPrivilegeEscalation: false`; a privileged container has to lose `privileged: true` first, one that adds \
           `CAP_SYS_ADMIN` that capability",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["PSS:restricted", "CIS-1.23:5.2.6", "NSA:1.7"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const FIELD: [&str; 2] = ["securityContext", "allowPrivilegeEscalation"];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    let value = container.node().path(&FIELD).and_then(|node| node.as_bool());
    if value == Some(false) {
        return;
    }
    let label = container.label();
    let message = match value {
        Some(_) => format!("{label} allows privilege escalation"),
        None => format!("{label} does not forbid privilege escalation"),
    };
    let place = container.place(&FIELD);
    let fix = Fix::set(risk(container), place.route.clone(), false);
    let draft = out.fail(place, message);
    if value.is_none() {
        // A layer of defence that nobody asked for is missing; nobody asked for the escalation either.
        draft.severity(Severity::Medium);
    }
    // The API server refuses `false` beside these, so the cause has to go first.
    match implied_by(container) {
        Some((cause, check)) => draft.note(format!("cure `{check}` first: `{cause}` always allows it")),
        None => draft.fix(fix),
    };
}

/// Without escalation nothing changes but setuid programs and capabilities of files. Whoever asked for it, adds
/// capabilities or calls such a program may need it.
fn risk(container: &ContainerView<'_>) -> FixRisk {
    const SETUID: [&str; 3] = ["sudo", "su", "doas"];
    let asked = container.node().path(&FIELD).is_some();
    let adds = container.capabilities("add").next().is_some();
    let calls = arguments(container).any(|(_, text)| words(text).any(|word| SETUID.contains(&word)));
    if asked || adds || calls { FixRisk::Medium } else { FixRisk::Low }
}

/// What makes the API server take escalation for allowed, whatever the field says, and the check that reports it. It knows
/// the capability by this one spelling only.
fn implied_by(container: &ContainerView<'_>) -> Option<(&'static str, &'static str)> {
    if container.security_context().and_then(|context| context.bool("privileged")) == Some(true) {
        return Some(("privileged: true", "pod-privileged"));
    }
    let admin = container.capabilities("add").any(|(_, name)| name == "CAP_SYS_ADMIN");
    admin.then_some(("CAP_SYS_ADMIN", "pod-capability-sys-admin"))
}
