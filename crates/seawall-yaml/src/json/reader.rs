//! The ways in: one value of a text, or the bytes of a snapshot's line.

use std::borrow::Cow;

use seawall_core::{Position, Problem, ProblemSeverity};

use crate::json::parse::{Duplicate, Fault, FaultKind, Parser, Strings};
use crate::shown;
use crate::text::{Span, Text};
use crate::{Limits, Tree, TreeBuilder};

/// Reads one JSON value that begins in `span`, with spans into the text. Gives its tree and the offset behind it; a
/// stream of values is read by calling again from there. White space and a byte order mark before the value are
/// skipped; `None` without a problem means that nothing else is there.
///
/// ```
/// use seawall_yaml::{Limits, Span, Text, json};
/// let text = Text::new(r#"{"kind": "Pod"} {"kind": "Job"}"#);
/// let mut span = Span { start: 0, end: text.len() };
/// let mut kinds = Vec::new();
/// while let (Some((tree, end)), _) = json::read_json(&text, span, &Limits::default()) {
///     kinds.push(tree.root().entry("kind").and_then(|kind| kind.as_str()).map(str::to_owned));
///     span.start = end;
/// }
/// assert_eq!(kinds, [Some("Pod".to_owned()), Some("Job".to_owned())]);
/// ```
pub fn read_json(text: &Text, span: Span, limits: &Limits) -> (Option<(Tree, u32)>, Vec<Problem>) {
    JsonReader::new().read(text, span, limits)
}

/// Reads bytes that hold one JSON value, without keeping them: strings are copies, nothing has a span. Positions in
/// problems count from the start of the bytes. What follows the value is a problem; the value is given all the same.
pub fn read_json_bytes(bytes: &[u8], limits: &Limits) -> (Option<Tree>, Vec<Problem>) {
    JsonReader::new().read_bytes(bytes, limits)
}

/// A reader that keeps its buffers from one value to the next: for streams of many small ones.
#[derive(Debug, Default)]
pub struct JsonReader {
    builder: TreeBuilder,
    scratch: Vec<u8>,
    open: Vec<bool>,
    withhold: bool,
}

impl JsonReader {
    /// A reader.
    pub fn new() -> Self {
        JsonReader::default()
    }

    /// A reader for Secrets: keys under `data` and `stringData` of an object stay, their values are skipped unread and
    /// become `null`.
    ///
    /// ```
    /// use seawall_yaml::{Limits, json::JsonReader};
    /// let secret = br#"{"kind":"Secret","data":{"password":"aHVudGVyMg=="}}"#;
    /// let (tree, _) = JsonReader::withholding().read_bytes(secret, &Limits::default());
    /// let mut json = String::new();
    /// tree.unwrap().root().write_json(&mut json);
    /// assert_eq!(json, r#"{"kind":"Secret","data":{"password":null}}"#);
    /// ```
    pub fn withholding() -> Self {
        JsonReader { withhold: true, ..JsonReader::default() }
    }

    /// See [`read_json`].
    pub fn read(&mut self, text: &Text, span: Span, limits: &Limits) -> (Option<(Tree, u32)>, Vec<Problem>) {
        let end = (span.end as usize).min(text.as_str().len());
        let visible = text.as_str().get(..end).unwrap_or("");
        self.builder.reset(Some(text.clone()));
        let place = |at: usize| text.position(u32::try_from(at).unwrap_or(u32::MAX));
        let (read, problems) = self.one(visible, span.start as usize, Strings::InText, limits, &place);
        (read.map(|(tree, end)| (tree, u32::try_from(end).unwrap_or(u32::MAX))), problems)
    }

    /// See [`read_json_bytes`].
    pub fn read_bytes(&mut self, bytes: &[u8], limits: &Limits) -> (Option<Tree>, Vec<Problem>) {
        let text = repaired(bytes);
        let place = |at: usize| position(&text, at);
        self.builder.reset(None);
        let (read, mut problems) = self.one(&text, 0, Strings::Copied, limits, &place);
        if let Cow::Owned(text) = &text {
            let at = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
            let message = "invalid UTF-8: Kubernetes reads such bytes as U+FFFD";
            problems.push(Problem::new(ProblemSeverity::Warning, message).at(place(at)));
        }
        let Some((tree, end)) = read else {
            if problems.is_empty() {
                problems.push(Problem::new(ProblemSeverity::Error, "no JSON value"));
            }
            return (None, problems);
        };
        let rest = text.get(end..).unwrap_or("");
        let space = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        if space < rest.len() {
            let message = "text after the end of the JSON value";
            problems.push(Problem::new(ProblemSeverity::Error, message).at(place(end + space)));
        }
        (Some(tree), problems)
    }

    fn one(
        &mut self,
        text: &str,
        start: usize,
        strings: Strings,
        limits: &Limits,
        place: &dyn Fn(usize) -> Position,
    ) -> (Option<(Tree, usize)>, Vec<Problem>) {
        self.open.clear();
        let cut = text.floor_char_boundary(start.saturating_add(limits.document_bytes as usize));
        let mut parser = Parser {
            text: text.get(..cut).unwrap_or(text),
            at: start,
            strings,
            limits,
            builder: &mut self.builder,
            scratch: &mut self.scratch,
            open: &mut self.open,
            muted: None,
            withhold: self.withhold,
            duplicates: Vec::new(),
        };
        parser.skip_space();
        if text.get(parser.at..).is_some_and(|rest| rest.starts_with('\u{feff}')) {
            parser.at += '\u{feff}'.len_utf8();
            parser.skip_space();
        }
        if parser.at >= text.len() {
            return (None, Vec::new());
        }
        let read = parser.value();
        let end = parser.at;
        let mut problems: Vec<_> = parser.duplicates.drain(..).map(|key| duplicate(&key, place)).collect();
        match read {
            Ok(()) => (Some((self.builder.take(), end)), problems),
            Err(Fault { what: FaultKind::Ends, .. }) if cut < text.len() => {
                let message = format!("a JSON value of more than {} bytes", limits.document_bytes);
                problems.push(Problem::new(ProblemSeverity::Error, message).at(place(start)));
                (None, problems)
            }
            Err(fault) => {
                problems.push(error(&fault, text, place));
                (None, problems)
            }
        }
    }
}

fn duplicate(duplicate: &Duplicate, place: &dyn Fn(usize) -> Position) -> Problem {
    let message = format!("{}: the last one counts", shown::duplicate(&duplicate.key));
    Problem::new(ProblemSeverity::Warning, message).at(place(duplicate.at))
}

fn error(fault: &Fault, text: &str, place: &dyn Fn(usize) -> Position) -> Problem {
    let message = match &fault.what {
        FaultKind::Expected(what) => {
            let found = text.get(fault.at..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
            format!("not JSON: expected {what}, found `{}`", found.escape_debug())
        }
        FaultKind::Ends => "not JSON: the text ends inside a value".to_owned(),
        FaultKind::Control => "not JSON: a control character in a string".to_owned(),
        FaultKind::Escape => "not JSON: an escape that does not exist".to_owned(),
        FaultKind::Range(number) => format!("the number `{number}` is out of range"),
        FaultKind::Deep(depth) => format!("nested deeper than {depth} levels"),
        FaultKind::Nodes(nodes) => format!("more than {nodes} values in one document"),
    };
    Problem::new(ProblemSeverity::Error, message).at(place(fault.at))
}

/// The bytes as text; as Go does, every byte that is not UTF-8 becomes a U+FFFD of its own.
fn repaired(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + 64);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Cow::Owned(text)
}

fn position(text: &str, at: usize) -> Position {
    let before = text.get(..text.floor_char_boundary(at)).unwrap_or("");
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    Position {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
    }
}
