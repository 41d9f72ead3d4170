//! kube-apiserver, as the pod starts it.

use seawall_inventory::{ContainerKind, ContainerView, Place, PodView};

use crate::pod::process::arguments;

/// The container of a kube-apiserver.
pub(crate) struct ApiServer<'r>(ContainerView<'r>);

impl<'r> ApiServer<'r> {
    /// The API server of a pod, if one of its containers starts it.
    pub(crate) fn of(pod: &PodView<'r>) -> Option<Self> {
        let mut containers = pod.containers().filter(|container| container.kind() == ContainerKind::Main);
        containers.find(starts_it).map(ApiServer)
    }

    /// The values of a flag, written `--flag=value` or `--flag value`, in the order written.
    pub(crate) fn values(&self, flag: &str) -> Vec<&'r str> {
        let mut words = words(&self.0).into_iter().peekable();
        let mut values = Vec::new();
        while let Some(word) = words.next() {
            let Some(rest) = word.strip_prefix("--").and_then(|word| word.strip_prefix(flag)) else {
                continue;
            };
            match rest.strip_prefix('=') {
                Some(value) => values.push(value),
                None if rest.is_empty() => {
                    values.extend(words.peek().copied().filter(|next| !next.starts_with("--")));
                }
                None => {}
            }
        }
        values
    }

    /// Where its flags stand.
    pub(crate) fn place(&self) -> Place {
        let key = if self.0.node().list("args").next().is_some() { "args" } else { "command" };
        self.0.place(&[key])
    }
}

fn starts_it(container: &ContainerView<'_>) -> bool {
    words(container).iter().any(|word| word.rsplit('/').next() == Some("kube-apiserver"))
}

/// The words of its command, also of one that is a script.
fn words<'r>(container: &ContainerView<'r>) -> Vec<&'r str> {
    arguments(container).flat_map(|(_, text)| text.split_whitespace()).collect()
}
