//! Days of the calendar, for what ends on one.

/// A day of the Gregorian calendar; ordered by time. Only real days exist: no 30th of February.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, if there is such a one; years 1 to 9999.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let real = (1..=9999).contains(&year) && (1..=days_of(year, month)).contains(&day);
        real.then_some(Date { year, month, day })
    }

    /// The day, in UTC, that lies this many seconds after the beginning of 1970; the last day known for later ones.
    pub fn from_unix(seconds: u64) -> Self {
        let mut days = seconds / 86_400;
        let mut date = Date { year: 1970, month: 1, day: 1 };
        while date.year < 9999 && days >= year_days(date.year) {
            days -= year_days(date.year);
            date.year += 1;
        }
        while date.month < 12 && days >= u64::from(days_of(date.year, date.month)) {
            days -= u64::from(days_of(date.year, date.month));
            date.month += 1;
        }
        date.day = u8::try_from(days + 1).unwrap_or(31).min(days_of(date.year, date.month));
        date
    }

    /// The same day so many days later, at most the last one known.
    #[must_use]
    pub fn after(self, days: u32) -> Self {
        let mut date = self;
        for _ in 0..days {
            date = date.next();
        }
        date
    }

    fn next(self) -> Self {
        let Date { year, month, day } = self;
        Date::new(year, month, day + 1)
            .or_else(|| Date::new(year, month + 1, 1))
            .or_else(|| Date::new(year + 1, 1, 1))
            .unwrap_or(self)
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn year_days(year: u16) -> u64 {
    365 + u64::from(is_leap(year))
}

/// How many days a month has; none for a month that does not exist.
fn days_of(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(is_leap(year)),
        _ => 0,
    }
}

impl std::fmt::Display for Date {
    /// `2027-01-31`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADate(String);

impl std::fmt::Display for NotADate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is no day of the form 2027-01-31", self.0.escape_debug())
    }
}

impl std::error::Error for NotADate {}

impl std::str::FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let digits = text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
            if text.len() != 10 || !digits {
                return None;
            }
            Date::new(
                text.get(..4)?.parse().ok()?,
                text.get(5..7)?.parse().ok()?,
                text.get(8..)?.parse().ok()?,
            )
        };
        parse().ok_or_else(|| NotADate(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_days_are_read() {
        for text in ["2027-01-31", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-01",
            "2027-1-01",
            "27-01-01",
            "2027/01/01",
            "2027-01-01 ",
            "+027-01-01",
            "",
            "2027-01-011",
            "0000-01-01",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn seconds_are_days() {
        // From `date -u -d @N +%F`.
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_735_689_599, "2024-12-31"),
            (1_735_689_600, "2025-01-01"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(Date::from_unix(seconds).to_string(), day);
        }
        assert_eq!(Date::from_unix(u64::MAX).to_string(), "9999-12-31");
    }

    #[test]
    fn days_later_cross_months_and_years() {
        let after = |text: &str, days| text.parse::<Date>().unwrap().after(days).to_string();
        assert_eq!(after("2024-02-28", 1), "2024-02-29");
        assert_eq!(after("2026-12-31", 1), "2027-01-01");
        assert_eq!(after("2026-11-29", 90), "2027-02-27");
        assert_eq!(after("9999-12-31", 5), "9999-12-31");
    }
}
