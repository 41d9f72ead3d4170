//! Fields of a document, and what is wrong with them.

use seawall_core::{Problem, ProblemSeverity};
use seawall_yaml::{Node, Text};

/// Tells problems at their place, and keeps those that make a part of a policy not understood.
pub(super) struct Fields<'a> {
    /// Where it is written; without it problems have no place.
    text: Option<&'a Text>,
    problems: &'a mut Vec<Problem>,
    refusals: Vec<String>,
    /// Whether files may be named, and the last one that was.
    file: Option<Option<String>>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(text: &'a Text, problems: &'a mut Vec<Problem>) -> Self {
        Fields { text: Some(text), problems, refusals: Vec::new(), file: None }
    }

    /// Of a configuration, which may name files beside it.
    pub(super) fn of_configuration(problems: &'a mut Vec<Problem>) -> Self {
        Fields { text: None, problems, refusals: Vec::new(), file: Some(None) }
    }

    /// Takes the file that a field names, where files may be named.
    pub(super) fn names_file(&mut self, parent: Node<'_>, key: &str) -> bool {
        let Some(named) = &mut self.file else { return false };
        *named = parent.str(key).map(str::to_owned);
        named.is_some()
    }

    /// The file that was named since the last time.
    pub(super) fn take_file(&mut self) -> Option<String> {
        self.file.as_mut().and_then(Option::take)
    }

    /// Tells something at a place.
    pub(super) fn tell(&mut self, at: Node<'_>, severity: ProblemSeverity, message: String) {
        let problem = Problem::new(severity, message);
        let span = at.key_span().or(at.span());
        self.problems.push(match (span, self.text) {
            (Some(span), Some(text)) => problem.at(text.position(span.start)),
            _ => problem,
        });
    }

    /// Something that makes the part at hand not understood.
    pub(super) fn refuse(&mut self, at: Node<'_>, message: &str) {
        self.tell(at, ProblemSeverity::Error, message.to_owned());
        self.refusals.push(message.to_owned());
    }

    /// Refuses a field, if it is set.
    pub(super) fn unsupported(&mut self, parent: Node<'_>, key: &str, why: &str) {
        if let Some(field) = parent.get(key).filter(|field| !field.is_null()) {
            self.refuse(field, &format!("`{key}`: {why}"));
        }
    }

    /// Refuses all fields but these.
    pub(super) fn known(&mut self, parent: Node<'_>, names: &[&str]) {
        for (key, value) in parent.entries() {
            if !names.contains(&key) {
                let shown: String = key.chars().take(60).collect();
                self.refuse(value, &format!("the field `{shown}` is not known"));
            }
        }
    }

    /// What was refused since the last time.
    pub(super) fn take_refusals(&mut self) -> Vec<String> {
        std::mem::take(&mut self.refusals)
    }
}
