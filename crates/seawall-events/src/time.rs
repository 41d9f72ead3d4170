//! Points in time as the API server writes them (RFC 3339), without a clock.

use std::borrow::Cow;

use seawall_core::{date_of_days, days_in_month, days_of_date};

const DAY: i64 = 86_400;
const SECOND: i64 = 1_000_000;

/// A point in time: as written, and as a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Time<'a> {
    /// As written; empty when unset.
    pub text: Cow<'a, str>,
    /// Microseconds since 1970-01-01T00:00:00Z; `None` when unset or not RFC 3339.
    pub micros: Option<i64>,
}

impl<'a> Time<'a> {
    pub(crate) fn new(text: Cow<'a, str>) -> Self {
        let micros = parse_micros(&text);
        Time { text, micros }
    }
}

/// Reads an RFC 3339 time as microseconds since 1970; finer parts are cut off, a leap second counts as the next one.
///
/// ```
/// use seawall_events::{format_micros, parse_micros};
/// let micros = parse_micros("2026-11-22T01:23:36.5+01:00");
/// assert_eq!(micros.map(format_micros).as_deref(), Some("2026-11-22T00:23:36.500000Z"));
/// ```
pub fn parse_micros(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (head, mut tail) = bytes.split_at_checked(19)?;
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        mo1,
        mo2,
        b'-',
        d1,
        d2,
        b'T' | b't' | b' ',
        h1,
        h2,
        b':',
        mi1,
        mi2,
        b':',
        s1,
        s2,
    ] = head
    else {
        return None;
    };
    let year = number(&[y1, y2, y3, y4])?;
    let (month, day) = (number(&[mo1, mo2])?, number(&[d1, d2])?);
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[mi1, mi2])?, number(&[s1, s2])?);
    if !(1..=12).contains(&month)
        || !(1..=days_in_month(year, month)).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let mut fraction = 0;
    if let Some(digits) = tail.strip_prefix(b".") {
        let len = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut scale = SECOND;
        for digit in digits.iter().take(len.min(6)) {
            scale /= 10;
            fraction += i64::from(digit - b'0') * scale;
        }
        tail = digits.get(len..).filter(|_| len > 0)?;
    }
    let offset = match tail {
        b"Z" | b"z" => 0,
        &[sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            if sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let seconds = days_of_date(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
    Some(seconds * SECOND + fraction)
}

/// Writes microseconds since 1970 as the API server does; years outside 0 to 9999 are written with as many digits as
/// they have.
pub fn format_micros(micros: i64) -> String {
    let (seconds, fraction) = (micros.div_euclid(SECOND), micros.rem_euclid(SECOND));
    let (day, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, date) = date_of_days(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}.{fraction:06}Z")
}

fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1969-12-31T23:59:59.999999Z", Some(-1)),
            ("2026-11-22T00:23:36.362338Z", Some(1_795_307_016_362_338)),
            ("2017-09-11T19:55:05Z", Some(1_505_159_705_000_000)),
            ("2024-02-29T12:00:00.1234567+05:30", Some(1_709_188_200_123_456)),
            ("2016-12-31T23:59:60Z", Some(1_483_228_800_000_000)),
            ("2023-02-29T00:00:00Z", None),
            ("2023-13-01T00:00:00Z", None),
            ("2023-01-01T24:00:00Z", None),
            ("2023-01-01T00:00:00", None),
            ("2023-01-01T00:00:00.Z", None),
            ("2023-01-01T00:00:00+0100", None),
            ("2023-1-1T00:00:00Z", None),
            ("", None),
            ("ä023-01-01T00:00:00Z", None),
        ] {
            assert_eq!(parse_micros(text), micros, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn writing_and_reading_are_inverse(micros in -62_167_219_200_000_000_i64..253_402_300_800_000_000) {
            let text = format_micros(micros);
            proptest::prop_assert_eq!(parse_micros(&text), Some(micros), "{}", text);
        }
    }
}
