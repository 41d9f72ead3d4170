//! What the server counts, for `/metrics`.
//!
//! Invariant: labels are names of ours and of policies, never of users, objects or namespaces.

mod family;
mod inventory;
mod policies;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use family::{Counters, Histograms};
#[cfg(feature = "live")]
pub(crate) use inventory::FollowedKind;
use inventory::FollowedKinds;
pub(crate) use policies::PolicyTime;
use policies::PolicyTimes;

/// All that is counted.
#[derive(Debug)]
pub struct Metrics {
    pub(crate) requests: Counters,
    pub(crate) decisions: Counters,
    pub(crate) exempt: Counters,
    pub(crate) rejected: Counters,
    pub(crate) duration: Histograms,
    pub(crate) judging: Histograms,
    policy_times: PolicyTimes,
    pub(crate) inventory: FollowedKinds,
    pub(crate) in_flight: AtomicI64,
    pub(crate) connections: AtomicI64,
    /// Seconds since 1970; 0 without a certificate.
    pub(crate) certificate_expires: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics {
            requests: Counters::new(
                "seawall_admission_requests_total",
                "Reviews that were answered.",
                &["hook", "operation", "allowed"],
            ),
            decisions: Counters::new(
                "seawall_admission_decisions_total",
                "What policies said other than nothing.",
                &["policy", "mode", "outcome"],
            ),
            exempt: Counters::new(
                "seawall_admission_exempt_total",
                "Reviews that no policy judged, by exemption.",
                &["exemption"],
            ),
            rejected: Counters::new(
                "seawall_admission_rejected_total",
                "Connections and requests that got no review.",
                &["reason"],
            ),
            duration: Histograms::new(
                "seawall_admission_duration_seconds",
                "From the head of a request to its answer.",
                &["hook"],
            ),
            judging: Histograms::new(
                "seawall_admission_judge_duration_seconds",
                "Time that a family of policies took for a review.",
                &["judge"],
            ),
            policy_times: PolicyTimes::default(),
            inventory: FollowedKinds::default(),
            in_flight: AtomicI64::new(0),
            connections: AtomicI64::new(0),
            certificate_expires: AtomicU64::new(0),
        }
    }
}

impl Metrics {
    /// Where policies of these ids count the time that they take.
    pub(crate) fn policy_times(&self, ids: impl Iterator<Item = String>) -> Vec<Arc<PolicyTime>> {
        self.policy_times.of(ids)
    }

    /// The text of `/metrics`; what is not counted here is given.
    pub(crate) fn text(&self, ready: bool, events_dropped: u64) -> String {
        let mut out = String::with_capacity(8 << 10);
        self.requests.write(&mut out);
        self.decisions.write(&mut out);
        self.exempt.write(&mut out);
        self.rejected.write(&mut out);
        self.duration.write(&mut out);
        self.judging.write(&mut out);
        self.policy_times.write(&mut out);
        self.inventory.write(&mut out);
        let mut single = |name: &str, kind: &str, help: &str, value: i64| {
            _ = writeln!(
                out,
                "# HELP seawall_admission_{name} {help}\n# TYPE seawall_admission_{name} {kind}\nseawall_admission_{name} {value}"
            );
        };
        single(
            "in_flight",
            "gauge",
            "Reviews that wait for their answer.",
            self.in_flight.load(Ordering::Relaxed),
        );
        single("connections", "gauge", "Open connections.", self.connections.load(Ordering::Relaxed));
        single("ready", "gauge", "Whether the server answers `/readyz` with 200.", i64::from(ready));
        let expires = i64::try_from(self.certificate_expires.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        single(
            "certificate_not_after_seconds",
            "gauge",
            "When the certificate that is served expires, in seconds since 1970.",
            expires,
        );
        let dropped = i64::try_from(events_dropped).unwrap_or(i64::MAX);
        single(
            "events_dropped_total",
            "counter",
            "Events that did not fit into the queue or could not be written.",
            dropped,
        );
        out
    }
}
