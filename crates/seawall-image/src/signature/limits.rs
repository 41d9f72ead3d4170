//! Bounds on what is read.

/// How much of each thing is read before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a bundle, an envelope or a layer of a signature.
    pub bundle: usize,
    /// Bytes of a trusted root.
    pub root: usize,
    /// Certificates in a chain.
    pub chain: usize,
    /// Log entries of a bundle.
    pub entries: usize,
    /// Timestamps of a bundle.
    pub timestamps: usize,
    /// Hashes of an inclusion proof: a tree of 2^64 leaves needs 64.
    pub proof: usize,
    /// Signatures of one image that are looked at.
    pub signatures: usize,
    /// Bytes of a manifest or an index.
    pub manifest: usize,
    /// Manifests of a store that are looked at.
    pub manifests: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bundle: 1 << 20,
            root: 1 << 20,
            chain: 8,
            entries: 32,
            timestamps: 32,
            proof: 64,
            signatures: 64,
            manifest: 4 << 20,
            manifests: 1_000,
        }
    }
}
