//! Durations and timestamps.
//!
//! Invariants: a duration is what Go's can hold (64 bits of nanoseconds); a timestamp lies in the years 1 to 9999. There is
//! no clock.

use std::fmt;

use seawall_core::{date_of_days, days_in_month, days_of_date};

const NANOS: i64 = 1_000_000_000;
/// 0001-01-01T00:00:00Z
const FIRST: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z
const LAST: i64 = 253_402_300_799;
const DAY: i64 = 86_400;

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(i64);

impl Duration {
    /// So many nanoseconds.
    pub fn from_nanos(nanos: i64) -> Self {
        Duration(nanos)
    }

    /// All of it in nanoseconds.
    pub fn nanos(self) -> i64 {
        self.0
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Duration)
    }

    pub(super) fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Duration)
    }

    pub(super) fn negated(self) -> Option<Self> {
        self.0.checked_neg().map(Duration)
    }

    /// Reads what Go's `time.ParseDuration` reads: `1h30m`, `-1.5s`, `0`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, mut rest) = match text.strip_prefix(['+', '-']) {
            Some(rest) => (text.starts_with('-'), rest),
            None => (false, text),
        };
        if rest == "0" {
            return Some(Duration(0));
        }
        if rest.is_empty() {
            return None;
        }
        let mut total: i128 = 0;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, after) = rest.split_at_checked(end)?;
            let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
            let (unit, after) = after.split_at_checked(end)?;
            let unit: i128 = match unit {
                "ns" => 1,
                "us" | "µs" | "μs" => 1_000,
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                _ => return None,
            };
            total = total.checked_add(scaled(number, unit)?)?;
            rest = after;
        }
        i64::try_from(if negative { -total } else { total }).ok().map(Duration)
    }
}

fn scaled(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || whole.len() > 20 {
        return None;
    }
    let mut total = if whole.is_empty() { 0 } else { whole.parse::<i128>().ok()?.checked_mul(unit)? };
    let mut place = unit;
    let mut part: i128 = 0;
    // A digit below a nanosecond changes nothing.
    for digit in fraction.chars().take(18) {
        part = part * 10 + i128::from(digit.to_digit(10)?);
        place *= 10;
    }
    if !fraction.is_empty() {
        total += part * unit / (place / unit);
    }
    Some(total)
}

/// Seconds, as the API server writes them: `90s`, `0.5s`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) =
            (self.0.unsigned_abs() / NANOS.unsigned_abs(), self.0.unsigned_abs() % NANOS.unsigned_abs());
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{seconds}")?;
        fraction(f, nanos)?;
        f.write_str("s")
    }
}

fn fraction(f: &mut fmt::Formatter<'_>, nanos: u64) -> fmt::Result {
    if nanos == 0 {
        return Ok(());
    }
    write!(f, ".{}", format!("{nanos:09}").trim_end_matches('0'))
}

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

impl Timestamp {
    /// What an unset time reads as: the year 1, as in Go, and not 1970 (cel-go `Timestamp.IsZeroValue`).
    pub(super) const ZERO: Timestamp = Timestamp { seconds: FIRST, nanos: 0 };

    /// So long after 1970; `None` outside of the years 1 to 9999.
    pub fn new(seconds: i64, nanos: u32) -> Option<Self> {
        (FIRST..=LAST).contains(&seconds).then_some(Timestamp { seconds, nanos: nanos.min(999_999_999) })
    }

    /// Seconds since 1970, rounded down.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    pub fn nanos(self) -> u32 {
        self.nanos
    }

    fn total(self) -> i128 {
        i128::from(self.seconds) * i128::from(NANOS) + i128::from(self.nanos)
    }

    fn of_total(total: i128) -> Option<Self> {
        let seconds = i64::try_from(total.div_euclid(i128::from(NANOS))).ok()?;
        Timestamp::new(seconds, u32::try_from(total.rem_euclid(i128::from(NANOS))).ok()?)
    }

    pub(super) fn plus(self, duration: Duration) -> Option<Self> {
        Self::of_total(self.total() + i128::from(duration.0))
    }

    pub(super) fn less(self, duration: Duration) -> Option<Self> {
        Self::of_total(self.total() - i128::from(duration.0))
    }

    pub(super) fn since(self, other: Self) -> Option<Duration> {
        i64::try_from(self.total() - other.total()).ok().map(Duration)
    }

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
        };
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        for (at, byte) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
            (text.as_bytes().get(at) == Some(&byte)).then_some(())?;
        }
        if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let mut rest = text.get(19..)?;
        let mut nanos = 0;
        if let Some(digits) = rest.strip_prefix('.') {
            let length = digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (digits, after) = digits.split_at_checked(length).filter(|(digits, _)| !digits.is_empty())?;
            nanos = format!("{digits:0<9}").get(..9)?.parse().ok()?;
            rest = after;
        }
        let offset = if rest == "Z" { 0 } else { numeric_offset(rest)? };
        let seconds = days_of_date(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
        Timestamp::new(seconds, nanos)
    }

    /// What a calendar and a clock show, so many seconds east of Greenwich.
    pub(super) fn civil(self, offset: i64) -> Civil {
        let local = self.seconds + offset;
        let (day, second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let (year, month, date) = date_of_days(day);
        Civil { day, year, month, date, year_day: day - days_of_date(year, 1, 1), second }
    }
}

/// A date and a time of day.
pub(super) struct Civil {
    /// Days since 1970-01-01.
    pub(super) day: i64,
    pub(super) year: i64,
    /// From 1.
    pub(super) month: i64,
    /// From 1.
    pub(super) date: i64,
    /// From 0.
    pub(super) year_day: i64,
    /// Of the day.
    pub(super) second: i64,
}

/// Seconds of the zone at the end of RFC 3339.
fn numeric_offset(zone: &str) -> Option<i64> {
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    let number = |digits: &str| {
        let fits = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        fits.then(|| digits.parse::<i64>().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let seconds = hours * 3600 + minutes * 60;
    (hours < 24 && minutes < 60).then_some(if zone.starts_with('-') { -seconds } else { seconds })
}

/// RFC 3339 in UTC.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, date, second, .. } = self.civil(0);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}")?;
        fraction(f, u64::from(self.nanos))?;
        f.write_str("Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_durations_are_gos() {
        for (text, nanos) in [
            ("1h30m", 5_400_000_000_000),
            ("-1.5s", -1_500_000_000),
            ("0", 0),
            (".5ms", 500_000),
            ("1us2ns", 1_002),
            ("1.0000000019s", 1_000_000_001),
        ] {
            assert_eq!(Duration::parse(text), Some(Duration(nanos)), "{text}");
        }
        for text in ["", "-", "1", "1d", "1.2.3s", "s", ".s", "9223372037s", "1 s"] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
        assert_eq!(Duration(-1_500_000_000).to_string(), "-1.5s");
    }

    #[test]
    fn texts_of_timestamps_are_rfc_3339() {
        for (text, shown) in [
            ("2009-02-13T23:31:30Z", "2009-02-13T23:31:30Z"),
            ("2024-02-29T01:00:00.120+02:00", "2024-02-28T23:00:00.12Z"),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), shown);
        }
        for text in [
            "2023-02-29T00:00:00Z",
            "2023-01-01",
            "2023-01-01T24:00:00Z",
            "2023-01-01T00:00:00",
            "0000-01-01T00:00:00Z",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
