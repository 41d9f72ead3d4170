//! What the front ends share: where they are in the object, what is wrong with it, ports by number and name.

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_inventory::Resource;
use seawall_yaml::Node;

use super::{PolicyKind, problem};
use crate::addresses::AddressSet;
use crate::selector::LabelSelector;
use crate::words::Words;

/// A policy being read.
pub(super) struct Reading<'r, 'w> {
    pub(super) resource: &'r Resource,
    pub(super) words: &'w mut Words,
    kind: PolicyKind,
    problems: Vec<Problem>,
}

/// The API server refuses the policy: it is not in force. What is wrong has been noted.
pub(super) struct Refused;

impl<'r, 'w> Reading<'r, 'w> {
    pub(super) fn new(resource: &'r Resource, kind: PolicyKind, words: &'w mut Words) -> Self {
        Reading { resource, words, kind, problems: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<Problem> {
        self.problems
    }

    pub(super) fn spec(&self) -> Option<Node<'r>> {
        self.resource.root().get("spec")
    }

    pub(super) fn route(&self, node: Node<'_>) -> Route {
        self.resource.route_of(node)
    }

    /// Notes something wrong about which the rest of the policy still holds.
    pub(super) fn wrong(&mut self, node: Option<Node<'_>>, cause: &str) {
        self.note(ProblemSeverity::Error, node, cause);
    }

    /// Notes something that the model reads otherwise than the cluster might.
    pub(super) fn warn(&mut self, node: Node<'_>, cause: &str) {
        self.note(ProblemSeverity::Warning, Some(node), cause);
    }

    pub(super) fn note(&mut self, severity: ProblemSeverity, node: Option<Node<'_>>, cause: &str) {
        let route = node.map_or_else(Route::root, |node| self.resource.route_of(node));
        self.problems.push(problem(severity, self.kind, self.resource, &route, cause));
    }

    /// Notes why the policy is not in force.
    pub(super) fn refuse(&mut self, node: Option<Node<'_>>, cause: &str) -> Refused {
        self.wrong(node, cause);
        Refused
    }

    /// The selector in a field of `node`; a missing one is empty.
    pub(super) fn selector(&mut self, node: Node<'r>, key: &str) -> Result<LabelSelector, Refused> {
        let field = node.get(key);
        LabelSelector::read(field, self.words).map_err(|cause| self.refuse(field, &cause))
    }

    pub(super) fn cidr(&mut self, node: Node<'r>) -> Result<AddressSet, Refused> {
        let text = node.as_str().unwrap_or_default();
        AddressSet::cidr(text).ok_or_else(|| self.refuse(Some(node), &format!("`{text}` is no CIDR")))
    }

    /// A port by number.
    pub(super) fn number(&mut self, node: Node<'r>) -> Result<u16, Refused> {
        let number = node.as_i64().and_then(|number| u16::try_from(number).ok()).filter(|number| *number > 0);
        number.ok_or_else(|| self.refuse(Some(node), "a port must be a number from 1 to 65535"))
    }

    /// A port by name: at most 15 lower-case letters, digits and single hyphens, with a letter, as IANA names services.
    pub(super) fn port_name(&mut self, node: Node<'r>) -> Result<&'r str, Refused> {
        let name = node.as_str().unwrap_or_default();
        if is_service_name(name) {
            return Ok(name);
        }
        Err(self.refuse(Some(node), &format!("`{name}` is no name of a port")))
    }
}

/// Whether a text is a name that a port may have.
pub(super) fn is_service_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=15).contains(&name.len())
        && name.bytes().all(inner)
        && name.bytes().any(|byte| byte.is_ascii_lowercase())
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}
