//! What a webhook has to be asked about so that policies which mutate can run behind it.

use super::PolicySet;
use super::matching::{Rule, Scope, Word};
use crate::admission::{Operation, Request};

/// Operations on resources, in the words of a webhook configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceRule {
    /// What is done.
    pub operations: Vec<Operation>,
    /// Groups; `*` is any.
    pub groups: Vec<String>,
    /// Versions; `*` is any.
    pub versions: Vec<String>,
    /// Resources, and parts of them behind a slash; `*` is any.
    pub resources: Vec<String>,
    /// Where they live; `None` for both.
    pub namespaced: Option<bool>,
}

/// All that such a policy may name: there is nothing to change in what is deleted.
const OPERATIONS: [Operation; 3] = [Operation::Create, Operation::Update, Operation::Connect];

impl PolicySet {
    /// The names of the policies that change objects.
    pub fn mutating(&self) -> impl Iterator<Item = &str> {
        self.mutating.iter().map(|policy| &*policy.name)
    }

    /// Whether any policy may change the object of a request, by its resource and operation.
    pub fn may_change(&self, request: &Request<'_>) -> bool {
        !self.mutating.about(request.resource.0, request.resource.2, request.operation).is_empty()
    }

    /// The rules of the policies that change objects, each once. Names of objects and selectors of policies and bindings
    /// are left out: a webhook is asked about more than they mean, never about less.
    pub fn mutated(&self) -> Vec<ResourceRule> {
        let mut rules: Vec<ResourceRule> = Vec::new();
        for rule in self.mutating.iter().flat_map(|policy| &policy.constraints.rules).map(asked) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        rules
    }
}

fn asked(rule: &Rule) -> ResourceRule {
    let text = |word: &Word| match word {
        Word::Any => "*".to_owned(),
        Word::Is(text) => text.to_string(),
    };
    let texts = |words: &[Word]| words.iter().map(text).collect();
    let resource = |(whole, part): &(Word, Word)| match part {
        Word::Is(part) if part.is_empty() => text(whole),
        part => format!("{}/{}", text(whole), text(part)),
    };
    ResourceRule {
        operations: OPERATIONS.into_iter().filter(|operation| rule.takes_operation(*operation)).collect(),
        groups: texts(&rule.groups),
        versions: texts(&rule.versions),
        resources: rule.resources.iter().map(resource).collect(),
        namespaced: match rule.scope {
            Scope::Any => None,
            Scope::Cluster => Some(false),
            Scope::Namespaced => Some(true),
        },
    }
}
