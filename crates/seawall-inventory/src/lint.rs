//! Mistakes in what people write about a cluster: in policies of the network and of admission.

use seawall_core::{Confidence, Severity};

use crate::Place;

/// A kind of mistake.
#[derive(Debug, PartialEq, Eq)]
pub struct LintRule {
    /// Its stable name.
    pub id: &'static str,
    /// How bad it is, unless the case says otherwise.
    pub severity: Severity,
    /// What is wrong, in general.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do.
    pub help: &'static str,
}

/// One mistake.
#[derive(Clone, Debug)]
pub struct Lint {
    /// Which kind of mistake.
    pub rule: &'static LintRule,
    /// How bad it is here.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The object and field.
    pub place: Place,
    /// What is wrong here, lower case.
    pub message: String,
    /// Other fields that take part, each with a note.
    pub related: Vec<(Place, String)>,
}

impl Lint {
    /// A mistake as bad as its rule says.
    pub fn new(rule: &'static LintRule, place: Place, message: String) -> Self {
        Lint {
            rule,
            severity: rule.severity,
            confidence: Confidence::High,
            place,
            message,
            related: Vec::new(),
        }
    }
}
