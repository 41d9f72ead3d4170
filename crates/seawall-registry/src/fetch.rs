//! One question and its answer: redirects, sizes, time.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION, USER_AGENT};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use crate::connect::Connector;
use crate::error::{OptionsError, RegistryError};
use crate::hosts::{Barred, Options};
use crate::link;

/// A question.
#[derive(Clone)]
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    /// As messages call what is asked for.
    pub(crate) what: &'a str,
    pub(crate) accept: &'static str,
    pub(crate) authorization: Option<HeaderValue>,
    /// A form that is sent; such a question is not asked elsewhere.
    pub(crate) form: Option<String>,
    /// Bytes of the answer that are read.
    pub(crate) most: usize,
    /// Whether it is asked for a registry that is named.
    pub(crate) known: bool,
}

/// An answer with any status but a redirect.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Whether it is of the origin that was asked, and not of one that a redirect led to.
    pub(crate) own: bool,
    /// Empty unless the status is 200.
    pub(crate) body: Bytes,
}

/// Connections that wait for the next question, for each host.
const IDLE: usize = 4;

/// Asks.
pub(crate) struct Fetch {
    client: Client<Connector, Full<Bytes>>,
    /// The same for registries that are named.
    known: Client<Connector, Full<Bytes>>,
    options: Arc<Options>,
}

impl Fetch {
    pub(crate) fn new(options: Arc<Options>) -> Result<Self, OptionsError> {
        let connector = Connector::new(Arc::clone(&options))?;
        let client = |connector| {
            Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_max_idle_per_host(IDLE)
                .http1_max_buf_size(options.limits.head)
                .build(connector)
        };
        let (known, client) = (client(connector.known()), client(connector));
        Ok(Fetch { client, known, options })
    }

    /// Asks, and follows redirects.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<Answer, RegistryError> {
        let Ask { mut uri, mut authorization, .. } = ask.clone();
        let host = link::host(&uri);
        let redirect = |why: &'static str| RegistryError::Redirect {
            host: host.clone(),
            what: ask.what.to_owned(),
            why,
        };
        for _ in 0..=self.options.limits.redirects {
            if !self.may_ask(&uri) {
                return Err(redirect("to an address that is not asked without TLS"));
            }
            let (status, headers, body) = self.once(&ask, &uri, authorization.as_ref()).await?;
            if !is_redirect(status) {
                let own = link::same_origin(&ask.uri, &uri);
                return Ok(Answer { status, headers, own, body });
            }
            if ask.form.is_some() {
                return Err(redirect("credentials are not sent elsewhere"));
            }
            let location = headers.get(LOCATION).and_then(|location| location.to_str().ok());
            let target = location.and_then(|location| link::resolve(&uri, location));
            let target = target.ok_or_else(|| redirect("to no address"))?;
            if !link::same_origin(&uri, &target) {
                authorization = None;
            }
            uri = target;
        }
        Err(redirect("more often than is followed"))
    }

    fn may_ask(&self, uri: &Uri) -> bool {
        link::is_tls(uri) || self.options.is_plain(&link::host(uri))
    }

    async fn once(
        &self,
        ask: &Ask<'_>,
        uri: &Uri,
        authorization: Option<&HeaderValue>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), RegistryError> {
        let host = || link::host(uri);
        let late = |_| RegistryError::Time { host: host(), what: ask.what.to_owned() };
        let exchange = async {
            let client = if ask.known { &self.known } else { &self.client };
            let answer = client.request(request(ask, uri, authorization)?).await;
            let answer = answer.map_err(|error| broken(host(), &error))?;
            let (parts, body) = answer.into_parts();
            let read = parts.status == StatusCode::OK && ask.method != Method::HEAD;
            let body = if read {
                self.body(ask, uri, Response::from_parts(parts.clone(), body)).await?
            } else {
                Bytes::new()
            };
            Ok((parts.status, parts.headers, body))
        };
        timeout(self.options.limits.exchange, exchange).await.map_err(late)?
    }

    async fn body(
        &self,
        ask: &Ask<'_>,
        uri: &Uri,
        answer: Response<Incoming>,
    ) -> Result<Bytes, RegistryError> {
        let host = link::host(uri);
        let what = ask.what.to_owned();
        let too_large = |host, what| RegistryError::TooLarge { host, what, most: ask.most };
        let announced =
            answer.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: u64| length > ask.most as u64) {
            return Err(too_large(host, what));
        }
        match Limited::new(answer.into_body(), ask.most).collect().await {
            Ok(whole) => Ok(whole.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(too_large(host, what)),
            Err(error) => Err(broken(host, &*error)),
        }
    }
}

fn request(
    ask: &Ask<'_>,
    uri: &Uri,
    authorization: Option<&HeaderValue>,
) -> Result<Request<Full<Bytes>>, RegistryError> {
    let mut request = Request::builder()
        .method(ask.method.clone())
        .uri(uri.clone())
        .header(USER_AGENT, concat!("seawall/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, ask.accept);
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    if ask.form.is_some() {
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let body = Full::new(ask.form.clone().map(Bytes::from).unwrap_or_default());
    let malformed =
        |error: http::Error| RegistryError::Connection { host: link::host(uri), reason: error.to_string() };
    request.body(body).map_err(malformed)
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// What lies at the bottom of an error: the rest says only that a request failed.
fn broken(host: String, error: &(dyn std::error::Error + 'static)) -> RegistryError {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let own = deepest.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match own.and_then(|own| own.downcast_ref::<Barred>()) {
        Some(barred) => RegistryError::Barred { host, reason: barred.to_string() },
        None => RegistryError::Connection { host, reason: deepest.to_string().chars().take(200).collect() },
    }
}
