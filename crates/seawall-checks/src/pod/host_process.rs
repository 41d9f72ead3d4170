//! `pod-host-process`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::setters;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-process",
    title: "container runs as a Windows host process",
    why: "a host process container is an ordinary process of the Windows node with its file system, registry, services and network; nothing isolates it",
    help: "remove `hostProcess`, or keep it to node agents in a namespace of their own",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted", "CIS-1.23:5.2.11"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let set = setters(pod, &["windowsOptions", "hostProcess"]);
    for setter in set.filter(|setter| setter.node.as_bool() == Some(true)) {
        let place = setter.place();
        let fix = Fix::set(FixRisk::High, place.route.clone(), false);
        out.fail(place, format!("{} runs as a Windows host process", setter.label())).fix(fix);
    }
}
