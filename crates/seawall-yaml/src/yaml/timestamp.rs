//! The forms of time that the tag `!!timestamp` takes: go-yaml's four layouts, as Go's `time.Parse` reads them.

/// Whether the text is a time stamp; the value stays a string all the same.
pub(super) fn is_timestamp(text: &str) -> bool {
    parse(text.as_bytes()).is_some()
}

fn parse(text: &[u8]) -> Option<()> {
    let (year, rest) = text.split_at_checked(4)?;
    let year = number(year)?;
    let (month, rest) = short(rest.strip_prefix(b"-")?)?;
    let (day, rest) = short(rest.strip_prefix(b"-")?)?;
    if !(1..=12).contains(&month) || day < 1 || day > days(year, month) {
        return None;
    }
    match rest {
        [] => Some(()),
        [b'T' | b't', rest @ ..] => zone(clock(rest)?),
        [b' ', rest @ ..] => clock(rest)?.is_empty().then_some(()),
        _ => None,
    }
}

/// `15:4:5` and a fraction if there is one.
fn clock(rest: &[u8]) -> Option<&[u8]> {
    let (hour, rest) = short(rest)?;
    let (minute, rest) = short(rest.strip_prefix(b":")?)?;
    let (second, rest) = short(rest.strip_prefix(b":")?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    match rest {
        [b'.' | b',', first, ..] if first.is_ascii_digit() => {
            let digits = rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
            rest.get(1 + digits..)
        }
        rest => Some(rest),
    }
}

/// `Z` or an offset, and nothing behind it.
fn zone(rest: &[u8]) -> Option<()> {
    match rest {
        [b'Z'] => Some(()),
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            (number(&[*h1, *h2])? <= 24 && number(&[*m1, *m2])? <= 60).then_some(())
        }
        _ => None,
    }
}

/// One digit or two.
fn short(text: &[u8]) -> Option<(u32, &[u8])> {
    let len = text.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(len)?;
    Some((number(digits)?, rest))
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_go_takes() {
        for text in [
            "2001-1-2",
            "2001-01-02",
            "2000-2-29",
            "2001-12-14 21:59:43",
            "2001-12-14 1:2:3.5",
            "2001-12-14T21:59:43Z",
            "2001-12-14t21:59:43.123456789123+01:00",
            "2001-12-14T21:59:43,5-23:59",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in [
            "",
            "2001",
            "2001-1",
            "2001-13-1",
            "2001-1-32",
            "1900-2-29",
            "2001-1-0",
            "201-1-1",
            "2001-1-1 ",
            "2001-1-1x",
            "2001-1-1T1:2:3",
            "2001-1-1 1:2:3Z",
            "2001-1-1 24:0:0",
            "2001-1-1T1:2:3+1:00",
            "2001-1-1T1:2:3.Z",
            "2001-1-1T1:2Z",
            "2001-001-1",
        ] {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
