//! From a text to documents.

use seawall_core::{Problem, ProblemSeverity};

use crate::json::{JsonReader, read_json};
use crate::split::{refused_separator, split_from};
use crate::template::{self, template_marker};
use crate::text::{Span, Text};
use crate::tree::{Kind, Style, Tree};
use crate::{Limits, yaml};

/// One document of a text.
#[derive(Clone, Debug)]
pub struct Document {
    /// Which one, from 0, counting those that are empty or could not be read.
    pub index: u32,
    /// Where it stands in the text.
    pub span: Span,
    /// What it says.
    pub tree: Tree,
}

/// What a document turned out to be.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Something that Kubernetes can read; not necessarily an object.
    Read(Tree),
    /// Nothing: blanks, comments, or `null`.
    Empty,
    /// A template that was not rendered, and that Kubernetes refuses as it stands; the offset of the first mark that shows
    /// it. There is a problem for it, too. A document that Kubernetes reads is never one, whatever it holds.
    Template(u32),
    /// Text that Kubernetes refuses; the problems say why.
    Broken,
}

/// Reads all documents of a text, one after the other.
///
/// A text that begins with `{` or `[` is JSON: one value, or a stream of them. As in kubectl, what is no JSON after all
/// is read as YAML, and so is what follows the first value. Documents that are empty, broken or templates are left
/// out; the problems tell of the last two. To read documents in parallel, use [`split`](crate::split) and [`read_document`] on texts
/// that are not [JSON](is_json).
pub fn read(text: &Text, limits: &Limits) -> (Vec<Document>, Vec<Problem>) {
    let (outcomes, problems) = read_outcomes(text, limits);
    let documents = (0..).zip(outcomes).filter_map(|(index, (span, outcome))| match outcome {
        Outcome::Read(tree) => Some(Document { index, span, tree }),
        _ => None,
    });
    (documents.collect(), problems)
}

/// Like [`read`], with what every document turned out to be.
pub fn read_outcomes(text: &Text, limits: &Limits) -> (Vec<(Span, Outcome)>, Vec<Problem>) {
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    let mut rest = Span { start: 0, end: text.len() };
    if is_json(text)
        && let Some(end) = read_json_stream(text, limits, &mut documents, &mut problems)
    {
        rest.start = end;
    }
    for span in split_from(text, rest.start) {
        let (outcome, found) = read_yaml(text, span, limits);
        documents.push((span, outcome));
        problems.extend(found);
    }
    (documents, problems)
}

/// Whether a text is to be read as JSON first: it begins with a brace or bracket.
pub fn is_json(text: &Text) -> bool {
    begins_json(text.as_str())
}

fn begins_json(content: &str) -> bool {
    let content = content.trim_start_matches('\u{feff}').trim_start();
    content.starts_with('{') && !content.starts_with("{{") || content.starts_with('[')
}

/// Reads JSON values as long as there are any. Gives where the YAML begins: at the start when not even the first value is
/// JSON, behind it when the second is none. A stream of more values stays JSON, and a broken value ends it.
fn read_json_stream(
    text: &Text,
    limits: &Limits,
    documents: &mut Vec<(Span, Outcome)>,
    problems: &mut Vec<Problem>,
) -> Option<u32> {
    let mut reader = JsonReader::new();
    let mut rest = Span { start: 0, end: text.len() };
    loop {
        let (read, found) = reader.read(text, rest, limits);
        let broken = found.iter().any(|problem| problem.severity == ProblemSeverity::Error);
        match read {
            None if !broken => return Some(text.len()),
            Some((tree, end)) if !broken => {
                problems.extend(found);
                let start = tree.root().span().map_or(rest.start, |span| span.start);
                documents.push((Span { start, end }, Outcome::Read(tree)));
                rest.start = end;
            }
            _ if documents.len() < 2 => return Some(rest.start).filter(|_| !documents.is_empty()),
            _ => {
                problems.extend(found);
                return Some(text.len());
            }
        }
    }
}

/// Reads the document at a span that [`split`](crate::split) gave; `None` when there is nothing in it, or nothing that Kubernetes reads.
pub fn read_document(text: &Text, span: Span, limits: &Limits) -> (Option<Tree>, Vec<Problem>) {
    match read_outcome(text, span, limits) {
        (Outcome::Read(tree), problems) => (Some(tree), problems),
        (_, problems) => (None, problems),
    }
}

/// Like [`read_document`], and says what the document is when there is no tree.
pub fn read_outcome(text: &Text, span: Span, limits: &Limits) -> (Outcome, Vec<Problem>) {
    let content = text.slice(span);
    // The first document begins at the start or behind one byte order mark, which is three bytes long.
    let first = span.start == 0 || span.start == 3 && text.as_str().starts_with('\u{feff}');
    if first && begins_json(content) {
        let (read, problems) = read_json(text, span, limits);
        let broken = problems.iter().any(|problem| problem.severity == ProblemSeverity::Error);
        if let Some((tree, end)) = read
            && !broken
            && text.slice(Span { start: end, ..span }).trim().is_empty()
        {
            return (Outcome::Read(tree), problems);
        }
    }
    read_yaml(text, span, limits)
}

fn read_yaml(text: &Text, span: Span, limits: &Limits) -> (Outcome, Vec<Problem>) {
    let mut problems = Vec::new();
    let error =
        |at: u32, message: String| Problem::new(ProblemSeverity::Error, message).at(text.position(at));
    let content = text.slice(span);
    if content.len() > limits.document_bytes as usize {
        let message = format!("the document is larger than {} bytes", limits.document_bytes);
        return (Outcome::Broken, vec![error(span.start, message)]);
    }
    if let Some(rest) = content.lines().next().and_then(refused_separator) {
        let at = span.start + (rest.as_ptr() as usize - content.as_ptr() as usize) as u32;
        problems.push(error(at, "only a comment may follow `---` on its line".to_owned()));
    }
    let read = match yaml::read(text, span, limits) {
        Ok(read) => read,
        Err(fail) => {
            if let Some(marker) = template_marker(content) {
                let at = span.start + marker;
                problems.push(template_problem(text, at));
                return (Outcome::Template(at), problems);
            }
            problems.push(error(u32::try_from(fail.at).unwrap_or(u32::MAX), fail.what.into_owned()));
            return (Outcome::Broken, problems);
        }
    };
    if let Some(at) = read.tree.as_ref().and_then(|tree| helm_action(tree, text, span)) {
        let message = "holds what looks like a template action; judged as it stands";
        problems.push(Problem::new(ProblemSeverity::Warning, message).at(text.position(at)));
    }
    problems.extend(warnings(text, &read));
    (read.tree.map_or(Outcome::Empty, Outcome::Read), problems)
}

fn template_problem(text: &Text, at: u32) -> Problem {
    let message = "a template that was not rendered: render it first";
    Problem::new(ProblemSeverity::Error, message).at(text.position(at))
}

/// Where a plain scalar of a readable document holds an action of a Helm template.
fn helm_action(tree: &Tree, text: &Text, span: Span) -> Option<u32> {
    memchr::memmem::find(text.slice(span).as_bytes(), b"{{")?;
    tree.nodes().find_map(|node| {
        let plain = node.kind() == Kind::Str && node.style() == Style::Plain && !node.is_shared();
        if !plain {
            return None;
        }
        // A plain scalar says what is written, but for folded lines.
        let span = node.span()?;
        let at = template::helm_action(text.slice(span))?;
        Some(span.start + u32::try_from(at).ok()?)
    })
}

fn warnings(text: &Text, read: &yaml::Read) -> Vec<Problem> {
    let warning =
        |at: u32, message: String| Problem::new(ProblemSeverity::Warning, message).at(text.position(at));
    let mut problems: Vec<Problem> = read
        .notes
        .listed
        .iter()
        .map(|note| {
            let line = text.position(note.earlier).line;
            warning(note.at, format!("{} (the earlier one is on line {line})", note.what))
        })
        .collect();
    if read.notes.more > 0 {
        let message = format!("{} more duplicate keys in this document", read.notes.more);
        problems.push(Problem::new(ProblemSeverity::Warning, message));
    }
    if let Some(at) = read.unread {
        problems.push(warning(at, "Kubernetes does not read what follows here in this document".to_owned()));
    }
    problems
}
