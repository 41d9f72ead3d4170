//! References of images, as far as defaulting needs them: which tag is asked for
//! (`distribution/reference`, through `pkg/util/parsers`).

/// Whether the kubelet is told to ask for this image each time: its tag is `latest`, or it has neither tag nor digest.
/// What is no reference has no tag, and is not asked for.
pub(crate) fn asks_for_latest(image: &str) -> bool {
    match parse(image) {
        Some((tag, digest)) => tag == Some("latest") || (tag.is_none() && !digest),
        None => false,
    }
}

/// The tag, and whether there is a digest.
fn parse(image: &str) -> Option<(Option<&str>, bool)> {
    if image.len() == 64 && image.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let (named, digest) = match image.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (image, None),
    };
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return None;
    }
    let (domain, rest) = match named.split_once('/') {
        Some((first, rest)) if is_domain_like(first) => (Some(first), rest),
        _ => (None, named),
    };
    if domain.is_some_and(|domain| !is_domain(domain)) {
        return None;
    }
    let (path, tag) = match rest.split_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (rest, None),
    };
    let length = domain.map_or("docker.io".len(), str::len) + 1 + path.len();
    let whole = path.split('/').all(is_path_component) && length <= 255 && tag.is_none_or(is_tag);
    whole.then_some((tag, digest.is_some()))
}

/// What stands before the first slash names a registry when it looks like one.
fn is_domain_like(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            if address.is_empty() || !address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':') {
                return false;
            }
            ("", port)
        }
        None => domain
            .split_once(':')
            .map_or((domain, ""), |(host, _)| (host, domain.get(host.len()..).unwrap_or(""))),
    };
    let port_fits = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    port_fits && (domain.starts_with('[') || host.split('.').all(label))
}

/// Lower case words, joined by one `.`, one or two `_`, or any number of `-`.
fn is_path_component(component: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !component.starts_with(word) || !component.ends_with(word) {
        return false;
    }
    let separators = component.split(word).filter(|separator| !separator.is_empty());
    separators.into_iter().all(|it| matches!(it, "." | "_" | "__") || it.bytes().all(|byte| byte == b'-'))
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let length = match digest.split_once(':').map(|(algorithm, _)| algorithm) {
        Some("sha256") => 64,
        Some("sha384") => 96,
        Some("sha512") => 128,
        _ => return false,
    };
    let hex = digest.split_once(':').map_or("", |(_, hex)| hex);
    hex.len() == length && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::asks_for_latest;

    #[test]
    fn the_tag_decides() {
        let digest = format!("sha256:{}", "a1".repeat(32));
        for (image, expected) in [
            ("nginx", true),
            ("nginx:latest", true),
            ("nginx:1.27", false),
            ("localhost/nginx", true),
            ("registry.example.com:5000/a/b", true),
            ("registry.example.com:5000/a/b:v1", false),
            ("[::1]:5000/a:latest", true),
            ("host:port/a", false),
            ("", false),
            ("Nginx", false),
            ("UPPER/nginx", true),
            ("a//b", false),
            ("a__b", true),
            ("a___b", false),
            ("a..b", false),
            ("nginx:", false),
            ("nginx:la test", false),
            (&format!("nginx@{digest}"), false),
            (&format!("nginx:latest@{digest}"), true),
            ("nginx@sha256:abc", false),
            (&"a".repeat(64), false),
            (&"a".repeat(300), false),
            ("täg", false),
        ] {
            assert_eq!(asks_for_latest(image), expected, "{image}");
        }
    }
}
