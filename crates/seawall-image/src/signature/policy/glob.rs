//! Patterns of images: `*` is anything without a slash, `**` anything. Source: `sigstore/policy-controller`, `pkg/apis/glob`.

use regex::Regex;

use seawall_core::ImageReference;

/// A pattern of images.
#[derive(Clone, Debug)]
pub struct Glob {
    text: String,
    regex: Regex,
}

/// A pattern that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no pattern of images: only letters, digits and `- _ : / . *` may stand in it")]
pub struct GlobError(String);

/// Characters of a pattern.
const LONGEST: usize = 1_000;

impl Glob {
    /// Reads a pattern.
    pub fn new(text: &str) -> Result<Self, GlobError> {
        let error = || GlobError(text.chars().take(100).collect());
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '/' | '*' | '.');
        if text.is_empty() || text.len() > LONGEST || !text.chars().all(fits) {
            return Err(error());
        }
        // Upstream: these two mean the images of Docker Hub and no others.
        let full = match text {
            "*" => "index.docker.io/library/*",
            "*/*" => "index.docker.io/*/*",
            other => other,
        };
        let pattern = full.replace('.', r"\.").replace("**", "#").replace('*', "[^/]*").replace('#', ".*");
        let regex = Regex::new(&format!("^{pattern}$")).map_err(|_| error())?;
        Ok(Glob { text: text.to_owned(), regex })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether an image is meant, by its name as written or by its full name with tag, or with digest: a policy about
    /// `registry/app:*` must not be escaped by writing the digest too.
    pub fn covers(&self, image: &ImageReference<'_>, written: &str) -> bool {
        image.full_names().iter().any(|name| self.regex.is_match(name)) || self.regex.is_match(written)
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Glob {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_are_meant() {
        for (image, glob, meant) in [
            ("foo", "index.docker.io/library/foo:latest", true),
            ("foo", "index.docker.io/library/*", true),
            ("foo", "index.docker.io/*/*", true),
            ("foo", "index.docker.**", true),
            ("foo", "docker.io/library/foo", false),
            ("foo", "**", true),
            ("foo", "foo*", true),
            ("foo", "*", true),
            ("a/b", "*", false),
            ("a/b", "*/*", true),
            ("ghcr.io/a/b", "*/*", false),
            ("ghcr.io/a/b", "ghcr.io/*/*", true),
            ("ghcr.io/a", "ghcr.io/*/*", false),
            ("ghcr.io/a", "ghcr.io/**", true),
            ("ghcr.io/a/b/c:1", "ghcr.io/a/**", true),
            ("prefix-ghcr.io/a", "ghcr.io/a", false),
            ("ghcr.io/a-suffix", "ghcr.io/a", false),
            ("ghcrxio/a", "ghcr.io/**", false),
            ("ghcr.io/a:1", "ghcr.io/a:*", true),
            ("ghcr.io/a:1@sha256:ab", "ghcr.io/a:1", true),
            ("ghcr.io/a@sha256:ab", "ghcr.io/a*", true),
        ] {
            let reference = ImageReference::parse(image).unwrap();
            assert_eq!(Glob::new(glob).unwrap().covers(&reference, image), meant, "{image} {glob}");
        }
        for bad in ["", ".+", "[a-z]*", "a b", "a\nb", "a@b", "ä"] {
            assert!(Glob::new(bad).is_err(), "{bad}");
        }
    }
}
