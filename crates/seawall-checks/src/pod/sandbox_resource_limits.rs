//! `pod-sandbox-resource-limits`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{ContainerKind, ContainerView};

use crate::pod::sandbox::is_sandbox;
use crate::workload::quantity::Quantity;
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-sandbox-resource-limits",
    title: "sandbox of an agent has no ceiling",
    why: "the code of a sandbox is written by a model or its user: one endless loop takes the node from everybody \
          else",
    help: "set `resources.limits.cpu` and `resources.limits.memory` of every container",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    settings: &[
        Setting {
            name: "sandboxCpuLimitMax",
            doc: "the highest CPU limit that a container of a sandbox may have, such as `1000m`; the first item counts",
            default: SettingDefault::Strings(&[]),
        },
        Setting {
            name: "sandboxMemoryLimitMax",
            doc: "the highest memory limit that a container of a sandbox may have, such as `512Mi`; the first item counts",
            default: SettingDefault::Strings(&[]),
        },
    ],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

/// What has a ceiling, and the setting that holds the highest one allowed.
const CEILINGS: [(&str, &str); 2] = [("cpu", "sandboxCpuLimitMax"), ("memory", "sandboxMemoryLimitMax")];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if !is_sandbox(container.pod()) {
        return out.not_applicable();
    }
    // What ends before the agent starts needs no ceiling of its own.
    let ends_early =
        container.kind() == ContainerKind::Init && container.node().str("restartPolicy") != Some("Always");
    if ends_early {
        return;
    }
    for (what, setting) in CEILINGS {
        let highest = match out.settings().strings(setting).first().copied() {
            None => None,
            Some(text) => match Quantity::parse(text) {
                Some(most) => Some((text, most)),
                None => return out.not_evaluated(format!("setting `{setting}` is no quantity: `{text}`")),
            },
        };
        let place = container.place(&["resources", "limits", what]);
        let limit = container.node().path(&["resources", "limits", what]).and_then(|node| node.scalar_text());
        let message = match (&limit, &highest) {
            (None, _) => format!("{} of the sandbox has no {what} limit", container.label()),
            (Some(limit), Some((most, highest)))
                if Quantity::parse(limit).is_none_or(|limit| limit > *highest) =>
            {
                format!("{what} limit `{limit}` of {} is above `{most}`", container.label())
            }
            _ => continue,
        };
        let route = place.route.clone();
        let draft = out.fail(place, message);
        if let Some((most, _)) = highest {
            draft.fix(Fix::set(FixRisk::Medium, route, most));
        }
    }
}
