//! File names as URIs (RFC 3986).

use std::fmt::Write as _;

/// A relative path as a relative reference, an absolute one (also of Windows) as a `file` URI.
pub(super) fn uri(file: &str) -> String {
    let windows = matches!(file.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic());
    let (mut uri, path) = match file.strip_prefix("./").unwrap_or(file) {
        // Two slashes would begin a host.
        path if path.starts_with('/') => ("file:///".to_owned(), path.trim_start_matches('/')),
        path if windows => ("file:///".to_owned(), path),
        path => (String::new(), path),
    };
    for (i, byte) in path.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) || (windows && i == 1) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn writes_references_that_lead_nowhere_else() {
        for (file, expected) in [
            ("web.yaml", "web.yaml"),
            ("./a b/ü#1?.yaml", "a%20b/%C3%BC%231%3F.yaml"),
            ("<stdin>", "%3Cstdin%3E"),
            ("http://evil", "http%3A//evil"),
            ("//host/x", "file:///host/x"),
            ("/etc/x.yaml", "file:///etc/x.yaml"),
            ("C:/x/y.yaml", "file:///C:/x/y.yaml"),
            ("50%.yaml", "50%25.yaml"),
        ] {
            assert_eq!(uri(file), expected);
        }
    }
}
