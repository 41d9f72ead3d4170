//! Base64 as Go's `base64.StdEncoding` decodes it: padded, line breaks ignored.

/// The bytes of `text`; `None` when it is not base64.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3);
    let mut group = [0_u32; 4];
    let (mut filled, mut padding) = (0, 0);
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        let bits = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if filled >= 2 => 0,
            _ => return None,
        };
        // Nothing may follow a padded group, and in it only padding.
        if filled == 4 || (padding > 0 && byte != b'=') {
            return None;
        }
        padding += usize::from(byte == b'=');
        *group.get_mut(filled)? = u32::from(bits);
        filled += 1;
        if filled == 4 {
            let [a, b, c, d] = group;
            let whole = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
            decoded.extend(whole.iter().skip(1).take(3 - padding));
            if padding == 0 {
                filled = 0;
            }
        }
    }
    matches!((filled, padding), (0, _) | (4, 1 | 2)).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_go_decodes() {
        for (text, decoded) in [
            ("", Some("")),
            ("aGk=", Some("hi")),
            ("aA==", Some("h")),
            ("aGkh", Some("hi!")),
            ("aG\nkh\r\n", Some("hi!")),
            ("aGkhaGk=", Some("hi!hi")),
            ("aGk", None),
            ("a===", None),
            ("aGk=aGk=", None),
            ("aA=h", None),
            ("aGk=\n=", None),
            ("aG k", None),
            ("=", None),
        ] {
            assert_eq!(decode(text).as_deref(), decoded.map(str::as_bytes), "{text:?}");
        }
    }
}
