//! Where self-managed certificates are kept, so that replicas and restarts agree on them.

mod directory;
mod memory;
#[cfg(feature = "write")]
mod secret;

use std::future::Future;
use std::pin::Pin;

use crate::tls::served::TlsError;
pub use crate::tls::state::Entries;
pub use directory::{BundleFile, Directory};
pub use memory::Memory;
#[cfg(feature = "write")]
pub use secret::Cluster;

/// Something that is done later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Which writing of a store something is; equal ones mean that nobody wrote in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision(pub String);

/// What became of a writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is there.
    Done,
    /// Somebody else wrote first: what he wrote counts.
    Lost,
}

/// A store of one set of entries.
pub trait CertificateStore: Send + Sync {
    /// What is in it.
    fn read(&self) -> Later<'_, Result<Option<(Entries, Revision)>, TlsError>>;

    /// Writes, if nobody wrote since `expected` was read; `None` expects an empty store.
    fn write(&self, entries: Entries, expected: Option<Revision>) -> Later<'_, Result<Written, TlsError>>;
}

/// Whoever tells the API server which authorities to trust.
pub trait Trust: Send + Sync {
    /// Makes the bundle (PEM) known; called again and again, also when nothing changed, for others may have undone it.
    fn spread(&self, bundle: String) -> Later<'_, Result<(), TlsError>>;
}

/// Nobody is told: whoever runs the server brings the bundle where it is needed.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByHand;

impl Trust for ByHand {
    fn spread(&self, _: String) -> Later<'_, Result<(), TlsError>> {
        Box::pin(async { Ok(()) })
    }
}
