//! What stands between a container and the flaws of its node.

use seawall_inventory::ContainerView;
use seawall_yaml::Node;

use crate::facts::container::PodContext;
use crate::names::{Name, Names};

/// What holds a container back from using a flaw of the runtime or the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hardening {
    /// A seccomp profile is set: by default there is none.
    pub(crate) confined: bool,
    /// It may run as root.
    pub(crate) root: bool,
    /// A sandbox or a user namespace, in words.
    pub(crate) held: Option<Name>,
}

impl Hardening {
    pub(crate) fn read(container: &ContainerView<'_>, pod: &PodContext, names: &mut Names) -> Self {
        let profile = container.effective(&["seccompProfile", "type"]).and_then(Node::as_str);
        let privileged = container.effective(&["privileged"]).and_then(Node::as_bool) == Some(true);
        let user = container.effective(&["runAsUser"]).and_then(Node::as_i64);
        let non_root = container.effective(&["runAsNonRoot"]).and_then(Node::as_bool) == Some(true);
        let held = match (&pod.sandbox, pod.user_namespace) {
            (Some(class), _) => {
                Some(format!("runtime class `{class}`: the container does not share the kernel"))
            }
            (None, true) => {
                Some("`hostUsers: false`: root of the container is nobody on the node".to_owned())
            }
            (None, false) => None,
        };
        Hardening {
            confined: !privileged && matches!(profile, Some("RuntimeDefault" | "Localhost")),
            root: user.map_or(!non_root, |user| user == 0),
            held: held.map(|text| names.intern(&text)),
        }
    }
}
