//! What `WWW-Authenticate` asks for. Source: RFC 9110, 11.6.1; `distribution/distribution`, `docs/content/spec/auth/token.md`.

/// How a registry wants to be convinced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// By a token of a service.
    Bearer {
        /// The address of the service.
        realm: String,
        /// What the service calls the registry.
        service: Option<String>,
        /// What the token is to allow.
        scope: Option<String>,
    },
    /// By a name and a password.
    Basic,
}

/// Characters of a header that are read.
const LONGEST: usize = 8 << 10;

/// The challenges of a header; what is not understood is left out.
pub(crate) fn read(header: &str) -> Vec<Challenge> {
    let mut challenges = Vec::new();
    let mut rest = header.get(..header.floor_char_boundary(LONGEST)).unwrap_or_default();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (scheme, after) = token(rest);
        if scheme.is_empty() {
            return challenges;
        }
        let (parameters, after) = parameters(after);
        rest = after;
        let of = |name: &str| {
            let found = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        if scheme.eq_ignore_ascii_case("basic") {
            challenges.push(Challenge::Basic);
        } else if scheme.eq_ignore_ascii_case("bearer")
            && let Some(realm) = of("realm")
        {
            challenges.push(Challenge::Bearer { realm, service: of("service"), scope: of("scope") });
        }
    }
}

/// `name=value` pairs after a scheme, up to the next scheme, and what follows.
fn parameters(mut rest: &str) -> (Vec<(&str, String)>, &str) {
    let mut found = Vec::new();
    loop {
        let start = rest.trim_start_matches([' ', '\t', ',']);
        let (name, after) = token(start);
        let Some(value) = after.trim_start().strip_prefix('=').filter(|_| !name.is_empty()) else {
            return (found, if name.is_empty() { "" } else { start });
        };
        let (value, after) = self::value(value.trim_start());
        found.push((name, value));
        rest = after;
    }
}

fn token(text: &str) -> (&str, &str) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let end = text.find(|c: char| !is_token(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// A token or a quoted string, and what follows.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
            scope: scope.map(str::to_owned),
        }
    }

    #[test]
    fn challenges() {
        for (header, expected) in [
            (
                r#"Bearer realm="https://auth.test/token",service="r.test",scope="repository:a/b:pull,push""#,
                vec![bearer("https://auth.test/token", Some("r.test"), Some("repository:a/b:pull,push"))],
            ),
            (r#"Basic realm="r""#, vec![Challenge::Basic]),
            ("basic", vec![Challenge::Basic]),
            (
                r#"Negotiate, Basic realm="a, b", bearer realm=https://t.test/x"#,
                vec![Challenge::Basic, bearer("https://t.test/x", None, None)],
            ),
            (r#"Bearer service="x""#, vec![]),
            (r#"Bearer realm="a\"b\\c"#, vec![bearer("a\"b\\c", None, None)]),
            ("", vec![]),
            ("=,=;", vec![]),
        ] {
            assert_eq!(read(header), expected, "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic_or_run_on(header in "(Bearer|Basic|[ ,=\"\\\\a-zé])*") {
            read(&header);
        }
    }
}
