//! All checks, found by the build.

use crate::Check;

/// A check with its page.
#[derive(Debug)]
pub struct Entry {
    /// The id that follows from the file names.
    pub id: &'static str,
    /// The check.
    pub check: &'static Check,
    /// The page in Markdown.
    pub page: &'static str,
}

mod found {
    use super::Entry;
    include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));
}

/// All checks, by area and id.
pub fn all() -> &'static [Entry] {
    found::ENTRIES
}

/// The check with this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    all().iter().find(|entry| entry.id == id)
}
