//! `policy-without-binding`, `binding-without-policy`, `binding-never-matches`.

use seawall_core::{Route, Severity};
use seawall_inventory::{Completeness, GroupKind, LabelTest, OwnedSelector, Requirement};
use seawall_yaml::Node;

use super::{Context, Lint, LintRule};
use crate::vap::{Constraints, Flavor, GROUP, Rule, Word};

pub(super) static NO_BINDING: LintRule = LintRule {
    id: "policy-without-binding",
    severity: Severity::Medium,
    title: "a policy has no binding",
    why: "without a binding a policy is not in force",
    help: "add a binding that names it, or remove the policy",
};

pub(super) static NO_POLICY: LintRule = LintRule {
    id: "binding-without-policy",
    severity: Severity::High,
    title: "a binding names a policy that does not exist",
    why: "the binding does nothing, and whoever reads it believes that something is in force",
    help: "correct `policyName`",
};

pub(super) static NEVER_MATCHES: LintRule = LintRule {
    id: "binding-never-matches",
    severity: Severity::High,
    title: "a binding excludes everything that its policy is about",
    why: "a request must be meant by both: through this binding the policy is never asked",
    help: "leave out of `matchResources` what the policy says already",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    let subjects = context.subjects;
    for policy in subjects.policies.iter().filter(|own| own.bindings.is_empty()) {
        let place = policy.at(Route::root().keys(&["metadata", "name"]));
        let message = format!("no binding names policy `{}`: it is not in force", policy.resource.name());
        lints.push(Lint::new(&NO_BINDING, place, message));
    }
    for binding in &subjects.bindings {
        let name = binding.resource.root().path(&["spec", "policyName"]).and_then(Node::as_str);
        let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
        let Some(policy) = binding.policy.and_then(|place| subjects.policies.get(place)) else {
            let kind = match binding.flavor {
                Flavor::Validating => "ValidatingAdmissionPolicy",
                Flavor::Mutating => "MutatingAdmissionPolicy",
            };
            let near = seawall_core::suggest::hint(
                name,
                subjects
                    .policies
                    .iter()
                    .filter(|own| own.flavor == binding.flavor)
                    .map(|own| own.resource.name()),
            );
            // A folder may hold bindings only; where there are policies, or all of a cluster, one is missing.
            let complete =
                context.inventory.completeness(GroupKind::new(GROUP, kind)) == Completeness::Complete;
            let mut lint = Lint::new(
                &NO_POLICY,
                binding.at(Route::root().keys(&["spec", "policyName"])),
                format!("there is no {kind} `{name}` here{near}"),
            );
            if !complete && near.is_empty() {
                lint.severity = Severity::Medium;
                lint.confidence = seawall_core::Confidence::Medium;
            }
            lints.push(lint);
            continue;
        };
        let (Ok(policy), Ok(read)) = (&policy.read, &binding.read) else { continue };
        let Some(own) = &read.resources else { continue };
        if let Some((field, message)) = contradiction(&policy.constraints, own) {
            let route = Route::root().keys(&["spec", "matchResources", field]);
            lints.push(Lint::new(&NEVER_MATCHES, binding.at(route), message));
        }
    }
}

/// Why nothing is meant by both.
fn contradiction(policy: &Constraints, binding: &Constraints) -> Option<(&'static str, String)> {
    let selectors = [
        ("namespaceSelector", &policy.namespaces, &binding.namespaces),
        ("objectSelector", &policy.objects, &binding.objects),
    ];
    for (field, one, other) in selectors {
        // Objects at cluster scope are in no namespace, and no selector of namespaces excludes them.
        let all_in_namespaces = field == "objectSelector" || policy.rules.iter().all(is_namespaced);
        if let Some(label) = conflict(one, other).filter(|_| all_in_namespaces) {
            return Some((
                field,
                format!("the policy and this binding demand different things of label `{label}`"),
            ));
        }
    }
    let apart = !binding.rules.is_empty()
        && policy
            .rules
            .iter()
            .all(|one| binding.rules.iter().all(|other| are_apart(one, other, policy, binding)));
    apart.then(|| {
        ("resourceRules", "no rule of this binding takes anything that a rule of the policy takes".to_owned())
    })
}

fn is_namespaced(rule: &Rule) -> bool {
    const CLUSTER: [&str; 3] = ["namespaces", "nodes", "persistentvolumes"];
    rule.groups.iter().all(|group| matches!(group, Word::Is(group) if group.is_empty() || **group == *"apps" || **group == *"batch"))
        && rule.resources.iter().all(|(resource, _)| {
            matches!(resource, Word::Is(resource) if !CLUSTER.contains(&&**resource) && **resource != *"componentstatuses")
        })
}

/// A label of which two selectors demand what cannot both be.
fn conflict<'s>(one: &'s OwnedSelector, other: &'s OwnedSelector) -> Option<&'s str> {
    one.0.iter().find_map(|first| {
        let same = other.0.iter().chain(&one.0).filter(|second| second.key == first.key);
        same.into_iter().any(|second| excludes(first, second)).then_some(&*first.key)
    })
}

fn excludes(one: &Requirement, other: &Requirement) -> bool {
    match (&one.test, &other.test) {
        (LabelTest::In(one), LabelTest::In(other)) => !one.iter().any(|value| other.contains(value)),
        (LabelTest::In(one), LabelTest::NotIn(other)) | (LabelTest::NotIn(other), LabelTest::In(one)) => {
            one.iter().all(|value| other.contains(value))
        }
        (LabelTest::In(_) | LabelTest::Exists, LabelTest::DoesNotExist)
        | (LabelTest::DoesNotExist, LabelTest::In(_) | LabelTest::Exists) => true,
        _ => false,
    }
}

/// Whether no request is taken by both. Other versions of a resource are the same where either side says so.
fn are_apart(one: &Rule, other: &Rule, policy: &Constraints, binding: &Constraints) -> bool {
    let words = |one: &[Word], other: &[Word]| {
        !one.iter().any(|word| other.iter().any(|own| word == own || *word == Word::Any || *own == Word::Any))
    };
    let parts = |one: &(Word, Word), other: &(Word, Word)| {
        let fits = |one: &Word, other: &Word| one == other || *one == Word::Any || *other == Word::Any;
        fits(&one.0, &other.0) && fits(&one.1, &other.1)
    };
    let operations = match (&one.operations, &other.operations) {
        (Some(one), Some(other)) => !one.iter().any(|operation| other.contains(operation)),
        _ => false,
    };
    let resources = !one.resources.iter().any(|own| other.resources.iter().any(|second| parts(own, second)));
    let same_group = policy.equivalent || binding.equivalent;
    operations
        || resources
        || (words(&one.groups, &other.groups) && !same_group)
        || (words(&one.versions, &other.versions) && !same_group)
        || (!one.names.is_empty()
            && !other.names.is_empty()
            && !one.names.iter().any(|name| other.names.contains(name)))
}
