//! Roles and bindings as one value to which objects are applied.

mod aggregation;
mod apply;
mod binding;
mod expected;
mod index;
mod role;
mod rule_sets;

use std::collections::HashMap;

use seawall_core::{Problem, ProblemSeverity};
use seawall_inventory::{Completeness, GroupKind, Inventory, Resource};

pub use binding::{Binding, BindingId, ObjectRef, Scope, SubjectId};
pub use role::{Role, RoleId, RoleKind, RuleEvidence};
pub use rule_sets::RuleSetId;

use crate::symbols::Symbols;
use crate::{Rule, Subject, Sym};
use aggregation::Aggregated;
use binding::BindingKey;
use index::Index;
use role::{RoleKey, RoleSlot};
use rule_sets::RuleSets;

pub(crate) const RBAC_GROUP: &str = "rbac.authorization.k8s.io";
/// Where an object without a namespace goes that needs one.
const DEFAULT_NAMESPACE: &str = "default";

/// Whether the group `system:masters` may do everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MastersRule {
    /// As the API server does.
    #[default]
    MayEverything,
    /// Only what bindings say, as the RBAC authorizer alone would.
    BindingsOnly,
}

/// Who may do what.
#[derive(Clone, Debug, Default)]
pub struct Rbac {
    pub(crate) symbols: Symbols,
    pub(crate) masters: MastersRule,
    role_ids: HashMap<RoleKey, RoleId>,
    roles: Vec<RoleSlot>,
    pub(crate) rule_sets: RuleSets,
    aggregated: Aggregated,
    /// All ClusterRoles are here: those of a control plane that are not are known to be absent.
    has_all_roles: bool,
    subject_ids: HashMap<Subject, SubjectId>,
    subjects: Vec<Subject>,
    binding_ids: HashMap<BindingKey, BindingId>,
    bindings: Vec<Option<Binding>>,
    free_bindings: Vec<BindingId>,
    pub(crate) index: Index,
}

impl Rbac {
    /// Reads all roles and bindings. Of several objects of one identity the first counts. Where the inventory does not
    /// have all ClusterRoles (files, or a cluster that did not give them), those that every control plane has are
    /// assumed ([`Role::is_assumed`]): a binding to `cluster-admin` grants everything in a folder too. So they are where
    /// objects come one by one to a default value.
    pub fn build(inventory: &Inventory) -> (Rbac, Vec<Problem>) {
        let mut rbac = Rbac::default();
        let mut problems = Vec::new();
        let roles = inventory.completeness(GroupKind::new(RBAC_GROUP, "ClusterRole"));
        rbac.has_all_roles = roles == Completeness::Complete;
        for kind in ["ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"] {
            for resource in inventory.of_kind_any_group(kind) {
                if rbac.holds(resource) {
                    problems.push(
                        Problem::new(
                            ProblemSeverity::Warning,
                            format!(
                                "another `{kind}` is called `{}` and was read first; this one is not used",
                                resource.name()
                            ),
                        )
                        .in_file(&resource.origin().file),
                    );
                    continue;
                }
                problems.extend(rbac.put(resource));
            }
        }
        problems.extend(rbac.aggregate());
        (rbac, problems)
    }

    /// Sets whether `system:masters` may do everything.
    pub fn set_masters(&mut self, rule: MastersRule) {
        self.masters = rule;
    }

    /// Inserts an object, or replaces the one of its kind, namespace and name. Objects that are neither roles nor
    /// bindings change nothing.
    pub fn apply(&mut self, resource: &Resource) -> Vec<Problem> {
        let mut problems = self.put(resource);
        problems.extend(self.aggregate());
        problems
    }

    /// The text of a number of this model.
    pub fn text(&self, sym: Sym) -> &str {
        self.symbols.text(sym)
    }

    /// The number of a text, when the model knows it.
    pub fn sym(&self, text: &str) -> Option<Sym> {
        self.symbols.get(text)
    }

    /// All bindings, in no promised order.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().flatten()
    }

    /// A binding; `None` for a number that is not in use.
    pub fn binding(&self, id: BindingId) -> Option<&Binding> {
        self.bindings.get(id.0 as usize)?.as_ref()
    }

    /// All roles of the inventory, in no promised order; those that are only assumed are met through bindings and by name.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.iter().filter_map(|slot| slot.role.as_ref()).filter(|role| !role.assumed)
    }

    /// A role; `None` when it is only referred to.
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.get(id.0 as usize)?.role.as_ref()
    }

    /// The role that a binding grants; `None` when its reference dangles or is unusable.
    pub fn role_of(&self, binding: &Binding) -> Option<&Role> {
        self.role(binding.role?)
    }

    /// A role by name; `namespace` is `None` for a ClusterRole.
    pub fn find_role(&self, namespace: Option<&str>, name: &str) -> Option<&Role> {
        let namespace = match namespace {
            Some(namespace) => Some(self.sym(namespace)?),
            None => None,
        };
        self.role(*self.role_ids.get(&RoleKey { namespace, name: self.sym(name)? })?)
    }

    /// What a role is called, whether it exists or not.
    pub fn role_name(&self, id: RoleId) -> ObjectRef<'_> {
        self.roles.get(id.0 as usize).map_or(ObjectRef::NONE, |slot| self.role_ref(slot.key))
    }

    /// What a binding is called.
    pub fn binding_name(&self, binding: &Binding) -> ObjectRef<'_> {
        let (kind, namespace) = match binding.scope {
            Scope::Cluster => ("ClusterRoleBinding", None),
            Scope::Namespace(namespace) => ("RoleBinding", Some(self.text(namespace))),
        };
        ObjectRef { kind, namespace, name: self.text(binding.name) }
    }

    /// The rules of a set, distinct by content: roles with equal rules share one.
    pub fn rules(&self, id: RuleSetId) -> &[Rule] {
        self.rule_sets.get(id)
    }

    /// One more than the greatest number of a rule set in use: the length of a table over all of them.
    pub fn rule_set_limit(&self) -> usize {
        self.rule_sets.limit()
    }

    /// An identity that a binding names, or has named.
    pub fn subject(&self, id: SubjectId) -> Option<&Subject> {
        self.subjects.get(id.0 as usize)
    }

    /// The number of an identity, when a binding names it, or has named it.
    pub fn subject_id(&self, subject: &Subject) -> Option<SubjectId> {
        self.subject_ids.get(subject).copied()
    }

    /// All identities that bindings name at this time, with the bindings at cluster scope, then those of namespaces.
    pub fn named_subjects(&self) -> impl Iterator<Item = (&Subject, impl Iterator<Item = &Binding>)> {
        self.index.subjects().filter_map(|id| Some((self.subject(id)?, self.bindings_of(id))))
    }

    /// The bindings that name an identity: those at cluster scope, then those of namespaces, each by name.
    pub fn bindings_of(&self, subject: SubjectId) -> impl Iterator<Item = &Binding> {
        self.index.all(subject).filter_map(|id| self.binding(id))
    }

    /// Where a rule of a role stands: in the role itself, or in the one that an aggregated role has it from.
    pub fn rule_evidence(&self, role: &Role, rule: usize) -> Option<RuleEvidence<'_>> {
        if rule >= self.rules(role.rule_set).len() {
            return None;
        }
        let (role, index) = match role.sources.as_deref() {
            None => (role.id, u32::try_from(rule).ok()?),
            Some(sources) => *sources.get(rule)?,
        };
        Some(RuleEvidence { role: self.role_name(role), rule: index })
    }

    fn role_ref(&self, key: RoleKey) -> ObjectRef<'_> {
        ObjectRef {
            kind: if key.namespace.is_some() { "Role" } else { "ClusterRole" },
            namespace: key.namespace.map(|namespace| self.text(namespace)),
            name: self.text(key.name),
        }
    }
}
