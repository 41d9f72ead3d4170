//! Admission policies that refuse pods that own their node, as far as that can be told from their text.
//!
//! A policy counts for what its text is known to forbid, and for nothing else: expressions and patterns are compared with
//! the forms in which the documentation of Kubernetes and the libraries of Kyverno write them. Anything that narrows a
//! policy in a way that is not followed here (conditions, selectors of objects, parameters, exceptions) leaves it out.

mod cel;
mod kyverno;
mod selector;

use std::collections::BTreeMap;

use seawall_inventory::{GroupKind, Resource};
use seawall_yaml::Node;

use crate::names::{Name, Names};

pub(crate) use selector::SpaceSelector;

/// What is forbidden, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Forbids(u8);

impl Forbids {
    pub(crate) const NOTHING: Forbids = Forbids(0);
    /// Privileged containers.
    const PRIVILEGED: Forbids = Forbids(1);
    /// Privileged init containers.
    const INIT_PRIVILEGED: Forbids = Forbids(2);
    /// Paths of the node as volumes.
    const HOST_PATHS: Forbids = Forbids(4);
    /// Capabilities beyond the default ones, of containers.
    const CAPABILITIES: Forbids = Forbids(8);
    /// The same of init containers.
    const INIT_CAPABILITIES: Forbids = Forbids(16);
    /// All of them: what Pod Security's `baseline` forbids of what owns a node.
    pub(crate) const ALL: Forbids = Forbids(31);

    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Forbids(self.0 | other.0)
    }

    pub(crate) const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A ValidatingAdmissionPolicy.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Policy {
    forbids: Forbids,
    spaces: SpaceSelector,
}

/// A binding of one that denies.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Binding {
    policy: Name,
    spaces: SpaceSelector,
}

/// A policy of Kyverno that enforces.
#[derive(Clone, Debug, PartialEq, Eq)]
struct KyvernoPolicy {
    forbids: Forbids,
    /// Namespaces that it leaves out, `*` and `?` as wildcards.
    excluded: Vec<String>,
    /// The only namespace that it is for.
    own: Option<Name>,
}

/// What is known to be forbidden.
#[derive(Clone, Debug, Default)]
pub(crate) struct AdmissionStore {
    policies: BTreeMap<Name, Policy>,
    bindings: BTreeMap<Name, Binding>,
    kyverno: BTreeMap<(Name, Name, Name), KyvernoPolicy>,
}

/// Which policies judge pods of a namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) forbids: Forbids,
    /// What is left without Kubernetes' own policies, and without the ClusterPolicies of Kyverno.
    pub(crate) without_native: Forbids,
    pub(crate) without_kyverno: Forbids,
    /// `ValidatingAdmissionPolicy/no-privileged`, sorted.
    pub(crate) by: Vec<String>,
}

const ADMISSION: &str = "admissionregistration.k8s.io";
const KYVERNO: &str = "kyverno.io";
const NATIVE: &str = "ValidatingAdmissionPolicy";

impl AdmissionStore {
    pub(crate) fn put(&mut self, names: &mut Names, resource: &Resource) {
        let kind = resource.group_kind();
        if ![ADMISSION, KYVERNO].contains(&kind.group) {
            return;
        }
        let name = names.intern(resource.name());
        match (kind.group, kind.kind) {
            (ADMISSION, NATIVE) => {
                if let Some(policy) = policy(resource) {
                    self.policies.insert(name, policy);
                }
            }
            (ADMISSION, "ValidatingAdmissionPolicyBinding") => {
                if let Some(binding) = binding(resource, names) {
                    self.bindings.insert(name, binding);
                }
            }
            (KYVERNO, "ClusterPolicy" | "Policy") => {
                let Some((forbids, excluded)) = kyverno::read(resource) else { return };
                let space = names.intern(resource.namespace().unwrap_or("default"));
                let own = (kind.kind == "Policy").then_some(space);
                let kind = names.intern(kind.kind);
                self.kyverno.insert((kind, space, name), KyvernoPolicy { forbids, excluded, own });
            }
            _ => {}
        }
    }

    pub(crate) fn take(&mut self, names: &Names, kind: GroupKind<'_>, namespace: &str, name: &str) {
        if ![ADMISSION, KYVERNO].contains(&kind.group) {
            return;
        }
        let Some(name) = names.find(name) else { return };
        match (kind.group, kind.kind) {
            (ADMISSION, NATIVE) => drop(self.policies.remove(&name)),
            (ADMISSION, "ValidatingAdmissionPolicyBinding") => drop(self.bindings.remove(&name)),
            (KYVERNO, word) => {
                if let (Some(kind), Some(space)) = (names.find(word), names.find(namespace)) {
                    self.kyverno.remove(&(kind, space, name));
                }
            }
            _ => {}
        }
    }

    /// How many objects are judged: bindings of policies that are known to forbid something, and policies of Kyverno.
    pub(crate) fn judged(&self) -> usize {
        let known = |binding: &&Binding| self.policies.contains_key(&binding.policy);
        self.bindings.values().filter(known).count() + self.kyverno.len()
    }

    /// What pods of a namespace may not be; its labels decide which policies are for it.
    pub(crate) fn judge(&self, names: &Names, namespace: Name, labels: &[(Name, Name)]) -> Judged {
        let mut judged = Judged::default();
        let mut add = |forbids: Forbids, kind: &str, by: String| {
            judged.forbids = judged.forbids.and(forbids);
            if kind != NATIVE {
                judged.without_native = judged.without_native.and(forbids);
            }
            if kind != "ClusterPolicy" {
                judged.without_kyverno = judged.without_kyverno.and(forbids);
            }
            judged.by.push(by);
        };
        for binding in self.bindings.values() {
            let Some(policy) = self.policies.get(&binding.policy) else { continue };
            let text = |pair: &(Name, Name)| (names.text(pair.0), names.text(pair.1));
            let labels: Vec<(&str, &str)> = labels.iter().map(text).collect();
            let space = names.text(namespace);
            if policy.spaces.matches(space, &labels) && binding.spaces.matches(space, &labels) {
                add(policy.forbids, NATIVE, format!("{NATIVE}/{}", names.text(binding.policy)));
            }
        }
        for ((kind, space, name), policy) in &self.kyverno {
            if policy.own.is_none_or(|own| own == namespace)
                && !policy.excluded.iter().any(|pattern| kyverno::fits(pattern, names.text(namespace)))
            {
                let place =
                    if policy.own.is_some() { format!("{}/", names.text(*space)) } else { String::new() };
                let kind = names.text(*kind);
                add(policy.forbids, kind, format!("{kind}/{place}{}", names.text(*name)));
            }
        }
        judged.by.sort();
        judged.by.dedup();
        judged
    }
}

/// A policy that applies to every pod that is made, with what its expressions are known to forbid.
fn policy(resource: &Resource) -> Option<Policy> {
    let spec = resource.root().get("spec")?;
    let open = spec.str("failurePolicy") == Some("Ignore")
        || spec.get("paramKind").is_some()
        || spec.list("matchConditions").next().is_some();
    if open {
        return None;
    }
    let spaces = constraints(spec.get("matchConstraints")?, Rules::Needed)?;
    let mut variables = BTreeMap::new();
    for variable in spec.list("variables") {
        if let (Some(name), Some(expression)) = (variable.str("name"), variable.str("expression")) {
            variables.insert(name, expression);
        }
    }
    let expressions = spec.list("validations").filter_map(|validation| validation.str("expression"));
    let forbids = expressions
        .map(|expression| cel::forbids(expression, &variables))
        .fold(Forbids::NOTHING, Forbids::and);
    (forbids != Forbids::NOTHING).then_some(Policy { forbids, spaces })
}

fn binding(resource: &Resource, names: &mut Names) -> Option<Binding> {
    let spec = resource.root().get("spec")?;
    let denies = spec.list("validationActions").any(|action| action.as_str() == Some("Deny"));
    if !denies || spec.get("paramRef").is_some() {
        return None;
    }
    let spaces = match spec.get("matchResources") {
        Some(constraints_) => constraints(constraints_, Rules::Optional)?,
        None => SpaceSelector::default(),
    };
    Some(Binding { policy: names.intern(spec.str("policyName")?), spaces })
}

/// Whether rules must be there: those of a binding only narrow those of its policy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rules {
    Needed,
    Optional,
}

/// The namespaces that constraints are for; `None` when they do not hold for every pod that is made there.
fn constraints(constraints: Node<'_>, rules: Rules) -> Option<SpaceSelector> {
    let empty = |key: &str| constraints.get(key).is_none_or(|node| node.is_empty());
    if !empty("objectSelector") || constraints.list("excludeResourceRules").next().is_some() {
        return None;
    }
    let has = |rule: Node<'_>, key: &str, wanted: &str| {
        rule.list(key).filter_map(Node::as_str).any(|word| word == "*" || word == wanted)
    };
    let pods = |rule: Node<'_>| {
        rule.list("apiGroups").filter_map(Node::as_str).any(|word| word == "*" || word.is_empty())
            && has(rule, "resources", "pods")
            && has(rule, "operations", "CREATE")
            && has(rule, "apiVersions", "v1")
            && rule.list("resourceNames").next().is_none()
    };
    let mut written = constraints.list("resourceRules").peekable();
    if written.peek().is_none() {
        if rules == Rules::Needed {
            return None;
        }
    } else if !written.any(pods) {
        return None;
    }
    SpaceSelector::read(constraints.get("namespaceSelector"))
}
