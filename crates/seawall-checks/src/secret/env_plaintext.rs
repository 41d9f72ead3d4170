//! `secret-env-plaintext`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{ContainerView, PodView};

use crate::secret::variables::leaks;
use crate::secret::words::{Leak, SETTINGS, Words};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "secret-env-plaintext",
    title: "credential stands as a literal in an environment variable",
    why: "everybody who may read the pod or its workload, its manifest in Git or the output of a crash holds the credential",
    help: "put the value into a Secret or an external store and refer to it by `valueFrom`, or mount it as a file",
    pillar: Pillar::Secrets,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &[
        "NSA:general",
        "MITRE:Credential access",
        "MITRE:Lateral Movement",
        "SOC2:CC6.1",
        "SOC2:CC6.6",
        "SOC2:CC6.7",
    ],
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
        judge_container(&container, words, out);
    }
}

fn judge_container(container: &ContainerView<'_>, words: &Words, out: &mut Verdicts<'_>) {
    for (variable, leak) in leaks(container, words, out.inventory()) {
        let value = variable.value.unwrap_or("");
        let place = container.place_of(variable.node).keys(&["value"]);
        let length = value.chars().count();
        let subject = format!("{} sets `{}` to", container.label(), variable.name);
        let message = match leak {
            Leak::Named => format!("{subject} a literal of {length} characters"),
            Leak::Placeholder => format!("{subject} a placeholder: the real value belongs into a Secret"),
            Leak::Shaped => {
                format!("{subject} a literal that has the shape of a credential, of {length} characters")
            }
            Leak::Url => format!("{subject} a URL with a password in it"),
        };
        let draft = out.fail(place, message);
        draft.withhold_value();
        if leak == Leak::Placeholder {
            draft.severity(Severity::Low).confidence(Confidence::Low);
        } else if leak == Leak::Named && is_wordy(value) {
            draft.confidence(Confidence::Medium);
        }
    }
}

/// Lower-case words without a digit are passwords of people, or names of things.
fn is_wordy(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_' | '.'))
}
