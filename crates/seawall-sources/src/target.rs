//! What a user may ask to read.

use std::path::{Path, PathBuf};

/// One thing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Standard input, written `-`.
    Stdin,
    /// A file, whatever its name.
    File(PathBuf),
    /// All manifests in a folder.
    Folder(PathBuf),
    /// A dump of a cluster: `.jsonl`, `.jsonl.zst`, `.jsonl.gz`.
    Snapshot(PathBuf),
    /// A live cluster, `cluster` or `cluster:CONTEXT`: the context of the kubeconfig, if one was named.
    Cluster(Option<String>),
}

/// A target that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// Nothing is there, or it may not be read.
    #[error("cannot read `{}`: {cause}", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
}

impl Target {
    /// Reads a target as written on the command line; looks at the file system to tell files from folders. `cluster` is a
    /// live cluster unless there is a file of that name.
    ///
    /// # Errors
    /// When there is no such file or folder.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        if text == "-" {
            return Ok(Target::Stdin);
        }
        let path = PathBuf::from(text);
        let metadata = match std::fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(cause) => {
                return cluster(text).map(Target::Cluster).ok_or(TargetError::Unreadable { path, cause });
            }
        };
        Ok(match metadata.is_dir() {
            true => Target::Folder(path),
            false if is_snapshot(&path) => Target::Snapshot(path),
            false => Target::File(path),
        })
    }
}

/// The context that a target names when it is a live cluster.
fn cluster(text: &str) -> Option<Option<String>> {
    match text.split_once(':') {
        None => (text == "cluster").then_some(None),
        Some((word, context)) => {
            (word == "cluster").then(|| Some(context.to_owned()).filter(|context| !context.is_empty()))
        }
    }
}

/// Whether a file name says that it is a snapshot.
pub(crate) fn is_snapshot(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    [".jsonl", ".jsonl.zst", ".jsonl.gz"].iter().any(|end| name.ends_with(end))
}
