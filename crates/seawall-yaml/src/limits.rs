//! Budgets of the readers.

/// What one document may cost; more is a problem of severity error and the document is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nesting of maps and lists. kubectl's own limit on JSON is 10,000; no real object passes 100.
    pub depth: u32,
    /// Nodes in a document, after aliases and merges are expanded.
    pub nodes: u32,
    /// Bytes of one document.
    pub document_bytes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 512, nodes: 4_000_000, document_bytes: 64 << 20 }
    }
}
