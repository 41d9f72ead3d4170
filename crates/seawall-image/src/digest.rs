//! Digests of images.

/// The SHA-256 of a manifest: what an image is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageDigest([u8; 32]);

impl ImageDigest {
    /// Reads `sha256:` and 64 lower-case hexadecimal digits; other algorithms are not in use for images.
    pub fn parse(text: &str) -> Option<Self> {
        let hex =
            text.strip_prefix("sha256:").filter(|hex| !hex.contains(|c: char| c.is_ascii_uppercase()))?;
        crate::signature::encoding::from_hex(hex)?.try_into().ok().map(ImageDigest)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digits, without the algorithm.
    pub fn hex(&self) -> String {
        crate::signature::encoding::hex(&self.0)
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
            text.to_uppercase(),
            format!("sha256:{}", hex.to_uppercase()),
        ] {
            assert_eq!(ImageDigest::parse(&text), None, "{text}");
        }
    }
}
