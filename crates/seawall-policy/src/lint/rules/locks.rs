//! `can-lock-cluster`: a policy that can refuse what the control plane itself writes.

use seawall_core::{Route, Severity};
use seawall_yaml::Node;

use super::{Context, Lint, LintRule};
use crate::admission::{Action, Operation, Request, Unseen, User};
use crate::lint::subject::Subject;
use crate::vap::{FailurePolicy, Flavor, Matched, Word, World};

pub(super) static RULE: LintRule = LintRule {
    id: "can-lock-cluster",
    severity: Severity::High,
    title: "a policy can refuse what the control plane writes",
    why: "with `failurePolicy: Fail` one error in it stops leases and nodes, and with them every controller: nothing repairs the cluster but a change of the policy itself",
    help: "name the resources that are meant, or exclude `kube-system` and `kube-node-lease`",
};

/// What keeps a cluster alive: the leases of the components and of nodes.
const LEASES: [(&str, &str); 2] = [("kube-system", "kube-controller-manager"), ("kube-node-lease", "node")];

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in &context.subjects.policies {
        let Ok(policy) = &subject.read else { continue };
        // Whoever names leases means them; a condition may say anything.
        let rules = &policy.constraints.rules;
        let wide = rules.iter().any(|rule| rule.resources.iter().any(|(resource, _)| *resource == Word::Any));
        if !wide || policy.failure != FailurePolicy::Fail || !policy.conditions.is_empty() {
            continue;
        }
        let bindings: Vec<_> = context.subjects.bindings_of(subject).map(|(_, binding)| binding).collect();
        let acts = |binding: &&&crate::vap::Binding| {
            subject.flavor == Flavor::Mutating || binding.actions.contains(&Action::Deny)
        };
        let Some((namespace, _)) = LEASES.into_iter().find(|(namespace, name)| {
            is_asked(context.world, subject, None, namespace, name)
                && bindings
                    .iter()
                    .filter(acts)
                    .any(|binding| is_asked(context.world, subject, Some(binding), namespace, name))
        }) else {
            continue;
        };
        let route = Route::root().keys(&["spec", "matchConstraints"]);
        let message = format!(
            "the policy is asked about leases in `{namespace}`, and refuses them when it fails (`failurePolicy: Fail`)"
        );
        lints.push(Lint::new(&RULE, subject.at(route), message));
    }
}

/// Whether the renewal of a lease is meant: by the policy, or by one of its bindings.
fn is_asked(
    world: &World<'_>,
    subject: &Subject<'_>,
    binding: Option<&crate::vap::Binding>,
    namespace: &str,
    name: &str,
) -> bool {
    let Ok(policy) = &subject.read else { return false };
    let constraints = match binding {
        None => &policy.constraints,
        Some(binding) => match &binding.resources {
            None => return true,
            Some(own) => own,
        },
    };
    let object = seawall_schema::Value::map();
    let tree = object.to_tree();
    let lease: Option<Node<'_>> = Some(tree.root());
    let request = Request {
        uid: "",
        operation: Operation::Update,
        kind: ("coordination.k8s.io", "v1", "Lease"),
        resource: ("coordination.k8s.io", "v1", "leases"),
        subresource: "",
        request_kind: None,
        request_resource: None,
        request_subresource: None,
        name,
        namespace,
        user: User { name: "system:kube-controller-manager", ..User::default() },
        object: lease,
        old_object: lease,
        options: None,
        dry_run: false,
        unseen: Unseen::default(),
    };
    matches!(constraints.judge(&request, world), Matched::Yes(_))
}
