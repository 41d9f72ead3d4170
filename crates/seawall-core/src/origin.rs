//! Where something came from.

use std::sync::Arc;

/// A place in a text: both numbers from 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// What kind of place a resource came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OriginKind {
    /// A file, or standard input (named `<stdin>`).
    File,
    /// What a program made of a chart or kustomization. The file is the template, or the file of the kustomization, that
    /// the object comes from; it does not hold the object as it is, so no edit of the object may be written to it.
    Rendered,
    /// A dump of a cluster.
    Snapshot,
    /// A live cluster; the file name is the target as given, for example `cluster:prod`.
    Cluster,
}

/// Where a resource came from. The text itself, when there is one, hangs on the resource's tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// File name as given or found, with `/` between its parts.
    pub file: Arc<str>,
    /// Which document of the file, from 0.
    pub document: u32,
    /// The line on which the document begins, from 1.
    pub line: u32,
    /// The kind of place.
    pub kind: OriginKind,
}
