//! What several pod checks share.
//!
//! The checks themselves are the files beside this one; the build finds them. What they share lies in `shared`, where
//! the build looks for none.

mod shared;

pub use shared::host_path::clean as clean_host_path;

pub(crate) use shared::setter::setters;
pub(crate) use shared::{
    apparmor, capability, host_path, id_floor, object, process, sandbox, seccomp, source,
};

use seawall_inventory::PodView;
use seawall_yaml::Node;

/// Whether the pod is the API's picture of one that a kubelet started from a file. Service accounts are nothing to it.
pub(crate) fn is_mirror(pod: &PodView<'_>) -> bool {
    pod.annotation("kubernetes.io/config.mirror").is_some()
}

/// Whether a map sets no field: the API server reads `null` as nothing.
pub(crate) fn says_nothing(map: Node<'_>) -> bool {
    map.entries().all(|(_, value)| value.is_null())
}
