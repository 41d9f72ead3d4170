//! `windowsHostProcess`: no container runs as a process of a Windows node.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::{Context, Pod};
use crate::pss::policy::Level;
use crate::pss::setters::Setters;

const FIELD: [&str; 3] = ["securityContext", "windowsOptions", "hostProcess"];

pub(super) const CONTROL: Control = Control {
    id: "windowsHostProcess",
    check: "pss-windows-host-process",
    level: Level::Baseline,
    title: "container runs as a process of the Windows node",
    why: "a HostProcess container is no container: it has the node's files, network and users",
    help: "remove `windowsOptions.hostProcess`",
    overrides: None,
    revisions: &[(0, no_host_process)],
};

fn no_host_process(pod: &Pod<'_>) -> Option<Fault> {
    let is_set =
        |context: Option<&Context<'_>>| context.and_then(|context| context.host_process) == Some(true);
    let bad = Setters::containers(pod, |container| {
        is_set(container.context.as_ref()).then(|| container.place(&FIELD))
    });
    let bad = bad.and_pod(is_set(pod.context.as_ref()).then(|| pod.place(&FIELD)));
    if bad.is_empty() {
        return None;
    }
    Some(Fault {
        reason: "hostProcess",
        detail: format!("{} must not set securityContext.windowsOptions.hostProcess=true", bad.phrase()),
        places: bad.into_places(),
    })
}
