//! `secret-env-plaintext`

use std::cell::OnceCell;
use std::collections::HashSet;

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{ContainerView, GroupKind, PodView};
use seawall_yaml::Node;

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
    let used = OnceCell::new();
    for container in pod.containers() {
        judge_container(&container, words, &used, out);
    }
}

/// `used` is made by the first that asks for it.
fn judge_container<'r>(
    container: &ContainerView<'r>,
    words: &Words,
    used: &OnceCell<HashSet<&'r str>>,
    out: &mut Verdicts<'_>,
) {
    for variable in container.env() {
        let Some(value) = variable.value else { continue };
        let Some(leak) = words.judge(variable.name, value) else { continue };
        let secret = GroupKind::new("", "Secret");
        let namespace = container.pod().resource().namespace();
        let is_name = out.inventory().find(secret, namespace, value).is_some()
            || names_an_object(variable.name)
                && is_object_name(value)
                && used.get_or_init(|| used_secrets(container.pod())).contains(value);
        if is_name {
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

/// Whether a variable's name leaves it open that the value is the name of a Secret, not the secret: `APP_SECRET`.
fn names_an_object(variable: &str) -> bool {
    variable.to_ascii_lowercase().trim_end_matches(|c: char| c.is_ascii_digit()).ends_with("secret")
}

/// A DNS subdomain of RFC 1123, as the API server demands of a Secret's name.
fn is_object_name(text: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_label = |label: &str| {
        label.starts_with(alphanumeric)
            && label.ends_with(alphanumeric)
            && label.chars().all(|c| alphanumeric(c) || c == '-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// The names of the Secrets that the pod cannot start without. An optional one need not exist, so that its name may be
/// any text, a password too.
fn used_secrets<'r>(pod: &PodView<'r>) -> HashSet<&'r str> {
    let required = |node: Option<Node<'r>>, key: &str| {
        let node = node.filter(|node| node.bool("optional") != Some(true))?;
        node.get(key)?.as_str()
    };
    let mounted = pod.volumes().filter_map(|volume| required(volume.node().get("secret"), "secretName"));
    let variables = pod.containers().flat_map(|container| container.env());
    let referred =
        variables.filter_map(|variable| required(variable.node.path(&["valueFrom", "secretKeyRef"]), "name"));
    mounted.chain(referred).collect()
}
