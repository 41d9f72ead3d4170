//! `pod-credential-access`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::secret::variables::leaks;
use crate::secret::words::{Leak, SETTINGS, Words};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-credential-access",
    title: "container holds credentials in its environment",
    why: "code that runs in the container reads them from its own environment and goes on with them: databases, \
          clouds, other clusters",
    help: "put the values into a Secret or an external store, mount it as a file, and prefer identities to passwords",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::High,
    confidence: Confidence::High,
    settings: SETTINGS,
    prepare: Some(Words::prepare),
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(words) = out.prepared::<Words>() else { return };
    if let Some(broken) = words.broken() {
        return out.not_evaluated(broken);
    }
    for container in pod.containers() {
        let leaks = leaks(&container, words, out.inventory());
        let names: Vec<String> = leaks
            .iter()
            .filter(|(_, leak)| *leak != Leak::Placeholder)
            .map(|(variable, _)| format!("`{}`", variable.name))
            .collect();
        if !names.is_empty() {
            let message = format!("{} holds credentials in {}", container.label(), names.join(", "));
            out.fail(container.place(&["env"]), message);
        }
    }
}
