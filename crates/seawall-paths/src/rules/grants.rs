//! From identities over bindings to the rules of roles, and what each rule opens by itself.

use std::collections::HashSet;
use std::rc::Rc;

use seawall_rbac::{Binding, Rbac, RoleId, Scope, Subject};

use crate::Primitive;
use crate::graph::build::Step;
use crate::names::Name;
use crate::rights::{Holding, Holdings, Permission};
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

impl Assembly<'_> {
    /// Adds bindings and roles, and returns every permission they give, and what they give on behalf of others.
    pub(crate) fn grants(&mut self) -> (Vec<Grant>, Vec<Behalf>) {
        let rbac = self.rbac;
        let (mut grants, mut behalves) = (Vec::new(), Vec::new());
        let mut done: HashSet<u32> = HashSet::new();
        for binding in rbac.bindings() {
            let Some((role, holdings)) = self.bound(binding) else { continue };
            let written = match rbac.role_of(binding) {
                Some(role) => self.written(role.rule_set()),
                None => Rc::default(),
            };
            if holdings.is_empty() && written.is_empty() || binding.subjects().is_empty() {
                continue;
            }
            let place = self.place(binding);
            let rights = self.bind(binding, role, place);
            if done.insert(rights) {
                self.open(role, place, rights, &holdings, &mut grants);
                self.open_more(role, place, rights, (&holdings, &written), &mut behalves);
            }
        }
        (grants, behalves)
    }

    fn place(&mut self, binding: &Binding) -> Place {
        match binding.scope() {
            Scope::Cluster => Place::Cluster,
            Scope::Namespace(namespace) => Place::Namespace(self.names.intern(self.rbac.text(namespace))),
        }
    }

    /// The role of a binding and what it holds. Of the roles that every API server makes, the strongest are known even
    /// where the objects are not here.
    fn bound(&mut self, binding: &Binding) -> Option<(RoleId, Rc<Holdings>)> {
        let id = binding.role()?;
        match self.rbac.role_of(binding) {
            Some(role) => Some((id, self.holdings(role.rule_set()))),
            None => Some((id, Rc::new(default_role(self.rbac, id)?))),
        }
    }

    fn bind(&mut self, binding: &Binding, role: RoleId, place: Place) -> u32 {
        let number = u32::try_from(self.tables.bindings.len()).unwrap_or(u32::MAX);
        self.tables.bindings.push(binding.id());
        let role_number = self.tables.role(role);
        if self.rbac.role_of(binding).is_none_or(|role| role.is_expected()) {
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
        let vertex = match subject {
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
        } else if holdings.admin
            && let Place::Namespace(namespace) = place
        {
            let admin = self.vertex(Vertex::NamespaceAdmin(namespace));
            self.graph.step(rights, admin, Step::new(Primitive::A02));
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

/// What the roles hold that every API server makes at start, when only a reference to them is here.
///
/// Source: `pkg/…/bootstrappolicy/policy.go` of Kubernetes: `cluster-admin`, `admin`, `edit`.
fn default_role(rbac: &Rbac, id: RoleId) -> Option<Holdings> {
    let reference = rbac.role_name(id).to_string();
    let hold = |permissions: &[Permission]| -> Vec<Holding> {
        let held = |permission: &Permission| Holding {
            permission: *permission,
            rule: 0,
            names: None,
            cluster: false,
        };
        permissions.iter().map(held).collect()
    };
    const EDIT: &[Permission] = &[
        Permission::PodCreate,
        Permission::PodUpdate,
        Permission::PodExec,
        Permission::PodExecByGet,
        Permission::PodAttach,
        Permission::PodForward,
        Permission::PodForwardByGet,
        Permission::PodProxy,
        Permission::ServiceProxy,
        Permission::PodLog,
        Permission::PodRemove,
        Permission::WorkloadCreate,
        Permission::WorkloadUpdate,
        Permission::SecretGet,
        Permission::SecretList,
        Permission::SecretCreate,
        Permission::TokenCreate,
        Permission::ImpersonateAccount,
        Permission::ClaimCreate,
        Permission::IngressWrite,
        Permission::AccountWrite,
    ];
    match reference.as_str() {
        "ClusterRole/cluster-admin" => {
            Some(Holdings { everything: Some(0), admin: true, ..Holdings::default() })
        }
        "ClusterRole/edit" => Some(Holdings { list: hold(EDIT), ..Holdings::default() }),
        "ClusterRole/admin" => {
            let more = [Permission::CreateRoleBinding, Permission::UpdateRoleBinding, Permission::UpdateRole];
            let list = hold(&[EDIT, &more].concat());
            Some(Holdings { list, admin: true, ..Holdings::default() })
        }
        _ => None,
    }
}
