//! `secret-env-plaintext`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{ContainerView, GroupKind, PodView};

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
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    let Some(words) = out.prepared::<Words>() else { return };
    if let Some(broken) = words.broken() {
        return out.not_evaluated(broken);
    }
    for variable in container.env() {
        let Some(value) = variable.value else { continue };
        let Some(leak) = words.judge(variable.name, value) else { continue };
        if names_a_secret(container.pod(), value, out) {
            continue;
        }
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

/// Whether the value is the name of a Secret: one that is here, or that the pod uses.
fn names_a_secret(pod: &PodView<'_>, value: &str, out: &Verdicts<'_>) -> bool {
    let secret = GroupKind::new("", "Secret");
    if out.inventory().find(secret, pod.resource().namespace(), value).is_some() {
        return true;
    }
    let mounted = pod.volumes().any(|volume| {
        let name = volume.node().path(&["secret", "secretName"]);
        name.and_then(|name| name.as_str()) == Some(value)
    });
    let referred = || {
        pod.containers().flat_map(|container| container.env()).any(|variable| {
            let name = variable.node.path(&["valueFrom", "secretKeyRef", "name"]);
            name.and_then(|name| name.as_str()) == Some(value)
        })
    };
    mounted || referred()
}
