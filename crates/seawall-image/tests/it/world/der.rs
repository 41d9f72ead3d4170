//! DER, written.

/// An element.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        short @ 0..0x80 => bytes.push(short as u8),
        long => {
            let digits: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
            bytes.push(0x80 | digits.len() as u8);
            bytes.extend(digits);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

pub(crate) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x31, &parts.concat())
}

/// `[number]` around an element.
pub(crate) fn explicit(number: u8, content: &[u8]) -> Vec<u8> {
    element(0xa0 | number, content)
}

pub(crate) fn integer(value: u64) -> Vec<u8> {
    let mut bytes: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    if bytes.first().is_none_or(|first| *first >= 0x80) {
        bytes.insert(0, 0);
    }
    element(2, &bytes)
}

pub(crate) fn octets(bytes: &[u8]) -> Vec<u8> {
    element(4, bytes)
}

pub(crate) fn bits(bytes: &[u8]) -> Vec<u8> {
    element(3, &[&[0], bytes].concat())
}

/// `1.2.840…`
pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    let numbers: Vec<u64> = dotted.split('.').map(|number| number.parse().unwrap()).collect();
    let mut bytes = vec![(numbers[0] * 40 + numbers[1]) as u8];
    for number in &numbers[2..] {
        let mut digits = vec![(number & 0x7f) as u8];
        let mut rest = number >> 7;
        while rest > 0 {
            digits.insert(0, 0x80 | (rest & 0x7f) as u8);
            rest >>= 7;
        }
        bytes.extend(digits);
    }
    element(6, &bytes)
}

/// A time of a certificate or a timestamp, from seconds since 1970.
pub(crate) fn time(seconds: i64) -> Vec<u8> {
    let text = seawall_core::rfc3339(u64::try_from(seconds).unwrap());
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    element(0x18, format!("{digits}Z").as_bytes())
}

/// `commonName=text`
pub(crate) fn name(text: &str) -> Vec<u8> {
    sequence(&[set(&[sequence(&[oid("2.5.4.3"), element(12, text.as_bytes())])])])
}

pub(crate) fn algorithm(dotted: &str) -> Vec<u8> {
    sequence(&[oid(dotted)])
}

pub(crate) const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";
pub(crate) const SHA256: &str = "2.16.840.1.101.3.4.2.1";
