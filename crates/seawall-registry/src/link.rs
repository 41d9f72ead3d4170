//! Addresses that answers point at: redirects, token services, next pages.

use http::Uri;
use http::uri::{Authority, Scheme};

/// What `location` means in an answer from `base`; nothing when it is no address, or one with a user in it.
pub(crate) fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    let whole = if location.starts_with("http://") || location.starts_with("https://") {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    let uri: Uri = whole.parse().ok()?;
    let authority = uri.authority()?;
    (!authority.as_str().contains('@') && !authority.host().is_empty()).then_some(uri)
}

/// Whether two addresses are of one scheme, host and port.
pub(crate) fn same_origin(one: &Uri, two: &Uri) -> bool {
    let origin = |uri: &Uri| {
        let authority = uri.authority()?;
        let port = authority.port_u16().or(if is_tls(uri) { Some(443) } else { Some(80) });
        Some((uri.scheme().cloned()?, authority.host().to_ascii_lowercase(), port))
    };
    let (one, two) = (origin(one), origin(two));
    one.is_some() && one == two
}

/// Whether an address is asked by TLS.
pub(crate) fn is_tls(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
}

/// `HOST:PORT` of an address as hosts are written: without the port that goes without saying.
pub(crate) fn host(uri: &Uri) -> String {
    let usual = if is_tls(uri) { 443 } else { 80 };
    match uri.authority() {
        Some(authority) if authority.port_u16() == Some(usual) => authority.host().to_ascii_lowercase(),
        authority => authority.map_or("", Authority::as_str).to_ascii_lowercase(),
    }
}

/// The target of `Link: <…>; rel="next"`. Source: RFC 5988, as far as registries use it.
pub(crate) fn next(header: &str) -> Option<&str> {
    header.split(',').find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = parameters.split(';').any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"') == "next"
        });
        is_next.then_some(target)
    })
}

/// Text as a value in a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'A' + value - 10 });
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations() {
        let base: Uri = "https://r.test:5000/v2/a/blobs/x?y=z".parse().unwrap();
        for (location, target) in [
            ("https://cdn.test/blob?sig=1", Some("https://cdn.test/blob?sig=1")),
            ("/other", Some("https://r.test:5000/other")),
            ("//cdn.test/b", Some("https://cdn.test/b")),
            ("b?c=d", Some("https://r.test:5000/v2/a/blobs/b?c=d")),
            ("https://user@evil.test/b", None),
            ("http:///b", None),
            ("https://", None),
        ] {
            let resolved = resolve(&base, location).map(|uri| uri.to_string());
            assert_eq!(resolved.as_deref(), target, "{location}");
        }
    }

    #[test]
    fn origins() {
        let uri = |text: &str| text.parse::<Uri>().unwrap();
        for (one, two, same) in [
            ("https://r.test/a", "https://R.test:443/b", true),
            ("https://r.test/a", "http://r.test/a", false),
            ("https://r.test/a", "https://r.test:5000/a", false),
            ("https://r.test/a", "https://r.test.evil/a", false),
            ("/a", "/a", false),
        ] {
            assert_eq!(same_origin(&uri(one), &uri(two)), same, "{one} {two}");
        }
        assert_eq!(host(&uri("https://R.test:443/")), "r.test");
        assert_eq!(host(&uri("http://r.test:443/")), "r.test:443");
    }

    #[test]
    fn next_pages_and_queries() {
        assert_eq!(next(r#"</v2/a?n=1>; rel="next""#), Some("/v2/a?n=1"));
        assert_eq!(next(r#"</p>; rel=prev, </n>; title=x; rel=next"#), Some("/n"));
        assert_eq!(next("</p>; rel=prev"), None);
        assert_eq!(next("x"), None);
        assert_eq!(encoded("repository:a/b:pull é"), "repository%3Aa%2Fb%3Apull%20%C3%A9");
    }
}
