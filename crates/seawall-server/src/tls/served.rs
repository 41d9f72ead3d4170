//! The certificate that handshakes use.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::metrics::Metrics;
use crate::shared::Shared;
use crate::tls::x509::Facts;

/// What can be wrong with certificates. Nothing in it repeats a key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file or a store holds no certificate that can be read.
    #[error("no certificate that can be read")]
    NoCertificate,
    /// A key that cannot be read.
    #[error("no private key that can be read")]
    BadKey,
    /// What everybody may read holds a private key.
    #[error("it holds a private key, which everybody would be given: the file to trust is `ca.crt`")]
    KeyInBundle,
    /// The key is of another certificate.
    #[error("the private key is not that of the certificate")]
    Mismatch,
    /// The machine gives no random numbers.
    #[error("no random numbers to be had")]
    NoRandomness,
    /// TLS itself could not be set up.
    #[error("TLS cannot be set up: {0}")]
    Setup(rustls::Error),
    /// A file or a store could not be read or written.
    #[error("{0}")]
    Store(String),
}

/// What is served now.
#[derive(Debug, Default)]
struct Served {
    key: Option<Arc<CertifiedKey>>,
    /// The first certificate, as it was given.
    facts: Option<Facts>,
}

/// The certificate of the server; another one may come at any time, and holds for new handshakes.
pub struct Certificates {
    served: Arc<Current>,
    config: Arc<ServerConfig>,
    provider: Arc<CryptoProvider>,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Default)]
struct Current(Shared<Served>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.get().key.clone()
    }
}

impl Certificates {
    /// None yet: handshakes fail.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(metrics: Arc<Metrics>) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let served = Arc::new(Current::default());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Setup)?
            .with_no_client_auth();
        let mut config = config.with_cert_resolver(Arc::clone(&served) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Certificates { served, config: Arc::new(config), provider, metrics })
    }

    /// Serves another certificate from the next handshake on.
    ///
    /// # Errors
    /// When the chain or the key cannot be read or they do not belong together; then nothing changes.
    pub fn serve(
        &self,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Facts, TlsError> {
        let facts = chain.first().and_then(|first| Facts::read(first)).ok_or(TlsError::NoCertificate)?;
        let certified = CertifiedKey::from_der(chain, key, &self.provider).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TlsError::Mismatch,
            rustls::Error::InvalidCertificate(_) => TlsError::NoCertificate,
            _ => TlsError::BadKey,
        })?;
        self.metrics.certificate_expires.store(facts.not_after, Ordering::Relaxed);
        self.served.0.set(Arc::new(Served { key: Some(Arc::new(certified)), facts: Some(facts.clone()) }));
        Ok(facts)
    }

    /// Whether there is one and it holds at this time.
    pub fn is_valid(&self, now: u64) -> bool {
        self.served.0.get().facts.as_ref().is_some_and(|facts| facts.holds(now))
    }

    pub(crate) fn server_config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}
