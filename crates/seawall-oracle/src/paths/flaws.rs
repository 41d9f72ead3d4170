//! B24: flaws of runtimes and kernels, for the few versions that random nodes show.
//!
//! Source: the advisories of CVE-2019-5736 (Docker to 18.09.1), CVE-2020-15257 and CVE-2022-23648 (containerd to 1.4.2 and
//! 1.4.12), CVE-2022-0811 (CRI-O to 1.22.2), CVE-2022-0847 (Linux 5.8 to 5.15.24), CVE-2022-0185 (to 5.15.15) and
//! CVE-2024-1086 (to 5.4.268, 5.15.148).

use serde_json::Value;

use crate::json::{at, name, of_kind, text};

use super::escapes::is_sandboxed;
use super::fact::{Fact, Machine};
use super::pod::{Container, Pod};
use super::rights::runs_anywhere;
use super::state::State;
use super::world::World;

/// Takes every such step once.
pub(super) fn step<'v>(world: &'v World<'v>, state: &mut State<'v>) {
    let makes_pods = runs_anywhere(world, state);
    for node in of_kind(world.objects, "Node") {
        let runtime = text(node, &["status", "nodeInfo", "containerRuntimeVersion"]);
        let kernel = text(node, &["status", "nodeInfo", "kernelVersion"]);
        let machine = Machine::Named(name(node));
        // Whoever chooses the image or the settings of a new pod.
        if makes_pods && ["containerd://1.4.2", "cri-o://1.22.2"].contains(&runtime) {
            state.gain(Fact::Node(machine));
        }
        for (number, pod) in world.pods.iter().enumerate().filter(|(_, pod)| pod.machine == machine) {
            let sealed = is_sandboxed(pod) || pod.says("hostUsers", false);
            for (place, container) in pod.containers.iter().enumerate() {
                let any = runtime == "docker://18.9.1" || kernel == "5.15.24";
                let unconfined = ["5.15.24", "5.4.200"].contains(&kernel) && !is_confined(pod, container);
                let shim = runtime == "containerd://1.4.2"
                    && pod.says("hostNetwork", true)
                    && at(container.spec, &["securityContext", "runAsUser"]).is_none();
                if (any || unconfined || shim) && !sealed && state.holds(Fact::Container(number, place)) {
                    state.gain(Fact::Node(machine));
                }
            }
        }
    }
}

/// Whether a seccomp profile holds, the container's before the pod's; a privileged container has none.
fn is_confined(pod: &Pod<'_>, container: &Container<'_>) -> bool {
    let context = |spec: &Value| text(spec, &["securityContext", "seccompProfile", "type"]).to_owned();
    let profile = match context(container.spec) {
        own if own.is_empty() => context(pod.spec),
        own => own,
    };
    let privileged = at(container.spec, &["securityContext", "privileged"]).and_then(Value::as_bool);
    privileged != Some(true) && ["RuntimeDefault", "Localhost"].contains(&profile.as_str())
}
