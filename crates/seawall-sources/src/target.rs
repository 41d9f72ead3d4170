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
    /// Reading live clusters is not part of this build.
    #[error("`{0}`: this build reads files, folders and snapshots; it cannot read a live cluster")]
    Cluster(String),
}

impl Target {
    /// Reads a target as written on the command line; looks at the file system to tell files from folders.
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
            Err(_) if text == "cluster" || text.starts_with("cluster:") => {
                return Err(TargetError::Cluster(text.to_owned()));
            }
            Err(cause) => return Err(TargetError::Unreadable { path, cause }),
        };
        Ok(match metadata.is_dir() {
            true => Target::Folder(path),
            false if is_snapshot(&path) => Target::Snapshot(path),
            false => Target::File(path),
        })
    }
}

/// Whether a file name says that it is a snapshot.
pub(crate) fn is_snapshot(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    [".jsonl", ".jsonl.zst", ".jsonl.gz"].iter().any(|end| name.ends_with(end))
}
