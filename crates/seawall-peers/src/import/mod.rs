//! What was accepted in other tools, as waivers; and what of it cannot be said in a waiver, with its place.

mod annotations;
mod checkov;
mod globs;
mod kube_linter;
mod kubescape;
mod kyverno;
mod polaris;
mod trivy;

use std::collections::BTreeMap;
use std::sync::Arc;

use seawall_core::{Date, Position, Problem, ProblemSeverity};
use seawall_inventory::Inventory;
use seawall_waivers::Entry;
use seawall_yaml::{Limits, Node, Text, read};

use crate::{Meaning, Relation, Rules, Tool};

/// What is added to what the sources say.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Who answers for what is imported; without one the owner is left empty, which the reader of waivers refuses.
    pub owner: Option<String>,
    /// The end of what has none.
    pub until: Date,
    /// The day of the import: what has ended before is not carried over.
    pub today: Date,
}

/// What came of sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The waivers, one for each scope, reason and end.
    pub waivers: Vec<Entry>,
    /// Warnings: what is not carried over. Notes: what is accepted more widely than it was.
    pub problems: Vec<Problem>,
    /// How many exceptions became part of a waiver.
    pub carried: usize,
    /// How many of those said no end and got one.
    pub without_end: usize,
}

impl Imported {
    /// Adds what came of another source.
    pub fn extend(&mut self, other: Imported) {
        self.waivers.extend(other.waivers);
        self.problems.extend(other.problems);
        self.carried += other.carried;
        self.without_end += other.without_end;
    }
}

/// Waivers that one source may become: an exception can be a product of lists.
const MAX_WAIVERS: usize = 10_000;

/// Characters of a reason that are kept.
const MAX_REASON: usize = 500;

/// Whether a file of this name is looked for in a folder; other files are known by what they say.
pub fn is_source_name(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        ".trivyignore",
        ".trivyignore.yaml",
        ".trivyignore.yml",
        ".checkov.yaml",
        ".checkov.yml",
        ".checkov.baseline",
        ".kube-linter.yaml",
        ".kube-linter.yml",
    ];
    NAMES.contains(&name)
}

/// Reads a file with exceptions of another tool; `None` when it is none. Paths in it are relative to the folder that
/// its name tells.
pub fn read_source(text: String, name: &str, options: &ImportOptions) -> Option<Imported> {
    let file: Arc<str> = name.into();
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let mut sink = Sink::new(&file, options);
    if base.ends_with(".trivyignore") {
        trivy::lines(&text, &mut sink);
        return Some(sink.finish());
    }
    let text = Text::new(text);
    let (documents, problems) = read(&text, &Limits::default());
    let mut any = false;
    for document in &documents {
        let root = document.tree.root();
        if let Some(reader) = reader(root, base) {
            any = true;
            reader(root, &mut Source { text: &text, sink: &mut sink });
        }
    }
    if is_source_name(base) && !any {
        // It is there to be read, and was not.
        any = true;
        sink.out.problems.extend(problems.into_iter().map(|problem| problem.in_file(&file)));
    }
    any.then(|| sink.finish())
}

type Reader = fn(Node<'_>, &mut Source<'_, '_>);

/// Which reader takes a document, by what it holds.
fn reader(root: Node<'_>, base: &str) -> Option<Reader> {
    let has = |key: &str| root.get(key).is_some();
    if has("apiVersion") && has("kind") {
        return None;
    }
    if ["misconfigurations", "vulnerabilities", "secrets", "licenses"]
        .iter()
        .any(|key| root.get(key).is_some_and(Node::is_seq))
    {
        return Some(trivy::document);
    }
    if root.get("failed_checks").is_some_and(Node::is_seq) {
        return Some(checkov::baseline);
    }
    if has("skip-check") || matches!(base, ".checkov.yaml" | ".checkov.yml") {
        return Some(checkov::config);
    }
    let policy = |node: Node<'_>| node.str("policyType") == Some(kubescape::POLICY_TYPE);
    if policy(root) || root.items().any(policy) {
        return Some(kubescape::exceptions);
    }
    if root.get("exemptions").is_some_and(Node::is_seq) {
        return Some(polaris::config);
    }
    let checks = root.get("checks");
    if checks.is_some_and(|checks| checks.get("exclude").is_some())
        || matches!(base, ".kube-linter.yaml" | ".kube-linter.yml")
    {
        return Some(kube_linter::config);
    }
    None
}

/// The exceptions that objects carry: annotations of several tools, and Kyverno's PolicyExceptions.
pub fn in_objects(inventory: &Inventory, options: &ImportOptions) -> Imported {
    let mut all = Imported::default();
    for resource in inventory.resources() {
        let mut sink = Sink::new(&resource.origin().file, options);
        annotations::read(resource, &mut sink);
        if kyverno::is(resource) {
            kyverno::read(resource, &mut sink);
        }
        all.extend(sink.finish());
    }
    all.problems.extend(annotations::comments(inventory));
    all
}

/// A document with the text that it stands in.
struct Source<'s, 'o> {
    text: &'s Text,
    sink: &'s mut Sink<'o>,
}

impl Source<'_, '_> {
    fn at(&self, node: Node<'_>) -> Option<Position> {
        let start = node.key_span().or_else(|| node.span())?.start;
        Some(self.text.position(start))
    }
}

/// What an exception is about. Names may hold stars; an empty scope is every object.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Scope {
    kind: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    labels: Vec<(String, String)>,
    container: Option<String>,
    file: Option<String>,
}

/// Why and until when.
#[derive(Clone, Debug, Default)]
struct Terms {
    reason: Option<String>,
    until: Option<Date>,
}

/// Takes what a source says.
struct Sink<'o> {
    file: &'o Arc<str>,
    options: &'o ImportOptions,
    /// Checks by all else that a waiver says.
    waivers: BTreeMap<(Scope, String, Date), Vec<&'static str>>,
    /// In the order in which they came.
    order: Vec<(Scope, String, Date)>,
    full: bool,
    out: Imported,
}

impl<'o> Sink<'o> {
    fn new(file: &'o Arc<str>, options: &'o ImportOptions) -> Self {
        Sink {
            file,
            options,
            waivers: BTreeMap::new(),
            order: Vec::new(),
            full: false,
            out: Imported::default(),
        }
    }

    fn tell(&mut self, severity: ProblemSeverity, at: Option<Position>, message: String) {
        let problem = Problem::new(severity, message).in_file(self.file);
        self.out.problems.push(match at {
            Some(position) => problem.at(position),
            None => problem,
        });
    }

    /// Says what is not carried over.
    fn left(&mut self, at: Option<Position>, what: &str, why: &str) {
        self.tell(ProblemSeverity::Warning, at, format!("{what} is not carried over: {why}"));
    }

    /// Accepts a rule of a tool in these scopes.
    fn accept(&mut self, tool: Tool, rule: &str, at: Option<Position>, scopes: &[Scope], terms: &Terms) {
        let shown = format!("`{}`", shown(rule));
        match Rules::built_in().meaning(tool, rule) {
            Meaning::Unknown => self.left(at, &shown, &format!("it is not known as a rule of {tool}")),
            Meaning::None(why) => self.left(at, &shown, why),
            Meaning::Checks(relation, checks) => {
                if self.add(checks, at, &shown, scopes, terms) && relation == Relation::Narrower {
                    let ids = checks.join("`, `");
                    let message =
                        format!("accepts more than it did: `{ids}` also fails where {shown} does not");
                    self.tell(ProblemSeverity::Note, at, message);
                }
            }
        }
    }

    /// Accepts all rules of a tool that are known.
    fn accept_all(&mut self, tool: Tool, at: Option<Position>, what: &str, scopes: &[Scope], terms: &Terms) {
        let mut checks: Vec<&'static str> =
            Rules::built_in().of_tool(tool).flat_map(|(_, checks)| checks.iter().copied()).collect();
        checks.sort_unstable();
        checks.dedup();
        self.add(&checks, at, what, scopes, terms);
    }

    /// Adds waivers; `false` when the exception has ended or there are too many.
    fn add(
        &mut self,
        checks: &[&'static str],
        at: Option<Position>,
        what: &str,
        scopes: &[Scope],
        terms: &Terms,
    ) -> bool {
        if let Some(until) = terms.until.filter(|until| *until < self.options.today) {
            self.left(at, what, &format!("it ended on {until}"));
            return false;
        }
        if self.order.len().saturating_add(scopes.len()) > MAX_WAIVERS {
            if !std::mem::replace(&mut self.full, true) {
                self.left(
                    at,
                    what,
                    &format!("a source may become {MAX_WAIVERS} waivers; nor is what follows"),
                );
            }
            return false;
        }
        let reason = match terms.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()) {
            Some(reason) => cut(reason, MAX_REASON),
            None => format!("accepted in `{}`, which says no reason", self.file),
        };
        let until = terms.until.unwrap_or(self.options.until);
        self.out.without_end += usize::from(terms.until.is_none());
        self.out.carried += 1;
        for scope in scopes {
            let key = (scope.clone(), reason.clone(), until);
            let known = self.waivers.entry(key.clone()).or_insert_with(|| {
                self.order.push(key);
                Vec::new()
            });
            for check in checks {
                if !known.contains(check) {
                    known.push(check);
                }
            }
        }
        true
    }

    fn finish(mut self) -> Imported {
        for key in self.order {
            let Some(checks) = self.waivers.remove(&key) else { continue };
            let (scope, reason, until) = key;
            self.out.waivers.push(Entry {
                checks: checks.into_iter().map(str::to_owned).collect(),
                kind: scope.kind,
                namespace: scope.namespace,
                name: scope.name,
                labels: scope.labels,
                container: scope.container,
                file: scope.file,
                owner: self.options.owner.clone(),
                reason,
                until,
            });
        }
        self.out
    }
}

/// What is wrong with a map in which these keys have to be lists and texts, where they are there. To pass over one that is
/// not would leave out a condition, and accept more.
fn odd(node: Node<'_>, lists: &[&str], texts: &[&str]) -> Option<String> {
    let no_list = |key: &&&str| node.get(key).is_some_and(|value| !value.is_seq());
    let no_text = |key: &&&str| node.get(key).is_some_and(|value| value.as_str().is_none());
    let list = lists.iter().find(no_list).map(|key| format!("`{key}` is no list"));
    list.or_else(|| texts.iter().find(no_text).map(|key| format!("`{key}` is no text")))
}

/// Whether a map or list says nothing; what is neither says something that is not understood.
fn says_nothing(node: Node<'_>) -> bool {
    (node.is_map() || node.is_seq()) && node.is_empty()
}

/// The end under a key, if there is one.
fn end(node: Node<'_>, key: &str) -> Result<Option<Date>, String> {
    let Some(value) = node.get(key) else { return Ok(None) };
    day(&value.scalar_text().ok_or(format!("`{key}` is no day"))?).map(Some)
}

/// A text from outside as it may stand in a message.
fn shown(text: &str) -> String {
    cut(text, 80)
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    }
}

/// The day of a date or a time stamp; `Err` with the text when it is none.
fn day(text: &str) -> Result<Date, String> {
    let text = text.trim();
    let date = text.split(['T', 't', ' ']).next().unwrap_or(text);
    date.parse().map_err(|error| format!("{error}"))
}
