//! Digests of images.

/// The SHA-256 of a manifest: what an image is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageDigest([u8; 32]);

impl ImageDigest {
    /// Reads `sha256:` and 64 lower-case hexadecimal digits; other algorithms are not in use for images.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: &u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let digits: Option<Vec<u8>> = text.strip_prefix("sha256:")?.as_bytes().iter().map(digit).collect();
        let digits: [u8; 64] = digits?.try_into().ok()?;
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
            *byte = high << 4 | low;
        }
        Some(ImageDigest(bytes))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digits, without the algorithm.
    pub fn hex(&self) -> String {
        let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

impl From<[u8; 32]> for ImageDigest {
    fn from(bytes: [u8; 32]) -> Self {
        ImageDigest(bytes)
    }
}

impl std::fmt::Display for ImageDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_is_read() {
        let hex = "0a".repeat(32);
        let text = format!("sha256:{hex}");
        assert_eq!(ImageDigest::parse(&text).unwrap().to_string(), text);
        for text in [
            hex.clone(),
            format!("sha512:{hex}"),
            format!("sha256:{hex}00"),
            format!("sha256:{}", "é".repeat(32)),
            text.to_uppercase(),
            format!("sha256:{}", hex.to_uppercase()),
        ] {
            assert_eq!(ImageDigest::parse(&text), None, "{text}");
        }
    }
}
