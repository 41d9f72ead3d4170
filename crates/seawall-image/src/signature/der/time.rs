//! Points in time.

use super::{DerError, Element, Reader, tag};
use crate::signature::instant::{Instant, nanos};

const BAD: DerError = DerError::Value("a time");

/// `Time` of certificates: whole seconds in UTC, with a year of two digits to 2049 (RFC 5280, 4.1.2.5).
pub(crate) fn time(reader: &mut Reader<'_>) -> Result<Instant, DerError> {
    let element = reader.next()?;
    let text = str::from_utf8(element.content).map_err(|_| BAD)?;
    match element.tag {
        tag::UTC_TIME if text.len() == 13 => {
            let century = if text.as_bytes() < b"50" { "20" } else { "19" };
            of_digits(&format!("{century}{text}"), 0)
        }
        tag::GENERALIZED_TIME if text.len() == 15 => of_digits(text, 0),
        _ => Err(BAD),
    }
}

/// `GeneralizedTime` of timestamps: in UTC, with a fraction of a second that does not end with a zero (RFC 3161, 2.4.2).
pub(crate) fn generalized_time(element: &Element<'_>) -> Result<Instant, DerError> {
    let text = str::from_utf8(element.content).map_err(|_| BAD)?;
    let Some((whole, fraction)) = text.split_once('.') else { return of_digits(text, 0) };
    let digits = fraction.strip_suffix('Z').filter(|digits| !digits.ends_with('0')).ok_or(BAD)?;
    of_digits(&format!("{whole}Z"), nanos(digits).ok_or(BAD)?)
}

/// `20270131100000Z`
fn of_digits(text: &str, nanos: u32) -> Result<Instant, DerError> {
    let digits = text.strip_suffix('Z').filter(|digits| digits.len() == 14).ok_or(BAD)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BAD);
    }
    let number =
        |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<i64>().ok()).ok_or(BAD);
    let date = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let time = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    Instant::of(date, time, nanos).ok_or(BAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(tag: u8, text: &str) -> Vec<u8> {
        [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
    }

    #[test]
    fn times_of_certificates() {
        for (tag, text, seconds) in [
            (tag::UTC_TIME, "230201000000Z", Some(1_675_209_600)),
            (tag::UTC_TIME, "491231235959Z", Some(2_524_607_999)),
            (tag::UTC_TIME, "500101000000Z", Some(-631_152_000)),
            (tag::GENERALIZED_TIME, "20500101000000Z", Some(2_524_608_000)),
            (tag::UTC_TIME, "2302010000Z", None),
            (tag::UTC_TIME, "230201000000+0000", None),
            (tag::GENERALIZED_TIME, "20500101000000.5Z", None),
            (tag::GENERALIZED_TIME, "20500230000000Z", None),
            (tag::OCTET_STRING, "230201000000Z", None),
        ] {
            let bytes = element(tag, text);
            assert_eq!(time(&mut Reader::new(&bytes)).ok().map(Instant::unix), seconds, "{text}");
        }
    }

    #[test]
    fn times_of_timestamps() {
        for (text, read) in [
            ("20250612120220Z", Some("2025-06-12T12:02:20Z")),
            ("20250612120220.25Z", Some("2025-06-12T12:02:20.25Z")),
            ("20250612120220.20Z", None),
            ("20250612120220.Z", None),
            ("20250612120220", None),
            ("20250612120220.2", None),
        ] {
            let bytes = element(tag::GENERALIZED_TIME, text);
            let element = Reader::new(&bytes).next().unwrap();
            assert_eq!(generalized_time(&element).ok(), read.and_then(Instant::parse), "{text}");
        }
    }
}
