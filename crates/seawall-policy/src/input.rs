//! What is wrong with objects as a set of rules, whatever each of them says: kinds that look like policies and are none that
//! is understood, and names that occur twice.
//!
//! Invariant: a set of rules with a hole is an error, for whoever reads it would be told that all is well. What stands around
//! policies (parameters, definitions, namespaces, workloads) is none of this.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use seawall_core::{OriginKind, Problem, ProblemSeverity, Route};
use seawall_inventory::{Inventory, Resource};

use crate::vap::GROUP;
use seawall_core::suggest::{hint, nearest};

/// Policies and bindings.
const POLICIES: [&str; 4] = [
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
];

/// The other kinds of their group; they say who is asked, and nothing of what is allowed.
const WEBHOOKS: [&str; 2] = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];

const TEMPLATE: &str = "ConstraintTemplate";

/// Groups of Gatekeeper.
const GATEKEEPER: [&str; 9] = [
    "config.gatekeeper.sh",
    "connection.gatekeeper.sh",
    "constraints.gatekeeper.sh",
    "expansion.gatekeeper.sh",
    "externaldata.gatekeeper.sh",
    "mutations.gatekeeper.sh",
    "status.gatekeeper.sh",
    "syncset.gatekeeper.sh",
    "templates.gatekeeper.sh",
];

const UNDERSTOOD: &str = "understood are ValidatingAdmissionPolicy, MutatingAdmissionPolicy and their bindings, and \
                          templates and constraints of Gatekeeper";

/// Objects that look like policies and are of no kind that is understood. Errors; of a cluster, which may have other engines
/// beside, warnings.
pub fn foreign(inventory: &Inventory) -> Vec<Problem> {
    inventory.resources().iter().filter_map(problem).collect()
}

fn problem(resource: &Resource) -> Option<Problem> {
    let hint = fault(resource.group(), resource.kind())?;
    let severity = match resource.origin().kind {
        OriginKind::File | OriginKind::Rendered => ProblemSeverity::Error,
        OriginKind::Snapshot | OriginKind::Cluster => ProblemSeverity::Warning,
    };
    let message = format!(
        "kind `{}` of `{}` is no policy that is understood here{hint}; {UNDERSTOOD}",
        resource.kind(),
        resource.subject().api_version
    );
    Some(placed(Problem::new(severity, message), resource, &Route::root().key("kind")))
}

/// What to do about a kind that looks like a policy and is not understood; `None` for any other.
fn fault(group: &str, kind: &str) -> Option<String> {
    let among = |known: &[&'static str]| (!known.contains(&kind)).then(|| hint(kind, known.iter().copied()));
    match group {
        GROUP if WEBHOOKS.contains(&kind) => None,
        GROUP => among(&POLICIES),
        "templates.gatekeeper.sh" => among(&[TEMPLATE]),
        "config.gatekeeper.sh" => among(&["Config"]),
        "policy.sigstore.dev" => {
            Some("; policies over images go to `--image-policies` of `seawall admit`".to_owned())
        }
        _ if GATEKEEPER.contains(&group) => None,
        _ if is_below(group, "gatekeeper.sh") => Some(hint(group, GATEKEEPER)),
        // Reports and requests are what its controllers write.
        _ if is_below(group, "kyverno.io") && !kind.ends_with("Report") && !kind.ends_with("Request") => {
            Some("; Kyverno's kinds are not: write it as a ValidatingAdmissionPolicy".to_owned())
        }
        _ if is_below(group, "kubewarden.io") => {
            Some("; Kubewarden's kinds are not: write it as a ValidatingAdmissionPolicy".to_owned())
        }
        _ if nearest(kind, POLICIES).is_some() => Some(format!("; its group is `{GROUP}`")),
        _ if kind == TEMPLATE => Some("; its group is `templates.gatekeeper.sh`".to_owned()),
        _ => None,
    }
}

fn is_below(group: &str, domain: &str) -> bool {
    group.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Policies, bindings, templates and constraints of one kind and name: who wrote the second one believes in it, and only one
/// can be in force.
pub fn duplicates(inventory: &Inventory) -> Vec<Problem> {
    let mut seen: HashMap<(&str, &str, &str), &Resource> = HashMap::new();
    let mut problems = Vec::new();
    for resource in inventory.resources().iter().filter(|resource| is_rule(resource)) {
        match seen.entry((resource.group(), resource.kind(), resource.name())) {
            Entry::Vacant(entry) => {
                entry.insert(resource);
            }
            Entry::Occupied(first) => problems.push(twice(first.get(), resource)),
        }
    }
    problems
}

/// Whether it can be told from others by its kind and name, and is one of those that judge.
fn is_rule(resource: &Resource) -> bool {
    let judges = match resource.group() {
        GROUP => POLICIES.contains(&resource.kind()),
        group => matches!(group, "templates.gatekeeper.sh" | "constraints.gatekeeper.sh"),
    };
    judges && resource.root().path(&["metadata", "name"]).is_some_and(|name| name.as_str().is_some())
}

/// What is said of the second of two objects of one kind and name.
pub fn twice(first: &Resource, second: &Resource) -> Problem {
    let origin = first.origin();
    let message = format!(
        "{} `{}` is here twice, the other one in `{}` (line {}): only one can be in force",
        second.kind(),
        second.name(),
        origin.file,
        origin.line
    );
    let problem = Problem::new(ProblemSeverity::Error, message);
    placed(problem, second, &Route::root().keys(&["metadata", "name"]))
}

fn placed(problem: Problem, resource: &Resource, route: &Route) -> Problem {
    let problem = problem.in_file(&resource.origin().file);
    match resource.position(route) {
        Some(position) => problem.at(position),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_policy_and_is_none_is_told() {
        for (group, kind, told) in [
            (GROUP, "ValidatingAdmisionPolicy", Some("did you mean `ValidatingAdmissionPolicy`?")),
            (
                GROUP,
                "ValidatingAdmissionPolicyBindng",
                Some("did you mean `ValidatingAdmissionPolicyBinding`?"),
            ),
            (GROUP, "Other", Some("")),
            ("admisionregistration.k8s.io", "ValidatingAdmissionPolicy", Some("its group is")),
            ("kyverno.io", "ClusterPolicy", Some("Kyverno")),
            ("policies.kyverno.io", "ValidatingPolicy", Some("Kyverno")),
            ("policies.kubewarden.io", "ClusterAdmissionPolicy", Some("Kubewarden")),
            ("policy.sigstore.dev", "ClusterImagePolicy", Some("--image-policies")),
            ("template.gatekeeper.sh", TEMPLATE, Some("did you mean `templates.gatekeeper.sh`?")),
            ("templates.gatekeeper.sh", "ConstrainTemplate", Some("did you mean `ConstraintTemplate`?")),
            (GROUP, "ValidatingAdmissionPolicy", None),
            (GROUP, "ValidatingWebhookConfiguration", None),
            ("constraints.gatekeeper.sh", "OwnerLabel", None),
            ("templates.gatekeeper.sh", TEMPLATE, None),
            ("reports.kyverno.io", "EphemeralReport", None),
            ("kyverno.io", "UpdateRequest", None),
            ("", "ConfigMap", None),
            ("notkyverno.io", "ClusterPolicy", None),
            ("policy", "PodDisruptionBudget", None),
            ("networking.k8s.io", "NetworkPolicy", None),
        ] {
            let found = fault(group, kind);
            match told {
                None => assert_eq!(found, None, "{group} {kind}"),
                Some(told) => assert!(found.is_some_and(|found| found.contains(told)), "{group} {kind}"),
            }
        }
    }
}
