//! Names and passwords for registries, from a file as Docker writes it and as an image pull secret holds it
//! (`.dockerconfigjson`).
//!
//! Sources: `docker/cli`, `cli/config/configfile`; Kubernetes documentation, "Images", "Interpretation of config.json": `*`
//! stands for one part of a host's name, and a path means the repositories below it. Programs that the file names
//! (`credsStore`, `credHelpers`) are never run; that they are named is told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use seawall_core::registry_host;
use seawall_yaml::decode_base64;
use serde_json::Value;

/// Why a file of credentials is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// It is no such file.
    #[error("the file of credentials is no JSON with a map `auths`")]
    Form,
    /// An entry cannot be read.
    #[error("the credentials for `{0}` cannot be read: `auth` must be the base64 of `NAME:PASSWORD`")]
    Entry(String),
}

/// Who asks which registry. Nothing shows what is in it.
#[derive(Clone, Default)]
pub struct Credentials {
    entries: Vec<Entry>,
    programs: Vec<String>,
}

#[derive(Clone)]
struct Entry {
    host: String,
    /// Empty, or repositories below it.
    path: String,
    login: Login,
}

/// How somebody logs in.
#[derive(Clone)]
pub(crate) enum Login {
    Password(String, String),
    /// A token that other tokens are got by (OAuth 2).
    Refresh(String),
}

impl Login {
    /// The header of basic authentication; a refresh token makes none.
    pub(crate) fn basic(&self) -> Option<HeaderValue> {
        let Login::Password(name, password) = self else { return None };
        let text = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

impl Credentials {
    /// Reads the JSON of such a file.
    ///
    /// # Errors
    /// When it is none, or an entry cannot be read.
    pub fn read(text: &str) -> Result<Self, CredentialsError> {
        let json: Value = serde_json::from_str(text).map_err(|_| CredentialsError::Form)?;
        let json = json.as_object().ok_or(CredentialsError::Form)?;
        let mut credentials = Credentials::default();
        match json.get("auths") {
            Some(Value::Object(auths)) => {
                for (key, entry) in auths {
                    let login = login(entry)
                        .ok_or_else(|| CredentialsError::Entry(key.chars().take(100).collect()))?;
                    // `docker login` leaves an empty entry where a program keeps the rest.
                    let Some(login) = login else { continue };
                    let (host, path) = parts(key);
                    credentials.entries.push(Entry { host, path, login });
                }
            }
            None | Some(Value::Null) => {}
            Some(_) => return Err(CredentialsError::Form),
        }
        let store = json.get("credsStore").and_then(Value::as_str).filter(|store| !store.is_empty());
        let helpers = json.get("credHelpers").and_then(Value::as_object);
        credentials.programs = store.map(|store| format!("credsStore: {store}")).into_iter().collect();
        credentials
            .programs
            .extend(helpers.into_iter().flatten().map(|(host, _)| format!("credHelpers: {host}")));
        Ok(credentials)
    }

    /// Programs that the file names, which are not run.
    pub fn programs(&self) -> &[String] {
        &self.programs
    }

    /// Who asks for a repository of a host: the entry with the longest path, and one with no `*` before others.
    pub(crate) fn of(&self, host: &str, repository: &str) -> Option<&Login> {
        let host = registry_host(host);
        let fits = |entry: &&Entry| is_host(&entry.host, &host) && is_below(repository, &entry.path);
        let best = self.entries.iter().filter(fits);
        best.max_by_key(|entry| (entry.path.len(), !entry.host.contains('*'))).map(|entry| &entry.login)
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hosts: Vec<&str> = self.entries.iter().map(|entry| entry.host.as_str()).collect();
        f.debug_struct("Credentials").field("hosts", &hosts).finish_non_exhaustive()
    }
}

/// The login of an entry; `Some(None)` for an empty one.
fn login(entry: &Value) -> Option<Option<Login>> {
    let text = |key: &str| match entry.get(key) {
        None | Some(Value::Null) => Some(""),
        Some(value) => value.as_str(),
    };
    let (auth, name, password, token) =
        (text("auth")?, text("username")?, text("password")?, text("identitytoken")?);
    if !token.is_empty() {
        return Some(Some(Login::Refresh(token.to_owned())));
    }
    if !name.is_empty() || !password.is_empty() {
        return Some(Some(Login::Password(name.to_owned(), password.to_owned())));
    }
    if auth.is_empty() {
        return Some(None);
    }
    let decoded = String::from_utf8(decode_base64(auth)?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some(Some(Login::Password(name.to_owned(), password.trim_end_matches('\0').to_owned())))
}

/// Host and path of a key: `https://index.docker.io/v1/`, `r.test:5000`, `*.r.test/team`.
fn parts(key: &str) -> (String, String) {
    let key = key.strip_prefix("https://").or(key.strip_prefix("http://")).unwrap_or(key);
    let (host, path) = key.split_once('/').unwrap_or((key, ""));
    let path = path.trim_matches('/');
    let path = if matches!(path, "v1" | "v2") { "" } else { path };
    (registry_host(host), path.to_owned())
}

fn is_host(pattern: &str, host: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('.'), host.split('.'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if pattern == part || part_fits(pattern, part) => {}
            _ => return false,
        }
    }
}

/// One part of a host's name: `*` stands for any letters of it.
fn part_fits(pattern: &str, part: &str) -> bool {
    let Some((start, end)) = pattern.split_once('*') else { return false };
    part.len() >= start.len() + end.len() && part.starts_with(start) && part.ends_with(end)
}

fn is_below(repository: &str, path: &str) -> bool {
    path.is_empty()
        || repository.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILE: &str = r#"{"auths": {
        "https://index.docker.io/v1/": {"auth": "aHViOnBhc3M6d29yZA=="},
        "r.test:5000": {"username": "all", "password": "p"},
        "r.test:5000/team": {"auth": "dGVhbTpw"},
        "*.cloud.test": {"identitytoken": "refresh"},
        "a.cloud.test": {"auth": "ZXhhY3Q6cA=="},
        "helped.test": {}
    }, "credHelpers": {"helped.test": "x"}, "credsStore": "desktop"}"#;

    fn who(credentials: &Credentials, host: &str, repository: &str) -> String {
        match credentials.of(host, repository) {
            None => "nobody".to_owned(),
            Some(Login::Password(name, password)) => format!("{name}:{password}"),
            Some(Login::Refresh(token)) => format!("token {token}"),
        }
    }

    #[test]
    fn the_closest_entry_asks() {
        let credentials = Credentials::read(FILE).unwrap();
        for (host, repository, login) in [
            ("registry-1.docker.io", "library/nginx", "hub:pass:word"),
            ("docker.io", "library/nginx", "hub:pass:word"),
            ("r.test:5000", "app", "all:p"),
            ("R.test:05000", "app", "all:p"),
            ("r.test:5000", "team/app", "team:p"),
            ("r.test:5000", "teams/app", "all:p"),
            ("r.test", "app", "nobody"),
            ("a.cloud.test", "app", "exact:p"),
            ("b.cloud.test", "app", "token refresh"),
            ("a.b.cloud.test", "app", "nobody"),
            ("cloud.test", "app", "nobody"),
            ("evil.test", "r.test:5000", "nobody"),
            ("helped.test", "app", "nobody"),
        ] {
            assert_eq!(who(&credentials, host, repository), login, "{host}/{repository}");
        }
        assert_eq!(credentials.programs(), ["credsStore: desktop", "credHelpers: helped.test"]);
    }

    #[test]
    fn nothing_shows_a_password() {
        let credentials = Credentials::read(FILE).unwrap();
        let shown = format!("{credentials:?}");
        assert!(
            shown.contains("r.test:5000") && !shown.contains("word") && !shown.contains("refresh"),
            "{shown}"
        );
        let header = credentials.of("r.test:5000", "app").and_then(Login::basic).unwrap();
        assert_eq!(
            (header.as_bytes(), format!("{header:?}").as_str()),
            (&b"Basic YWxsOnA="[..], "Sensitive")
        );
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for (text, error) in [
            ("", CredentialsError::Form),
            ("[]", CredentialsError::Form),
            (r#"{"auths": []}"#, CredentialsError::Form),
            (r#"{"auths": {"a": {"auth": "bm9jb2xvbg=="}}}"#, CredentialsError::Entry("a".to_owned())),
            (r#"{"auths": {"a": {"auth": 7}}}"#, CredentialsError::Entry("a".to_owned())),
        ] {
            assert_eq!(Credentials::read(text).unwrap_err(), error, "{text}");
        }
        assert!(Credentials::read("{}").unwrap().of("r.test", "a").is_none());
    }

    proptest! {
        #[test]
        fn no_pattern_panics(pattern in "[a*.:é]{0,12}", host in "[ab.:é]{0,12}") {
            is_host(&pattern, &host);
            parts(&pattern);
        }
    }
}
