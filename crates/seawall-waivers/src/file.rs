//! `seawall-waivers.yaml`.
//!
//! ```yaml
//! waivers:
//!   - check: pod-privileged
//!     kind: DaemonSet
//!     namespace: kube-system
//!     name: cilium*
//!     owner: platform@example.org
//!     reason: the agent sets up the network of the node
//!     until: 2027-01-31
//! ```

use std::sync::Arc;

use seawall_core::{Origin, OriginKind, Problem, ProblemSeverity, ResourceId, Route, Waiver};
use seawall_inventory::Resource;
use seawall_yaml::{Limits, Node, Text, Tree, read};

use crate::rule::{Checks, Rule, Rules, checks};
use crate::{Glob, Scope};

/// The keys of a waiver.
const KEYS: [&str; 12] = [
    "check",
    "owner",
    "reason",
    "until",
    "kind",
    "namespace",
    "name",
    "labels",
    "container",
    "route",
    "file",
    "fingerprint",
];

/// What a file says.
#[derive(Clone, Debug)]
pub struct Read {
    /// Its waivers. Their home is not in an inventory yet; [`Read::at`] says which object it became.
    rules: Rules,
    /// The file as an object, so that findings about its waivers have a place.
    pub resource: Option<Resource>,
}

impl Read {
    /// The waivers, once the file has become this object of the inventory.
    pub fn at(self, home: ResourceId) -> Rules {
        self.rules.into_iter().map(|rule| Rule { home: (home, rule.home.1), ..rule }).collect()
    }
}

/// Reads the text of a file of this name.
///
/// # Errors
/// Everything in it that is not understood, each with its place: no waiver of a file with an error is used.
pub fn read_file(text: &str, name: &str) -> Result<Read, Vec<Problem>> {
    let text = Text::new(text);
    let file: Arc<str> = name.into();
    let (documents, problems) = read(&text, &Limits::default());
    let problems: Vec<Problem> = problems.into_iter().map(|problem| problem.in_file(&file)).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut reader = Reader { text: &text, file: &file, problems: Vec::new(), rules: Vec::new() };
    if documents.len() > 1 {
        reader.problems.push(error("more than one document").in_file(&file));
    }
    let tree = documents.into_iter().next().map(|document| Arc::new(document.tree));
    if let Some(tree) = &tree {
        reader.root(tree.root());
    }
    if reader.problems.is_empty() {
        let rules = reader.rules;
        Ok(Read { resource: tree.and_then(|tree| as_object(tree, &file)), rules })
    } else {
        Err(reader.problems)
    }
}

fn as_object(tree: Arc<Tree>, file: &Arc<str>) -> Option<Resource> {
    let root = tree.root().id();
    let origin = Origin { file: Arc::clone(file), document: 0, line: 1, kind: OriginKind::File };
    Resource::new(tree, root, origin, Some(("seawall.dev/v1", "Waivers"))).ok()
}

fn error(message: impl Into<String>) -> Problem {
    Problem::new(ProblemSeverity::Error, message)
}

struct Reader<'t> {
    text: &'t Text,
    file: &'t Arc<str>,
    problems: Vec<Problem>,
    rules: Rules,
}

impl Reader<'_> {
    fn fault(&mut self, at: Node<'_>, message: impl Into<String>) {
        let start = at.key_span().or_else(|| at.span()).unwrap_or_default().start;
        self.problems.push(error(message).in_file(self.file).at(self.text.position(start)));
    }

    fn root(&mut self, root: Node<'_>) {
        if root.is_null() {
            return;
        }
        if !root.is_map() {
            return self.fault(root, "must be a map with the key `waivers`");
        }
        for (key, value) in root.entries() {
            match key {
                "waivers" if value.is_seq() => {
                    for (index, item) in value.items().enumerate() {
                        self.waiver(index, item);
                    }
                }
                "waivers" if value.is_null() => {}
                "waivers" => self.fault(value, "`waivers` must be a list"),
                _ => self.fault(value, format!("unknown key `{}`, known is: waivers", key.escape_debug())),
            }
        }
    }

    fn waiver(&mut self, index: usize, item: Node<'_>) {
        if !item.is_map() {
            return self.fault(item, "a waiver must be a map");
        }
        let before = self.problems.len();
        let unknown: Vec<(&str, Node<'_>)> = item.entries().filter(|(key, _)| !KEYS.contains(key)).collect();
        for (key, value) in unknown {
            self.fault(
                value,
                format!("unknown key `{}`, known are: {}", key.escape_debug(), KEYS.join(", ")),
            );
        }
        let checks = self.checks(item);
        let owner = self.required(item, "owner");
        let reason = self.required(item, "reason");
        let until = self.required(item, "until").and_then(|day| match day.parse() {
            Ok(day) => Some(day),
            Err(fault) => {
                self.fault(item.get("until").unwrap_or(item), format!("{fault}"));
                None
            }
        });
        let scope = self.scope(item);
        let (Some(reason), Some(until)) = (reason, until) else { return };
        if self.problems.len() > before {
            return;
        }
        let start = item.span().unwrap_or_default().start;
        let waiver = Arc::new(Waiver {
            owner,
            reason,
            until,
            file: Some(Arc::clone(self.file)),
            position: Some(self.text.position(start)),
        });
        let home = (ResourceId(u32::MAX), Route::root().key("waivers").index(index));
        self.rules.push(Rule { checks, scope, waiver, home });
    }

    fn checks(&mut self, item: Node<'_>) -> Checks {
        let Some(value) = item.get("check") else {
            self.fault(item, "`check` is missing: the id of a check, a list of them, or `*`");
            return Checks::new();
        };
        let words: Vec<Option<&str>> =
            if value.is_seq() { value.items().map(Node::as_str).collect() } else { vec![value.as_str()] };
        let given: Option<Vec<&str>> = words.into_iter().collect();
        match given.filter(|words| !words.is_empty()).map(checks) {
            Some(Ok(ids)) => ids,
            Some(Err(fault)) => {
                self.fault(value, fault.to_string());
                Checks::new()
            }
            None => {
                self.fault(value, "`check` must be a text or a list of texts");
                Checks::new()
            }
        }
    }

    /// A text that must be there and say something.
    fn required(&mut self, item: Node<'_>, key: &str) -> Option<String> {
        let text = match item.get(key) {
            None => {
                self.fault(item, format!("`{key}` is missing"));
                return None;
            }
            Some(value) => self.text(value, key)?,
        };
        if text.trim().is_empty() {
            self.fault(item.get(key).unwrap_or(item), format!("`{key}` is empty"));
            return None;
        }
        Some(text)
    }

    fn text(&mut self, value: Node<'_>, key: &str) -> Option<String> {
        match value.scalar_text().filter(|_| !value.is_null()) {
            Some(text) => Some(text.into_owned()),
            None => {
                self.fault(value, format!("`{key}` must be a text"));
                None
            }
        }
    }

    fn optional(&mut self, item: Node<'_>, key: &str) -> Option<String> {
        item.get(key).and_then(|value| self.text(value, key))
    }

    fn scope(&mut self, item: Node<'_>) -> Scope {
        let mut glob = |key| self.optional(item, key).map(|text| Glob::new(&text));
        let mut scope = Scope {
            kind: glob("kind"),
            namespace: glob("namespace"),
            name: glob("name"),
            container: glob("container"),
            file: glob("file"),
            ..Scope::default()
        };
        scope.fingerprint = self.optional(item, "fingerprint");
        if let Some(route) = self.optional(item, "route") {
            match route.parse() {
                Ok(route) => scope.route = Some(route),
                Err(fault) => self.fault(item.get("route").unwrap_or(item), fault),
            }
        }
        if let Some(labels) = item.get("labels") {
            if !labels.is_map() || labels.is_empty() {
                self.fault(labels, "`labels` must be a map of labels to values");
            }
            for (key, value) in labels.entries() {
                scope.labels.extend(self.text(value, key).map(|value| (key.to_owned(), value)));
            }
        }
        scope
    }
}
