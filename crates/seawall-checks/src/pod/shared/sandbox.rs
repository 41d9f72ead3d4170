//! Sandboxes of agents: the pods that run what a language model wrote.
//!
//! Source: the API of `kubernetes-sigs/agent-sandbox` (`agents.x-k8s.io`, `extensions.agents.x-k8s.io`).

use seawall_inventory::PodView;

/// Whether the pod is the template of a sandbox.
pub(crate) fn is_sandbox(pod: &PodView<'_>) -> bool {
    let resource = pod.resource();
    matches!(
        (resource.group(), resource.kind()),
        ("agents.x-k8s.io", "Sandbox") | ("extensions.agents.x-k8s.io", "SandboxTemplate")
    )
}
