//! What policies look up beside the request: what whoever follows a cluster has to follow for them.

use std::collections::BTreeSet;

use seawall_schema::Schemas;

use super::matching::{Rule, Word};
use super::policy::{Policy, Rules};
use super::set::PolicySet;

/// What the policies of a set look up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Roles and their bindings: an expression asks the authorizer.
    pub rights: bool,
    /// Definitions of custom resources: a policy speaks about some, has parameters of such a kind, or changes objects.
    pub definitions: bool,
    /// Group and kind of all parameters.
    pub params: BTreeSet<(String, String)>,
}

impl PolicySet {
    /// What the policies look up.
    pub fn needs(&self) -> Needs {
        let schemas = Schemas::builtin();
        let built_in: BTreeSet<&str> = schemas.resources().map(|resource| resource.group()).collect();
        let mut needs = Needs::default();
        for policy in self.policies() {
            needs.rights |= policy.reads.rights;
            needs.definitions |= speaks_of_custom(policy, &built_in);
            for kind in policy.params.iter().filter(|_| policy.bindings.iter().any(|b| b.params.is_some())) {
                needs.definitions |= !built_in.contains(&*kind.group);
                needs.params.insert((kind.group.to_string(), kind.kind.to_string()));
            }
        }
        needs
    }
}

/// Whether a policy may meet a custom resource, of which only its definition says in which versions there are objects.
fn speaks_of_custom(policy: &Policy, built_in: &BTreeSet<&str>) -> bool {
    let custom = |rule: &Rule| {
        rule.groups.iter().any(|group| match group {
            Word::Any => true,
            Word::Is(group) => !built_in.contains(&**group),
        })
    };
    matches!(policy.rules, Rules::Mutate { .. }) || policy.constraints.rules.iter().any(custom)
}
