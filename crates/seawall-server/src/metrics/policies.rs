//! The time that each policy takes.
//!
//! Invariant: a policy's place is found when it is loaded; counting takes no lock and looks nothing up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::family::{MOST_SERIES, escaped};

/// What one policy took so far.
#[derive(Debug, Default)]
pub(crate) struct PolicyTime {
    count: AtomicU64,
    nanos: AtomicU64,
}

impl PolicyTime {
    pub(crate) fn add(&self, took: Duration) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.nanos.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// By the ids of policies.
#[derive(Debug, Default)]
pub(crate) struct PolicyTimes(Mutex<BTreeMap<Box<str>, Arc<PolicyTime>>>);

const NAME: &str = "seawall_admission_policy_duration_seconds";

impl PolicyTimes {
    /// Where the policies of these ids count, in their order. What nobody counts in any more is forgotten; beyond the most
    /// that there may be, all count as `other`.
    pub(super) fn of(&self, ids: impl Iterator<Item = String>) -> Vec<Arc<PolicyTime>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, time| Arc::strong_count(time) > 1);
        let mut place = |id: String| {
            let known = held.contains_key(id.as_str()) || held.len() < MOST_SERIES;
            let id = if known { id.into() } else { Box::from("other") };
            Arc::clone(held.entry(id).or_default())
        };
        ids.map(&mut place).collect()
    }

    pub(super) fn write(&self, out: &mut String) {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        _ = writeln!(out, "# HELP {NAME} Time that a policy took for reviews that it speaks about.");
        _ = writeln!(out, "# TYPE {NAME} summary");
        for (id, time) in held.iter() {
            let count = time.count.load(Ordering::Relaxed);
            if count == 0 {
                continue;
            }
            let (id, sum) = (escaped(id), time.nanos.load(Ordering::Relaxed) as f64 / 1e9);
            _ = writeln!(out, "{NAME}_sum{{policy=\"{id}\"}} {sum}\n{NAME}_count{{policy=\"{id}\"}} {count}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_keep_their_times_when_a_set_is_replaced_and_series_are_bounded() {
        let times = PolicyTimes::default();
        let first = times.of(["a", "b"].map(str::to_owned).into_iter());
        first[0].add(Duration::from_micros(3));
        let second = times.of(["b", "a"].map(str::to_owned).into_iter());
        second[1].add(Duration::from_micros(4));
        let mut out = String::new();
        times.write(&mut out);
        assert!(out.ends_with("_sum{policy=\"a\"} 0.000007\nseawall_admission_policy_duration_seconds_count{policy=\"a\"} 2\n"), "{out}");
        drop((first, second));
        let many = times.of((0..MOST_SERIES + 10).map(|number| number.to_string()));
        many.iter().for_each(|time| time.add(Duration::ZERO));
        let mut out = String::new();
        times.write(&mut out);
        assert!(!out.contains("{policy=\"a\"}"), "what is gone is forgotten");
        assert!(out.contains("_count{policy=\"other\"} 10\n"), "the last ten share one");
    }
}
