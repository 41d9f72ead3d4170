//! Image references as container runtimes read them.
//!
//! Source: the grammar and the normalisation of `distribution/reference`, which containerd, CRI-O and Docker share.

use super::host::{is_host, registry_host};

/// An image reference in parts, with the defaults filled in. No part is checked for characters that a registry refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference<'a> {
    /// Host and port in their one form ([`registry_host`]); `docker.io` when none is written.
    pub registry: String,
    /// The host as it is written, if it is.
    pub host: Option<&'a str>,
    /// The path in the registry; `library/nginx` for `nginx`.
    pub repository: String,
    /// The tag, when one is written.
    pub tag: Option<&'a str>,
    /// The digest, when one is written: `sha256:…`.
    pub digest: Option<&'a str>,
}

impl<'a> ImageReference<'a> {
    /// The registry of a reference that names none.
    pub const DEFAULT_REGISTRY: &'static str = "docker.io";

    /// Takes a reference apart; `None` for an empty one or one that is no reference but a template.
    pub fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.contains(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | '$')) {
            return None;
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        // A colon before the last slash belongs to a port: `registry:5000/app` has no tag.
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (name, None),
        };
        let (host, path) = match name.split_once('/') {
            Some((first, rest)) if Self::is_registry(first) => (Some(first), rest),
            _ => (None, name),
        };
        let registry = host.map_or_else(|| Self::DEFAULT_REGISTRY.to_owned(), registry_host);
        let repository = if registry == Self::DEFAULT_REGISTRY && !path.contains('/') {
            format!("library/{path}")
        } else {
            path.to_owned()
        };
        Some(ImageReference { registry, host, repository, tag, digest })
    }

    /// Whether the first part of a name is a host: it has a dot or a port, is `localhost`, or has a capital letter, which
    /// no repository has.
    pub fn is_registry(first: &str) -> bool {
        first == "localhost" || first.contains(|c: char| matches!(c, '.' | ':') || c.is_ascii_uppercase())
    }

    /// Whether a digest that is one says which image is meant. Source: `opencontainers/image-spec`, descriptor: the
    /// registered algorithms have a fixed length in lower-case hexadecimal, others only a form.
    pub fn is_pinned(&self) -> bool {
        let Some((algorithm, encoded)) = self.digest.and_then(|digest| digest.split_once(':')) else {
            return false;
        };
        let hex = |length: usize| {
            encoded.len() == length && encoded.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
        };
        match algorithm {
            "sha256" | "blake3" => hex(64),
            "sha512" => hex(128),
            _ => {
                let component = |part: &str| {
                    !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                };
                algorithm.split(['+', '.', '_', '-']).all(component)
                    && !encoded.is_empty()
                    && encoded.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '=' | '_' | '-'))
            }
        }
    }

    /// The name in full, as sigstore's policies write it: with the tag, `latest` when nothing is written, and with the
    /// digest, if there is one. Docker Hub is `index.docker.io` there.
    pub fn full_names(&self) -> Vec<String> {
        let registry =
            if self.registry == Self::DEFAULT_REGISTRY { "index.docker.io" } else { self.registry.as_str() };
        let name = format!("{registry}/{}", self.repository);
        let tag = self.tag.or(self.digest.is_none().then_some("latest"));
        let tagged = tag.map(|tag| format!("{name}:{tag}"));
        let digested = self.digest.map(|digest| format!("{name}@{digest}"));
        tagged.into_iter().chain(digested).collect()
    }

    /// Whether it is no name but the ID that an image has on a node, or the beginning of one: containerd runs such an image
    /// from whatever repository it came (`CRIImageService.LocalResolve`), where others read a repository of that name.
    pub fn is_local_id(&self) -> bool {
        let algorithms = ["library/sha256", "library/sha384", "library/sha512"];
        self.host.is_none() && self.tag.is_some() && algorithms.contains(&self.repository.as_str())
    }

    /// Whether every part is one that runtimes take and a registry could hold. Source: the grammar of
    /// `distribution/reference`. For what comes from outside and is to be asked for.
    pub fn is_well_formed(&self) -> bool {
        let tag = |tag: &str| {
            tag.len() <= 128
                && tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
                && tag.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
        };
        self.host.is_none_or(is_host)
            && self.repository.len() <= LONGEST
            && self.repository.split('/').all(is_component)
            && self.tag.is_none_or(tag)
            && (self.digest.is_none() || self.is_pinned())
    }

    /// Whether the tag names no version: there is none, or it is `latest` or one of these. A digest makes up for it.
    pub fn is_floating(&self, tags: &[&str]) -> bool {
        let named = self.tag.filter(|tag| !tag.is_empty());
        self.digest.is_none() && named.is_none_or(|tag| tag == "latest" || tags.contains(&tag))
    }
}

/// Characters of a repository.
const LONGEST: usize = 255;

/// A part of a path: lower-case letters and digits, between which one `.`, one or two `_`, or any number of `-` may stand.
fn is_component(part: &str) -> bool {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = part.split(edge).filter(|between| !between.is_empty());
    part.starts_with(edge)
        && part.ends_with(edge)
        && separators
            .into_iter()
            .all(|between| matches!(between, "." | "_" | "__") || between.chars().all(|c| c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_defaults() {
        for (text, registry, repository, tag) in [
            ("nginx", "docker.io", "library/nginx", None),
            ("nginx:1.27", "docker.io", "library/nginx", Some("1.27")),
            ("bitnami/redis:7", "docker.io", "bitnami/redis", Some("7")),
            ("index.docker.io/nginx", "docker.io", "library/nginx", None),
            ("registry.hub.docker.com:443/nginx", "docker.io", "library/nginx", None),
            ("GHCR.io.:443/o/a:1", "ghcr.io", "o/a", Some("1")),
            ("registry:5000/app", "registry:5000", "app", None),
            ("registry:5000/app:2", "registry:5000", "app", Some("2")),
            ("localhost/app", "localhost", "app", None),
            ("Registry/app", "registry", "app", None),
            ("GHCR.io/o/a@sha256:ab", "ghcr.io", "o/a", None),
            ("ghcr.io/o/a:v1@sha256:ab", "ghcr.io", "o/a", Some("v1")),
            ("[2001:db8::1]:5000/a:1", "[2001:db8::1]:5000", "a", Some("1")),
        ] {
            let parsed = ImageReference::parse(text).unwrap();
            assert_eq!(
                (parsed.registry.as_str(), parsed.repository.as_str(), parsed.tag),
                (registry, repository, tag),
                "{text}"
            );
        }
        let digest = ImageReference::parse("ghcr.io/o/a:v1@sha256:ab").unwrap().digest;
        assert_eq!(digest, Some("sha256:ab"));
        for text in ["", "  ", "{{ .Values.image }}", "${IMAGE}"] {
            assert_eq!(ImageReference::parse(text), None, "{text}");
        }
    }

    #[test]
    fn digests_that_are_one() {
        let a = |count: usize| "a".repeat(count);
        for (digest, pinned) in [
            (format!("sha256:{}", a(64)), true),
            (format!("sha256:{}", a(63)), false),
            (format!("sha256:{}", "A".repeat(64)), false),
            (format!("sha512:{}", a(128)), true),
            (format!("sha512:{}", a(64)), false),
            (format!("blake3:{}", a(64)), true),
            ("custom-algorithm:a".to_owned(), true),
            ("custom--algorithm:a".to_owned(), false),
            ("Custom:a".to_owned(), false),
            ("sha256".to_owned(), false),
        ] {
            let text = format!("nginx@{digest}");
            assert_eq!(ImageReference::parse(&text).unwrap().is_pinned(), pinned, "{text}");
        }
    }

    #[test]
    fn tags_that_float() {
        for (text, floats) in [
            ("nginx", true),
            ("nginx:latest", true),
            ("nginx:", true),
            ("nginx:1.27", false),
            ("nginx:stable", true),
            ("registry:5000/nginx", true),
            ("registry:5000/nginx:1", false),
            ("nginx:latest@sha256:ab", false),
        ] {
            assert_eq!(ImageReference::parse(text).unwrap().is_floating(&["stable"]), floats, "{text}");
        }
    }

    #[test]
    fn full_names() {
        for (text, names) in [
            ("nginx", &["index.docker.io/library/nginx:latest"][..]),
            ("r.test/a:1@sha256:ab", &["r.test/a:1", "r.test/a@sha256:ab"]),
            ("r.test/a@sha256:ab", &["r.test/a@sha256:ab"]),
        ] {
            assert_eq!(ImageReference::parse(text).unwrap().full_names(), names, "{text}");
        }
    }

    #[test]
    fn ids_of_images_on_a_node() {
        for (text, is_id) in [
            ("sha256:0123456789ab", true),
            ("sha512:00", true),
            ("sha256", false),
            ("docker.io/library/sha256:00", false),
            ("r.test/sha256:00", false),
            ("nginx@sha256:00", false),
        ] {
            assert_eq!(ImageReference::parse(text).unwrap().is_local_id(), is_id, "{text}");
        }
    }

    #[test]
    fn references_that_a_registry_could_hold() {
        let digest = "a".repeat(64);
        for (text, fits) in [
            ("nginx".to_owned(), true),
            ("r.test:5000/a/b-c/d__e.f:v1.2-x_y".to_owned(), true),
            (format!("r.test/a@sha256:{digest}"), true),
            ("r.test/a@sha256:ab".to_owned(), false),
            ("r.test/a..b".to_owned(), false),
            ("r.test/a/../b".to_owned(), false),
            ("r.test//b".to_owned(), false),
            ("r.test/a___b".to_owned(), false),
            ("r.test/-a".to_owned(), false),
            ("r.test/a:".to_owned(), false),
            (format!("r.test/a:{}", "x".repeat(129)), false),
            (format!("r.test/{}", "x".repeat(255)), true),
            (format!("r.test/{}", "x".repeat(256)), false),
            (format!("{}.test/a", "x.".repeat(127)), false),
            ("R.test:443/a".to_owned(), true),
            ("[::1]:5000/a".to_owned(), true),
            ("r.test./a".to_owned(), false),
            ("r.test:/a".to_owned(), false),
            ("r..test/a".to_owned(), false),
            ("-r.test/a".to_owned(), false),
            ("r.test/a?b=c".to_owned(), false),
            ("user@evil.test/a".to_owned(), false),
            ("r.test/ä".to_owned(), false),
        ] {
            assert_eq!(ImageReference::parse(&text).unwrap().is_well_formed(), fits, "{text}");
        }
    }
}
