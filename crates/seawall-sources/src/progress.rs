//! How far loading is, for whoever watches.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts that grow while [`load_with`](crate::load_with) runs. They may be read from any thread; only the
/// [`Counts`](crate::Counts) of the result are exact.
#[derive(Debug, Default)]
pub struct Progress {
    files: AtomicUsize,
    objects: AtomicUsize,
}

impl Progress {
    /// Files read.
    pub fn files(&self) -> usize {
        self.files.load(Ordering::Relaxed)
    }

    /// Objects of snapshots read; those of files come with their files.
    pub fn objects(&self) -> usize {
        self.objects.load(Ordering::Relaxed)
    }

    pub(crate) fn file(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_objects(&self, number: usize) {
        self.objects.fetch_add(number, Ordering::Relaxed);
    }
}
