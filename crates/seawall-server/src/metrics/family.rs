//! Counters and histograms with labels, in the text format of Prometheus.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Series of one family; more would be an attack on whoever collects them. What comes later counts under `other`.
pub(super) const MOST_SERIES: usize = 20_000;

/// The values of the labels of a series, with [`BETWEEN`] between them: one text, so that looking one up costs little.
type Labels = Box<str>;

/// No name of ours and no name in Kubernetes holds it.
const BETWEEN: &str = "\0";

/// A value by labels.
#[derive(Debug)]
pub(crate) struct Family<V> {
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
    held: Mutex<Option<Held<V>>>,
}

/// The series of a family, and room for the key of the one that is looked up.
#[derive(Debug)]
struct Held<V> {
    series: foldhash::HashMap<Labels, V>,
    key: String,
}

/// A counter by labels.
pub(crate) type Counters = Family<u64>;

/// A histogram by labels.
pub(crate) type Histograms = Family<Buckets>;

/// Upper bounds in microseconds: reviews take tens of microseconds, time limits seconds.
const BOUNDS: [u64; 14] =
    [50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000];

/// Observations by bound.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buckets {
    counts: [u64; BOUNDS.len()],
    count: u64,
    micros: u64,
}

impl<V: Default> Family<V> {
    pub(crate) const fn new(name: &'static str, help: &'static str, labels: &'static [&'static str]) -> Self {
        Family { name, help, labels, held: Mutex::new(None) }
    }

    fn change(&self, labels: &[&str], change: impl FnOnce(&mut V)) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Held { series, key } =
            held.get_or_insert_with(|| Held { series: Default::default(), key: String::new() });
        key.clear();
        for (place, label) in labels.iter().enumerate() {
            if place > 0 {
                key.push_str(BETWEEN);
            }
            key.push_str(label);
        }
        if let Some(value) = series.get_mut(key.as_str()) {
            return change(value);
        }
        let key =
            if series.len() < MOST_SERIES { key.clone() } else { vec!["other"; labels.len()].join(BETWEEN) };
        change(series.entry(key.into()).or_default());
    }

    fn head(&self, kind: &str, out: &mut String) {
        _ = writeln!(out, "# HELP {} {}\n# TYPE {} {kind}", self.name, self.help, self.name);
    }

    fn each(&self, mut tell: impl FnMut(&str, &V)) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut series: Vec<(&Labels, &V)> = held.iter().flat_map(|held| &held.series).collect();
        series.sort_by_key(|(labels, _)| *labels);
        for (labels, value) in series {
            let pair = |(name, value): (&&str, &str)| format!("{name}=\"{}\"", escaped(value));
            let pairs: Vec<String> = self.labels.iter().zip(labels.split(BETWEEN)).map(pair).collect();
            tell(&pairs.join(","), value);
        }
    }
}

impl Counters {
    pub(crate) fn add(&self, labels: &[&str]) {
        self.change(labels, |count| *count += 1);
    }

    pub(crate) fn write(&self, out: &mut String) {
        self.head("counter", out);
        self.each(|labels, count| {
            let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
            _ = writeln!(out, "{}{labels} {count}", self.name);
        });
    }
}

impl Histograms {
    pub(crate) fn observe(&self, labels: &[&str], took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.change(labels, |buckets| {
            buckets.count += 1;
            buckets.micros = buckets.micros.saturating_add(micros);
            let within = BOUNDS.iter().zip(&mut buckets.counts).filter(|(bound, _)| micros <= **bound);
            within.for_each(|(_, count)| *count += 1);
        });
    }

    pub(crate) fn write(&self, out: &mut String) {
        self.head("histogram", out);
        self.each(|labels, buckets| {
            let comma = if labels.is_empty() { "" } else { "," };
            for (bound, count) in BOUNDS.iter().zip(&buckets.counts) {
                let le = seconds(*bound);
                _ = writeln!(out, "{}_bucket{{{labels}{comma}le=\"{le}\"}} {count}", self.name);
            }
            _ = writeln!(out, "{}_bucket{{{labels}{comma}le=\"+Inf\"}} {}", self.name, buckets.count);
            _ = writeln!(out, "{}_sum{{{labels}}} {}", self.name, seconds(buckets.micros));
            _ = writeln!(out, "{}_count{{{labels}}} {}", self.name, buckets.count);
        });
    }
}

/// Microseconds as seconds.
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

pub(super) fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_and_histograms_are_written_as_prometheus_reads_them() {
        let counters = Counters::new("requests_total", "requests", &["hook"]);
        counters.add(&["validate"]);
        counters.add(&["validate"]);
        counters.add(&["a\"b\\\n"]);
        let mut out = String::new();
        counters.write(&mut out);
        assert_eq!(
            out,
            "# HELP requests_total requests\n# TYPE requests_total counter\nrequests_total{hook=\"a\\\"b\\\\\\n\"} 1\nrequests_total{hook=\"validate\"} 2\n"
        );
        let histograms = Histograms::new("took_seconds", "time", &[]);
        histograms.observe(&[], Duration::from_micros(80));
        histograms.observe(&[], Duration::from_secs(20));
        let mut out = String::new();
        histograms.write(&mut out);
        assert!(
            out.contains("took_seconds_bucket{le=\"0.00005\"} 0\ntook_seconds_bucket{le=\"0.0001\"} 1\n"),
            "{out}"
        );
        assert!(
            out.ends_with("le=\"+Inf\"} 2\ntook_seconds_sum{} 20.00008\ntook_seconds_count{} 2\n"),
            "{out}"
        );
    }

    #[test]
    fn series_are_bounded() {
        let counters = Counters::new("c", "c", &["policy"]);
        for number in 0..MOST_SERIES + 10 {
            counters.add(&[&number.to_string()]);
        }
        let mut out = String::new();
        counters.write(&mut out);
        assert!(out.contains("c{policy=\"other\"} 10\n"));
    }
}
