//! Certificates: what is served, where it comes from, and when it is made anew.
//!
//! ```text
//! files ─────────────────┐
//! own CA ─ store ─ renew ┴─▶ Certificates ─▶ every new handshake
//!             └─ bundle ───▶ Trust (whoever tells the API server which CA to trust)
//! ```
//!
//! Invariants: a certificate is served only with its own key; private keys enter no log and no message; the bundle holds
//! the issuer of whatever is served, before it is served.

mod der;
mod files;
mod issue;
mod keeper;
mod pem;
mod renew;
mod served;
mod state;
mod store;
mod x509;

pub use files::Files;
pub use issue::{Authority, Pair};
pub use keeper::Keeper;
pub use pem::trusted;
pub use renew::Lifetimes;
pub use served::{Certificates, TlsError};
#[cfg(feature = "write")]
pub use store::Cluster;
pub use store::{
    BundleFile, ByHand, CertificateStore, Directory, Entries, Later, Memory, Revision, Trust, Written,
};
pub use x509::Facts;
