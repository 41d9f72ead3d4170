//! `pod-sudo-entrypoint`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::process::{arguments, hooks, words};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-sudo-entrypoint",
    title: "container starts something with `sudo`",
    why: "`sudo` needs a setuid program and privilege escalation: the image keeps a way from its user to root that \
          others can take too",
    help: "start the program as the user that it needs, with `runAsUser` and single capabilities",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    for (item, text) in arguments(container).chain(hooks(container)) {
        if words(text).any(|word| word == "sudo") {
            out.fail(container.place_of(item), format!("{} uses `sudo`", container.label()));
        }
    }
}
