//! Addresses that servers listen on.

use std::net::IpAddr;

/// Whether an address, with or without port, is reached from the machine itself only; `None` for no address.
pub(crate) fn is_loopback(text: &str) -> Option<bool> {
    let text = text.trim();
    let host = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None if text.matches(':').count() == 1 => text.split(':').next().unwrap_or(""),
        None => text,
    };
    if host == "localhost" {
        return Some(true);
    }
    host.parse::<IpAddr>().ok().map(|address| address.is_loopback())
}

/// The host and port of a URL, and whether it is plain HTTP.
pub(crate) fn url(text: &str) -> Option<(bool, &str)> {
    let (scheme, rest) = text.trim().split_once("://")?;
    let plain = matches!(scheme, "http" | "unix");
    Some((plain, rest.split('/').next().unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_with_and_without_port() {
        for (text, wanted) in [
            ("127.0.0.1", Some(true)),
            ("127.1.2.3:10249", Some(true)),
            ("::1", Some(true)),
            ("[::1]:10249", Some(true)),
            ("localhost:1", Some(true)),
            ("0.0.0.0", Some(false)),
            ("0.0.0.0:10249", Some(false)),
            ("::", Some(false)),
            ("[::]:1", Some(false)),
            ("10.0.0.1", Some(false)),
            ("", None),
            ("node.example", None),
        ] {
            assert_eq!(is_loopback(text), wanted, "{text}");
        }
        assert_eq!(url("http://10.0.0.1:2379/x"), Some((true, "10.0.0.1:2379")));
        assert_eq!(url("nothing"), None);
    }
}
