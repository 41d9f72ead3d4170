//! C03, C05 to C07: what the control plane lets anybody do, and who reaches its ports (E03).

use serde_json::Value;

use crate::json::{at, list, name, namespace, of_kind, text, texts};

use super::fact::Fact;
use super::network::{of_pods, tunnels_everywhere};
use super::nodes::is_shut;
use super::pod::Pod;
use super::rights::{all_accounts, all_nodes};
use super::state::State;
use super::world::World;

/// Takes every such step once.
pub(super) fn step<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    for server in components(world, "kube-apiserver") {
        // C07
        if allows_all(server) && state.is_in("system:authenticated") {
            state.gain(Fact::ClusterAdmin);
        }
        // C03
        let restricted = flag(server, "enable-admission-plugins").unwrap_or("").contains("NodeRestriction");
        if !restricted && state.is_in("system:nodes") {
            all_nodes(world, state);
            world.namespaces.iter().for_each(|namespace| all_accounts(world, state, namespace));
        }
    }
    let out = connects_out(world, state);
    // C06
    for etcd in components(world, "etcd") {
        let plain = flag(etcd, "listen-client-urls").is_some_and(|urls| urls.starts_with("http://10."));
        if plain && (out || tunnels_everywhere(world, state, etcd.namespace)) {
            state.gain(Fact::ClusterAdmin);
        }
    }
    // C05
    let addresses =
        of_kind(world.objects, "Node").any(|node| !list(node, &["status", "addresses"]).is_empty());
    let Some((open, anonymous)) = kubelets(world).filter(|_| out && addresses) else { return };
    if open && (anonymous || state.is_in("system:authenticated")) {
        (0..world.pods.len()).for_each(|number| state.gain(Fact::Pod(number)));
    }
}

/// Whether the API server asks nobody what they may do.
pub(super) fn allows_all(server: &Pod<'_>) -> bool {
    flag(server, "authorization-mode").is_none_or(|modes| modes.split(',').any(|mode| mode == "AlwaysAllow"))
}

/// Whether all API servers that are here refuse whoever shows nothing.
pub(super) fn refuses_anonymous(world: &World<'_>) -> bool {
    let mut servers = components(world, "kube-apiserver").peekable();
    servers.peek().is_some() && servers.all(|server| flag(server, "anonymous-auth") == Some("false"))
}

/// Static pods of the control plane that run a program.
pub(super) fn components<'v>(world: &'v World<'v>, program: &str) -> impl Iterator<Item = &'v Pod<'v>> {
    let runs = move |pod: &&Pod<'v>| {
        let first = |container: &Value| texts(container, &["command"]).first().copied() == Some(program);
        pod.namespace == "kube-system"
            && pod.says("hostNetwork", true)
            && pod.containers.iter().any(|own| first(own.spec))
    };
    world.pods.iter().filter(runs).collect::<Vec<_>>().into_iter()
}

fn flag<'v>(pod: &Pod<'v>, name: &str) -> Option<&'v str> {
    let start = format!("--{name}=");
    let words = pod.containers.iter().flat_map(|container| texts(container.spec, &["command"]));
    words.filter_map(|word| word.strip_prefix(&start)).next_back()
}

/// Whether kubelets allow everything, and whether they take requests without a token, as kubeadm's ConfigMap says.
fn kubelets(world: &World<'_>) -> Option<(bool, bool)> {
    let config = of_kind(world.objects, "ConfigMap")
        .find(|object| namespace(object) == "kube-system" && name(object) == "kubelet-config")?;
    let settings: Value = serde_json::from_str(text(config, &["data", "kubelet"])).ok()?;
    let anonymous = at(&settings, &["authentication", "anonymous", "enabled"]) == Some(&Value::Bool(true));
    Some((text(&settings, &["authorization", "mode"]) == "AlwaysAllow", anonymous))
}

/// Whether a pod is held that policies let connect to nodes.
fn connects_out(world: &World<'_>, state: &State<'_>) -> bool {
    of_pods(world, state).any(|pod| !is_shut(world, pod, "Egress"))
}
