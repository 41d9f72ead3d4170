//! Cron schedules as the CronJob controller reads them.
//!
//! Source: `ParseStandard` of robfig/cron v3, which the controller and the API server use: five fields, or `@` and a word.

/// Names that may stand for numbers.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The five fields: name, least, most, and names for values from the least on.
const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of the month", 1, 31, &[]),
    ("month", 1, 12, &MONTHS),
    ("day of the week", 0, 6, &DAYS),
];

/// Days of the months in a leap year.
const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// What is wrong with a schedule; `None` where it is valid and comes at some time.
pub(crate) fn fault(schedule: &str) -> Option<String> {
    if schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=") {
        return Some("names a time zone, which belongs into `timeZone`".to_owned());
    }
    if let Some(word) = schedule.strip_prefix('@') {
        return descriptor_fault(word);
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!("has {} fields instead of 5", fields.len()));
    }
    let mut sets = Vec::new();
    for (text, (name, min, max, names)) in fields.iter().zip(FIELDS) {
        match set(text, min, max, names) {
            Some(set) => sets.push(set),
            None => return Some(format!("has `{text}` for the {name}")),
        }
    }
    let [.., days, months, week] = sets.as_slice() else { return None };
    // Where both kinds of days are restricted, either may come.
    if week.star && !date_exists(days.bits, months.bits) {
        return Some("names a date that no year has".to_owned());
    }
    None
}

fn descriptor_fault(word: &str) -> Option<String> {
    if let Some(duration) = word.strip_prefix("every ") {
        return (!is_duration(duration)).then(|| format!("has `{duration}`, which is no duration"));
    }
    let known = ["yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];
    (!known.contains(&word)).then(|| format!("has `@{word}`, which is no known word"))
}

/// A positive duration of Go: `1h30m`, `90s`, `1.5h`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut parts = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if number.is_empty() || number == "." || number.matches('.').count() > 1 {
            return false;
        }
        let units = ["ns", "us", "µs", "ms", "s", "m", "h"];
        // `m` would also match the start of `ms`, so the longest unit is taken.
        let Some(unit) = units.iter().filter(|unit| tail.starts_with(**unit)).max_by_key(|unit| unit.len())
        else {
            return false;
        };
        rest = tail.get(unit.len()..).unwrap_or("");
        parts += 1;
    }
    parts > 0
}

/// The values of a field, one bit each.
struct Set {
    bits: u64,
    /// Whether it is unrestricted as the scheduler counts it: `*` or `?` stands in it.
    star: bool,
}

fn set(text: &str, min: u32, max: u32, names: &[&str]) -> Option<Set> {
    let mut set = Set { bits: 0, star: false };
    // The parser skips empty parts, but one must be left.
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let any = matches!(range, "*" | "?");
        let (low, high) = if any {
            (min, max)
        } else {
            match range.split_once('-') {
                Some((low, high)) => (value(low, min, names)?, value(high, min, names)?),
                // A start with a step goes on to the end.
                None if step.is_some() => (value(range, min, names)?, max),
                None => (value(range, min, names)?, value(range, min, names)?),
            }
        };
        let every = step.map_or(Some(1), number)?;
        if low < min || high > max || low > high || every == 0 {
            return None;
        }
        set.star |= any && every == 1;
        let mut at = low;
        while at <= high {
            set.bits |= 1 << at;
            at = at.saturating_add(every);
        }
    }
    (set.bits != 0).then_some(set)
}

fn value(text: &str, min: u32, names: &[&str]) -> Option<u32> {
    let named = names.iter().position(|name| text.eq_ignore_ascii_case(name));
    match named {
        Some(position) => Some(min + u32::try_from(position).ok()?),
        None => number(text),
    }
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn date_exists(days: u64, months: u64) -> bool {
    (1u32..)
        .zip(LENGTHS)
        .any(|(month, length)| months & (1 << month) != 0 && (1..=length).any(|day| days & (1 << day) != 0))
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn takes_what_the_parser_takes() {
        for schedule in [
            "* * * * *",
            "*/5 * * * *",
            "0 9-17/2 * * mon-fri",
            "0 0 1,15 JAN,jul ?",
            "5/20 0 * * *",
            "  0   0 * *  0 ",
            "0 0 29 2 *",
            "0 0 31 2 1",
            "@hourly",
            "@every 1h30m",
            "@every 90s",
            "1,,2 * * * *",
        ] {
            assert_eq!(fault(schedule), None, "{schedule}");
        }
    }

    #[test]
    fn refuses_what_the_parser_refuses() {
        for schedule in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "*/0 * * * *",
            "5-1 * * * *",
            "a * * * *",
            "1-2-3 * * * *",
            "-1 * * * *",
            ", * * * *",
            "1/2/3 * * * *",
            "@reboot",
            "@every",
            "@every soon",
            "@every 5",
            "@Daily",
            "TZ=UTC 0 0 * * *",
            "CRON_TZ=UTC 0 0 * * *",
        ] {
            assert!(fault(schedule).is_some(), "{schedule}");
        }
    }

    #[test]
    fn a_date_that_never_comes_is_a_fault() {
        for schedule in ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 2 ?"] {
            assert_eq!(fault(schedule).as_deref(), Some("names a date that no year has"), "{schedule}");
        }
    }
}
