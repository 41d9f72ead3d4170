//! Which updates of a pod are judged (`isSignificantPodUpdate`).

use seawall_yaml::Node;

/// Whether the number of containers changed, an image, or the ephemeral containers.
pub(super) fn is_significant(pod: Node<'_>, old: Node<'_>) -> bool {
    let list = |pod: Node<'_>, key| -> Vec<(String, String)> {
        let text = |node: Node<'_>, key| node.str(key).unwrap_or("").to_owned();
        let spec = pod.get("spec");
        let items = spec.into_iter().flat_map(|spec| spec.list(key));
        items.map(|item| (text(item, "name"), text(item, "image"))).collect()
    };
    for key in ["containers", "initContainers"] {
        let (now, then) = (list(pod, key), list(old, key));
        if now.len() != then.len() || now.iter().zip(&then).any(|(now, then)| now.1 != then.1) {
            return true;
        }
    }
    let then = list(old, "ephemeralContainers");
    list(pod, "ephemeralContainers").iter().any(|(name, image)| {
        then.iter().find(|(known, _)| known == name).is_none_or(|(_, known)| known != image)
    })
}
