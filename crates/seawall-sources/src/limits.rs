//! Budgets of loading.

use seawall_yaml::Limits;

/// What reading may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLimits {
    /// Bytes of one file that is kept as text; larger ones are left out with a problem.
    pub file_bytes: u64,
    /// Bytes of all files of a run that are kept as text.
    pub total_bytes: u64,
    /// Bytes of a snapshot after decompression.
    pub snapshot_bytes: u64,
    /// What one document may cost.
    pub document: Limits,
}

impl Default for SourceLimits {
    fn default() -> Self {
        SourceLimits {
            // The largest real manifest bundles (operators with all their CRDs) stay below 20 MB.
            file_bytes: 128 << 20,
            total_bytes: 2 << 30,
            // 100,000 pods are about 1 GB of JSON.
            snapshot_bytes: 16 << 30,
            document: Limits::default(),
        }
    }
}
