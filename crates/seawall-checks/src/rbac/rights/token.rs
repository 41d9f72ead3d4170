//! Whether a pod gets a token of its service account.
//!
//! Source: the admission plug-in `ServiceAccount` of Kubernetes: the field of the pod decides, else that of the service
//! account, else the token is mounted; a projected volume is written by hand and needs neither.

use seawall_inventory::{GroupKind, Inventory, PodView};
use seawall_yaml::Node;

const FIELD: &str = "automountServiceAccountToken";

/// Whether the token is in the pod. A service account that is not here cannot be known to withhold it.
pub(crate) fn has_token(inventory: &Inventory, pod: &PodView<'_>) -> bool {
    let account = || {
        let resource = pod.resource();
        let kind = GroupKind::new("", "ServiceAccount");
        inventory.find_near(resource, kind, resource.namespace(), pod.service_account())
    };
    let mounted = pod.spec().bool(FIELD).or_else(|| account()?.root().bool(FIELD));
    mounted != Some(false) || projects_token(pod)
}

/// Whether a volume projects a token for the API server.
fn projects_token(pod: &PodView<'_>) -> bool {
    pod.volumes().any(|volume| {
        volume.sources().filter(|(name, _)| *name == "projected").any(|(_, source)| {
            let tokens = source.list("sources").filter_map(|item| item.get("serviceAccountToken"));
            // A token for another audience opens nothing here.
            tokens.into_iter().any(|token| token.get("audience").and_then(Node::as_str).is_none())
        })
    })
}
