//! Patience: how often and how long to wait for a server that is busy.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::answer::{Answer, Failure, Refusal};
use crate::client::Client;

/// Waits; replaced in tests, which must not sleep.
pub type Sleep = Arc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// How to wait for a busy server (429, 500, 502, 503, 504, or no answer at all).
#[derive(Clone)]
pub struct Patience {
    /// Tries of one request, the first included.
    pub tries: u32,
    /// The first pause without a `Retry-After`; each following one is twice as long.
    pub pause: Duration,
    /// The longest pause, whatever `Retry-After` says.
    pub longest: Duration,
    /// All pauses of one request together.
    pub total: Duration,
    /// How to wait.
    pub sleep: Sleep,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            tries: 8,
            pause: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            total: Duration::from_secs(120),
            sleep: Arc::new(|pause| Box::pin(tokio::time::sleep(pause))),
        }
    }
}

impl std::fmt::Debug for Patience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Patience")
            .field("tries", &self.tries)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// What is left of the patience for one request.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    patience: &'a Patience,
    tried: u32,
    waited: Duration,
}

impl<'a> Waiting<'a> {
    pub(crate) fn new(patience: &'a Patience) -> Self {
        Waiting { patience, tried: 1, waited: Duration::ZERO }
    }

    /// Waits before the next try; `false` when there will be none.
    pub(crate) async fn again(&mut self, asked: Option<Duration>) -> bool {
        let grown = self.patience.pause.saturating_mul(1 << (self.tried - 1).min(16));
        let pause = asked.unwrap_or(grown).min(self.patience.longest);
        if self.tried >= self.patience.tries || self.waited + pause > self.patience.total {
            return false;
        }
        self.tried += 1;
        self.waited += pause;
        (self.patience.sleep)(pause).await;
        true
    }
}

/// Why a request failed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    Refused(Refusal),
    Failed(Failure),
}

impl Denied {
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Denied::Refused(refusal) => Some(refusal.status),
            Denied::Failed(_) => None,
        }
    }

    pub(crate) fn message(&self) -> String {
        match self {
            Denied::Refused(refusal) => refusal.message.clone(),
            Denied::Failed(failure) => failure.to_string(),
        }
    }
}

/// Whether a status may be another one soon.
fn passes(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Asks until there is a success, a refusal that stays, or no patience left.
pub(crate) async fn get(
    client: &Client,
    path: &str,
    accept: &str,
    waiting: &mut Waiting<'_>,
) -> Result<Answer, Denied> {
    loop {
        if let Some(settled) = settle(client.get(path, accept).await, waiting).await {
            return settled;
        }
    }
}

/// The same for what is written. A request may arrive twice when its answer is lost: every one names the version that it
/// changes, or says the same each time.
#[cfg(feature = "write")]
pub(crate) async fn send(
    client: &Client,
    method: http::Method,
    path: &str,
    content_type: &str,
    body: &[u8],
    waiting: &mut Waiting<'_>,
) -> Result<Answer, Denied> {
    loop {
        let sent = client.send(method.clone(), path, content_type, body.to_vec()).await;
        if let Some(settled) = settle(sent, waiting).await {
            return settled;
        }
    }
}

/// What comes of one try; `None` after the pause before the next one.
async fn settle(tried: Result<Answer, Failure>, waiting: &mut Waiting<'_>) -> Option<Result<Answer, Denied>> {
    match tried {
        Ok(answer) if (200..300).contains(&answer.status) => Some(Ok(answer)),
        Ok(answer) => {
            let after = answer.retry_after;
            let refusal = answer.refusal().await;
            if passes(refusal.status) && waiting.again(after).await {
                return None;
            }
            Some(Err(Denied::Refused(refusal)))
        }
        Err(failure) => {
            if waiting.again(None).await {
                return None;
            }
            Some(Err(Denied::Failed(failure)))
        }
    }
}
