//! Points in time and closed ranges of them, without a clock.

use seawall_core::{days_in_month, days_of_date};

/// A point in time, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    seconds: i64,
    nanos: u32,
}

impl Instant {
    /// So many seconds after the beginning of 1970.
    pub const fn from_unix(seconds: i64) -> Self {
        Instant { seconds, nanos: 0 }
    }

    /// So many milliseconds after the beginning of 1970, as certificate logs count.
    pub fn from_unix_millis(millis: u64) -> Self {
        let seconds = i64::try_from(millis / 1_000).unwrap_or(i64::MAX);
        Instant { seconds, nanos: u32::try_from(millis % 1_000).unwrap_or(0) * 1_000_000 }
    }

    /// Whole seconds after the beginning of 1970.
    pub fn unix(self) -> i64 {
        self.seconds
    }

    /// The time of a day of the calendar; `None` for one that does not exist. No leap seconds.
    pub(crate) fn of(date: (i64, i64, i64), time: (i64, i64, i64), nanos: u32) -> Option<Self> {
        let ((year, month, day), (hour, minute, second)) = (date, time);
        let real = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && nanos < 1_000_000_000;
        let seconds = days_of_date(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
        real.then_some(Instant { seconds, nanos })
    }

    /// Reads `2027-01-31T10:00:00.5Z` (RFC 3339), as protocol buffers write it in JSON.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (head, tail) = text.split_at_checked(19)?;
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        let fits = head.bytes().enumerate().all(|(at, byte)| {
            match separators.iter().find(|(place, _)| *place == at) {
                Some((_, separator)) => byte == *separator,
                None => byte.is_ascii_digit(),
            }
        });
        if !fits {
            return None;
        }
        let number = |from: usize, to: usize| head.get(from..to)?.parse::<i64>().ok();
        let (tail, nanos) = fraction(tail)?;
        let offset = offset(tail)?;
        let date = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let time = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let mut instant = Self::of(date, time, nanos)?;
        instant.seconds -= offset;
        Some(instant)
    }
}

/// The digits after a point, if there is one, as nanoseconds, and what follows.
fn fraction(tail: &str) -> Option<(&str, u32)> {
    let Some(rest) = tail.strip_prefix('.') else { return Some((tail, 0)) };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at_checked(end)?;
    Some((rest, nanos(digits)?))
}

/// The digits of a fraction of a second as nanoseconds; at least one, at most nine.
pub(crate) fn nanos(digits: &str) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<9}").parse().ok()
}

/// Seconds east of UTC of `Z` or `+01:00`.
fn offset(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let number = |digits: &str, below: i64| {
        let fits = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|value| fits && *value < below)
    };
    Some(sign * (number(hours, 24)? * 3_600 + number(minutes, 60)? * 60))
}

impl std::fmt::Display for Instant {
    /// `2027-01-31T10:00:00Z`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match u64::try_from(self.seconds) {
            Ok(seconds) => f.write_str(&seawall_core::rfc3339(seconds)),
            Err(_) => write!(f, "{} s before 1970", self.seconds.unsigned_abs()),
        }
    }
}

/// A range of time that includes both ends. Source: `sigstore/protobuf-specs`, `TimeRange`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first point in time.
    pub start: Instant,
    /// The last one; none when the range is still open.
    pub end: Option<Instant>,
}

impl Window {
    /// Whether a point in time lies in the range.
    pub fn contains(&self, at: Instant) -> bool {
        self.start <= at && self.end.is_none_or(|end| at <= end)
    }
}

impl std::fmt::Display for Window {
    /// `2027-01-31T10:00:00Z to 2028-01-31T10:00:00Z`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.end {
            Some(end) => write!(f, "{} to {end}", self.start),
            None => write!(f, "{} on", self.start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_json() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2025-06-12T12:02:20Z", Some(1_749_729_740)),
            ("2025-06-12T14:02:20.000+02:00", Some(1_749_729_740)),
            ("2025-06-12T07:02:20-05:00", Some(1_749_729_740)),
            ("2025-06-12", None),
            ("2025-06-12T12:02:20", None),
            ("2025-06-12 12:02:20Z", None),
            ("2025-02-30T12:02:20Z", None),
            ("2025-06-12T12:02:60Z", None),
            ("2025-06-12T12:02:20.Z", None),
            ("2025-06-12T12:02:20+2:00", None),
            ("+025-06-12T12:02:20Z", None),
            ("2025-06-12T12:02:20Zz", None),
            ("", None),
        ] {
            assert_eq!(Instant::parse(text).map(Instant::unix), seconds, "{text}");
        }
    }

    #[test]
    fn both_ends_belong_to_a_window() {
        let at = Instant::from_unix;
        let window = Window { start: at(10), end: Some(at(20)) };
        let inside: Vec<bool> = [9, 10, 15, 20, 21].map(|t| window.contains(at(t))).into();
        assert_eq!(inside, [false, true, true, true, false]);
        let later = Instant::parse("1970-01-01T00:00:20.000000001Z").unwrap();
        assert!(!window.contains(later));
        assert!(Window { start: at(10), end: None }.contains(later));
    }
}
