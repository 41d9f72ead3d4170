//! A store in a Secret of the cluster, and trust in the webhook configurations. **Writes to a cluster**: compiled in by the
//! feature `write` alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use seawall_cluster::{Hook, WriteError, Writer};

use super::{CertificateStore, Entries, Later, Revision, Trust, Written};
use crate::tls::served::TlsError;

/// The configurations that `Manifests` makes.
const CONFIGURATIONS: [(Hook, &str); 2] =
    [(Hook::Validating, "seawall-validate"), (Hook::Mutating, "seawall-mutate")];

/// A Secret, and the service whose webhooks are told of its bundle.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The connection.
    pub writer: Arc<Writer>,
    /// The namespace of the Secret and of the service.
    pub namespace: String,
    /// The Secret.
    pub secret: String,
    /// The service that the API server calls.
    pub service: String,
}

fn failed(error: &WriteError) -> TlsError {
    TlsError::Store(error.to_string())
}

impl CertificateStore for Cluster {
    fn read(&self) -> Later<'_, Result<Option<(Entries, Revision)>, TlsError>> {
        Box::pin(async {
            let stored =
                self.writer.secret(&self.namespace, &self.secret).await.map_err(|error| failed(&error))?;
            let Some(stored) = stored else { return Ok(None) };
            let text = |(key, value): (String, Vec<u8>)| Some((key, String::from_utf8(value).ok()?));
            Ok(Some((stored.data.into_iter().filter_map(text).collect(), Revision(stored.version))))
        })
    }

    fn write(&self, entries: Entries, expected: Option<Revision>) -> Later<'_, Result<Written, TlsError>> {
        Box::pin(async move {
            let data: BTreeMap<String, Vec<u8>> =
                entries.into_iter().map(|(key, text)| (key, text.into_bytes())).collect();
            let version = expected.as_ref().map(|revision| revision.0.as_str());
            match self.writer.put_secret(&self.namespace, &self.secret, &data, version).await {
                Ok(_) => Ok(Written::Done),
                Err(WriteError::Conflict(_)) => Ok(Written::Lost),
                Err(error) => Err(failed(&error)),
            }
        })
    }
}

impl Trust for Cluster {
    fn spread(&self, bundle: String) -> Later<'_, Result<(), TlsError>> {
        Box::pin(async move {
            for (hook, configuration) in CONFIGURATIONS {
                let service = (self.namespace.as_str(), self.service.as_str());
                // A configuration that is not there asks nobody: there is nobody to tell.
                self.writer
                    .trust(hook, configuration, service, bundle.as_bytes())
                    .await
                    .map_err(|error| failed(&error))?;
            }
            Ok(())
        })
    }
}
