//! The connection. What knows of `kube` is in this file: configuration, TLS, credentials, proxies. Beside it only the bodies of
//! answers (`answer`) are of its type.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use kube::client::{AuthError, Body};
use kube::config::{Config, KubeConfigOptions, Kubeconfig, KubeconfigError};

use crate::ClusterError;
use crate::answer::{Answer, Failure};

/// How long to wait for a connection, for an answer to begin, and for each next part of it.
const CONNECT: Duration = Duration::from_secs(10);

/// How to get to a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// A context of the kubeconfig (the current one without a name); without a name and a kubeconfig the service account of
    /// the pod that this runs in.
    Context(Option<String>),
    /// The current context of this kubeconfig.
    Kubeconfig(PathBuf),
    /// An address that asks for no credentials, for example of `kubectl proxy`.
    Url(String),
}

async fn configured(context: Option<&str>) -> Result<Config, ClusterError> {
    let options = KubeConfigOptions { context: context.map(str::to_owned), ..KubeConfigOptions::default() };
    match Config::from_kubeconfig(&options).await {
        Ok(config) => Ok(config),
        Err(error) if context.is_none() && is_absent(&error) => Config::incluster()
            .map_err(|inside| ClusterError::NoConfig(format!("{}; {}", causes(&error), causes(&inside)))),
        Err(error) => Err(ClusterError::BadConfig(causes(&error))),
    }
}

/// A connection to one API server, with an identity.
#[derive(Clone)]
pub(crate) struct Client {
    inner: kube::Client,
    silence: Duration,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Nothing of the configuration may be printed: it holds credentials.
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// Connects; `silence` is how long the server may say nothing.
    pub(crate) async fn open(access: &Access, silence: Duration) -> Result<Self, ClusterError> {
        let bad = |error: KubeconfigError| ClusterError::BadConfig(causes(&error));
        let config = match access {
            Access::Context(context) => configured(context.as_deref()).await?,
            Access::Kubeconfig(path) => {
                let file = Kubeconfig::read_from(path).map_err(bad)?;
                Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.map_err(bad)?
            }
            Access::Url(url) => {
                Config::new(url.parse().map_err(|error| ClusterError::BadConfig(format!("{error}")))?)
            }
        };
        Self::new(config, silence)
    }

    fn new(mut config: Config, silence: Duration) -> Result<Self, ClusterError> {
        config.connect_timeout = Some(CONNECT.min(silence));
        // Our own patience knows Retry-After and is bounded.
        config.default_retry = false;
        let inner = kube::Client::try_from(config).map_err(|error| ClusterError::Setup(causes(&error)))?;
        Ok(Client { inner, silence })
    }

    /// Asks for a path; gives the answer as soon as it begins, whatever its status.
    pub(crate) async fn get(&self, path: &str, accept: &str) -> Result<Answer, Failure> {
        let request = http::Request::get(path).header(http::header::ACCEPT, accept).body(Body::empty());
        self.ask(request).await
    }

    /// Sends a body; gives the answer as soon as it begins, whatever its status.
    #[cfg(feature = "write")]
    pub(crate) async fn send(
        &self,
        method: http::Method,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<Answer, Failure> {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(http::header::ACCEPT, "application/json")
            .header(http::header::CONTENT_TYPE, content_type)
            .body(Body::from(body));
        self.ask(request).await
    }

    async fn ask(&self, request: http::Result<http::Request<Body>>) -> Result<Answer, Failure> {
        let request = request.map_err(|error| Failure::Broken(error.to_string()))?;
        let sent = tokio::time::timeout(self.silence, self.inner.send(request)).await;
        let response = match sent {
            Err(_) => return Err(Failure::Silent(self.silence)),
            Ok(Err(error)) => return Err(Failure::Broken(causes(&error))),
            Ok(Ok(response)) => response,
        };
        let header = |name: http::HeaderName| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        Ok(Answer {
            status: response.status().as_u16(),
            retry_after: header(http::header::RETRY_AFTER)
                .and_then(|text| text.trim().parse().ok())
                .map(Duration::from_secs),
            date: header(http::header::DATE),
            body: response.into_body(),
            silence: self.silence,
        })
    }
}

/// Whether there is no kubeconfig at all, as opposed to one that is broken.
fn is_absent(error: &KubeconfigError) -> bool {
    match error {
        KubeconfigError::FindPath | KubeconfigError::CurrentContextNotSet => true,
        KubeconfigError::ReadConfig(cause, _) => cause.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

/// An error with its causes, without what could hold a credential: the output of a credential plugin, a line of the
/// kubeconfig, the user in the address of a proxy.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(text) = guarded(error) {
            parts.push(text);
            break;
        }
        let text = error.to_string();
        next = error.source();
        // Most layers repeat their cause; the innermost says it without the names of the layers.
        if next.is_none_or(|cause| !text.contains(&cause.to_string())) && !parts.contains(&text) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

fn guarded(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(kube::Error::ProxyProtocolUnsupported { .. } | kube::Error::ProxyProtocolDisabled { .. }) =
        error.downcast_ref()
    {
        return Some("the proxy is not one for HTTP".to_owned());
    }
    if let Some(KubeconfigError::Parse(_)) = error.downcast_ref() {
        return Some("it is not YAML of the right shape".to_owned());
    }
    match error.downcast_ref::<AuthError>()? {
        AuthError::AuthExecRun { out, .. } => Some(format!("the credential plugin failed: {}", out.status)),
        AuthError::AuthExecParse(_) | AuthError::ParseTokenKey(_) => {
            Some("the credential plugin gave no credential that can be read".to_owned())
        }
        _ => None,
    }
}
