//! What `bind` opens (A25): roles whose rights are taken by writing a binding.
//!
//! A new binding takes any role that `bind` allows. Of a binding that is there only the subjects can be changed, so it
//! takes the role that it refers to. `bind` for all ClusterRoles opens everything and is a rule of [`super::together`].

use std::collections::{BTreeMap, BTreeSet};

use seawall_rbac::RoleId;

use crate::names::Name;
use crate::rights::Permission as P;
use crate::rules::Assembly;
use crate::rules::grants::{Grant, Grants};
use crate::vertex::Place;

/// A role that may be taken at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// The permission to write the binding.
    pub(crate) write: P,
    /// The permission to bind such a role.
    pub(crate) bind: P,
    pub(crate) role: RoleId,
    /// The name of the role, when `bind` must name it or may.
    pub(crate) name: Option<Name>,
    pub(crate) place: Place,
}

const BINDS: &[P] = &[P::BindRole, P::BindClusterRole];
const WRITES: &[P] =
    &[P::CreateRoleBinding, P::UpdateRoleBinding, P::CreateClusterRoleBinding, P::UpdateClusterRoleBinding];

/// The grants that matter here.
struct Few<'g>(Vec<&'g Grant>);

impl Few<'_> {
    fn at(&self, permission: P, place: Place) -> impl Iterator<Item = &Grant> {
        let fits = move |grant: &Grant| {
            grant.permission == permission && (grant.place == place || grant.place == Place::Cluster)
        };
        self.0.iter().copied().filter(move |grant| fits(grant))
    }

    fn whole(&self, permission: P, place: Place) -> bool {
        self.at(permission, place).any(|grant| grant.names.is_none())
    }

    fn names(&self, permission: P, place: Place) -> BTreeSet<Name> {
        self.at(permission, place).flat_map(|grant| grant.names.iter().flatten().copied()).collect()
    }
}

impl Assembly<'_> {
    /// Adds the rights of roles where somebody may take them, until none is new: a role may hold `bind` itself.
    pub(crate) fn bindable(&mut self, grants: &mut Grants) {
        loop {
            let before = grants.list.len();
            for way in self.ways(&grants.list) {
                self.unbound(way.role, way.place, grants);
            }
            if grants.list.len() == before {
                return;
            }
        }
    }

    /// Every role that may be taken, by name or of those that are bound there.
    pub(crate) fn ways(&mut self, grants: &[Grant]) -> Vec<Way> {
        let of = |permissions: &[P]| grants.iter().any(|grant| permissions.contains(&grant.permission));
        if !of(BINDS) || !of(WRITES) {
            return Vec::new();
        }
        let matters =
            |grant: &&Grant| BINDS.contains(&grant.permission) || WRITES.contains(&grant.permission);
        let few = Few(grants.iter().filter(matters).collect());
        let mut bound: BTreeMap<Place, Vec<RoleId>> = BTreeMap::new();
        for binding in self.rbac.bindings() {
            if let Some(role) = binding.role() {
                bound.entry(self.place(binding)).or_default().push(role);
            }
        }
        let mut places: BTreeSet<Place> = few.0.iter().map(|grant| grant.place).collect();
        let in_spaces = [P::CreateRoleBinding, P::UpdateRoleBinding];
        let everywhere =
            |grant: &&Grant| grant.place == Place::Cluster && in_spaces.contains(&grant.permission);
        if few.0.iter().any(everywhere) {
            places.extend(self.namespaces().into_iter().map(Place::Namespace));
        }
        let mut ways = Vec::new();
        for place in places {
            let here = bound.get(&place).map_or(&[][..], Vec::as_slice);
            self.ways_at(place, &few, here, &mut ways);
        }
        ways
    }

    fn ways_at(&mut self, place: Place, few: &Few<'_>, bound: &[RoleId], ways: &mut Vec<Way>) {
        let (create, update) = match place {
            Place::Cluster => (P::CreateClusterRoleBinding, P::UpdateClusterRoleBinding),
            Place::Namespace(_) => (P::CreateRoleBinding, P::UpdateRoleBinding),
        };
        for write in [create, update].into_iter().filter(|write| few.whole(*write, place)) {
            for bind in BINDS.iter().copied() {
                for (role, name) in self.candidates(place, bind, few) {
                    // A binding of `cluster-admin` is in every cluster.
                    let always = place == Place::Cluster && self.names.text(name) == "cluster-admin";
                    if write == create || always || bound.contains(&role) {
                        ways.push(Way { write, bind, role, name: Some(name), place });
                    }
                }
            }
        }
        // With a new binding it is everything.
        if place != Place::Cluster && few.whole(update, place) && few.whole(P::BindClusterRole, place) {
            let of_cluster =
                |id: &&RoleId| self.rbac.role(**id).is_some_and(|role| role.namespace().is_none());
            let roles: BTreeSet<RoleId> = bound.iter().filter(of_cluster).copied().collect();
            let way = |role| Way { write: update, bind: P::BindClusterRole, role, name: None, place };
            ways.extend(roles.into_iter().map(way));
        }
    }

    /// The roles that `bind` allows at a place: by name, and all Roles of a namespace.
    fn candidates(&mut self, place: Place, bind: P, few: &Few<'_>) -> Vec<(RoleId, Name)> {
        let rbac = self.rbac;
        let namespace = match (bind, place) {
            (P::BindRole, Place::Namespace(namespace)) => Some(self.names.text(namespace).to_owned()),
            (P::BindRole, Place::Cluster) => return Vec::new(),
            _ => None,
        };
        let mut found = Vec::new();
        for name in few.names(bind, place) {
            let text = self.names.text(name);
            found.extend(rbac.find_role(namespace.as_deref(), text).map(|role| (role.id(), name)));
        }
        if let Some(namespace) = namespace.filter(|_| few.whole(bind, place)) {
            let here = |own| rbac.text(own) == namespace;
            for role in rbac.roles().filter(|role| role.namespace().is_some_and(here)) {
                found.push((role.id(), self.names.intern(rbac.text(role.name()))));
            }
        }
        found
    }
}
