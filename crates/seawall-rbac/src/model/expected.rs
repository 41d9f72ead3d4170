//! Which roles and bindings come with a vanilla control plane, and which roles are assumed where a folder of files
//! cannot show them.

use crate::Rule;
use crate::covers::covers;
use crate::defaults::{DefaultRule, defaults};
use crate::model::role::RoleKey;
use crate::model::{Binding, Rbac, Role, RoleId, Scope};
use crate::primitives::Table;

impl Rbac {
    /// Marks a role that comes with a control plane. Servers of other versions have other rules: one that is not in the
    /// table does not count when no primitive needs it.
    pub(super) fn judge_role(&mut self, id: RoleId) {
        let Some(role) = self.role(id) else { return };
        let (key, rule_set) = (role.key, role.rule_set);
        let namespace = key.namespace.map(|namespace| self.text(namespace));
        let found = defaults().role(namespace, self.text(key.name));
        let expected = match found {
            None => false,
            Some(default) => {
                let own: Vec<Rule> = default.rules.iter().map(|rule| self.default_rule(rule)).collect();
                let mut table = None;
                self.rules(rule_set).iter().all(|rule| {
                    covers(own.iter(), rule, &self.symbols)
                        || table
                            .get_or_insert_with(|| Table::new(&self.symbols))
                            .is_harmless(rule, &self.symbols)
                })
            }
        };
        if let Some(role) = self.roles.get_mut(id.0 as usize).and_then(|slot| slot.role.as_mut()) {
            role.expected = expected;
        }
    }

    /// Whether a binding comes with a control plane: its role and all its subjects.
    pub(super) fn is_default(&self, binding: &Binding) -> bool {
        let namespace = match binding.scope {
            Scope::Cluster => None,
            Scope::Namespace(namespace) => Some(self.text(namespace)),
        };
        let Some(default) = defaults().binding(namespace, self.text(binding.name)) else {
            return false;
        };
        let role = binding.role.map(|role| self.role_name(role));
        role.is_some_and(|role| (role.kind, role.name) == default.role)
            && binding
                .subjects
                .iter()
                .all(|id| self.subject(*id).is_some_and(|subject| default.subjects.contains(subject)))
    }

    fn default_rule(&mut self, rule: &DefaultRule) -> Rule {
        let mut list = |texts: &[&str]| texts.iter().map(|text| self.symbols.intern(text)).collect();
        Rule::new(
            list(&rule.verbs),
            list(&rule.groups),
            list(&rule.resources),
            list(&rule.names),
            list(&rule.urls),
        )
    }

    /// Puts a ClusterRole of a control plane where it is asked for, not here, and not known to be absent.
    pub(super) fn assume(&mut self, key: RoleKey) {
        let Some(default) = defaults().role(None, self.symbols.text(key.name)) else { return };
        if self.has_all_roles || key.namespace.is_some() {
            return;
        }
        let id = self.role_id(key);
        if self.role(id).is_some() {
            return;
        }
        let aggregated = !default.from.is_empty();
        let rules: Vec<Rule> = match aggregated {
            true => Vec::new(),
            false => default.rules.iter().map(|rule| self.default_rule(rule)).collect(),
        };
        let rule_set = self.rule_sets.take(rules);
        let role = Role { id, key, rule_set, sources: None, aggregated, expected: true, assumed: true };
        if let Some(slot) = self.roles.get_mut(id.0 as usize) {
            slot.role = Some(role);
        }
        self.remember_default(id, &default.labels, &default.from);
        if aggregated {
            self.assume_parts();
        }
    }

    /// The same for those that aggregated roles are made of.
    pub(super) fn assume_parts(&mut self) {
        for name in defaults().labelled() {
            let key = RoleKey { namespace: None, name: self.symbols.intern(name) };
            self.assume(key);
        }
    }
}
