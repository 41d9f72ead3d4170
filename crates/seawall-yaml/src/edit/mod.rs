//! Byte-preserving edits: from [`Edit`]s on routes to [`TextEdit`]s on the text of a document.
//!
//! ```text
//! Edit ─ steps ─┬─ plan on spans ─ bytes ─ read again ─┐ (one step after the other)
//!               │                                      │
//!               └─ model of the values ── equal? ──────┴─ EditedText
//! ```
//!
//! What is kept: every byte that an edit is not about, so comments, quotes, anchors, line ends, indentation, the
//! order of keys, other documents of the file, and whether the file ends with a line end.
//!
//! How it is written:
//! - a new key goes behind the last key of its map, at the indentation of its siblings; a missing parent is made;
//! - `{}`, `[]` and a key without value become block style in block style, and stay flow style in flow style and JSON;
//! - a list under a new key has its dashes where lists of the same sort (of scalars, of maps) have them in the
//!   document, one step in when there is none;
//! - a string keeps the quotes of the one it replaces, and gets some when Kubernetes would read the plain form as
//!   something else;
//! - a key or item goes with the comment on its last line and the comment lines right above it, at its indentation; the
//!   first key of a document leaves those above it alone (they are the file's);
//! - taking the last entry away leaves `{}` or `[]`.
//!
//! Invariants:
//! - routes name places of the tree as it is, also when several edits are given: indices do not shift;
//! - [`apply`] gives nothing that it has not proven: the new text is read again and must mean what the edits, carried
//!   out on a model of the values, mean. Otherwise it is [`EditError::Unproven`];
//! - what other places share (an anchor with aliases, a merge key) is never changed.

mod block;
mod error;
mod flow;
mod ground;
mod pieces;
mod proof;
pub(crate) mod quote;
mod remove;
mod render;
mod replace;
mod slot;
mod steps;
mod style;
mod value;

use seawall_core::Edit;

pub use error::EditError;
use ground::Ground;
use pieces::Pieces;
use style::DocumentStyle;
use value::Value;

use crate::{Span, Tree};

/// One change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced: bytes of the original text; empty where something is only put in.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

/// A text after edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedText {
    /// The changes, by position; they neither overlap nor touch. Empty when the text says already what was wanted.
    pub edits: Vec<TextEdit>,
    /// The whole new text (all documents of the file).
    pub text: String,
}

/// Carries out edits on the document of a tree.
///
/// ```
/// use seawall_core::Edit;
/// use seawall_yaml::{Limits, Text, edit, read};
/// let text = Text::new("spec:\n  hostPID: true # why?\n  containers: []\n");
/// let (documents, _) = read(&text, &Limits::default());
/// let route = "spec.hostPID".parse().unwrap();
/// let edited = edit::apply(&documents[0].tree, &[Edit::Set { route, value: false.into() }]).unwrap();
/// assert_eq!(edited.text, "spec:\n  hostPID: false # why?\n  containers: []\n");
/// ```
pub fn apply(tree: &Tree, edits: &[Edit]) -> Result<EditedText, EditError> {
    let original = tree.text().ok_or(EditError::NoText)?.as_str();
    let mut wanted = Value::of(tree.root()).ok_or(EditError::Unproven)?;
    proof::carry_out(&mut wanted, edits)?;

    let extent = ground::extent(tree, original);
    let style = DocumentStyle::of(tree, original, extent);
    let mut pieces = Pieces::new(original, extent.lo, extent.hi);
    let mut current: Option<(String, Tree)> = None;
    for step in steps::expand(tree, edits)? {
        let changes = match &current {
            None => steps::plan(&Ground::new(original, tree, extent, &style), &step)?,
            Some((text, tree)) => steps::plan(&Ground::new(text, tree, extent.local(text), &style), &step)?,
        };
        let lo = if current.is_some() { 0 } else { extent.lo };
        if !changes.is_empty() {
            pieces.splice(&changes, lo).ok_or(EditError::Unproven)?;
            let text = pieces.text();
            let tree = proof::read_again(&text, extent.json).ok_or(EditError::Unproven)?;
            current = Some((text, tree));
        }
    }
    let result = current.as_ref().map_or(tree, |(_, tree)| tree);
    if !wanted.means(result.root()) {
        return Err(EditError::Unproven);
    }
    let edits = pieces.edits();
    let text = splice(original, &edits).ok_or(EditError::Unproven)?;
    Ok(EditedText { edits, text })
}

/// The text with changes made that do not overlap, in any order: those of several documents of one file, for
/// example. `None` when two overlap or one does not fit the text.
pub fn splice(text: &str, edits: &[TextEdit]) -> Option<String> {
    let mut ordered: Vec<&TextEdit> = edits.iter().collect();
    ordered.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len() + 256);
    let mut from = 0;
    for edit in ordered {
        out.push_str(text.get(from..edit.span.start as usize)?);
        out.push_str(&edit.replacement);
        from = edit.span.end as usize;
    }
    out.push_str(text.get(from..)?);
    Some(out)
}
