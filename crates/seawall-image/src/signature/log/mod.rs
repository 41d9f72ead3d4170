//! Transparency logs (Rekor v1 and v2): proof that a signature was made public, and when.

mod body;
mod checkpoint;
mod merkle;
mod promise;

pub(crate) use body::{Logged, Subject, Verifier, read as read_body};
pub(crate) use checkpoint::Checkpoint;
pub use checkpoint::CheckpointError;
pub(crate) use merkle::{leaf_hash, root_of_inclusion};
pub(crate) use promise::signed_bytes;

use super::instant::Instant;

/// An entry of a log, as a bundle carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The place in the whole log, over all its shards.
    pub(crate) index: i64,
    pub(crate) log: Vec<u8>,
    /// Kind and version as declared outside the body.
    pub(crate) kind: Option<(String, String)>,
    /// Not to be believed without a promise.
    pub(crate) integrated: Instant,
    pub(crate) promise: Option<Vec<u8>>,
    pub(crate) proof: Option<Proof>,
    pub(crate) body: Vec<u8>,
}

/// The proof that an entry is in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The place in the tree of its shard.
    pub(crate) index: u64,
    pub(crate) size: u64,
    pub(crate) root: Vec<u8>,
    pub(crate) hashes: Vec<Vec<u8>>,
    pub(crate) checkpoint: Option<String>,
}
