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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use seawall_core::{Origin, OriginKind};
    use seawall_inventory::{InventoryBuilder, Resource};

    use super::*;
    use crate::tests_support::tree;

    /// What one policy needs, of which these parts are said.
    fn needs(groups: &str, expression: &str, param_kind: &str, param_ref: &str) -> Needs {
        let policy = format!(
            "{{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {{name: p}}, spec: {{{param_kind} \
             matchConstraints: {{resourceRules: [{{apiGroups: {groups}, apiVersions: [v1], operations: [CREATE], resources: [x]}}]}}, \
             validations: [{{expression: \"{expression}\"}}]}}}}"
        );
        let binding = format!(
            "{{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {{name: p}}, \
             spec: {{policyName: p, {param_ref} validationActions: [Deny]}}}}"
        );
        let mut builder = InventoryBuilder::new();
        for text in [policy, binding] {
            let tree = Arc::new(tree(&text));
            let origin = Origin { file: "p".into(), document: 0, line: 1, kind: OriginKind::File };
            let root = tree.root().id();
            builder.push(Resource::new(tree, root, origin, None).unwrap());
        }
        let (set, problems) = PolicySet::read(&builder.build());
        assert!(problems.is_empty(), "{problems:?}");
        set.needs()
    }

    #[test]
    fn only_what_a_policy_looks_up_is_needed() {
        assert_eq!(needs("['', apps]", "true", "", ""), Needs::default());
        assert_eq!(PolicySet::default().needs(), Needs::default());
        assert!(
            needs("['*']", "true", "", "").definitions && needs("[shop.example]", "true", "", "").definitions
        );
        let asks = "authorizer.group('').resource('pods').check('get').allowed()";
        assert_eq!(needs("['']", asks, "", ""), Needs { rights: true, ..Needs::default() });
        let kind = |group: &str| format!("paramKind: {{apiVersion: {group}v1, kind: Limit}},");
        let reference = "paramRef: {name: a, parameterNotFoundAction: Deny},";
        let custom = needs("['']", "true", &kind("shop.example/"), reference);
        let params = [("shop.example".to_owned(), "Limit".to_owned())].into();
        assert_eq!(custom, Needs { rights: false, definitions: true, params });
        let unused = needs("['']", "true", &kind(""), "");
        assert!(unused.params.is_empty(), "a binding without a reference has no parameters");
    }
}
