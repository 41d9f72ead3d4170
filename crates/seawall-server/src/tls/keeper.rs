//! Keeps self-managed certificates: the store, the bundle and what is served agree after every round.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::clock::Clock;
use crate::shared::Shared;
use crate::tls::renew::{Lifetimes, renew};
use crate::tls::served::{Certificates, TlsError};
use crate::tls::state::State;
use crate::tls::store::{CertificateStore, Trust, Written};

/// How often a lost writing is tried again: each time somebody else has won, and his state is most likely good.
const TRIES: usize = 5;

/// Certificates by an authority of one's own.
pub struct Keeper {
    store: Arc<dyn CertificateStore>,
    trust: Arc<dyn Trust>,
    certificates: Arc<Certificates>,
    clock: Arc<dyn Clock>,
    names: Vec<String>,
    lifetimes: Lifetimes,
    /// The certificate that was served last.
    served: Shared<Vec<u8>>,
}

impl Keeper {
    /// Nothing is done yet.
    pub fn new(
        store: Arc<dyn CertificateStore>,
        trust: Arc<dyn Trust>,
        certificates: Arc<Certificates>,
        clock: Arc<dyn Clock>,
        names: Vec<String>,
        lifetimes: Lifetimes,
    ) -> Self {
        Keeper { store, trust, certificates, clock, names, lifetimes, served: Shared::default() }
    }

    /// One round: reads the store, renews what is due, spreads the bundle, serves. A certificate whose authority nobody was
    /// told of is served only when there is nothing better.
    ///
    /// # Errors
    /// When the store cannot be used or the bundle cannot be spread; what is served stays.
    pub async fn tend(&self) -> Result<(), TlsError> {
        let state = self.agree().await?;
        let spread = self.trust.spread(state.bundle()).await;
        let idle = !self.certificates.is_valid(self.clock.now());
        if (spread.is_ok() || idle) && *self.served.get() != state.leaf.certificate {
            let chain = vec![CertificateDer::from(state.leaf.certificate.clone())];
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(state.leaf.key.clone()));
            self.certificates.serve(chain, key)?;
            self.served.set(Arc::new(state.leaf.certificate));
        }
        spread
    }

    /// The state that all replicas have, renewed by whoever comes first.
    async fn agree(&self) -> Result<State, TlsError> {
        for _ in 0..TRIES {
            let read = self.store.read().await?;
            let (state, revision) = match read {
                // Somebody made the place for it, as a chart does, so that nobody needs the right to make Secrets.
                Some((entries, revision)) if entries.is_empty() => (None, Some(revision)),
                Some((entries, revision)) => (Some(State::from_entries(&entries)?), Some(revision)),
                None => (None, None),
            };
            let renewed = renew(state.as_ref(), &self.names, self.clock.now(), &self.lifetimes)?;
            match (renewed, state) {
                (None, Some(state)) => return Ok(state),
                (Some(new), _) => {
                    if self.store.write(new.to_entries(), revision).await? == Written::Done {
                        return Ok(new);
                    }
                }
                (None, None) => {}
            }
        }
        Err(TlsError::Store("others wrote certificates at the same time, again and again".to_owned()))
    }
}
