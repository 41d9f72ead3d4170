//! Credentials that stand as literals in environment variables.

use std::cell::OnceCell;
use std::collections::HashSet;

use seawall_inventory::{ContainerView, EnvVar, GroupKind, Inventory, PodView};
use seawall_yaml::Node;

use crate::secret::words::{Leak, Words};

/// The variables of a container that hold a credential, and why they do. The value that is the name of a Secret is none.
pub(crate) fn leaks<'r>(
    container: &ContainerView<'r>,
    words: &Words,
    inventory: &Inventory,
) -> Vec<(EnvVar<'r>, Leak)> {
    // Most containers never ask for them.
    let used = OnceCell::new();
    let leak = |variable: EnvVar<'r>| {
        let value = variable.value?;
        let leak = words.judge(variable.name, value)?;
        let secret = GroupKind::new("", "Secret");
        let namespace = container.pod().resource().namespace();
        let is_name = inventory.find(secret, namespace, value).is_some()
            || names_an_object(variable.name)
                && is_object_name(value)
                && used.get_or_init(|| used_secrets(container.pod())).contains(value);
        (!is_name).then_some((variable, leak))
    };
    container.env().filter_map(leak).collect()
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
