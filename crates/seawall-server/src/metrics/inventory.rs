//! What is known of a cluster that is followed.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// A kind that is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FollowedKind {
    /// `Namespace`, `Role.rbac.authorization.k8s.io`.
    pub(crate) kind: String,
    pub(crate) objects: usize,
    /// Whether an object that is not here does not exist.
    pub(crate) is_complete: bool,
    /// When the cluster last said something of it.
    pub(crate) heard: Instant,
}

/// All of them; none when no cluster is followed.
#[derive(Debug, Default)]
pub(crate) struct FollowedKinds {
    kinds: Mutex<Vec<FollowedKind>>,
    /// How often something was made of them.
    states: AtomicU64,
}

impl FollowedKinds {
    #[cfg(feature = "live")]
    pub(crate) fn set(&self, kinds: Vec<FollowedKind>) {
        *self.kinds.lock().unwrap_or_else(PoisonError::into_inner) = kinds;
    }

    #[cfg(feature = "live")]
    pub(crate) fn count(&self) {
        self.states.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn write(&self, out: &mut String) {
        let kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if kinds.is_empty() {
            return;
        }
        let mut gauge = |name: &str, help: &str, value: &dyn Fn(&FollowedKind) -> f64| {
            let name = format!("seawall_admission_inventory_{name}");
            _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
            for kind in &kinds {
                _ = writeln!(
                    out,
                    "{name}{{kind=\"{}\"}} {}",
                    super::family::escaped(&kind.kind),
                    value(kind)
                );
            }
        };
        gauge("objects", "Objects of the cluster that are known.", &|kind| kind.objects as f64);
        gauge(
            "complete",
            "Whether all objects of a kind are known; when not, what depends on others is not judged.",
            &|kind| f64::from(u8::from(kind.is_complete)),
        );
        gauge("age_seconds", "Time since the cluster last said something of a kind.", &|kind| {
            kind.heard.elapsed().as_secs_f64()
        });
        let (name, states) =
            ("seawall_admission_inventory_states_total", self.states.load(Ordering::Relaxed));
        _ = writeln!(out, "# HELP {name} States of the inventory that reviews were judged by.");
        _ = writeln!(out, "# TYPE {name} counter\n{name} {states}");
    }
}
