//! Paths and plain answers.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use super::Server;
use crate::judge::Hook;

/// What is sent.
pub(super) type Sent = Response<Full<Bytes>>;

impl Server {
    /// Answers one request.
    pub(super) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Sent {
        let hook = match request.uri().path() {
            "/validate" => Hook::Validate,
            "/mutate" => Hook::Mutate,
            path => {
                let reads = matches!(*request.method(), Method::GET | Method::HEAD);
                return match path {
                    "/healthz" | "/readyz" | "/metrics" if !reads => {
                        plain(StatusCode::METHOD_NOT_ALLOWED, "only GET")
                    }
                    "/healthz" => plain(StatusCode::OK, "ok"),
                    "/readyz" => self.ready(),
                    "/metrics" => plain(
                        StatusCode::OK,
                        &self.desk.metrics().text(self.unready().is_empty(), self.desk.events_dropped()),
                    ),
                    _ => plain(
                        StatusCode::NOT_FOUND,
                        "there is /validate, /mutate, /healthz, /readyz and /metrics",
                    ),
                };
            }
        };
        if request.method() != Method::POST {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "reviews are posted");
        }
        self.review(hook, request).await
    }

    fn ready(&self) -> Sent {
        let reasons = self.unready();
        if reasons.is_empty() {
            plain(StatusCode::OK, "ready")
        } else {
            plain(StatusCode::SERVICE_UNAVAILABLE, &reasons.join("\n"))
        }
    }
}

/// A text with a line break behind it.
pub(super) fn plain(status: StatusCode, text: &str) -> Sent {
    with_type(status, format!("{}\n", text.trim_end()), "text/plain; charset=utf-8")
}

/// The same, after which the connection ends: what is left of the request is not read.
pub(super) fn last(status: StatusCode, text: &str) -> Sent {
    let mut answer = plain(status, text);
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// JSON.
pub(super) fn json(text: String) -> Sent {
    with_type(StatusCode::OK, text, "application/json")
}

fn with_type(status: StatusCode, text: String, kind: &'static str) -> Sent {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
