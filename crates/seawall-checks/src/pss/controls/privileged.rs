//! `privileged`: no container is privileged.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::Pod;
use crate::pss::policy::Level;
use crate::pss::setters::Setters;

pub(super) const CONTROL: Control = Control {
    id: "privileged",
    check: "pss-privileged",
    level: Level::Baseline,
    title: "container runs privileged",
    why: "a privileged container has every capability, every device and no confinement: whoever runs code in it owns the node",
    help: "remove `privileged: true`; if the container needs one kernel feature, add just that capability",
    overrides: None,
    revisions: &[(0, not_privileged)],
};

fn not_privileged(pod: &Pod<'_>) -> Option<Fault> {
    let bad = Setters::containers(pod, |container| {
        let value = container.context.as_ref().and_then(|context| context.privileged);
        (value == Some(true)).then(|| container.context_place("privileged"))
    });
    if bad.is_empty() {
        return None;
    }
    Some(Fault {
        reason: "privileged",
        detail: format!("{} must not set securityContext.privileged=true", bad.phrase()),
        places: bad.into_places(),
    })
}
