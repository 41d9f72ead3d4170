//! Points in time in the form in which the API server writes them: `apimachinery/pkg/apis/meta/v1/{time,micro_time}.go`.

use seawall_core::{date_of_days, days_in_month, days_of_date};

/// `2026-01-02T03:04:05Z`, in UTC, without fractions; `None` for a text that is no RFC 3339 time.
pub(crate) fn canonical_time(text: &str) -> Option<String> {
    parse(text).map(|(seconds, _)| utc(seconds))
}

/// `2026-01-02T03:04:05.678900Z`; exactly six digits of fraction are taken.
pub(crate) fn canonical_micro_time(text: &str) -> Option<String> {
    let (seconds, fraction) = parse(text).filter(|(_, fraction)| fraction.len() == 6)?;
    let mut out = utc(seconds);
    out.pop();
    Some(format!("{out}.{fraction}Z"))
}

/// Seconds since 1970, and the digits of the fraction.
fn parse(text: &str) -> Option<(i64, &str)> {
    let (date, rest) = text.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let clock = rest.get(..8)?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let rest = rest.get(8..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0)?;
            rest.split_at_checked(end)?
        }
        None => ("", rest),
    };
    let offset = if zone == "Z" {
        0
    } else {
        let sign = if zone.starts_with('+') { 1 } else { -1 };
        let [hours, minutes] = numbers(zone.strip_prefix(['+', '-'])?, ':', [2, 2])?;
        if hours > 24 || minutes > 60 {
            return None;
        }
        sign * (hours * 3_600 + minutes * 60)
    };
    let real = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    (real && hour < 24 && minute < 60 && second < 60).then(|| {
        let seconds = days_of_date(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
        (seconds, fraction)
    })
}

/// Numbers of exactly so many digits each, with a separator between.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut out = [0; N];
    for (slot, digits) in out.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *slot = part.parse().ok()?;
    }
    parts.next().is_none().then_some(out)
}

fn utc(seconds: i64) -> String {
    let (year, month, day) = date_of_days(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_without_fractions() {
        for (text, expected) in [
            ("2026-01-02T03:04:05Z", Some("2026-01-02T03:04:05Z")),
            ("2026-01-01T00:30:00.999+01:00", Some("2025-12-31T23:30:00Z")),
            ("2024-02-29T23:00:00-02:30", Some("2024-03-01T01:30:00Z")),
            ("2025-02-29T00:00:00Z", None),
            ("2026-01-02 03:04:05Z", None),
            ("2026-01-02T03:04:60Z", None),
            ("2026-01-02T03:04:05", None),
            ("2026-01-02T03:04:05.Z", None),
            ("2026-1-02T03:04:05Z", None),
            ("", None),
            ("T", None),
        ] {
            assert_eq!(canonical_time(text).as_deref(), expected, "{text}");
        }
        let micro = |text| canonical_micro_time(text);
        assert_eq!(micro("2026-01-02T04:04:05.012000+01:00").as_deref(), Some("2026-01-02T03:04:05.012000Z"));
        assert_eq!(micro("2026-01-02T03:04:05.012Z"), None);
    }
}
