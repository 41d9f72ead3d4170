//! Lists of registries and repositories, as settings write them.

use seawall_core::registry_host;

use crate::image::ImageReference;

/// An entry of such a list: `host`, `host/path`, `*.domain`, or a path of Docker Hub.
pub(crate) struct Entry {
    /// As references have it; `*.domain` stands for all hosts of a domain.
    host: String,
    path: Option<String>,
}

impl Entry {
    /// Reads an entry; a slash at its end means the same as none.
    pub(crate) fn new(entry: &str) -> Self {
        let entry = entry.trim().trim_end_matches('/');
        let (first, rest) = entry.split_once('/').map_or((entry, None), |(host, path)| (host, Some(path)));
        if first.starts_with('*') || ImageReference::is_registry(first) {
            return Entry { host: registry_host(first), path: rest.map(str::to_owned) };
        }
        // As in a reference, a first part that is no host is the beginning of a path of Docker Hub.
        Entry { host: ImageReference::DEFAULT_REGISTRY.to_owned(), path: Some(entry.to_owned()) }
    }

    /// Reads a list.
    pub(crate) fn list(entries: Vec<&str>) -> Vec<Entry> {
        entries.into_iter().filter(|entry| !entry.trim().is_empty()).map(Entry::new).collect()
    }

    /// Whether it covers an image; a host without a port is one at the port that goes without saying.
    pub(crate) fn covers(&self, image: &ImageReference<'_>) -> bool {
        self.covers_at(image, image.registry == self.host)
    }

    /// The same for what is forbidden: a host without a port is one at every port, which whoever runs it chooses.
    pub(crate) fn covers_any_port(&self, image: &ImageReference<'_>) -> bool {
        let rest = image.registry.strip_prefix(&self.host);
        self.covers_at(image, rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':')))
    }

    fn covers_at(&self, image: &ImageReference<'_>, same_host: bool) -> bool {
        let same_host = match self.host.strip_prefix('*') {
            // A domain stands for all its hosts, on any port.
            Some(domain) => {
                let name = image.registry.rsplit_once(':').map_or(image.registry.as_str(), |(name, _)| name);
                domain.starts_with('.') && name.ends_with(domain)
            }
            None => same_host,
        };
        let begins = |repository: &str, path: &str| {
            repository.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let same_path = self.path.as_deref().is_none_or(|path| {
            begins(&image.repository, path)
                || image.registry == ImageReference::DEFAULT_REGISTRY
                    && image.repository.strip_prefix("library/").is_some_and(|short| begins(short, path))
        });
        same_host && same_path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_end_at_a_boundary() {
        for (entry, image, covered) in [
            ("gcr.io", "gcr.io/project/app:1", true),
            ("gcr.io/", "gcr.io/project/app:1", true),
            ("gcr.io", "gcr.io:5000/project/app:1", false),
            ("gcr.io", "GCR.io.:443/project/app:1", true),
            ("GCR.io:443", "gcr.io/project/app:1", true),
            ("*.example:443", "a.b.example/app", true),
            ("index.docker.io", "registry-1.docker.io:443/library/nginx", true),
            ("gcr.io", "gcr.io.evil.example/app", false),
            ("gcr.io/project", "gcr.io/project-two/app", false),
            ("gcr.io/project/app", "gcr.io/project/app@sha256:ab", true),
            ("*.example", "a.b.example:5000/app", true),
            ("*.example", "example/app", false),
            ("docker.io", "nginx", true),
            ("nginx", "nginx:1", true),
            ("nginx", "nginx-two:1", false),
            ("mirror", "mirror/nginx:1", true),
            ("mirror", "mirror-two/nginx:1", false),
        ] {
            let reference = ImageReference::parse(image).unwrap();
            assert_eq!(Entry::new(entry).covers(&reference), covered, "{entry}: {image}");
        }
    }

    #[test]
    fn what_is_forbidden_is_so_at_every_port() {
        for (entry, image, covered) in [
            ("ttl.sh", "ttl.sh/app:1", true),
            ("ttl.sh", "ttl.sh:8443/app:1", true),
            ("ttl.sh:8443", "ttl.sh:8443/app:1", true),
            ("ttl.sh:8443", "ttl.sh/app:1", false),
            ("ttl.sh/app", "ttl.sh:8443/other:1", false),
            ("ttl.sh", "ttl.shop/app:1", false),
        ] {
            let reference = ImageReference::parse(image).unwrap();
            assert_eq!(Entry::new(entry).covers_any_port(&reference), covered, "{entry}: {image}");
        }
    }
}
