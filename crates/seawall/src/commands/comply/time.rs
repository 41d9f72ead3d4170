//! `--timestamp`

use std::time::{SystemTime, UNIX_EPOCH};

use seawall_core::{Date, rfc3339};

/// The last second that four digits of a year can say.
const LAST: u64 = 253_402_300_799;

/// A time of RFC 3339 as it is, or the time of the run for `now`, or seconds since 1970 as `seawall scan` takes them.
pub(super) fn parse(text: &str) -> Result<String, String> {
    if text == "now" {
        #[allow(clippy::disallowed_methods, reason = "who says `now` asks for the time of the run")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        return Ok(rfc3339(now));
    }
    if let Some(seconds) = text.parse().ok().filter(|seconds| *seconds <= LAST) {
        return Ok(rfc3339(seconds));
    }
    if is_time(text) {
        Ok(text.to_owned())
    } else {
        Err("is no time of the form 2027-01-31T08:00:00Z, no number of seconds since 1970, nor `now`"
            .to_owned())
    }
}

fn is_time(text: &str) -> bool {
    let parts = || {
        let (date, time) = text.split_once('T')?;
        date.parse::<Date>().ok()?;
        let (clock, zone) = match time.strip_suffix('Z') {
            Some(clock) => (clock, None),
            None => {
                let at = time.rfind(['+', '-'])?;
                (time.get(..at)?, Some(time.get(at + 1..)?))
            }
        };
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let within = |part: &str, most: u8| {
            part.len() == 2 && digits(part) && part.parse::<u8>().is_ok_and(|number| number <= most)
        };
        let mut clock = clock.split(':');
        let good = within(clock.next()?, 23) && within(clock.next()?, 59) && within(clock.next()?, 60);
        let zone = match zone {
            None => true,
            Some(zone) => {
                let (hours, minutes) = zone.split_once(':')?;
                within(hours, 23) && within(minutes, 59)
            }
        };
        Some(good && clock.next().is_none() && digits(fraction) && zone)
    };
    parts().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_are_times() {
        for good in ["2027-01-31T08:00:00Z", "2027-01-31T08:00:00.25+02:00", "2027-01-31T23:59:60-00:30"] {
            assert_eq!(parse(good).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "2027-01-31",
            "2027-02-30T08:00:00Z",
            "2027-01-31T24:00:00Z",
            "2027-01-31T08:00Z",
            "2027-01-31T08:00:00",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(is_time(&parse("now").unwrap()));
    }

    /// The same option of `seawall scan` takes seconds; here they were refused.
    #[test]
    fn issue_comply_timestamp_seconds_repro() {
        assert_eq!(parse("1700000000").as_deref(), Ok("2023-11-14T22:13:20Z"));
        assert_eq!(parse(&LAST.to_string()).as_deref(), Ok("9999-12-31T23:59:59Z"));
        assert!(parse(&(LAST + 1).to_string()).is_err());
    }
}
