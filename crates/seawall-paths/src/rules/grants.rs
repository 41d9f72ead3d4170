//! From identities over bindings to the rules of roles, and what each rule opens by itself.

use std::collections::BTreeSet;
use std::rc::Rc;

use seawall_rbac::{Binding, RoleId, Scope, Subject};

use crate::Primitive;
use crate::graph::build::Step;
use crate::names::Name;
use crate::numbers::NumberSet;
use crate::rights::{Holdings, Permission};
use crate::rules::Assembly;
use crate::rules::constrained::Behalf;
use crate::vertex::{Place, Vertex};

/// A permission that a role gives where a binding puts it.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) permission: Permission,
    pub(crate) place: Place,
    /// The objects it is restricted to.
    pub(crate) names: Option<Box<[Name]>>,
    /// The vertex of the role at its place.
    pub(crate) rights: u32,
    /// The vertex of the rule.
    pub(crate) rule: u32,
}

/// The permissions so far, and the vertices of the roles that were read.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    pub(crate) list: Vec<Grant>,
    /// What is held on behalf of others.
    behalves: Vec<Behalf>,
    opened: NumberSet<u32>,
}

/// The names that these permissions are restricted to.
pub(crate) fn names_of(grants: &[Grant], permissions: &[Permission]) -> BTreeSet<Name> {
    let own = grants.iter().filter(|grant| permissions.contains(&grant.permission));
    own.flat_map(|grant| grant.names.iter().flatten().copied()).collect()
}

impl Assembly<'_> {
    /// Adds bindings and roles, and returns every permission they give, and what they give on behalf of others.
    pub(crate) fn grants(&mut self) -> (Vec<Grant>, Vec<Behalf>) {
        let rbac = self.rbac;
        let mut grants = Grants::default();
        let mut idle = Vec::new();
        for binding in rbac.bindings() {
            // Whoever is named may be asked about, also where the binding gives nothing.
            for subject in binding.subjects().iter().filter_map(|id| rbac.subject(*id)) {
                self.subject(subject);
            }
            let Some(role) = rbac.role_of(binding).filter(|_| !binding.subjects().is_empty()) else {
                continue;
            };
            let (role, holdings) = (role.id(), self.holdings(role.rule_set()));
            let written = self.written_by(role);
            if holdings.is_empty() && written.is_empty() {
                idle.push((binding, role));
                continue;
            }
            let place = self.place(binding);
            let rights = self.bind(binding, role, place);
            if grants.opened.insert(rights) {
                self.open(role, place, rights, &holdings, &mut grants.list);
                self.open_more(role, place, rights, (&holdings, &written), &mut grants.behalves);
            }
        }
        self.bindable(&mut grants);
        // A role that opens nothing yet does when somebody may write into it.
        let halves = [
            Permission::EscalateRole,
            Permission::EscalateClusterRole,
            Permission::UpdateRole,
            Permission::UpdateClusterRole,
        ];
        let written = names_of(&grants.list, &halves);
        for (binding, role) in idle {
            let name = rbac.role(role).map(|role| rbac.text(role.name()));
            if name.and_then(|name| self.names.find(name)).is_some_and(|name| written.contains(&name)) {
                let place = self.place(binding);
                self.bind(binding, role, place);
            }
        }
        (grants.list, grants.behalves)
    }

    /// The custom resources that a role lets write.
    fn written_by(&mut self, role: RoleId) -> Rc<Vec<(u32, usize)>> {
        match self.rbac.role(role) {
            Some(role) => self.written(role.rule_set()),
            None => Rc::default(),
        }
    }

    /// The rights of a role where nobody is bound to it yet.
    pub(crate) fn unbound(&mut self, role: RoleId, place: Place, grants: &mut Grants) -> Option<u32> {
        let set = self.rbac.role(role)?.rule_set();
        let holdings = self.holdings(set);
        let number = self.tables.role(role);
        if self.rbac.role(role).is_some_and(|role| role.is_expected()) {
            self.tables.defaults.insert(number);
        }
        let rights = self.vertex(Vertex::Rights { role: number, place });
        if grants.opened.insert(rights) {
            let written = self.written_by(role);
            self.open(role, place, rights, &holdings, &mut grants.list);
            self.open_more(role, place, rights, (&holdings, &written), &mut grants.behalves);
        }
        Some(rights)
    }

    pub(crate) fn place(&mut self, binding: &Binding) -> Place {
        match binding.scope() {
            Scope::Cluster => Place::Cluster,
            Scope::Namespace(namespace) => Place::Namespace(self.names.intern(self.rbac.text(namespace))),
        }
    }

    fn bind(&mut self, binding: &Binding, role: RoleId, place: Place) -> u32 {
        let number = u32::try_from(self.tables.bindings.len()).unwrap_or(u32::MAX);
        self.tables.bindings.push(binding.id());
        let role_number = self.tables.role(role);
        if self.rbac.role_of(binding).is_some_and(|role| role.is_expected()) {
            self.tables.defaults.insert(role_number);
        }
        let vertex = self.vertex(Vertex::Binding(number));
        let rights = self.vertex(Vertex::Rights { role: role_number, place });
        self.graph.step(vertex, rights, Step::structure());
        let expected =
            binding.is_expected() && self.rbac.role_of(binding).is_some_and(|role| role.is_expected());
        for subject in binding.subjects().iter().filter_map(|id| self.rbac.subject(*id)) {
            let from = self.subject(subject);
            self.graph.step(from, vertex, Step { expected, ..Step::structure() });
        }
        rights
    }

    pub(crate) fn subject(&mut self, subject: &Subject) -> u32 {
        // A service account may be named as the user that it is.
        let known = match subject {
            Subject::User(name) => &Subject::user(name),
            other => other,
        };
        let vertex = match known {
            Subject::User(name) => Vertex::User(self.names.intern(name)),
            Subject::Group(name) => Vertex::Group(self.names.intern(name)),
            Subject::ServiceAccount { namespace, name } => {
                Vertex::Account { namespace: self.names.intern(namespace), name: self.names.intern(name) }
            }
        };
        self.vertex(vertex)
    }

    fn open(
        &mut self,
        role: RoleId,
        place: Place,
        rights: u32,
        holdings: &Holdings,
        grants: &mut Vec<Grant>,
    ) {
        let number = self.tables.role(role);
        if let Some(rule) = holdings.everything {
            let vertex = self.rule(number, rule, place, rights);
            let (sink, primitive) = match place {
                Place::Cluster => (Vertex::ClusterAdmin, Primitive::A01),
                Place::Namespace(namespace) => (Vertex::NamespaceAdmin(namespace), Primitive::A02),
            };
            let sink = self.vertex(sink);
            self.graph.step(vertex, sink, Step::new(primitive));
            // What follows from everything in the cluster follows from its sink.
            if place == Place::Cluster {
                return;
            }
        }
        for held in &holdings.list {
            // Rights over objects without a namespace are dead in a RoleBinding.
            if held.cluster && place != Place::Cluster {
                continue;
            }
            let rule = self.rule(number, held.rule, place, rights);
            self.opened_by(held, place, rule);
            grants.push(Grant {
                permission: held.permission,
                place,
                names: held.names.clone(),
                rights,
                rule,
            });
        }
    }

    /// Custom resources, and what may be done as somebody impersonated.
    fn open_more(
        &mut self,
        role: RoleId,
        place: Place,
        rights: u32,
        (holdings, written): (&Holdings, &[(u32, usize)]),
        behalves: &mut Vec<Behalf>,
    ) {
        // What follows from everything in the cluster follows from its sink.
        if holdings.everything.is_some() && place == Place::Cluster {
            return;
        }
        let number = self.tables.role(role);
        for (rule, custom) in written {
            let rule = self.rule(number, *rule, place, rights);
            self.writes_custom(*custom, place, rule);
        }
        for (mode, held) in &holdings.behalf {
            let rule = self.rule(number, held.rule, place, rights);
            behalves.push(Behalf { mode: *mode, held: held.clone(), place, rule });
        }
    }

    fn rule(&mut self, role: u32, rule: u32, place: Place, rights: u32) -> u32 {
        let vertex = Vertex::Rule { role, rule, place };
        if let Some(known) = self.graph.known(vertex) {
            return known;
        }
        let vertex = self.vertex(vertex);
        self.graph.step(rights, vertex, Step::structure());
        vertex
    }
}
