//! Points in time, which reports get from the caller: nothing here asks a clock.

use seawall_core::Date;

/// Seconds since the beginning of 1970 as `2027-01-31T10:00:00Z`.
pub(crate) fn rfc3339(seconds: u64) -> String {
    let within = seconds % 86_400;
    let (hour, minute, second) = (within / 3_600, within / 60 % 60, within % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", Date::from_unix(seconds))
}

#[cfg(test)]
mod tests {
    #[test]
    fn seconds_are_written_as_people_read_them() {
        // From `date -u -d @1735689599 +%FT%TZ`.
        assert_eq!(super::rfc3339(1_735_689_599), "2024-12-31T23:59:59Z");
        assert_eq!(super::rfc3339(0), "1970-01-01T00:00:00Z");
    }
}
