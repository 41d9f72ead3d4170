//! `pod-git-sync`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::ImageReference;
use crate::pod::process::arguments;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-git-sync",
    title: "git-sync runs a command of the pod's choice",
    why: "who may change the variables or arguments of git-sync chooses the program that it runs instead of `git`, \
          with its token and its network",
    help: "remove the setting; git-sync finds `git` by itself",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const VARIABLES: [&str; 3] = ["GITSYNC_GIT", "GIT_SYNC_GIT", "GITSYNC_GIT_CONFIG"];
const FLAGS: [&str; 2] = ["--git", "-git"];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    for variable in container.env() {
        let runs = match variable.name {
            "GITSYNC_GIT_CONFIG" => variable.value.is_some_and(runs_command),
            name => VARIABLES.contains(&name),
        };
        if runs {
            let place = container.place_of(variable.node).keys(&["name"]);
            let fix = Fix::remove(FixRisk::Medium, container.place_of(variable.node).route);
            out.fail(
                place,
                format!("{} sets `{}`, the program that git-sync runs", container.label(), variable.name),
            )
            .fix(fix);
        }
    }
    let is_git_sync = container
        .image()
        .and_then(ImageReference::parse)
        .is_some_and(|image| image.repository.rsplit('/').next() == Some("git-sync"));
    if !is_git_sync {
        return;
    }
    for (item, text) in arguments(container) {
        let (flag, value) = text.split_once('=').unwrap_or((text, ""));
        let runs = FLAGS.contains(&flag) || flag == "--git-config" && runs_command(value);
        if runs {
            let message = format!("{} chooses with `{flag}` what git-sync runs", container.label());
            out.fail(container.place_of(item), message);
        }
    }
}

/// Whether a configuration of git names a program to run.
fn runs_command(config: &str) -> bool {
    const KEYS: [&str; 5] =
        ["core.sshcommand", "core.fsmonitor", "core.hookspath", "credential.helper", "protocol.ext"];
    let config = config.to_ascii_lowercase();
    KEYS.iter().any(|key| config.contains(key))
}
