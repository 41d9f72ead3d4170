//! Waivers in the objects themselves: comments and annotations.
//!
//! A comment on a line of its own covers what begins on the next line with content, and all below it; before the first
//! line of a document it covers the document. A comment behind something covers what begins on its line.
//!
//! ```yaml
//! # seawall: ignore pod-host-pid until 2027-01-31 because the agent reads all processes
//! hostPID: true
//! ```
//!
//! The annotation `seawall.dev/ignore` has one sentence a line and covers its object.

use std::collections::BTreeSet;
use std::sync::Arc;

use memchr::memmem;
use seawall_core::{Problem, ProblemSeverity, Route, Waiver};
use seawall_inventory::{Inventory, Resource};
use seawall_yaml::{Node, Span, Text, comments, is_json, split};

use crate::Scope;
use crate::phrase::Phrase;
use crate::rule::{Rule, Rules};
use crate::scope::words;

/// The word that makes a comment ours.
const MARK: &str = "seawall:";

/// Comments of one text that are read; the work of finding their places grows with comments times lines.
const MAX_COMMENTS: usize = 1_000;

/// The annotation.
const ANNOTATION: &str = "seawall.dev/ignore";

/// The waivers that stand in the texts and annotations of an inventory, and what in them is not understood.
pub fn in_sources(inventory: &Inventory) -> (Rules, Vec<Problem>) {
    let mut found = Found::default();
    let resources = inventory.resources();
    for resource in resources {
        found.annotation(resource);
    }
    for group in resources.chunk_by(same_text) {
        let text = group.first().and_then(|resource| resource.tree().text());
        if let Some(text) =
            text.filter(|text| memmem::find(text.as_str().as_bytes(), MARK.as_bytes()).is_some())
        {
            found.text(text, group);
        }
    }
    (found.rules, found.problems)
}

fn same_text(a: &Resource, b: &Resource) -> bool {
    matches!((a.tree().text(), b.tree().text()), (Some(a), Some(b)) if a.same(b))
}

#[derive(Default)]
struct Found {
    rules: Rules,
    problems: Vec<Problem>,
}

impl Found {
    fn fault(&mut self, resource: &Resource, at: Option<(&Text, u32)>, message: &str) {
        let message = format!("this waiver is not understood and waives nothing: {message}");
        let problem = Problem::new(ProblemSeverity::Error, message).in_file(&resource.origin().file);
        self.problems.push(match at {
            Some((text, offset)) => problem.at(text.position(offset)),
            None => problem,
        });
    }

    fn annotation(&mut self, resource: &Resource) {
        let node = resource.metadata().and_then(|metadata| metadata.get("annotations")?.get(ANNOTATION));
        let Some(node) = node else { return };
        let start = node.key_span().or_else(|| node.span()).map(|span| span.start);
        let at = resource.tree().text().zip(start);
        let Some(sentences) = node.as_str() else {
            return self.fault(resource, at, "the annotation must be a text");
        };
        for sentence in sentences.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match sentence.parse::<Phrase>() {
                Ok(phrase) => {
                    let route = resource.route_of(node);
                    self.add(phrase, resource, at, route, [(resource, Route::root())]);
                }
                Err(message) => self.fault(resource, at, &message),
            }
        }
    }

    /// The comments of one text; `group` are the objects that were read from it.
    fn text(&mut self, text: &Text, group: &[Resource]) {
        if is_json(text) {
            return;
        }
        let mut read = 0_usize;
        for document in split(text) {
            let inside = |resource: &&Resource| {
                resource
                    .root()
                    .span()
                    .is_some_and(|span| document.start <= span.start && span.start < document.end)
            };
            let objects: Vec<&Resource> = group.iter().filter(inside).collect();
            let Some(first) = objects.first() else { continue };
            for comment in comments(text, document) {
                let written = text.slice(comment).trim_start_matches('#').trim();
                let Some(order) = written.strip_prefix(MARK) else { continue };
                let at = Some((text, comment.start));
                read += 1;
                if read > MAX_COMMENTS {
                    let message = format!(
                        "a text may hold {MAX_COMMENTS} waivers; write them to `seawall-waivers.yaml`"
                    );
                    return self.fault(first, at, &message);
                }
                let Some(sentence) = order.trim().strip_prefix("ignore ") else {
                    self.fault(first, at, "after `seawall:` must follow `ignore CHECK until …`");
                    continue;
                };
                match sentence.parse::<Phrase>() {
                    Ok(phrase) => self.comment(phrase, (text, document, comment), &objects),
                    Err(message) => self.fault(first, at, &message),
                }
            }
        }
    }

    fn comment(
        &mut self,
        phrase: Phrase,
        (text, document, comment): (&Text, Span, Span),
        objects: &[&Resource],
    ) {
        let at = Some((text, comment.start));
        let Some(first) = objects.first() else { return };
        let places: Vec<(&Resource, Route)> = match target(text, document, comment) {
            Target::Document => objects.iter().map(|resource| (*resource, Route::root())).collect(),
            Target::Line(line) => objects
                .iter()
                .filter_map(|resource| Some((*resource, beginning_in(resource, line)?)))
                .take(1)
                .collect(),
            Target::Nothing => Vec::new(),
        };
        let Some((home, route)) = places.first().cloned() else {
            return self.fault(
                first,
                at,
                "nothing that Kubernetes reads begins on its line or on the next one",
            );
        };
        self.add(phrase, home, at, route, places);
    }

    fn add<'r>(
        &mut self,
        phrase: Phrase,
        home: &Resource,
        at: Option<(&Text, u32)>,
        route: Route,
        places: impl IntoIterator<Item = (&'r Resource, Route)>,
    ) {
        let places: BTreeSet<_> =
            places.into_iter().map(|(resource, route)| (resource.id().0, words(&route))).collect();
        let waiver = Waiver {
            owner: phrase.owner,
            reason: phrase.reason,
            until: phrase.until,
            file: Some(Arc::clone(&home.origin().file)),
            position: at.map(|(text, offset)| text.position(offset)),
        };
        self.rules.push(Rule {
            checks: phrase.checks,
            scope: Scope { places, ..Scope::default() },
            waiver: Arc::new(waiver),
            home: (home.id(), route),
        });
    }
}

/// What a comment is about.
enum Target {
    Document,
    /// What begins on the line of these bytes.
    Line(Span),
    Nothing,
}

fn target(text: &Text, document: Span, comment: Span) -> Target {
    let content = text.as_str();
    let before = content.get(..comment.start as usize).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let is_content = |line: &str| {
        let line = line.trim().trim_start_matches('\u{feff}');
        !line.is_empty() && !line.starts_with('#') && !line.starts_with("---") && !line.starts_with('%')
    };
    if is_content(before.get(line_start..).unwrap_or("")) {
        return Target::Line(line_at(content, line_start));
    }
    let earlier = content.get(document.start as usize..line_start).unwrap_or("");
    if !earlier.lines().any(is_content) {
        return Target::Document;
    }
    let mut start = line_at(content, line_start).end as usize;
    while start < document.end as usize {
        let line = line_at(content, start);
        if is_content(text.slice(line)) {
            return Target::Line(line);
        }
        start = line.end as usize;
    }
    Target::Nothing
}

/// The line that begins at an offset, with its end.
fn line_at(content: &str, start: usize) -> Span {
    let rest = content.get(start..).unwrap_or("");
    let end = start + rest.find('\n').map_or(rest.len(), |newline| newline + 1);
    Span { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
}

/// The outermost node of an object that begins in a line: a key's, or a list item.
fn beginning_in(resource: &Resource, line: Span) -> Option<Route> {
    let root = resource.root();
    let mut node = root;
    loop {
        let children: Vec<Node<'_>> = match node.is_map() {
            true => node.entries().map(|(_, child)| child).collect(),
            false => node.items().collect(),
        };
        let start = |child: &Node<'_>| child.key_span().or_else(|| child.span()).map(|span| span.start);
        // What an alias or a merge brought in stands elsewhere.
        let here = |child: &&Node<'_>| !child.is_shared() && !child.is_merged();
        let begins = |child: &&Node<'_>| start(child).is_some_and(|at| line.start <= at && at < line.end);
        if let Some(found) = children.iter().filter(here).find(begins) {
            return root.route_to(*found);
        }
        // What was rendered need not stand in the order in which it is written.
        let above =
            children.iter().filter(here).filter(|child| start(child).is_some_and(|at| at < line.start));
        node = *above.max_by_key(|child| start(child)).filter(|child| child.is_map() || child.is_seq())?;
    }
}
