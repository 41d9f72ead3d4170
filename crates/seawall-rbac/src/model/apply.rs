//! Changing a model one object at a time.

use seawall_core::{Problem, ProblemSeverity};
use seawall_inventory::{BindingView, Resource, RoleView, SubjectKind};
use seawall_yaml::Node;

use crate::model::binding::BindingKey;
use crate::model::role::{RoleKey, RoleSlot};
use crate::model::{Binding, BindingId, DEFAULT_NAMESPACE, RBAC_GROUP, Rbac, Role, RoleId, Scope, SubjectId};
use crate::{Rule, Subject};

impl Rbac {
    /// Whether an object of this identity is here.
    pub(super) fn holds(&self, resource: &Resource) -> bool {
        let namespace = resource.namespace().unwrap_or(DEFAULT_NAMESPACE);
        let key = |namespaced: bool| {
            let namespace = if namespaced { Some(self.sym(namespace)?) } else { None };
            Some((namespace, self.sym(resource.name())?))
        };
        if resource.group() != RBAC_GROUP {
            return false;
        }
        let kind = resource.kind();
        let Some((namespace, name)) = key(matches!(kind, "Role" | "RoleBinding")) else { return false };
        match kind {
            "Role" | "ClusterRole" => {
                let role = self.role_ids.get(&RoleKey { namespace, name }).and_then(|id| self.role(*id));
                role.is_some_and(|role| !role.assumed)
            }
            "RoleBinding" | "ClusterRoleBinding" => {
                let scope = namespace.map_or(Scope::Cluster, Scope::Namespace);
                self.binding_ids.contains_key(&BindingKey { scope, name })
            }
            _ => false,
        }
    }

    /// Inserts or replaces an object, without writing aggregated roles again.
    pub(super) fn put(&mut self, resource: &Resource) -> Vec<Problem> {
        if let Some(role) = RoleView::of(resource) {
            self.put_role(role);
            return Vec::new();
        }
        BindingView::of(resource).map_or_else(Vec::new, |binding| self.put_binding(binding))
    }

    /// Takes an object away; `kind` of `rbac.authorization.k8s.io`. Says whether it was here. `namespace` is ignored for
    /// cluster-scoped kinds; an unset one is `default` for the others.
    pub fn delete(&mut self, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        let namespaced = match kind {
            "Role" | "RoleBinding" => true,
            "ClusterRole" | "ClusterRoleBinding" => false,
            _ => return false,
        };
        let Some(name) = self.sym(name) else { return false };
        let namespace = match namespaced.then(|| self.sym(namespace.unwrap_or(DEFAULT_NAMESPACE))) {
            Some(None) => return false,
            Some(namespace) => namespace,
            None => None,
        };
        if matches!(kind, "RoleBinding" | "ClusterRoleBinding") {
            let scope = namespace.map_or(Scope::Cluster, Scope::Namespace);
            return self.take_binding(BindingKey { scope, name });
        }
        let key = RoleKey { namespace, name };
        let Some(id) = self.role_ids.get(&key).copied() else { return false };
        if self.role(id).is_none_or(|role| role.assumed) {
            return false;
        }
        let role = self.roles.get_mut(id.0 as usize).and_then(|slot| slot.role.take());
        if let Some(role) = role {
            self.rule_sets.give_back(role.rule_set);
        }
        if !namespaced {
            self.forget(id);
            self.assume(key);
            self.aggregate();
        }
        true
    }

    pub(super) fn role_id(&mut self, key: RoleKey) -> RoleId {
        if let Some(id) = self.role_ids.get(&key) {
            return *id;
        }
        let id = RoleId(u32::try_from(self.roles.len()).unwrap_or(u32::MAX));
        self.roles.push(RoleSlot { key, role: None });
        self.role_ids.insert(key, id);
        id
    }

    fn put_role(&mut self, view: RoleView<'_>) {
        let resource = view.resource();
        let namespace = (!view.is_cluster_role())
            .then(|| self.symbols.intern(resource.namespace().unwrap_or(DEFAULT_NAMESPACE)));
        let key = RoleKey { namespace, name: self.symbols.intern(resource.name()) };
        let id = self.role_id(key);
        let rules: Vec<Rule> = view.rules().map(|rule| Rule::read(rule, &mut self.symbols)).collect();
        // A right over roles may name one of a control plane.
        let named: Vec<_> = rules.iter().flat_map(Rule::names).copied().collect();
        let rule_set = self.rule_sets.take(rules);
        let aggregated = view.is_cluster_role() && view.is_aggregated();
        let role = Role { id, key, rule_set, sources: None, aggregated, expected: false, assumed: false };
        let old = self.roles.get_mut(id.0 as usize).and_then(|slot| slot.role.replace(role));
        if let Some(old) = old {
            self.rule_sets.give_back(old.rule_set);
        }
        if view.is_cluster_role() {
            self.remember(id, resource);
        }
        self.judge_role(id);
        named.into_iter().for_each(|name| self.assume(RoleKey { namespace: None, name }));
    }

    fn put_binding(&mut self, view: BindingView<'_>) -> Vec<Problem> {
        let resource = view.resource();
        let mut problems = Vec::new();
        let mut refused = |message: String, node: Option<Node<'_>>| {
            let problem = Problem::new(ProblemSeverity::Warning, message).in_file(&resource.origin().file);
            let position = node.and_then(|node| resource.position(&resource.route_of(node)));
            problems.push(match position {
                Some(position) => problem.at(position),
                None => problem,
            });
        };
        let scope = match view.is_cluster_binding() {
            true => Scope::Cluster,
            false => Scope::Namespace(self.symbols.intern(resource.namespace().unwrap_or(DEFAULT_NAMESPACE))),
        };
        let name = self.symbols.intern(resource.name());
        let kind = resource.kind();
        let called = resource.name();
        let role = self.referred_role(view, scope);
        if role.is_none() {
            let message = format!("`{kind}` `{called}` grants nothing: the API server refuses its `roleRef`");
            refused(message, resource.root().get("roleRef"));
        }
        let mut subjects: Vec<SubjectId> = Vec::new();
        for written in view.subjects() {
            let home = match scope {
                Scope::Cluster => "",
                Scope::Namespace(namespace) => self.symbols.text(namespace),
            };
            let Some(subject) =
                subject_of(written.kind, written.name, written.namespace.unwrap_or(home), written.node)
            else {
                let message =
                    format!("`{kind}` `{called}` has a subject that the API server refuses; it gets nothing");
                refused(message, Some(written.node));
                continue;
            };
            let id = self.subject_number(subject);
            if !subjects.contains(&id) {
                subjects.push(id);
            }
        }
        let key = BindingKey { scope, name };
        self.take_binding(key);
        let id = self.free_bindings.pop().unwrap_or_else(|| {
            self.bindings.push(None);
            BindingId(u32::try_from(self.bindings.len() - 1).unwrap_or(u32::MAX))
        });
        let binding = Binding { id, name, scope, role, subjects: subjects.into(), expected: false };
        let binding = Binding { expected: self.is_default(&binding), ..binding };
        self.binding_ids.insert(key, id);
        for subject in &binding.subjects {
            let (bindings, symbols) = (&self.bindings, &self.symbols);
            self.index.add(*subject, scope, id, |other| {
                let other = bindings.get(other.0 as usize).and_then(Option::as_ref);
                other.is_some_and(|other| symbols.text(other.name) < called)
            });
        }
        if let Some(slot) = self.bindings.get_mut(id.0 as usize) {
            *slot = Some(binding);
        }
        problems
    }

    /// The role that a binding refers to, if the API server takes the reference.
    fn referred_role(&mut self, view: BindingView<'_>, scope: Scope) -> Option<RoleId> {
        let reference = view.role_ref()?;
        let group = view.resource().root().get("roleRef").and_then(|node| node.str("apiGroup"));
        if !matches!(group, None | Some("" | RBAC_GROUP)) || reference.name.is_empty() {
            return None;
        }
        let namespace = match (reference.kind, scope) {
            ("ClusterRole", _) => None,
            ("Role", Scope::Namespace(namespace)) => Some(namespace),
            _ => return None,
        };
        let name = self.symbols.intern(reference.name);
        let key = RoleKey { namespace, name };
        self.assume(key);
        Some(self.role_id(key))
    }

    fn subject_number(&mut self, subject: Subject) -> SubjectId {
        if let Some(id) = self.subject_ids.get(&subject) {
            return *id;
        }
        let id = SubjectId(u32::try_from(self.subjects.len()).unwrap_or(u32::MAX));
        self.subjects.push(subject.clone());
        self.subject_ids.insert(subject, id);
        id
    }

    fn take_binding(&mut self, key: BindingKey) -> bool {
        let Some(id) = self.binding_ids.remove(&key) else { return false };
        if let Some(binding) = self.bindings.get_mut(id.0 as usize).and_then(Option::take) {
            for subject in &binding.subjects {
                self.index.remove(*subject, binding.scope, id);
            }
        }
        self.free_bindings.push(id);
        true
    }
}

/// The identity of a subject, if the API server takes it.
///
/// Source: `ValidateRoleBindingSubject` (`pkg/apis/rbac/validation`); an absent group is the right one.
fn subject_of(kind: SubjectKind, name: &str, namespace: &str, node: Node<'_>) -> Option<Subject> {
    let group = node.str("apiGroup").filter(|group| !group.is_empty());
    let rbac = matches!(group, None | Some(RBAC_GROUP));
    match kind {
        _ if name.is_empty() => None,
        SubjectKind::User if rbac => Some(Subject::user(name)),
        SubjectKind::Group if rbac => Some(Subject::group(name)),
        SubjectKind::ServiceAccount if group.is_none() && !namespace.is_empty() => {
            Some(Subject::service_account(namespace, name))
        }
        _ => None,
    }
}
