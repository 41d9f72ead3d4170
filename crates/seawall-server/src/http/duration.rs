//! `?timeout=10s`: how long the API server waits.

use std::time::Duration;

/// The time limit in a query, as Go writes durations (`10s`, `1m30s`, `500ms`); `None` where there is none that can be
/// read.
pub(super) fn time_limit(query: Option<&str>) -> Option<Duration> {
    let value = query?.split('&').find_map(|pair| pair.strip_prefix("timeout="))?;
    duration(value)
}

fn duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let (number, tail) = rest.split_at_checked(digits)?;
        let number: f64 = number.parse().ok()?;
        let (unit, tail) = ["ms", "us", "ns", "h", "m", "s"]
            .iter()
            .find_map(|unit| Some((*unit, tail.strip_prefix(unit)?)))?;
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" => 1e-6,
            _ => 1e-9,
        };
        total = total.checked_add(Duration::try_from_secs_f64(number * seconds).ok()?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_go_writes_them() {
        for (query, millis) in [
            ("timeout=10s", Some(10_000)),
            ("a=b&timeout=1m30s", Some(90_000)),
            ("timeout=500ms", Some(500)),
            ("timeout=1.5s", Some(1_500)),
            ("timeout=", None),
            ("timeout=10", None),
            ("timeout=-1s", None),
            ("timeout=1e400s", None),
            ("timeout=.s", None),
            ("x=1", None),
        ] {
            assert_eq!(time_limit(Some(query)), millis.map(Duration::from_millis), "{query}");
        }
        assert_eq!(time_limit(None), None);
    }
}
