//! Pages that are tests: policies and the requests that they must allow, refuse, warn about or change, in one Markdown file.
//!
//! ```text
//! ---
//! policies: [replicas.yaml]        files beside the page; may be left out
//! ---
//! # Workloads have two replicas
//!
//! ` ` `yaml policy
//! apiVersion: admissionregistration.k8s.io/v1
//! …
//! ` ` `
//!
//! ## A single replica is refused
//!
//! ` ` `yaml deny user=alice
//! apiVersion: apps/v1              # message: two replicas
//! kind: Deployment
//! …
//! ` ` `
//! ```
//!
//! A fence says `yaml` and then `policy` (objects of the world: policies, bindings, parameters, namespaces, roles), or what
//! is expected of a request: `allow` (and no warning), `deny`, `warn`, `mutate` (the next fence, `yaml becomes`, is the
//! object that results). Words behind it describe the request. Another word is an error; a fence of another language, or of
//! `yaml` alone, is prose. A comment `# message: TEXT`
//! demands that a refusal or a warning says TEXT; each has to be found.
//!
//! Invariants, above all what is absent: no IO, files named in the front matter are the caller's to read; nothing of the
//! verdict is looked at here, so that a page cannot be read differently by different outcomes.

mod case;
mod fence;
mod front;

use std::sync::Arc;

use seawall_core::{Position, Problem, ProblemSeverity};
use seawall_yaml::{Limits, Text, Tree, read};

pub use case::{Case, Expect, Message};
use seawall_core::suggest::nearest;

/// What may stand behind `yaml`.
const WORDS: [&str; 6] = ["policy", "allow", "deny", "warn", "mutate", "becomes"];

/// What a page holds.
#[derive(Debug, Default)]
pub struct Page {
    /// Files with policies and other objects, as the page names them.
    pub files: Vec<String>,
    /// Objects of the world that the page holds itself, with the line of the page on which their fence begins.
    pub objects: Vec<(Tree, u32)>,
    /// What is expected, in the order of the page.
    pub cases: Vec<Case>,
}

/// Reads a page. A fence that is not understood is a problem with its line, and the others stay.
pub fn read_page(text: &str, file: &Arc<str>) -> (Page, Vec<Problem>) {
    let mut faults = Faults { file, problems: Vec::new() };
    let (files, body, above) = front::front_matter(text, &mut faults);
    let mut page = Page { files, ..Page::default() };
    for fence in fence::fences(body, above, &mut faults) {
        let Some((word, rest)) = fence.words.split_first() else { continue };
        match word.as_str() {
            "policy" => {
                let trees = documents(&fence.text, fence.line, &mut faults);
                page.objects.extend(trees.into_iter().map(|tree| (tree, fence.line)));
                if let Some(word) = rest.first() {
                    faults.at(fence.line, format!("`policy` takes no `{word}`"));
                }
            }
            "becomes" => case::becomes(&mut page.cases, &fence, &mut faults),
            word => match Expect::of(word) {
                Some(expect) => page.cases.extend(case::case(expect, rest, &fence, &mut faults)),
                None => {
                    let near =
                        meant(word).map_or_else(String::new, |word| format!("; did you mean `{word}`?"));
                    let known = WORDS.map(|word| format!("`{word}`")).join(", ");
                    faults.at(
                        fence.line,
                        format!("`yaml {word}` is no fence that is known{near}; behind `yaml` stands {known}, or nothing"),
                    );
                }
            },
        }
    }
    for case in &page.cases {
        if case.expect == Expect::Mutate && case.becomes.is_none() {
            faults.at(case.line, "`mutate` needs a fence `yaml becomes` behind it".to_owned());
        }
    }
    (page, faults.problems)
}

/// Whether a page is about policies: it names files with some, or a fence says what is known, or nearly so.
pub fn is_page(text: &str) -> bool {
    let mut faults = Faults { file: &"".into(), problems: Vec::new() };
    let (files, body, above) = front::front_matter(text, &mut faults);
    let ours = |fence: &fence::Fence| fence.words.first().is_some_and(|word| meant(word).is_some());
    !files.is_empty() || fence::fences(body, above, &mut faults).iter().any(ours)
}

/// The word that was probably meant: one that is nearly the same, or begins so (`denied`).
fn meant(word: &str) -> Option<&'static str> {
    let begins = |known: &&str| known.get(..3).is_some_and(|begin| word.to_lowercase().starts_with(begin));
    nearest(word, WORDS).or_else(|| WORDS.into_iter().find(begins))
}

/// Problems of one page.
struct Faults<'f> {
    file: &'f Arc<str>,
    problems: Vec<Problem>,
}

impl Faults<'_> {
    fn at(&mut self, line: u32, message: String) {
        let problem = Problem::new(ProblemSeverity::Error, message);
        self.problems.push(problem.at(Position { line, column: 1 }).in_file(self.file));
    }
}

/// The documents of a fence whose first line is `line` of the page.
fn documents(text: &str, line: u32, faults: &mut Faults<'_>) -> Vec<Tree> {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    for mut problem in problems {
        let position = problem.position.unwrap_or(Position { line: 1, column: 1 });
        problem.position = Some(Position { line: position.line + line, ..position });
        problem.file = Some(Arc::clone(faults.file));
        faults.problems.push(problem);
    }
    documents.into_iter().map(|document| document.tree).collect()
}

#[cfg(test)]
mod tests;
