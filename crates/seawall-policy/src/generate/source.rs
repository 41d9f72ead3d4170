//! The files of policies, as they were written.

use std::sync::OnceLock;

use seawall_yaml::{Limits, Node, Text, read};

use super::Level;
use super::family::{self, Family};
use super::settings::{Parameter, Setting};

mod found {
    include!(concat!(env!("OUT_DIR"), "/policies.rs"));
}

/// What several policies need.
const SHARED: &str = include_str!("../../policies/shared.yaml");

/// A policy as it was written: what it finds wrong with an object.
#[derive(Debug)]
pub struct Policy {
    id: &'static str,
    title: String,
    caveat: Option<String>,
    level: Option<Level>,
    instead_of: Option<String>,
    pub(super) family: &'static Family,
    kinds: Vec<String>,
    settings: Vec<Setting>,
    pub(super) variables: Vec<Variable>,
    faults: String,
}

/// A variable of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) expression: String,
}

impl Policy {
    /// The id of its check, or of its control of the Pod Security Standards.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What fails, as the check says it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Where the check sees more than a policy can.
    pub fn caveat(&self) -> Option<&str> {
        self.caveat.as_deref()
    }

    /// The level of the Pod Security Standards that asks it; unset for checks.
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    /// The control that is not asked where this one is.
    pub fn instead_of(&self) -> Option<&str> {
        self.instead_of.as_deref()
    }

    /// The kinds of objects that it judges.
    pub fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = if self.kinds.is_empty() {
            self.family.kinds.iter().map(|served| served.kind).collect()
        } else {
            self.kinds.iter().map(String::as_str).collect()
        };
        kinds.dedup();
        kinds
    }

    /// Whether it judges some kinds of its family only.
    pub(super) fn is_partial(&self) -> bool {
        !self.kinds.is_empty()
    }

    /// The settings that it reads.
    pub fn settings(&self) -> impl Iterator<Item = &Setting> {
        self.settings.iter()
    }

    /// The expression whose items are what is wrong.
    pub(super) fn faults(&self) -> &str {
        &self.faults
    }

    /// The variable that holds the faults.
    pub(super) fn variable(&self) -> String {
        self.id.replace('-', "_")
    }
}

/// All policies, by id; controls of the Pod Security Standards are among them (`pss-…`).
pub fn policies() -> &'static [Policy] {
    static POLICIES: OnceLock<Vec<Policy>> = OnceLock::new();
    POLICIES.get_or_init(|| found::TEXTS.iter().filter_map(|(id, text)| parse(id, text)).collect())
}

/// The policy of a check or of a control.
pub fn find(id: &str) -> Option<&'static Policy> {
    policies().iter().find(|policy| policy.id == id)
}

/// The shared variables, each after those that it needs.
pub(super) fn shared() -> &'static [Variable] {
    static VARIABLES: OnceLock<Vec<Variable>> = OnceLock::new();
    VARIABLES.get_or_init(|| {
        with_root(SHARED, |root| variables(root.list("variables"))).flatten().unwrap_or_default()
    })
}

fn with_root<T>(text: &str, take: impl FnOnce(Node<'_>) -> T) -> Option<T> {
    let (documents, _) = read(&Text::new(text), &Limits::default());
    documents.first().map(|document| take(document.tree.root()))
}

fn parse(id: &'static str, text: &str) -> Option<Policy> {
    with_root(text, |root| policy(id, root)).flatten()
}

fn policy(id: &'static str, root: Node<'_>) -> Option<Policy> {
    let family = family::find(root.str("judges")?)?;
    let kinds: Vec<String> = texts(root.get("kinds"))?;
    let level = match root.str("level") {
        Some(text) => Some(text.parse().ok()?),
        None => None,
    };
    kinds.iter().all(|kind| family.has(kind)).then_some(())?;
    Some(Policy {
        id,
        title: root.str("title")?.to_owned(),
        caveat: root.str("caveat").map(str::to_owned),
        level,
        instead_of: root.str("insteadOf").map(str::to_owned),
        family,
        kinds,
        settings: root.list("settings").map(setting).collect::<Option<_>>()?,
        variables: variables(root.list("variables"))?,
        faults: root.str("faults")?.trim_end().to_owned(),
    })
}

fn texts(list: Option<Node<'_>>) -> Option<Vec<String>> {
    list.into_iter().flat_map(Node::items).map(|item| item.as_str().map(str::to_owned)).collect()
}

fn setting(node: Node<'_>) -> Option<Setting> {
    let name = node.str("name")?;
    Some(Setting {
        name: name.to_owned(),
        variable: node.str("variable").unwrap_or(name).to_owned(),
        default: Parameter::of(node.get("default")?)?,
    })
}

fn variables<'n>(items: impl Iterator<Item = Node<'n>>) -> Option<Vec<Variable>> {
    let variable = |node: Node<'_>| {
        let expression = node.str("expression")?.trim_end().to_owned();
        Some(Variable { name: node.str("name")?.to_owned(), expression })
    };
    items.map(variable).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_is_understood() {
        for (id, text) in found::TEXTS {
            assert!(parse(id, text).is_some(), "{id}");
        }
        assert_eq!(policies().len(), found::TEXTS.len());
        assert!(!shared().is_empty());
    }

    /// Several policies may become one.
    #[test]
    fn no_two_variables_have_one_name() {
        let mut names: BTreeSet<String> = shared().iter().map(|variable| variable.name.clone()).collect();
        assert_eq!(names.len(), shared().len());
        for policy in policies() {
            let own = policy.variables.iter().map(|variable| variable.name.clone());
            let settings = policy.settings.iter().map(|setting| setting.variable.clone());
            for name in own.chain(settings).chain([policy.variable()]) {
                assert!(names.insert(name.clone()), "{}: `{name}`", policy.id);
            }
        }
    }
}
