//! Authorizations: from a challenge to a header, kept while it holds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;
use tokio::time::Instant;

use crate::challenge::Challenge;
use crate::credentials::Login;
use crate::error::RegistryError;
use crate::fetch::{Ask, Fetch};
use crate::hosts::Options;
use crate::link;

/// Authorizations that are kept; when there are more, all are forgotten.
const KEPT: usize = 1_000;

/// How long a token holds when its service does not say. Source: `token.md`, `expires_in`.
const USUAL: Duration = Duration::from_secs(60);

/// How long a token is kept at most, whatever its service says.
const LONGEST: Duration = Duration::from_secs(3_600);

/// A token is not used in its last seconds: the question must still arrive.
const MARGIN: Duration = Duration::from_secs(5);

type Key = (String, String);

/// Authorizations by host and repository.
pub(crate) struct Tokens {
    options: Arc<Options>,
    kept: Mutex<HashMap<Key, (HeaderValue, Instant)>>,
}

impl Tokens {
    pub(crate) fn new(options: Arc<Options>) -> Self {
        Tokens { options, kept: Mutex::default() }
    }

    /// The authorization that is known for a repository of a host.
    pub(crate) fn known(&self, host: &str, repository: &str) -> Option<HeaderValue> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (header, until) = kept.get(&(host.to_owned(), repository.to_owned()))?;
        (Instant::now() < *until).then(|| header.clone())
    }

    fn keep(&self, host: &str, repository: &str, header: &HeaderValue, life: Duration) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        let until = Instant::now() + life.min(LONGEST).saturating_sub(MARGIN);
        kept.insert((host.to_owned(), repository.to_owned()), (header.clone(), until));
    }

    /// An authorization that one of the challenges asks for; none when nobody here can give it.
    pub(crate) async fn obtain(
        &self,
        fetch: &Fetch,
        asked: &Ask<'_>,
        repository: &str,
        challenges: &[Challenge],
    ) -> Result<Option<HeaderValue>, RegistryError> {
        let host = link::host(&asked.uri);
        let login = self.options.credentials.of(&host, repository);
        for challenge in challenges {
            match challenge {
                Challenge::Bearer { realm, service, scope } => {
                    let usual = format!("repository:{repository}:pull");
                    let scope = scope.as_deref().unwrap_or(&usual);
                    let most = self.options.limits.token;
                    let question = question(asked, realm, service.as_deref(), scope, login, most);
                    let question = question.ok_or_else(|| malformed(&host, "it names no token service"))?;
                    let (header, life) = token(fetch, question).await?;
                    self.keep(&host, repository, &header, life);
                    return Ok(Some(header));
                }
                Challenge::Basic => {
                    if let Some(header) = login.and_then(Login::basic) {
                        self.keep(&host, repository, &header, LONGEST);
                        return Ok(Some(header));
                    }
                }
            }
        }
        Ok(None)
    }
}

const WHAT: &str = "a token";

fn malformed(host: &str, reason: &str) -> RegistryError {
    RegistryError::Malformed { host: host.to_owned(), what: WHAT.to_owned(), reason: reason.to_owned() }
}

/// The question for a token: with a name and a password where they are known, by a refresh token where that is.
fn question(
    asked: &Ask<'_>,
    realm: &str,
    service: Option<&str>,
    scope: &str,
    login: Option<&Login>,
    most: usize,
) -> Option<Ask<'static>> {
    let realm = link::resolve(&asked.uri, realm)?;
    let service = service.map(|service| format!("service={}&", link::encoded(service))).unwrap_or_default();
    let query = format!("{service}scope={}", link::encoded(scope));
    let plain = Ask {
        method: Method::GET,
        uri: realm.clone(),
        what: WHAT,
        accept: "application/json",
        authorization: login.and_then(Login::basic),
        form: None,
        most,
        known: asked.known,
    };
    if let Some(Login::Refresh(token)) = login {
        let form = format!(
            "grant_type=refresh_token&client_id=seawall&refresh_token={}&{query}",
            link::encoded(token)
        );
        return Some(Ask { method: Method::POST, form: Some(form), ..plain });
    }
    let joint = if realm.query().is_some() { '&' } else { '?' };
    let uri = format!("{realm}{joint}{query}").parse().ok()?;
    Some(Ask { uri, ..plain })
}

/// A token, and how long it holds.
async fn token(fetch: &Fetch, question: Ask<'_>) -> Result<(HeaderValue, Duration), RegistryError> {
    let host = link::host(&question.uri);
    let answer = fetch.ask(question).await?;
    match answer.status {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
            let why = "the token service does not know who asks; give credentials for this registry";
            return Err(RegistryError::Unauthorized { host, what: WHAT.to_owned(), why });
        }
        status => return Err(RegistryError::Status { host, what: WHAT.to_owned(), status: status.as_u16() }),
    }
    let json: Value = serde_json::from_slice(&answer.body).map_err(|_| malformed(&host, "it is no JSON"))?;
    let text = ["token", "access_token"].iter().find_map(|key| json.get(key)?.as_str());
    let text = text.filter(|text| !text.is_empty()).ok_or_else(|| malformed(&host, "there is none"))?;
    let header = HeaderValue::from_str(&format!("Bearer {text}"));
    let mut header = header.map_err(|_| malformed(&host, "it cannot stand in a header"))?;
    header.set_sensitive(true);
    let seconds = json.get("expires_in").and_then(Value::as_u64).filter(|seconds| *seconds > 0);
    Ok((header, seconds.map_or(USUAL, Duration::from_secs)))
}
