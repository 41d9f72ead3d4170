//! Rights restricted to objects of given names that join with others (A22 of groups, A24, A25).

use std::collections::{BTreeMap, BTreeSet};

use seawall_rbac::Role;

use crate::Primitive;
use crate::graph::build::Step;
use crate::names::Name;
use crate::rights::Permission as P;
use crate::rules::Assembly;
use crate::rules::grants::Grant;
use crate::rules::together::Index;
use crate::vertex::{Place, Vertex};

impl<'m> Assembly<'m> {
    /// The vertex of a permission over one object, with the rules that name it; nothing when none does.
    fn held_for(&mut self, permission: P, place: Place, name: Name, index: &Index<'_>) -> Option<u32> {
        let vertex = Vertex::Held { permission, place, name: Some(name) };
        if let Some(known) = self.graph.known(vertex) {
            return Some(known);
        }
        let named = index.named.get(&permission).into_iter().flatten().filter(|grant| {
            (grant.place == place || grant.place == Place::Cluster)
                && grant.names.as_ref().is_some_and(|names| names.contains(&name))
        });
        // `bind` on all Roles of a namespace reaches each; on all ClusterRoles it is everything by another rule.
        let whole = index.at(permission, place).filter(|_| permission == P::BindRole);
        let rules: BTreeSet<u32> = whole.chain(named.copied()).map(|grant| grant.rule).collect();
        if rules.is_empty() {
            return None;
        }
        let held = self.vertex(vertex);
        rules.into_iter().for_each(|rule| self.graph.step(rule, held, Step::structure()));
        Some(held)
    }

    /// `bind` on roles of given names or of one namespace, for who may also write bindings.
    pub(crate) fn named_roles(&mut self, grants: &[Grant], index: &Index<'_>) {
        for way in self.ways(grants) {
            let role = self.tables.role(way.role);
            let Some(to) = self.graph.known(Vertex::Rights { role, place: way.place }) else { continue };
            let bind = match way.name {
                Some(name) => self.held_for(way.bind, way.place, name, index),
                None => Some(self.held(way.bind, way.place, index)),
            };
            let Some(bind) = bind else { continue };
            let write = self.held(way.write, way.place, index);
            let all = self.graph.all(vec![bind, write]);
            self.graph.step(all, to, Step::new(Primitive::A25));
        }
    }

    /// What follows from everything at a place.
    pub(crate) fn everything_at(&mut self, place: Place) -> Vec<u32> {
        match place {
            Place::Cluster => vec![self.vertex(Vertex::ClusterAdmin)],
            Place::Namespace(namespace) => {
                let mut opens = vec![self.vertex(Vertex::NamespaceAdmin(namespace))];
                opens.extend(self.beside_admin(place));
                opens
            }
        }
    }

    /// What everything in a namespace opens beside its admin: any node, as the Pod Security level is a part of it, unless
    /// policies refuse; and the map of cloud identities, a part of `kube-system` (A41).
    pub(crate) fn beside_admin(&mut self, place: Place) -> Vec<u32> {
        let mut opens = Vec::new();
        if !self.gate(place).policies.shut {
            opens.push(self.vertex(Vertex::Nodes));
        }
        if self.facts.has_aws_auth && self.in_kube_system(place) {
            opens.push(self.vertex(Vertex::SystemMasters));
        }
        opens
    }

    /// `escalate` and a right to change on roles of given names: whoever is bound to such a role then holds everything
    /// where the binding puts it. The role that gives the right may be one of them.
    pub(crate) fn named_escalation(&mut self, index: &Index<'_>) {
        let mut rights: BTreeMap<u32, Vec<(u32, Place)>> = BTreeMap::new();
        for (id, vertex) in (0u32..).zip(self.graph.vertices()) {
            if let Vertex::Rights { role, place } = vertex {
                rights.entry(*role).or_default().push((id, *place));
            }
        }
        for (escalate, update) in
            [(P::EscalateClusterRole, P::UpdateClusterRole), (P::EscalateRole, P::UpdateRole)]
        {
            let named = [escalate, update].into_iter().flat_map(|own| index.named.get(&own)).flatten();
            let names: BTreeSet<Name> =
                named.flat_map(|grant| grant.names.iter().flatten().copied()).collect();
            for role in self.called(&names, escalate == P::EscalateRole) {
                let rbac = self.rbac;
                let Some(name) = self.names.find(rbac.text(role.name())) else { continue };
                let scope = match role.namespace() {
                    Some(namespace) => Place::Namespace(self.names.intern(rbac.text(namespace))),
                    None => Place::Cluster,
                };
                let number = self.tables.role(role.id());
                let ways = self.halves([escalate, update], scope, name, index);
                for (own, place) in rights.get(&number).cloned().unwrap_or_default() {
                    for [may, change] in &ways {
                        let all = self.graph.all(vec![*may, *change, own]);
                        for to in self.everything_at(place) {
                            self.graph.step(all, to, Step::new(Primitive::A24));
                        }
                    }
                }
            }
        }
    }

    /// The roles of these names, of namespaces or of the cluster; among the latter those that every control plane has.
    fn called(&self, names: &BTreeSet<Name>, in_namespaces: bool) -> Vec<&'m Role> {
        let rbac = self.rbac;
        if !in_namespaces {
            return names.iter().filter_map(|name| rbac.find_role(None, self.names.text(*name))).collect();
        }
        let fits = |role: &&Role| {
            let name = self.names.find(rbac.text(role.name()));
            role.namespace().is_some() && name.is_some_and(|name| names.contains(&name))
        };
        rbac.roles().filter(fits).collect()
    }

    /// Two permissions over one object, at least one of which names it: for all objects it is another rule.
    fn halves(&mut self, both: [P; 2], place: Place, name: Name, index: &Index<'_>) -> Vec<[u32; 2]> {
        let named = both.map(|own| self.held_for(own, place, name, index));
        let whole = both.map(|own| index.at(own, place).next().map(|_| self.held(own, place, index)));
        let ways = [(named[0], named[1]), (named[0], whole[1]), (whole[0], named[1])];
        ways.into_iter().filter_map(|(may, change)| Some([may?, change?])).collect()
    }

    /// Groups of given names, for who may impersonate somebody to be in them.
    pub(crate) fn named_groups(&mut self, index: &Index<'_>) {
        let named = index.named.get(&P::ImpersonateGroup).into_iter().flatten();
        let names: BTreeSet<Name> = named.flat_map(|grant| grant.names.iter().flatten().copied()).collect();
        let mut somebody: BTreeSet<(P, Place)> = BTreeSet::new();
        for who in [P::ImpersonateUser, P::ImpersonateAccount] {
            somebody.extend(index.places(&[who]).into_iter().map(|place| (who, place)));
        }
        for name in names {
            let group = self.graph.known(Vertex::Group(name));
            let Some(group) = group.filter(|_| self.names.text(name) != "system:masters") else { continue };
            let Some(held) = self.held_for(P::ImpersonateGroup, Place::Cluster, name, index) else {
                continue;
            };
            for (who, place) in &somebody {
                let who = self.held(*who, *place, index);
                let all = self.graph.all(vec![held, who]);
                self.graph.step(all, group, Step::new(Primitive::A22));
            }
        }
    }
}
