//! The capabilities of one subject at one scope.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Binding, BindingId, Rbac, Scope};
use crate::primitives::{Capabilities, Capability, FactTable};
use crate::symbols::Sym;

/// What bindings at a scope grant together.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    pub(super) all: Capabilities,
    pub(super) named: BTreeMap<Capability, BTreeSet<Sym>>,
    /// Capability, binding, rule, and whether it comes with a control plane.
    pub(super) grants: Vec<(Capability, BindingId, u32, bool)>,
}

impl Held {
    /// Adds what a binding grants at a scope.
    pub(super) fn add(&mut self, rbac: &Rbac, facts: &FactTable, binding: &Binding) {
        let scope = binding.scope();
        let Some(role) = rbac.role_of(binding) else { return };
        let facts = facts.get(role.rule_set());
        let expected = binding.is_expected() && role.is_expected();
        self.all = self.all.or(facts.all_at(scope));
        for (capability, names) in facts.named_at(scope) {
            self.named.entry(capability).or_default().extend(names);
        }
        let reaches =
            |capability: Capability| scope == Scope::Cluster || Capabilities::NAMESPACED.has(capability);
        let rules = facts.rules.iter().filter(|(capability, _)| reaches(*capability));
        self.grants.extend(rules.map(|(capability, rule)| (*capability, binding.id(), *rule, expected)));
    }

    /// What both grant together.
    pub(super) fn join(&mut self, other: &Held) {
        self.all = self.all.or(other.all);
        for (capability, names) in &other.named {
            self.named.entry(*capability).or_default().extend(names);
        }
        self.grants.extend(other.grants.iter().copied());
    }

    /// Whether it holds a capability for some object at least.
    pub(super) fn has(&self, capability: Capability) -> bool {
        self.all.has(capability) || self.named.contains_key(&capability)
    }

    /// The names that a capability is restricted to; `None` when it is not.
    pub(super) fn names(&self, capability: Capability) -> Option<&BTreeSet<Sym>> {
        if self.all.has(capability) { None } else { self.named.get(&capability) }
    }
}
