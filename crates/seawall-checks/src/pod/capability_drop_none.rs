//! `pod-capability-drop-none`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::capability::drop_all;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-capability-drop-none",
    title: "container drops no capability",
    why: "the container keeps the dozen capabilities that runtimes grant: it may change the owner of files, write \
          past permissions and forge packets",
    help: "drop `ALL` and add back the few that are needed",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.23:5.2.9"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    if container.capabilities("drop").next().is_none() {
        let place = container.place(&["securityContext", "capabilities", "drop"]);
        out.fail(place, format!("{} drops no capability", container.label())).fix(drop_all(container));
    }
}
