//! What a token proves by itself, without asking anybody.

use seawall_core::Confidence;

use seawall_yaml::decode_base64;

/// Judges a token in its text: how sure it is, or `None` when it is none after all.
pub(super) type Proof = fn(token: &str, text: &str) -> Option<Confidence>;

/// The format speaks for itself.
pub(super) fn by_format(_: &str, _: &str) -> Option<Confidence> {
    Some(Confidence::High)
}

/// GitHub and npm put a checksum into the last six characters. A wrong one is no proof against a token: it may be
/// mistyped or shortened by hand.
pub(super) fn by_checksum(token: &str, _: &str) -> Option<Confidence> {
    let body = token.split_once('_')?.1;
    let cut = body.len().checked_sub(6)?;
    let right = body.get(cut..)? == checksum(body.get(..cut)?);
    Some(if right { Confidence::High } else { Confidence::Medium })
}

/// CRC-32 (IEEE) of a text in six digits of base 62.
pub(super) fn checksum(text: &str) -> String {
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    let mut rest = !crc;
    let mut digits = [0_u8; 6];
    for digit in digits.iter_mut().rev() {
        let value = (rest % 62) as u8;
        *digit = match value {
            0..=9 => b'0' + value,
            10..=35 => b'A' + value - 10,
            _ => b'a' + value - 36,
        };
        rest /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// The first part of a JSON web token must decode to a header with an algorithm.
pub(super) fn by_header(token: &str, _: &str) -> Option<Confidence> {
    // The signature of the specimen on jwt.io and in half of all tutorials.
    if token.ends_with("SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c") {
        return None;
    }
    let header = decode_base64(token.split('.').next()?)?;
    let header = std::str::from_utf8(&header).ok()?;
    (header.starts_with('{') && header.contains("\"alg\"")).then_some(Confidence::High)
}

/// A private key has a body.
pub(super) fn by_body(token: &str, text: &str) -> Option<Confidence> {
    const LEAST: usize = 48;
    let (_, body) = text.split_once(token)?;
    let body = body.split("-----").next()?;
    // Headers of old formats (`Proc-Type: 4,ENCRYPTED`) stand before an empty line; escaped line breaks are those of
    // JSON.
    let body = body.rsplit("\n\n").next()?.replace("\\n", "");
    let letters = body.chars().filter(|c| !c.is_whitespace());
    let (mut count, mut kinds) = (0, Vec::new());
    for letter in letters {
        if !(letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=' | '"' | ',')) {
            return None;
        }
        count += 1;
        if kinds.len() < 6 && !kinds.contains(&letter) {
            kinds.push(letter);
        }
    }
    (count >= LEAST && kinds.len() >= 6).then_some(Confidence::High)
}
