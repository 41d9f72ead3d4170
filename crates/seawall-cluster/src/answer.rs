//! One answer of the API server: its head, and its body part by part.

use std::time::Duration;

use http_body_util::BodyExt as _;
use kube::client::Body;
use seawall_yaml::Limits;
use seawall_yaml::json::read_json_bytes;

/// Bytes of an answer that is read as a whole: discovery of a cluster with a thousand custom resources stays below 10 MB.
const MOST_WHOLE: usize = 64 << 20;
/// Bytes of an answer that says why not.
const MOST_REFUSAL: usize = 64 << 10;
/// Characters of a refusal that are repeated.
const MOST_SHOWN: usize = 300;

/// Why there is no answer, or no more of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("no answer for {} s", .0.as_secs_f32())]
    Silent(Duration),
    #[error("{0}")]
    Broken(String),
    #[error("the answer is larger than {0} bytes")]
    Large(usize),
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// The server's clock, as it says it.
    pub(crate) date: Option<String>,
    pub(crate) body: Body,
    pub(crate) silence: Duration,
}

impl Answer {
    /// Hands over the next bytes; `false` at the end.
    pub(crate) async fn next<T>(&mut self, take: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, Failure> {
        loop {
            let frame = tokio::time::timeout(self.silence, self.body.frame()).await;
            match frame.map_err(|_| Failure::Silent(self.silence))? {
                None => return Ok(None),
                Some(Err(error)) => return Err(Failure::Broken(format!("the answer broke off: {error}"))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(take(&data)));
                    }
                }
            }
        }
    }

    /// The whole body.
    pub(crate) async fn whole(self) -> Result<Vec<u8>, Failure> {
        self.bytes(MOST_WHOLE).await
    }

    pub(crate) async fn bytes(mut self, most: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while self.next(|part| bytes.extend_from_slice(part)).await?.is_some() {
            if bytes.len() > most {
                return Err(Failure::Large(most));
            }
        }
        Ok(bytes)
    }

    /// What the server says against it: the message of its `Status`, else only the number.
    pub(crate) async fn refusal(self) -> Refusal {
        let status = self.status;
        let Ok(bytes) = self.bytes(MOST_REFUSAL).await else { return Refusal::of(status, "", "") };
        let (tree, _) = read_json_bytes(&bytes, &Limits { depth: 32, nodes: 10_000, ..Limits::default() });
        let root =
            tree.as_ref().map(seawall_yaml::Tree::root).filter(|root| root.str("kind") == Some("Status"));
        let text = |key| root.and_then(|root| root.str(key)).unwrap_or("");
        Refusal::of(status, text("reason"), text("message"))
    }
}

/// A status that is no success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
}

impl Refusal {
    fn of(status: u16, reason: &str, message: &str) -> Self {
        let said = if message.is_empty() { reason } else { message };
        let said: String = said.chars().take(MOST_SHOWN).collect();
        let message =
            if said.is_empty() { format!("status {status}") } else { format!("status {status}: {said}") };
        Refusal { status, message }
    }
}
