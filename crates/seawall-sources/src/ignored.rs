//! How much ignore files leave out. Whoever reads a report must be able to see that it is not about everything.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use ignore::DirEntry;

use crate::walk::{NOT_ENTERED, is_manifest};

/// What the walk of a folder passed by because of ignore files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ignored {
    /// Manifests, in folders that were read.
    pub(crate) files: usize,
    /// Folders that were not entered; what is in them was not looked at.
    pub(crate) folders: usize,
}

/// What the walk came to, to be compared with what is there: the walk does not say what it passes by.
#[derive(Debug)]
pub(crate) struct Seen {
    folders: HashSet<PathBuf>,
    manifests: HashSet<PathBuf>,
}

impl Seen {
    /// Nothing but the folder where the walk starts, which may be a link.
    pub(crate) fn new(root: &Path) -> Self {
        Seen { folders: HashSet::from([root.to_owned()]), manifests: HashSet::new() }
    }

    /// Takes an entry that the walk came to.
    pub(crate) fn add(&mut self, entry: &DirEntry) {
        let path = entry.path();
        if entry.file_type().is_some_and(|kind| kind.is_dir()) {
            self.folders.insert(path.to_owned());
        } else if is_manifest(path) {
            self.manifests.insert(path.to_owned());
        }
    }

    /// Lists the folders once more, without ignore files. `refused` are folders that were left for another reason.
    pub(crate) fn ignored(&self, refused: &HashSet<&Path>) -> Ignored {
        let mut ignored = Ignored::default();
        for folder in &self.folders {
            // What cannot be listed was a problem of the walk already.
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let Ok(kind) = entry.file_type() else { continue };
                let path = folder.join(entry.file_name());
                if kind.is_dir() {
                    let never = NOT_ENTERED.iter().any(|name| entry.file_name() == *name);
                    let known = self.folders.contains(&path) || refused.contains(path.as_path());
                    ignored.folders += usize::from(!never && !known);
                } else if is_manifest(&path) {
                    ignored.files += usize::from(!self.manifests.contains(&path));
                }
            }
        }
        ignored
    }
}
