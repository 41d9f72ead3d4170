//! Patterns of images: `*` is anything without a slash, `**` anything. Source: `sigstore/policy-controller`, `pkg/apis/glob`.

use regex::Regex;

use seawall_core::{ImageReference, registry_host};

/// A pattern of images.
#[derive(Clone, Debug)]
pub struct Glob {
    text: String,
    host: Option<String>,
    regex: Regex,
}

/// A pattern that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no pattern of images: only letters, digits and `- _ : / . *` may stand in it")]
pub struct GlobError(String);

/// Characters of a pattern.
const LONGEST: usize = 1_000;

/// What sigstore calls Docker Hub.
const DOCKER_HUB: &str = "index.docker.io";

impl Glob {
    /// Reads a pattern.
    pub fn new(text: &str) -> Result<Self, GlobError> {
        let error = || GlobError(text.chars().take(100).collect());
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '/' | '*' | '.');
        if text.is_empty() || text.len() > LONGEST || !text.chars().all(fits) {
            return Err(error());
        }
        let (host, full) = in_full(text);
        let pattern = full.replace('.', r"\.").replace("**", "#").replace('*', "[^/]*").replace('#', ".*");
        let regex = Regex::new(&format!("^{pattern}$")).map_err(|_| error())?;
        Ok(Glob { text: text.to_owned(), host, regex })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The registry whose images are meant, as references have it; none where the pattern leaves that open.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Whether an image is meant, by any of the ways to write it: a policy must not be escaped by writing the digest too, or
    /// the host in another way.
    pub fn covers(&self, image: &ImageReference<'_>) -> bool {
        let elsewhere = self.host().is_some_and(|host| host != image.registry);
        !elsewhere && spellings(image).iter().any(|name| self.regex.is_match(name))
    }
}

/// The registry that a pattern names, and the pattern with it in the form that names are compared in.
fn in_full(text: &str) -> (Option<String>, String) {
    let hub = || Some(ImageReference::DEFAULT_REGISTRY.to_owned());
    let (first, rest) = text.split_once('/').map_or((text, None), |(first, rest)| (first, Some(rest)));
    match rest {
        // Upstream: these two mean the images of Docker Hub and no others.
        None if text == "*" => (hub(), format!("{DOCKER_HUB}/library/*")),
        Some("*") if first == "*" => (hub(), format!("{DOCKER_HUB}/*/*")),
        // What has no slash is of Docker Hub; `**` can stand for one.
        None => (hub().filter(|_| !text.contains("**")), text.to_owned()),
        // Hosts have no case; `*` may stand for a dot or a port, so whether the first part is one is open.
        Some(rest) if first.contains('*') => (None, format!("{}/{rest}", first.to_ascii_lowercase())),
        Some(rest) if ImageReference::is_registry(first) => {
            let host = registry_host(first);
            let full = format!("{}/{rest}", named(&host));
            (Some(host), full)
        }
        Some(_) => (hub(), text.to_owned()),
    }
}

/// A registry as sigstore's policies write it.
fn named(registry: &str) -> &str {
    if registry == ImageReference::DEFAULT_REGISTRY { DOCKER_HUB } else { registry }
}

/// The ways to write an image that patterns may have in mind: as a policy writes it in full, with the tag and with the
/// digest, and with what was written of the two. Unlike upstream, the host is told in every way that leads to the same place.
fn spellings(image: &ImageReference<'_>) -> Vec<String> {
    let (registry, repository) = (image.registry.as_str(), image.repository.as_str());
    let at = |host: &str, repository: &str| format!("{host}/{repository}");
    let mut names = vec![at(named(registry), repository)];
    if registry == ImageReference::DEFAULT_REGISTRY {
        let short = repository.strip_prefix("library/").filter(|short| !short.contains('/'));
        // A `*` in the place of the host may have any of these in mind.
        let hosts = [Some(registry.to_owned()), image.host.map(str::to_ascii_lowercase)];
        for repository in [Some(repository), short].into_iter().flatten() {
            names.extend(hosts.iter().flatten().map(|host| at(host, repository)));
            names.push(repository.to_owned());
        }
    } else if !registry.ends_with(|c: char| c.is_ascii_digit()) || !registry.contains(':') {
        names.push(at(&format!("{registry}:443"), repository));
    }
    let tag = image.tag.map_or_else(String::new, |tag| format!(":{tag}"));
    let digest = image.digest.map_or_else(String::new, |digest| format!("@{digest}"));
    let written = format!("{tag}{digest}");
    let ends = match (image.tag, image.digest) {
        (None, None) => vec![written, ":latest".to_owned()],
        (Some(_), Some(_)) => vec![written, tag, digest],
        _ => vec![written],
    };
    names.iter().flat_map(|name| ends.iter().map(move |end| format!("{name}{end}"))).collect()
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
            // Not so upstream.
            ("foo", "docker.io/library/foo", true),
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
            assert_eq!(Glob::new(glob).unwrap().covers(&reference), meant, "{image} {glob}");
        }
        for bad in ["", ".+", "[a-z]*", "a b", "a\nb", "a@b", "ä"] {
            assert!(Glob::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_way_to_write_a_host_escapes_a_pattern() {
        let patterns = [
            "registry.example/**",
            "Registry.Example:443/**",
            "registry.example:*/**",
            "*.example/shop/**",
            "registry.example*/**",
        ];
        for host in [
            "registry.example",
            "REGISTRY.example",
            "registry.example:443",
            "registry.example:0443",
            "registry.example.",
            "registry.example.:443",
        ] {
            for glob in patterns {
                let image = format!("{host}/shop/app:1");
                let reference = ImageReference::parse(&image).unwrap();
                assert!(Glob::new(glob).unwrap().covers(&reference), "{image} {glob}");
            }
        }
        let images = [
            "nginx",
            "library/nginx",
            "docker.io/nginx",
            "Index.docker.io:443/library/nginx",
            "registry-1.docker.io/nginx",
        ];
        for glob in [
            "docker.io/**",
            "docker.io:443/library/nginx",
            "nginx",
            "nginx:*",
            "library/*",
            "registry-1.docker.io/*/*",
            "docker*/library/*",
            "*",
            "*/*",
        ] {
            for image in images {
                let reference = ImageReference::parse(image).unwrap();
                assert!(Glob::new(glob).unwrap().covers(&reference), "{image} {glob}");
            }
        }
        for (image, glob) in [
            ("registry.example:5000/shop/app", "registry.example/**"),
            ("registry.example/shop/app", "registry.example:5000/**"),
            ("registry.example.evil/shop/app", "registry.example/**"),
            ("registry.example/shop/app", "registry.*:5000/**"),
            ("docker.io.evil/nginx", "docker.io/**"),
            ("evil.example/library/nginx", "nginx"),
            ("library/team/nginx", "team/nginx"),
        ] {
            let reference = ImageReference::parse(image).unwrap();
            assert!(!Glob::new(glob).unwrap().covers(&reference), "{image} {glob}");
        }
    }

    #[test]
    fn the_registry_that_a_pattern_names() {
        for (glob, host) in [
            ("Registry.example:443/**", Some("registry.example")),
            ("registry.example:5000/a", Some("registry.example:5000")),
            ("index.docker.io/*/*", Some("docker.io")),
            ("*", Some("docker.io")),
            ("*/*", Some("docker.io")),
            ("nginx*", Some("docker.io")),
            ("team/*", Some("docker.io")),
            ("nginx**", None),
            ("**", None),
            ("*.example/**", None),
            ("registry.example:*/**", None),
        ] {
            assert_eq!(Glob::new(glob).unwrap().host(), host, "{glob}");
        }
    }
}
