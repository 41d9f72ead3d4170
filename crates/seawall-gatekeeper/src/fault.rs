//! What is wrong with a template or a constraint, and where it is written.

use seawall_core::{Position, Problem, ProblemSeverity};
use seawall_inventory::Resource;
use seawall_yaml::Node;

/// One reason why an object is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    position: Option<Position>,
    message: String,
}

impl Fault {
    /// A fault of what is written at a node.
    pub(crate) fn at(node: Node<'_>, message: impl Into<String>) -> Self {
        Fault { position: position(node), message: message.into() }
    }

    /// A fault at a place that is known already.
    pub(crate) fn placed(position: Option<Position>, message: impl Into<String>) -> Self {
        Fault { position, message: message.into() }
    }

    /// As a line of the report.
    pub(crate) fn problem(self, resource: &Resource) -> Problem {
        let message = format!("{} `{}`: {}", resource.kind(), resource.name(), self.message);
        let problem = Problem::new(ProblemSeverity::Error, message).in_file(&resource.origin().file);
        match self.position.or_else(|| position(resource.root())) {
            Some(position) => problem.at(position),
            None => problem,
        }
    }
}

/// Where a node is written: its key, where it has one.
pub(crate) fn position(node: Node<'_>) -> Option<Position> {
    let span = node.key_span().or_else(|| node.span())?;
    Some(node.tree().text()?.position(span.start))
}
