//! What a program printed: documents with the files that they come from, and what it said when it gave up.

use std::rc::Rc;
use std::sync::Arc;

use seawall_core::{Origin, OriginKind, Problem};
use seawall_yaml::{Outcome, Span, Text, Tree, read_outcome};

use super::source::Source;
use super::tool::Failed;
use super::{Failure, Job};
use crate::documents::FileContent;
use crate::list::objects;
use crate::problems::Problems;
use crate::templates::Template;

/// A document and the file that it comes from.
pub(super) struct Piece {
    pub(super) span: Span,
    pub(super) source: Rc<Source>,
}

/// Reads documents; `moved` says where what was read is written. Those of one file stand together, in the order of names.
pub(super) fn read(
    job: &Job<'_>,
    text: &Text,
    mut pieces: Vec<Piece>,
    moved: impl Fn(&Tree, &Piece) -> Tree,
) -> FileContent {
    pieces.sort_by(|a, b| (&a.source.name, a.span.start).cmp(&(&b.source.name, b.span.start)));
    let mut content = FileContent::default();
    for (document, piece) in (0..).zip(&pieces) {
        let file = &piece.source.name;
        let mut problems = Problems::default();
        let (outcome, found) = read_outcome(text, piece.span, job.document_limits());
        problems.extend(found.into_iter().map(|problem| without_place(problem, file)));
        content.counts.documents += usize::from(!matches!(outcome, Outcome::Empty));
        match outcome {
            Outcome::Read(tree) => {
                let tree = moved(&tree, piece);
                let line = tree.root().span().zip(tree.text());
                let line = line.map_or(1, |(span, text)| text.position(span.start).line);
                let origin = Origin { file: Arc::clone(file), document, line, kind: OriginKind::Rendered };
                content.objects.push(objects(tree, &origin));
            }
            Outcome::Template(at) => {
                content.counts.templates += 1;
                content.templates.push(Template { file: Arc::clone(file), position: text.position(at) });
            }
            Outcome::Broken => content.counts.broken += 1,
            Outcome::Empty => {}
        }
        content.problems.extend(problems.finish());
    }
    pieces.dedup_by(|a, b| a.source.name == b.source.name);
    content.counts.files = pieces.len();
    content
}

/// A place in the output is none in the file.
fn without_place(problem: Problem, file: &Arc<str>) -> Problem {
    Problem { position: None, message: format!("as rendered: {}", problem.message), ..problem }.in_file(file)
}

/// Characters of what a program said that are shown.
const SHOWN: usize = 600;

/// Why a program gave nothing; `hint` looks at what it said.
pub(super) fn failure(
    job: &Job<'_>,
    program: &str,
    failed: Failed,
    hint: impl Fn(&str) -> String,
) -> Failure {
    let limits = job.rendering.limits;
    match failed {
        Failed::NotStarted(error) => {
            Failure { why: format!("`{program}` could not be run"), hint: error.to_string() }
        }
        Failed::Timeout => Failure {
            why: format!("`{program}` was ended after {} seconds", limits.time.as_secs_f32()),
            hint: piped(program),
        },
        Failed::TooMuch => Failure {
            why: format!("`{program}` printed more than {} MiB", limits.output_bytes >> 20),
            hint: piped(program),
        },
        Failed::Refused(said) => {
            let said = told(job, &said);
            let hint = hint(&said);
            let why = match said.is_empty() {
                true => format!("`{program}` failed and did not say why"),
                false => format!("`{program}` says: {said}"),
            };
            Failure { why, hint }
        }
    }
}

/// What to do where a program is missing or takes too long.
pub(super) fn piped(command: &str) -> String {
    format!("render it elsewhere and give the output: `{command} … | seawall scan -`")
}

/// What a program said last: one line, without paths of this machine, times, and values that were given to it.
fn told(job: &Job<'_>, said: &str) -> String {
    let lines: Vec<&str> =
        said.lines().map(|line| message(line.trim())).filter(|line| !line.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(3)..).unwrap_or_default();
    let mut said = job.root.shown_in(&last.join(" ").replace("\\\"", "\""));
    for value in job.rendering.sets.iter().filter_map(|set| Some(set.split_once('=')?.1)) {
        // Shorter ones would tear words apart, and are no secrets.
        if value.len() >= 4 {
            said = said.replace(value, "***");
        }
    }
    // What went wrong stands at the end: kustomize tells first through which folders it came there.
    let skipped = said.char_indices().rev().nth(SHOWN).map_or(0, |(at, _)| at);
    match said.get(skipped..) {
        Some(end) if skipped > 0 => format!("…{end}"),
        _ => said,
    }
}

/// A line without what kubectl's log puts around it: `E0102 15:04:05.000000    123 run.go:72] "command failed" err="…"`.
fn message(line: &str) -> &str {
    let line = match line.split_once("] ") {
        Some((head, rest)) if head.contains(".go:") => rest,
        _ => line,
    };
    let line = line.strip_prefix("\"command failed\" err=").map_or(line, |rest| rest.trim_matches('"'));
    let line = line.strip_prefix("error: ").or_else(|| line.strip_prefix("Error: ")).unwrap_or(line);
    // kustomize tells every folder on its way, then what it met.
    match line.rsplit_once("recursed accumulation of path '") {
        Some((_, rest)) => rest.split_once("': ").map_or(rest, |(_, rest)| rest),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_told_without_their_head() {
        for (line, told) in [
            ("E1129 11:44:29.9 5252 run.go:72] \"command failed\" err=\"no such file\"", "no such file"),
            ("Error: chart is broken", "chart is broken"),
            ("error: x: recursed accumulation of path '/a': y: recursed accumulation of path '/b': z", "z"),
            ("a [b] c", "a [b] c"),
        ] {
            assert_eq!(message(line), told);
        }
    }
}
