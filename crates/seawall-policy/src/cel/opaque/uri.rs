//! Addresses of documents: `https://user@host:port/path?query#fragment`, or an absolute path.
//!
//! Invariant: what is accepted, its parts and the errors are those of Go's `net/url` (`ParseRequestURI`, then `Parse`), whose
//! oddities are kept. Bytes that are no text after unescaping are replaced in what is handed out.

use std::fmt;

use super::super::quote::quoted;
use super::Ip;

/// A part of an address: which bytes it may hold unescaped differs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    Host,
    Zone,
    User,
    Query,
    Fragment,
}

/// Whether a byte must be escaped in a part.
fn escapes(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        return false;
    }
    let plain: &[u8] = match part {
        Part::Path => b"$&+,/:;=@",
        Part::Host | Part::Zone => b"!\"$&'()*+,:;<=>[]",
        Part::User => b"$&+,;=",
        Part::Query => b"",
        Part::Fragment => b"!$&()*+,/:;=?@",
    };
    !plain.contains(&byte)
}

fn escape(bytes: &[u8], part: Part) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if escapes(*byte, part) {
            out.push_str(&format!("%{byte:02X}"));
        } else {
            out.push(char::from(*byte));
        }
    }
    out
}

fn nibble(byte: Option<&u8>) -> Option<u8> {
    byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
}

fn unescape(text: &str, part: Part) -> Result<Vec<u8>, String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        match byte {
            b'%' => {
                let shown = bytes.get(place..bytes.len().min(place + 3)).unwrap_or_default();
                let wrong = || format!("invalid URL escape {}", quoted(&String::from_utf8_lossy(shown)));
                let (Some(high), Some(low)) = (nibble(bytes.get(place + 1)), nibble(bytes.get(place + 2)))
                else {
                    return Err(wrong());
                };
                let value = high << 4 | low;
                if part == Part::Host && high < 8 && shown != b"%25" {
                    return Err(wrong());
                }
                if part == Part::Zone && shown != b"%25" && value != b' ' && escapes(value, Part::Host) {
                    return Err(wrong());
                }
                out.push(value);
                place += 3;
                continue;
            }
            b'+' if part == Part::Query => out.push(b' '),
            byte if matches!(part, Part::Host | Part::Zone) && byte.is_ascii() && escapes(*byte, part) => {
                return Err(format!(
                    "invalid character {} in host name",
                    quoted(&char::from(*byte).to_string())
                ));
            }
            byte => out.push(*byte),
        }
        place += 1;
    }
    Ok(out)
}

fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        // Every byte by itself, as Go does it.
        text.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    text
}

/// A part as it was written, and unescaped.
#[derive(Clone, Debug, Default)]
struct Escaped {
    raw: String,
    plain: Vec<u8>,
}

impl Escaped {
    fn parse(raw: &str, part: Part) -> Result<Self, String> {
        Ok(Escaped { raw: raw.to_owned(), plain: unescape(raw, part)? })
    }

    /// As it was written, where nothing in it had to be escaped.
    fn escaped(&self, part: Part) -> String {
        let bytes = self.raw.as_bytes();
        let valid = bytes.iter().all(|byte| b"!$&'()*+,;=:@[]%".contains(byte) || !escapes(*byte, part));
        if valid { self.raw.clone() } else { escape(&self.plain, part) }
    }
}

/// An address.
#[derive(Clone, Debug, Default)]
pub struct Url {
    scheme: String,
    /// What follows a scheme without a slash.
    opaque: String,
    user: Option<(Vec<u8>, Option<Vec<u8>>)>,
    host: Vec<u8>,
    /// Whether there is an empty host that is not even begun.
    no_host: bool,
    path: Escaped,
    query: Option<String>,
    fragment: Option<Escaped>,
}

/// The scheme and what follows it.
fn scheme(text: &str) -> Result<(&str, &str), String> {
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if place > 0 => {}
            b':' if place == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return text.split_once(':').ok_or_else(String::new),
            _ => break,
        }
    }
    Ok(("", text))
}

fn port(text: &str) -> Result<(), String> {
    let digits = text.strip_prefix(':').unwrap_or(if text.is_empty() { "" } else { "?" });
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(format!("invalid port {} after host", quoted(text)))
}

fn host(scheme: &str, text: &str) -> Result<Vec<u8>, String> {
    let literal = || "invalid IP-literal".to_owned();
    match text.rfind('[') {
        Some(0) => {}
        Some(_) => return Err(literal()),
        None => {
            if let Some(first) = text.find(':') {
                // More than one colon is tolerated where a database may be meant.
                let strict = matches!(scheme, "http" | "https");
                let colon = if strict { first } else { text.rfind(':').unwrap_or(first) };
                port(text.get(colon..).unwrap_or(""))?;
            }
            return unescape(text, Part::Host);
        }
    }
    let close = text.rfind(']').ok_or_else(|| "missing ']' in host".to_owned())?;
    let (name, after) = (text.get(1..close).unwrap_or(""), text.get(close + 1..).unwrap_or(""));
    port(after)?;
    let after = unescape(after, Part::Host)?;
    let name = match name.find("%25").and_then(|zone| name.split_at_checked(zone)) {
        Some((name, zone)) => [unescape(name, Part::Host)?, unescape(zone, Part::Zone)?].concat(),
        None => unescape(name, Part::Host)?,
    };
    let shown = lossy(&name);
    if Ip::literal(&shown).map_err(|error| format!("invalid host: {error}"))?.is_ipv4() {
        return Err(literal());
    }
    Ok([b"[", name.as_slice(), b"]", &after].concat())
}

fn valid_user(text: &str) -> bool {
    text.chars().all(|char| char.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(char))
}

impl Url {
    /// Reads an address; the error is the API server's.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text, true).map_err(|error| format!("parse {}: {error}", quoted(text)))?;
        let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url =
            Self::read(address, false).map_err(|error| format!("parse {}: {error}", quoted(address)))?;
        if !fragment.is_empty() {
            let fragment = Escaped::parse(fragment, Part::Fragment);
            url.fragment = Some(fragment.map_err(|error| format!("parse {}: {error}", quoted(text)))?);
        }
        Ok(url)
    }

    /// Why a text is no address of a request; `None` when it is one.
    pub fn fault(text: &str) -> Option<String> {
        Self::read(text, true).err().map(|error| format!("parse {}: {error}", quoted(text)))
    }

    /// Reads what has no fragment; `request`: as an absolute address or path.
    fn read(text: &str, request: bool) -> Result<Self, String> {
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        if text.is_empty() && request {
            return Err("empty url".to_owned());
        }
        let mut url = Url::default();
        if text == "*" {
            url.path = Escaped { raw: "*".to_owned(), plain: b"*".to_vec() };
            return Ok(url);
        }
        let (scheme, rest) = scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query.to_owned())),
            None => (rest, None),
        };
        url.query = query;
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Ok(url);
            }
            if request {
                return Err("invalid URI for request".to_owned());
            }
            if rest.split('/').next().is_some_and(|first| first.contains(':')) {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let begun = !url.scheme.is_empty() || !request && !rest.starts_with("///");
        let path = match rest.strip_prefix("//").filter(|_| begun) {
            Some(rest) => {
                let slash = rest.find('/').unwrap_or(rest.len());
                let (authority, path) = rest.split_at_checked(slash).unwrap_or((rest, ""));
                url.authority(authority)?;
                path
            }
            None => {
                url.no_host = !url.scheme.is_empty() && rest.starts_with('/');
                rest
            }
        };
        url.path = Escaped::parse(path, Part::Path)?;
        Ok(url)
    }

    fn authority(&mut self, text: &str) -> Result<(), String> {
        let Some((user, name)) = text.rsplit_once('@') else {
            self.host = host(&self.scheme, text)?;
            return Ok(());
        };
        self.host = host(&self.scheme, name)?;
        if !valid_user(user) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        self.user = Some(match user.split_once(':') {
            Some((name, password)) => (unescape(name, Part::User)?, Some(unescape(password, Part::User)?)),
            None => (unescape(user, Part::User)?, None),
        });
        Ok(())
    }

    /// `https`
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// `host:port`
    pub fn host(&self) -> String {
        lossy(&self.host)
    }

    /// The host without a port and without brackets, and the port.
    pub fn host_and_port(&self) -> (String, String) {
        let host = self.host();
        let (name, port) = match host.rsplit_once(':') {
            Some((name, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => (name, digits),
            _ => (host.as_str(), ""),
        };
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        (bare.to_owned(), port.to_owned())
    }

    /// The path, escaped.
    pub fn path(&self) -> String {
        if self.path.plain == b"*" { "*".to_owned() } else { self.path.escaped(Part::Path) }
    }

    /// The values of the query by key, in the order in which the keys come first; what cannot be read is left out.
    pub fn query(&self) -> Vec<(String, Vec<String>)> {
        let query = self.query.as_deref().unwrap_or("");
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        if query.matches('&').count() >= MOST_VALUES {
            return all;
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';')) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Ok(key), Ok(value)) = (unescape(key, Part::Query), unescape(value, Part::Query)) else {
                continue;
            };
            let place = *places.entry(key).or_insert_with_key(|key| {
                all.push((lossy(key), Vec::new()));
                all.len() - 1
            });
            if let Some((_, values)) = all.get_mut(place) {
                values.push(lossy(&value));
            }
        }
        all
    }
}

/// Go reads no query that has more.
const MOST_VALUES: usize = 10_000;

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        if self.opaque.is_empty() {
            let (host, user) = (!self.host.is_empty(), self.user.as_ref());
            let authority = !self.scheme.is_empty() || host || user.is_some();
            if authority && (!self.no_host || host || user.is_some()) {
                if host || !self.path.plain.is_empty() || user.is_some() {
                    f.write_str("//")?;
                }
                if let Some((name, password)) = user {
                    f.write_str(&escape(name, Part::User))?;
                    if let Some(password) = password {
                        write!(f, ":{}", escape(password, Part::User))?;
                    }
                    f.write_str("@")?;
                }
                f.write_str(&escape(&self.host, Part::Host))?;
            }
            f.write_str(&self.path())?;
        } else {
            f.write_str(&self.opaque)?;
        }
        if let Some(query) = &self.query {
            write!(f, "?{query}")?;
        }
        match &self.fragment {
            Some(fragment) => write!(f, "#{}", fragment.escaped(Part::Fragment)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_are_gos() {
        let url = Url::parse("HTTPS://us%65r:p%20w@[2001:db8::1%25eth0]:8443/a%2Fb/c d?k=v&k=w%26&x#fr%41g")
            .unwrap();
        assert_eq!(url.scheme(), "https");
        assert_eq!(url.host(), "[2001:db8::1%eth0]:8443");
        assert_eq!(url.host_and_port(), ("2001:db8::1%eth0".to_owned(), "8443".to_owned()));
        assert_eq!(
            url.path(),
            "/a%2Fb/c%20d".replace("%2F", "/"),
            "an unescaped space makes the whole path be escaped anew"
        );
        let values = |key: &str| url.query().into_iter().find(|(own, _)| own == key).unwrap().1;
        assert_eq!((values("k"), values("x")), (vec!["v".to_owned(), "w&".to_owned()], vec![String::new()]));
        assert_eq!(Url::parse("/path").unwrap().host_and_port(), (String::new(), String::new()));
        assert_eq!(Url::parse("mailto:a@b").unwrap().to_string(), "mailto:a@b");
        assert_eq!(Url::parse("https:://host/").unwrap().to_string(), "https:://host/");
    }

    #[test]
    fn errors_are_gos() {
        for (text, error) in [
            ("", "empty url"),
            ("a/b", "invalid URI for request"),
            (":x", "missing protocol scheme"),
            ("https://a b/", "invalid character \" \" in host name"),
            ("https://a:b/", "invalid port \":b\" after host"),
            ("https://[::1", "missing ']' in host"),
            ("https://a[::1]/", "invalid IP-literal"),
            ("https://%41/", "invalid URL escape \"%41\""),
            ("/%zz", "invalid URL escape \"%zz\""),
            ("/%4", "invalid URL escape \"%4\""),
            ("/\u{1}", "net/url: invalid control character in URL"),
            ("https://a b@c/", "net/url: invalid userinfo"),
        ] {
            assert_eq!(Url::parse(text).unwrap_err(), format!("parse {}: {error}", quoted(text)));
        }
    }

    proptest! {
        /// Whatever is read is written so that it reads the same.
        #[test]
        fn what_is_written_reads_the_same(text in "(https?:)?/{0,3}[a-z%0-9:@\\[\\]]{0,8}[/a-z%2?&=#é ]{0,12}") {
            if let Ok(url) = Url::parse(&text) {
                let written = url.to_string();
                if let Ok(again) = Url::parse(&written) {
                    prop_assert_eq!(again.to_string(), written);
                    prop_assert_eq!(again.host(), url.host());
                }
            }
        }
    }
}
