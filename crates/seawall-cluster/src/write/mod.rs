//! The only code that writes to a cluster, compiled in by the feature `write`: what the admission webhook needs of its own.
//!
//! Invariants, above all what is absent:
//! - one Secret that the caller names is read whole and written; no other object's values are ever read;
//! - of webhook configurations only the trusted certificates are set, by server-side apply under an own field manager, so
//!   that neither Helm nor a GitOps controller takes them back, and only where a webhook calls the service that the caller
//!   names;
//! - nothing is deleted, nothing is retried behind the caller's back but what a busy server asks for.

mod secret;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use seawall_yaml::json::read_json_bytes;
use seawall_yaml::{Limits, Tree};

use crate::client::Client;
use crate::kinds::is_path_word;
use crate::retry::{Denied, Patience, Waiting, send};
use crate::{Access, ClusterError};

pub use secret::Stored;
pub use trust::Hook;

/// How long the server may say nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// Why something could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Somebody else was faster: read again.
    #[error("somebody else has changed it: {0}")]
    Conflict(String),
    /// The server says no.
    #[error("the API server refuses: {0}")]
    Refused(String),
    /// It is not what it should be.
    #[error("the API server's answer cannot be used: {0}")]
    Answer(String),
    /// A name that no object can have.
    #[error("`{0}` cannot be a name")]
    Name(String),
}

/// A connection for what is written.
#[derive(Clone, Debug)]
pub struct Writer {
    client: Client,
    patience: Arc<Patience>,
}

impl Writer {
    /// Connects. Nothing is asked yet.
    ///
    /// # Errors
    /// When there is no configuration of a cluster, or it cannot be used.
    pub async fn open(access: &Access, patience: Patience) -> Result<Self, ClusterError> {
        Ok(Writer { client: Client::open(access, SILENCE).await?, patience: Arc::new(patience) })
    }

    /// Sends a body and reads the object that comes back; `None` for 404.
    async fn exchange(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<Option<Tree>, WriteError> {
        let mut waiting = Waiting::new(&self.patience);
        let answer = match send(&self.client, method, path, content_type, &body, &mut waiting).await {
            Ok(answer) => answer,
            Err(denied) => {
                return match denied.status() {
                    Some(404) => Ok(None),
                    Some(409) => Err(WriteError::Conflict(denied.message())),
                    _ => Err(WriteError::Refused(Denied::message(&denied))),
                };
            }
        };
        let bytes = answer.whole().await.map_err(|failure| WriteError::Answer(failure.to_string()))?;
        match read_json_bytes(&bytes, &Limits::default()) {
            (Some(tree), _) => Ok(Some(tree)),
            (None, _) => Err(WriteError::Answer("it is not JSON".to_owned())),
        }
    }
}

/// A name that can stand in a path.
fn word(name: &str) -> Result<&str, WriteError> {
    if is_path_word(name) { Ok(name) } else { Err(WriteError::Name(name.to_owned())) }
}
