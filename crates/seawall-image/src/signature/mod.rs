//! Signatures of images: Sigstore bundles and cosign signatures, verified offline against a given trusted root.
//!
//! ```text
//! bundle ─ read ─┬─ who signed (certificate, key) ─┐
//!                ├─ what was signed (bytes, DSSE)  ├─ verify ─ Verified | Refusal
//!                └─ evidence (log entries, times) ─┘     ▲
//! trusted root ─ read ───────────────────────────────────┘
//! ```
//!
//! What is proven, in this order: a time from the log's promise or from a timestamp authority, the path from the
//! certificate to an authority valid at every such time, its embedded signed certificate timestamp, the log entry
//! (inclusion proof, checkpoint, promise), that the entry speaks of this signature, key and digest, the signature, and the
//! identity.
//!
//! Invariants, above all what is absent:
//! - no network and no clock: the trusted root is an argument, and time comes from signed evidence only;
//! - the declared type of a bundle adds demands and never removes one;
//! - a property that is refused has a [`Refusal`] of its own;
//! - DER is read by an own strict reader ([`der`]): signatures cover bytes, so the bytes as they were must be at hand, and
//!   crates that decode into structures and encode again would add a dozen crates to the lock file.

mod bundle;
mod certificate;
mod cosign;
mod der;
pub(crate) mod encoding;
mod envelope;
mod gap;
mod identity;
mod instant;
mod key;
mod layout;
mod limits;
mod log;
mod pem;
pub mod policy;
mod refusal;
mod root;
mod source;
mod statement;
pub mod stored;
mod timestamp;
mod verify;

pub use bundle::Bundle;
pub use certificate::{Certificate, CertificateError, GeneralName, NoPath};
pub use cosign::{Annotations, Payload, verify_attestation, verify_simple};
pub use der::DerError;
pub use gap::{Cause, Gap};
pub use identity::{Identity, Matcher, Pattern, PatternError};
pub use instant::{Instant, Window};
pub use key::{KeyError, PublicKey};
pub use layout::Layout;
pub use limits::Limits;
pub use log::CheckpointError;
pub use refusal::Refusal;
pub use root::{EntryFault, RootError, TrustedRoot};
pub use source::{Found, SignatureSource, Signed, SourceError};
pub use statement::{Statement, Subject};
pub use timestamp::TimestampError;
pub use verify::{Artifact, LogEvidence, Requirements, Signer, Verified, verify};
