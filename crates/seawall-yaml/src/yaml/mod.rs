//! The YAML reader.
//!
//! ```text
//! bytes ─ Scanner ─ tokens ─ Parser ─ values ─ Composer ─ TreeBuilder
//! ```
//!
//! It accepts and refuses what `sigs.k8s.io/yaml` does in the version that kubectl carries (a fork of go-yaml v2, whose
//! scanner and parser follow libyaml), and gives every value the same meaning; kubectl itself is the judge in
//! the tests. Invariants: no recursion anywhere; one pass, every byte looked at a bounded number of times; what is decoded
//! lives in one scratch buffer until the tree takes it.

mod base64;
mod block;
mod chars;
mod compose;
mod number;
mod parse;
mod plain;
mod quoted;
mod resolve;
mod scan;
mod tag;
mod timestamp;
mod token;

use crate::Limits;
use crate::text::{Span, Text};
use crate::tree::Tree;
use compose::Composer;
pub(crate) use compose::Notes;
use parse::{End, Parser};
use scan::Scanner;
pub(crate) use token::Fail;
use token::TokenKind;

/// What a document came to.
pub(crate) struct Read {
    /// `None` when it says nothing, or `null`.
    pub(crate) tree: Option<Tree>,
    /// What is worth a warning.
    pub(crate) notes: Notes,
    /// Where Kubernetes stops reading although text follows.
    pub(crate) unread: Option<u32>,
}

/// Reads the document that stands at `span`.
pub(crate) fn read(text: &Text, span: Span, limits: &Limits) -> Result<Read, Box<Fail>> {
    match read_once(text, span, limits, false) {
        Err(fail) if fail.keep_everything => read_once(text, span, limits, true),
        result => result,
    }
}

fn read_once(text: &Text, span: Span, limits: &Limits, keep_everything: bool) -> Result<Read, Box<Fail>> {
    let scan = Scanner::new(text.as_str(), span.start as usize, span.end as usize);
    let forbidden = scan.survey.forbidden;
    let composer = Composer::new(text, limits, span.start, keep_everything);
    let mut parser = Parser::new(scan, composer);
    let end = parser.document();
    if let Some(at) = forbidden
        && (end.is_err() || is_loaded(text.as_str(), span, parser.scan.pos, at))
    {
        let found = text.as_str().get(at..).and_then(|rest| rest.chars().next()).map_or(0, u32::from);
        return token::fail(at, format!("a control character (U+{found:04X}) is not allowed in YAML"));
    }
    let unread = match end? {
        End::Nothing | End::Text => None,
        End::Marker(marker) => after_marker(text.as_str(), span, marker),
        End::Early(at) => Some(at as u32),
    };
    let mut composer = parser.compose;
    let notes = std::mem::take(&mut composer.notes);
    Ok(Read { tree: composer.finish()?, notes, unread })
}

/// The comments of the document at `span`, up to the first place that is not YAML.
pub(crate) fn comments(text: &Text, span: Span) -> Vec<Span> {
    let mut scan = Scanner::new(text.as_str(), span.start as usize, span.end as usize);
    scan.comments = Some(Vec::new());
    while scan.peek().is_ok_and(|token| token.kind != TokenKind::StreamEnd) {
        scan.skip();
        scan.forget_texts();
    }
    scan.comments.unwrap_or_default()
}

/// Whether Go's reader has looked at the character at `at` when its scanner has come to `pos` and stops: it loads 512
/// bytes at a time, less a character cut in two, and looks one character ahead.
fn is_loaded(text: &str, span: Span, pos: usize, at: usize) -> bool {
    const LOAD: usize = 512;
    let mut loaded = span.start as usize;
    while loaded < (pos + 1).min(span.end as usize) {
        loaded = text.floor_char_boundary(loaded + LOAD);
    }
    at < loaded
}

/// The first byte behind `...` that is neither blank nor in a comment.
fn after_marker(text: &str, span: Span, marker: usize) -> Option<u32> {
    let mut at = marker + 3;
    for line in text.get(at..span.end as usize)?.split_inclusive(['\n', '\r']) {
        let content = line.trim_start();
        if !content.is_empty() && !content.starts_with('#') {
            return u32::try_from(at + line.len() - content.len()).ok();
        }
        at += line.len();
    }
    None
}
