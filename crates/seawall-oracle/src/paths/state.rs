//! What is held now, and whether the rights of it allow a request.

use std::collections::BTreeSet;

use super::fact::Fact;
use super::rbac::{Binding, Role, Rule, Subject};
use super::world::World;

/// The attacker.
pub(super) struct State<'v> {
    world: &'v World<'v>,
    start: Fact<'v>,
    /// The start is reached again from what it led to.
    came_back: bool,
    facts: BTreeSet<Fact<'v>>,
    /// Roles by number, and the namespace where they hold; everywhere without one.
    granted: BTreeSet<(usize, Option<&'v str>)>,
}

impl<'v> State<'v> {
    pub(super) fn new(world: &'v World<'v>, start: Fact<'v>) -> Self {
        State { world, start, came_back: false, facts: BTreeSet::from([start]), granted: BTreeSet::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.facts.len() + usize::from(self.came_back)
    }

    pub(super) fn gain(&mut self, fact: Fact<'v>) {
        self.came_back |= fact == self.start;
        self.facts.insert(fact);
    }

    pub(super) fn holds(&self, fact: Fact<'v>) -> bool {
        self.facts.contains(&fact)
    }

    /// All facts as they are now.
    pub(super) fn facts(&self) -> Vec<Fact<'v>> {
        self.facts.iter().copied().collect()
    }

    /// Walks all bindings for all identities held.
    pub(super) fn collect_rights(&mut self) {
        self.granted = self
            .facts()
            .into_iter()
            .filter_map(|fact| match fact {
                Fact::Role(role, place) => Some((role, place)),
                _ => None,
            })
            .collect();
        for binding in &self.world.bindings {
            let Some(role) = binding.role else { continue };
            let bound = |fact: &Fact<'v>| binding.subjects.iter().any(|subject| is_meant(*subject, *fact));
            // What somebody holds by default is no news of them, but of whoever becomes them.
            let news = |fact: &&Fact<'v>| !binding.default || **fact != self.start || self.came_back;
            if self.facts.iter().filter(news).any(bound) {
                self.granted.insert((role, binding.namespace));
            }
        }
    }

    /// Whether the start holds the cluster by a default binding.
    pub(super) fn starts_as_admin(&self) -> bool {
        let own = |binding: &&Binding<'_>| {
            binding.default && binding.subjects.iter().any(|subject| is_meant(*subject, self.start))
        };
        self.world.bindings.iter().any(|binding| own(&binding))
    }

    /// Whether anyone held is in a group.
    pub(super) fn is_in(&self, group: &str) -> bool {
        self.facts.iter().any(|fact| is_member(*fact, group))
    }

    fn rules(&self) -> impl Iterator<Item = (&'v Rule<'v>, Option<&'v str>)> {
        let world = self.world;
        self.granted.iter().flat_map(move |(role, place)| {
            let rules = world.roles.get(*role).map_or(&[][..], |role: &Role<'_>| &role.rules);
            // Who holds the whole cluster is at the end: nothing else is asked of such a role.
            let ends = place.is_none() && rules.iter().any(Rule::is_everything);
            rules.iter().filter(move |_| !ends).map(move |rule| (rule, *place))
        })
    }

    /// Whether a request is allowed to anyone held. Without a namespace it is about an object that has none; an empty name
    /// is a request that names nothing, or everything.
    pub(super) fn can(
        &self,
        verb: &str,
        (group, resource): (&str, &str),
        namespace: Option<&str>,
        name: &str,
    ) -> bool {
        self.rules().any(|(rule, place)| {
            (place.is_none() || place == namespace) && rule.covers(verb, group, resource, name)
        })
    }

    /// Whether a rule that names the object allows a request.
    pub(super) fn can_by_name(
        &self,
        verb: &str,
        (group, resource): (&str, &str),
        namespace: Option<&str>,
        name: &str,
    ) -> bool {
        self.rules().any(|(rule, place)| {
            (place.is_none() || place == namespace) && rule.covers_named(verb, group, resource, name)
        })
    }

    /// Whether a request is allowed for some name, which need not be that of anything here.
    pub(super) fn can_for_some(&self, verb: &str, (group, resource): (&str, &str)) -> bool {
        self.rules().any(|(rule, _)| rule.covers_some(verb, group, resource))
    }

    /// The same at cluster scope.
    pub(super) fn at_cluster_scope(&self, verb: &str, (group, resource): (&str, &str)) -> bool {
        self.rules().any(|(rule, place)| place.is_none() && rule.covers_some(verb, group, resource))
    }

    /// Whether objects can be made, or some of them changed, in this namespace or everywhere.
    pub(super) fn writes_in(&self, (group, resource): (&str, &str), namespace: Option<&str>) -> bool {
        self.rules()
            .any(|(rule, place)| (place.is_none() || place == namespace) && writes(rule, group, resource))
    }

    /// The same in any namespace; a kind without one only everywhere.
    pub(super) fn writes_somewhere(&self, (group, resource): (&str, &str), whole: bool) -> bool {
        self.rules().any(|(rule, place)| (place.is_none() || !whole) && writes(rule, group, resource))
    }

    /// Whether some objects can be changed.
    pub(super) fn rewrites_somewhere(&self, (group, resource): (&str, &str), whole: bool) -> bool {
        self.rules().any(|(rule, place)| (place.is_none() || !whole) && rewrites(rule, group, resource))
    }

    /// Any of several verbs.
    pub(super) fn can_any(
        &self,
        verbs: &[&str],
        what: (&str, &str),
        namespace: Option<&str>,
        name: &str,
    ) -> bool {
        verbs.iter().any(|verb| self.can(verb, what, namespace, name))
    }

    /// Whether one rule allows everything there.
    pub(super) fn holds_everything(&self, namespace: Option<&str>) -> bool {
        let world = self.world;
        self.granted.iter().filter(|(_, place)| *place == namespace).any(|(role, _)| {
            world.roles.get(*role).is_some_and(|role| role.rules.iter().any(Rule::is_everything))
        })
    }

    /// Whether somebody held is bound to this role there.
    pub(super) fn is_bound_to(&self, role: usize, place: Option<&'v str>) -> bool {
        self.granted.contains(&(role, place))
    }

    /// The sinks that are held.
    pub(super) fn sinks(&self) -> BTreeSet<String> {
        let mut sinks = BTreeSet::new();
        for fact in &self.facts {
            let sink = match *fact {
                Fact::ClusterAdmin => "cluster-admin".to_owned(),
                Fact::SystemMasters => "system-masters".to_owned(),
                Fact::NamespaceAdmin(namespace) => format!("namespace-admin:{namespace}"),
                Fact::AllSecrets => "all-secrets".to_owned(),
                Fact::KubeSystemSecrets => "kube-system-secrets".to_owned(),
                Fact::CloudRole(name) => format!("cloud-role:{name}"),
                Fact::RoleOfNodes(cloud) => format!("cloud-role:role of the {cloud} nodes"),
                Fact::Node(machine) => {
                    if self.world.is_control_plane(machine) {
                        sinks.insert("control-plane-node-root".to_owned());
                    }
                    "node-root".to_owned()
                }
                _ => continue,
            };
            sinks.insert(sink);
        }
        sinks
    }

    /// Whether any machine is owned.
    pub(super) fn owns_a_machine(&self) -> bool {
        self.facts.iter().any(|fact| matches!(fact, Fact::Node(_)))
    }
}

fn writes(rule: &Rule<'_>, group: &str, resource: &str) -> bool {
    rule.covers("create", group, resource, "") || rewrites(rule, group, resource)
}

fn rewrites(rule: &Rule<'_>, group: &str, resource: &str) -> bool {
    ["update", "patch"].iter().any(|verb| rule.covers_some(verb, group, resource))
}

/// Whether a binding's subject is this identity, or a group that it is in.
fn is_meant(subject: Subject<'_>, fact: Fact<'_>) -> bool {
    match (subject, fact) {
        (Subject::User(name), Fact::User(own)) => name == own,
        (Subject::User(name), Fact::Kubelet(node)) => name.strip_prefix("system:node:") == Some(node),
        (Subject::Account(namespace, name), Fact::Account(own, account)) => {
            (namespace, name) == (own, account)
        }
        (Subject::Group(name), fact) => is_member(fact, name),
        _ => false,
    }
}

/// R4: whether an identity is in a group.
fn is_member(fact: Fact<'_>, group: &str) -> bool {
    const ANYBODY: &str = "system:authenticated";
    const NOBODY: &str = "system:unauthenticated";
    match fact {
        Fact::User("system:anonymous") => group == NOBODY,
        Fact::User(_) => group == ANYBODY,
        Fact::Group(own) => {
            own == group
                || own != NOBODY && group == ANYBODY
                || own.starts_with("system:serviceaccounts:") && group == "system:serviceaccounts"
        }
        Fact::Kubelet(_) => group == ANYBODY || group == "system:nodes",
        Fact::Account(namespace, _) => {
            group == ANYBODY
                || group == "system:serviceaccounts"
                || group.strip_prefix("system:serviceaccounts:") == Some(namespace)
        }
        _ => false,
    }
}
