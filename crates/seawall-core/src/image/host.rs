//! Hosts of registries, however they are written.
//!
//! Source: `distribution/reference`, whose grammar keeps a host as it is written (`regexp.go`, `normalize.go`). Runtimes ask it
//! by TLS, where 443 is the port that goes without saying, and names have no case: what differs in these alone is one place.

use std::net::{IpAddr, Ipv6Addr};

/// The names of Docker Hub. Source: `normalize.go` for the first two; the others answer as the registry itself, or redirect
/// to it (`docker/hub-tool` 107, `docker/hub-feedback` 2113).
const DOCKER_HUB: [&str; 5] = [
    super::ImageReference::DEFAULT_REGISTRY,
    "index.docker.io",
    "registry-1.docker.io",
    "registry.docker.io",
    "registry.hub.docker.com",
];

/// The host and port of a registry in the one form that settings and references are compared in: lower case, no port 443, no
/// dot at the end, and one name for Docker Hub. What is no host stays as it is, in lower case.
pub fn registry_host(written: &str) -> String {
    let lower = written.to_ascii_lowercase();
    let (name, port) = parts(&lower);
    let name = name.trim_end_matches('.');
    let port = match port.trim_start_matches('0') {
        "" if !port.is_empty() => "0",
        port => port,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')?.parse::<Ipv6Addr>().ok());
    let name = match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V6(address)) => format!("[{address}]"),
        Some(IpAddr::V4(address)) => address.to_string(),
        None => name.to_owned(),
    };
    match port {
        "" | "443" if DOCKER_HUB.contains(&name.as_str()) => DOCKER_HUB[0].to_owned(),
        "" | "443" => name,
        port => format!("{name}:{port}"),
    }
}

/// Whether runtimes take it for a host, with or without a port: a dot at its end, which resolvers of names know, is none.
pub(super) fn is_host(written: &str) -> bool {
    let (name, port) = parts(written);
    let rest = written.len() - name.len();
    let has_port = rest == 0 || rest > 1 && port.parse::<u16>().is_ok();
    let edge = |c: char| c.is_ascii_alphanumeric();
    let label = |label: &str| {
        label.starts_with(edge) && label.ends_with(edge) && label.chars().all(|c| edge(c) || c == '-')
    };
    let is_name = match name.strip_prefix('[') {
        // Neither a zone nor an IPv4 address may stand in it.
        Some(rest) => rest
            .strip_suffix(']')
            .is_some_and(|address| !address.contains('.') && address.parse::<Ipv6Addr>().is_ok()),
        None => name.len() <= LONGEST && name.split('.').all(label),
    };
    is_name && has_port
}

/// Characters of a name that a resolver takes. Source: RFC 1035, 2.3.4.
const LONGEST: usize = 253;

/// The name, and the digits of the port; no digits where there is no port.
fn parts(written: &str) -> (&str, &str) {
    match written.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => {
            // The colons of an address without brackets part no port, and what it is nobody can say.
            if name.contains(':') && !name.ends_with(']') { (written, "") } else { (name, port) }
        }
        _ => (written, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_one_form() {
        for (written, host, is_one) in [
            ("registry.example", "registry.example", true),
            ("Registry.EXAMPLE", "registry.example", true),
            ("registry.example:443", "registry.example", true),
            ("registry.example:0443", "registry.example", true),
            ("registry.example:05000", "registry.example:5000", true),
            ("registry.example:5000", "registry.example:5000", true),
            ("registry.example:80", "registry.example:80", true),
            ("registry.example:00", "registry.example:0", true),
            ("registry.example.", "registry.example", false),
            ("registry.example.:443", "registry.example", false),
            ("registry.example..:5000", "registry.example:5000", false),
            ("registry.example:", "registry.example", false),
            ("registry.example:65536", "registry.example:65536", false),
            ("registry.example:x", "registry.example:x", false),
            ("localhost:5000", "localhost:5000", true),
            ("10.0.0.1:443", "10.0.0.1", true),
            ("[::1]:5000", "[::1]:5000", true),
            ("[0:0:0:0:0:0:0:1]:443", "[::1]", true),
            ("[2001:DB8::1]", "[2001:db8::1]", true),
            ("[::ffff:7f00:1]:5000", "127.0.0.1:5000", true),
            ("[::ffff:127.0.0.1]", "127.0.0.1", false),
            ("[fe80::1%eth0]", "[fe80::1%eth0]", false),
            ("fc00::1:5000", "fc00::1:5000", false),
            ("index.docker.io:443", "docker.io", true),
            ("REGISTRY-1.docker.io", "docker.io", true),
            ("registry.hub.docker.com", "docker.io", true),
            ("index.docker.io:5000", "index.docker.io:5000", true),
            ("-a.example", "-a.example", false),
            ("a-.example", "a-.example", false),
            ("a..example", "a..example", false),
            ("a_b.example", "a_b.example", false),
            ("user@a.example", "user@a.example", false),
            ("ä.example", "ä.example", false),
            ("", "", false),
            (":", "", false),
            (".", "", false),
        ] {
            assert_eq!((registry_host(written), is_host(written)), (host.to_owned(), is_one), "{written}");
            assert_eq!(registry_host(host), host, "what is in its one form stays");
        }
    }
}
