//! Paths as a page: a list to filter, and each path as a drawing whose steps open what they rest on.
//!
//! ```text
//! Group ─┬─ chain (levels) ─ svg ─┐
//!        ├─ steps in words ───────┼─ page
//!        └─ overview ─────────────┘
//! ```
//!
//! Invariants, above all what is absent: the page refers to nothing outside itself and its policy lets it load nothing; no
//! text from outside reaches it raw; equal input gives equal bytes; it can be read without its script, with a keyboard, on
//! a phone, in the dark; no colour says what words do not say. It is bounded: the first [`MAX_PATHS`] are drawn, the rest
//! is counted.

mod chain;
mod overview;
mod page;
mod steps;

use crate::objects::At;
use crate::path::{Evidence, Group};

pub use page::html;

/// The most paths that are drawn.
pub const MAX_PATHS: usize = 200;

/// What finds the place of evidence in a text.
pub type Places<'p> = &'p dyn Fn(&Evidence) -> Option<At>;

/// The number of starts of a group in words.
fn alike(group: &Group) -> Option<String> {
    match group.starts.len() {
        0 | 1 => None,
        2 => Some("and 1 like it".to_owned()),
        count => Some(format!("and {} like it", count - 1)),
    }
}
