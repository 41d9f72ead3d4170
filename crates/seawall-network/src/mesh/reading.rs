//! What the readers of Istio's objects share: where they are, what is wrong, selectors.
//!
//! What the validation of Istio (`pkg/config/validation`) or the schema of its resource definitions refuses is not in force;
//! a field that the schema does not know is dropped by the API server, which a problem says.

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_inventory::{Labels, Resource};
use seawall_yaml::Node;

/// An object being read.
pub(super) struct Reading<'r, 'p> {
    pub(super) resource: &'r Resource,
    problems: &'p mut Vec<Problem>,
}

/// The object is not in force; why has been noted.
#[derive(Debug)]
pub(super) struct Refused;

/// Labels that a workload must have, all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MatchLabels(pub(super) Box<[(Box<str>, Box<str>)]>);

impl MatchLabels {
    pub(super) fn selects(&self, labels: Labels<'_>) -> bool {
        self.0.iter().all(|(key, value)| labels.get(key) == Some(value))
    }

    pub(super) fn is_everything(&self) -> bool {
        self.0.is_empty()
    }
}

/// A problem of an object, with its place.
pub(super) fn problem(severity: ProblemSeverity, resource: &Resource, route: &Route, cause: &str) -> Problem {
    let place = if route.is_root() { String::new() } else { format!(" at `{route}`") };
    let message = format!("{}{place}: {cause}", name_of(resource));
    let problem = Problem::new(severity, message).in_file(&resource.origin().file);
    match resource.position(route) {
        Some(position) => problem.at(position),
        None => problem,
    }
}

fn name_of(resource: &Resource) -> String {
    let namespace = resource.namespace().map_or_else(String::new, |namespace| format!("{namespace}/"));
    format!("{} `{namespace}{}`", resource.kind(), resource.name())
}

impl<'r, 'p> Reading<'r, 'p> {
    pub(super) fn new(resource: &'r Resource, problems: &'p mut Vec<Problem>) -> Self {
        Reading { resource, problems }
    }

    pub(super) fn note(&mut self, severity: ProblemSeverity, node: Option<Node<'_>>, cause: &str) {
        let route = node.map_or_else(Route::root, |node| self.resource.route_of(node));
        self.problems.push(problem(severity, self.resource, &route, cause));
    }

    /// Notes why the object is not in force.
    pub(super) fn refuse(&mut self, node: Option<Node<'_>>, cause: &str) -> Refused {
        self.note(ProblemSeverity::Error, node, &format!("{cause}; it is not in force"));
        Refused
    }

    /// The object under a key; `None` when it is missing.
    pub(super) fn object(&mut self, node: Node<'r>, key: &str) -> Result<Option<Node<'r>>, Refused> {
        match node.get(key).filter(|node| !node.is_null()) {
            Some(field) if !field.is_map() => {
                Err(self.refuse(Some(field), &format!("`{key}` must be an object")))
            }
            field => Ok(field),
        }
    }

    /// The list under a key; `None` when it is missing.
    pub(super) fn list(&mut self, node: Node<'r>, key: &str) -> Result<Option<Node<'r>>, Refused> {
        match node.get(key).filter(|node| !node.is_null()) {
            Some(field) if !field.is_seq() => {
                Err(self.refuse(Some(field), &format!("`{key}` must be a list")))
            }
            field => Ok(field),
        }
    }

    /// The texts of a list, none of them empty; no texts when it is missing.
    pub(super) fn texts(&mut self, node: Node<'r>, key: &str) -> Result<Vec<(Node<'r>, &'r str)>, Refused> {
        let mut texts = Vec::new();
        for item in self.list(node, key)?.into_iter().flat_map(Node::items) {
            match item.as_str() {
                Some("") => {
                    return Err(self.refuse(Some(item), &format!("`{key}` must hold no empty text")));
                }
                Some(text) => texts.push((item, text)),
                None => return Err(self.refuse(Some(item), &format!("`{key}` must hold texts"))),
            }
        }
        Ok(texts)
    }

    /// Says which fields the API server drops.
    pub(super) fn know(&mut self, node: Node<'r>, known: &[&str]) {
        for (key, value) in node.entries().filter(|(key, _)| !known.contains(key)) {
            let cause = format!("`{key}` is no field of it: the API server drops it");
            self.note(ProblemSeverity::Warning, Some(value), &cause);
        }
    }

    /// `spec.selector.matchLabels`; `None` without a selector.
    pub(super) fn selector(&mut self, spec: Node<'r>) -> Result<Option<MatchLabels>, Refused> {
        let Some(selector) = self.object(spec, "selector")? else { return Ok(None) };
        self.know(selector, &["matchLabels"]);
        let mut pairs = Vec::new();
        for (key, value) in self.object(selector, "matchLabels")?.into_iter().flat_map(Node::entries) {
            let Some(text) = value.as_str() else {
                return Err(self.refuse(Some(value), "the value of a label must be a text"));
            };
            if key.is_empty() || key.contains('*') || text.contains('*') {
                let cause = "labels of a selector are compared as they stand: no `*`, no empty key";
                return Err(self.refuse(Some(value), cause));
            }
            pairs.push((key.into(), text.into()));
        }
        Ok(Some(MatchLabels(pairs.into_boxed_slice())))
    }
}
