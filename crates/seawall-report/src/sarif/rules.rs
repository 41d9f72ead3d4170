//! The checks that failed, as SARIF rules.

use std::collections::BTreeMap;

use seawall_core::{CheckInfo, Severity};

use super::message;
use super::wire::{Configuration, Help, Rule, RuleProperties};
use crate::Report;
use crate::escape::escape;

/// GitHub code scanning reads no more tags of a rule (GitHub Docs, "SARIF support for code scanning").
const MAX_TAGS: usize = 20;

/// The level of a severity; SARIF has three.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A number within the range that GitHub shows under the same word: critical above 9.0, high 7.0 to 8.9, medium 4.0 to
/// 6.9, low 0.1 to 3.9.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}

/// The rules by id, with their place in the list.
pub(super) struct Rules<'a>(BTreeMap<&'a str, (usize, &'a CheckInfo)>);

impl<'a> Rules<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let findings = report.evaluation.findings.iter();
        let mut rules: BTreeMap<&str, (usize, &CheckInfo)> =
            findings.map(|finding| (finding.check.id.as_str(), (0, &*finding.check))).collect();
        rules.values_mut().enumerate().for_each(|(i, (index, _))| *index = i);
        Rules(rules)
    }

    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.0.get(id).map(|(index, _)| *index)
    }

    pub(super) fn descriptors(&self) -> Vec<Rule<'a>> {
        self.0.values().map(|(_, check)| rule(check)).collect()
    }
}

fn rule(check: &CheckInfo) -> Rule<'_> {
    let (why, help) = (escape(&check.why), escape(&check.help));
    let mut tags = vec!["security", check.pillar.as_str()];
    tags.extend(check.frameworks.iter().map(|framework| &**framework).take(MAX_TAGS - tags.len()));
    Rule {
        id: check.id.as_str(),
        name: pascal_case(check.id.as_str()),
        short_description: message(&check.title),
        full_description: message(&check.why),
        help: Help {
            text: format!("Why: {why}\nHelp: {help}\nMore: seawall explain {}", check.id),
            markdown: format!(
                "**Why:** {why}\n\n**Help:** {help}\n\n**More:** `seawall explain {}`",
                check.id
            ),
        },
        default_configuration: Configuration { level: level(check.severity) },
        properties: RuleProperties { security_severity: security_severity(check.severity), tags },
    }
}

/// `pod-host-network` as `PodHostNetwork`: SARIF viewers expect a name that reads as one word.
fn pascal_case(id: &str) -> String {
    id.split('-')
        .flat_map(|word| {
            let mut chars = word.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_one_word() {
        assert_eq!(super::pascal_case("pod-host-network"), "PodHostNetwork");
        assert_eq!(super::pascal_case(""), "");
    }
}
