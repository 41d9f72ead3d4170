//! Platforms: which of the images behind one name is meant.

use std::str::FromStr;

use seawall_core::ImageDigest;
use serde_json::Value;

/// An operating system, an architecture, and where there are several, a variant. Source: `opencontainers/image-spec`,
/// `image-index.md`, in the form `linux/arm64/v8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

impl Platform {
    /// The first manifest of an index that is for this platform.
    pub(crate) fn of_index(&self, index: &Value) -> Option<ImageDigest> {
        let manifests = index.get("manifests")?.as_array()?;
        let fits = |descriptor: &&Value| {
            let of = |key: &str| descriptor.pointer("/platform")?.get(key)?.as_str();
            of("os") == Some(self.os.as_str())
                && of("architecture") == Some(self.architecture.as_str())
                && self.variant.as_deref().is_none_or(|variant| of("variant") == Some(variant))
        };
        let found = manifests.iter().find(fits)?;
        ImageDigest::parse(found.get("digest")?.as_str()?)
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('/');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(os), Some(architecture), variant, None) if !os.is_empty() && !architecture.is_empty() => {
                Ok(Platform {
                    os: os.to_owned(),
                    architecture: architecture.to_owned(),
                    variant: variant.map(str::to_owned),
                })
            }
            _ => Err("a platform is written OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT".to_owned()),
        }
    }
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.as_ref().map_or(Ok(()), |variant| write!(f, "/{variant}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_manifest_of_a_platform() {
        let digest = |n: u8| ImageDigest::from([n; 32]);
        let entry = |n: u8, platform: Value| json!({"digest": digest(n).to_string(), "platform": platform});
        let index = json!({"manifests": [
            entry(1, json!({"os": "linux", "architecture": "amd64"})),
            entry(2, json!({"os": "linux", "architecture": "arm64", "variant": "v8"})),
            entry(3, json!({"os": "unknown", "architecture": "unknown"})),
        ]});
        for (text, found) in [
            ("linux/amd64", Some(1)),
            ("linux/arm64", Some(2)),
            ("linux/arm64/v8", Some(2)),
            ("linux/arm64/v7", None),
            ("windows/amd64", None),
        ] {
            let platform: Platform = text.parse().unwrap();
            assert_eq!(platform.of_index(&index), found.map(digest), "{text}");
            assert_eq!(platform.to_string(), text);
        }
        for text in ["linux", "", "/amd64", "a/b/c/d"] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }
}
