//! `pod-capability-net-raw`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::capability::{self, ALL, canonical, drop_all};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-capability-net-raw",
    title: "container may send raw packets",
    why: "with `NET_RAW`, which runtimes grant unasked, a process forges ARP, DNS and ICMP replies and so takes \
          over connections of its neighbours",
    help: "drop `ALL`, or at least `NET_RAW`",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const NET_RAW: &str = "NET_RAW";

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    let mut dropped = container.capabilities("drop").map(|(_, name)| canonical(name));
    let is_dropped = dropped.any(|name| name == NET_RAW || name == ALL);
    let mut added_back = false;
    for added in capability::added(container).filter(|added| added.name == NET_RAW || added.name == ALL) {
        let message = match added.name.as_str() {
            ALL => format!(
                "{} adds all capabilities with `{}`, `NET_RAW` among them",
                container.label(),
                added.written
            ),
            _ => format!("{} adds the capability `NET_RAW`", container.label()),
        };
        // Not added it would still be there, unless it is dropped. Dropping all takes an added `ALL` away as well.
        let mut fix = added.removal();
        if !is_dropped {
            let dropping = drop_all(container);
            if added.name == ALL {
                fix = dropping;
            } else {
                fix.edits.extend(dropping.edits);
            }
        }
        out.fail(added.place(), message).fix(fix);
        added_back = true;
    }
    if !added_back && !is_dropped {
        let place = container.place(&["securityContext", "capabilities", "drop"]);
        // The neighbours of this check offer the same edit, so that it is made once.
        out.fail(place, format!("{} keeps the capability `NET_RAW`", container.label()))
            .fix(drop_all(container));
    }
}
