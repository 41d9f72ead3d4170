//! A small cluster made of texts, and requests to it.

use std::sync::Arc;

use seawall_core::{Origin, OriginKind, Problem};
use seawall_inventory::{GroupKind, Inventory, InventoryBuilder, Resource};
use seawall_policy::admission::{Decision, Operation, Request, Unseen, User};
use seawall_policy::vap::{PolicySet, World};
use seawall_rbac::Rbac;
use seawall_yaml::{Limits, NodeId, Text, Tree, read};

/// Policies and what is around them.
pub(crate) struct Cluster {
    pub(crate) inventory: Inventory,
    pub(crate) policies: PolicySet,
    pub(crate) problems: Vec<Problem>,
    rbac: Rbac,
}

/// One request; what is not said is a new ConfigMap `thing` in `default` by `alice`.
pub(crate) struct Ask<'t> {
    pub(crate) operation: Operation,
    pub(crate) resource: (&'t str, &'t str, &'t str),
    pub(crate) kind: (&'t str, &'t str, &'t str),
    pub(crate) subresource: &'t str,
    pub(crate) name: &'t str,
    pub(crate) namespace: &'t str,
    pub(crate) user: &'t str,
    pub(crate) object: Option<&'t str>,
    pub(crate) old: Option<&'t str>,
    pub(crate) unseen: Unseen,
}

pub(crate) const ASK: Ask<'static> = Ask {
    operation: Operation::Create,
    resource: ("", "v1", "configmaps"),
    kind: ("", "v1", "ConfigMap"),
    subresource: "",
    name: "thing",
    namespace: "default",
    user: "alice",
    object: Some(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: thing, namespace: default}, data: {count: '5'}}",
    ),
    old: None,
    unseen: Unseen { object: false, old_object: false },
};

pub(crate) fn tree(text: &str) -> Tree {
    let (mut documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    documents.remove(0).tree
}

/// All kinds are complete but those that are named.
fn inventory(text: &str, complete: bool) -> Inventory {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut builder = InventoryBuilder::new();
    if complete {
        builder.complete();
    }
    builder.partial_kind(GroupKind::new("rbac.authorization.k8s.io", "ClusterRole"));
    for (number, document) in (0u32..).zip(documents) {
        let origin =
            Origin { file: "cluster.yaml".into(), document: number, line: 1, kind: OriginKind::File };
        let resource = Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None);
        assert!(resource.is_ok(), "{resource:?}");
        resource.into_iter().for_each(|resource| builder.push(resource));
    }
    builder.build()
}

impl Cluster {
    /// A cluster that holds exactly these objects and the namespace `default`.
    pub(crate) fn new(text: &str) -> Self {
        Self::of(inventory(&format!("{DEFAULT}\n---\n{text}"), true))
    }

    /// A folder: other objects may be elsewhere.
    pub(crate) fn folder(text: &str) -> Self {
        Self::of(inventory(text, false))
    }

    fn of(inventory: Inventory) -> Self {
        let (policies, problems) = PolicySet::read(&inventory);
        let (rbac, _) = Rbac::build(&inventory);
        Cluster { inventory, policies, problems, rbac }
    }

    pub(crate) fn ask(&self, ask: &Ask<'_>) -> Decision {
        self.with_request(ask, |request, world| self.policies.judge(request, world))
    }

    pub(crate) fn with_request<T>(
        &self,
        ask: &Ask<'_>,
        judge: impl FnOnce(&Request<'_>, &World<'_>) -> T,
    ) -> T {
        let (object, old) = (ask.object.map(tree), ask.old.map(tree));
        let request = Request {
            uid: "",
            operation: ask.operation,
            kind: ask.kind,
            resource: ask.resource,
            subresource: ask.subresource,
            request_kind: None,
            request_resource: None,
            request_subresource: None,
            name: ask.name,
            namespace: ask.namespace,
            user: User { name: ask.user, groups: vec!["system:authenticated"], ..User::default() },
            object: object.as_ref().map(Tree::root),
            old_object: old.as_ref().map(Tree::root),
            options: None,
            dry_run: false,
            unseen: ask.unseen,
        };
        judge(&request, &World::new(&self.inventory, Some(&self.rbac)))
    }

    /// The texts of the refusals.
    pub(crate) fn refusals(&self) -> Vec<String> {
        self.policies.refusals().iter().map(ToString::to_string).collect()
    }
}

const DEFAULT: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: default, labels: {env: dev}}}";

/// A policy on new and changed ConfigMaps with this rest of its spec, and a binding that denies.
pub(crate) fn policy(rest: &str) -> String {
    bound(rest, "validationActions: [Deny]")
}

/// The same with a binding of this rest.
pub(crate) fn bound(rest: &str, binding: &str) -> String {
    format!(
        r"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: p}}
spec:
  matchConstraints:
    resourceRules:
    - {{apiGroups: [''], apiVersions: [v1], resources: [configmaps], operations: [CREATE, UPDATE]}}
  {}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: b}}
spec:
  policyName: p
  {}
",
        rest.trim().replace('\n', "\n  "),
        binding.trim().replace('\n', "\n  ")
    )
}

/// The texts of the denials, without the policy and the binding before them.
pub(crate) fn denials(decision: &Decision) -> Vec<&str> {
    decision
        .denials
        .iter()
        .map(|denial| denial.message.split_once("denied request: ").map_or("", |(_, tail)| tail))
        .collect()
}

/// What a policy with this rest of its spec denies to the usual request.
pub(crate) fn denied(rest: &str) -> Vec<String> {
    let cluster = Cluster::new(&policy(rest));
    assert_eq!(cluster.refusals(), Vec::<String>::new(), "{rest}");
    denials(&cluster.ask(&ASK)).into_iter().map(str::to_owned).collect()
}
