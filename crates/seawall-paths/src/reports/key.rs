//! What reports and pods find an image by.

use seawall_checks::ImageReference;

/// The reference with registry, repository and tag filled in; `None` for one that only a digest tells.
pub(crate) fn tag_of(text: &str) -> Option<String> {
    let image = ImageReference::parse(text)?;
    // A digest alone looks like a repository of that name.
    if image.tag.is_none() && image.digest.is_some() || image.tag.is_some_and(is_digest) {
        return None;
    }
    let tag = image.tag.unwrap_or("latest");
    Some(format!("{}/{}:{tag}", image.registry, image.repository))
}

/// The digest in a reference, in an `imageID` of a pod's status or by itself: `sha256:` and 64 digits.
pub(crate) fn digest_of(text: &str) -> Option<String> {
    let at = text.rfind("sha256:")?;
    let digest = text.get(at..)?;
    is_digest(digest.strip_prefix("sha256:")?).then(|| digest.to_ascii_lowercase())
}

/// The digits of a SHA-256.
fn is_digest(text: &str) -> bool {
    const DIGITS: usize = 64;
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised() {
        let hex = "ab".repeat(32);
        for (text, tag, digest) in [
            ("nginx".to_owned(), Some("docker.io/library/nginx:latest"), false),
            ("nginx:1.27".to_owned(), Some("docker.io/library/nginx:1.27"), false),
            (format!("ghcr.io/o/a:v1@sha256:{hex}"), Some("ghcr.io/o/a:v1"), true),
            (format!("ghcr.io/o/a@sha256:{hex}"), None, true),
            (format!("docker-pullable://nginx@sha256:{hex}"), None, true),
            (format!("sha256:{hex}"), None, true),
            ("nginx:1.27@fake".to_owned(), Some("docker.io/library/nginx:1.27"), false),
            ("sha256:short".to_owned(), Some("docker.io/library/sha256:short"), false),
            (String::new(), None, false),
        ] {
            assert_eq!(tag_of(&text).as_deref(), tag, "{text}");
            assert_eq!(digest_of(&text).is_some(), digest, "{text}");
        }
    }
}
