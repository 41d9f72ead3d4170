//! Identities: which groups they are in, what sets they make, and what the strongest sinks give (A03, A51).

use std::collections::BTreeSet;

use seawall_core::Confidence;
use seawall_rbac::Subject;

use crate::Primitive;
use crate::graph::build::Step;
use crate::names::Name;
use crate::rules::Assembly;
use crate::vertex::{Place, Vertex};

impl Assembly<'_> {
    /// Runs last: memberships are added only in groups that lead on.
    pub(crate) fn identities(&mut self) {
        if let Some(all) = self.graph.known(Vertex::NamespaceAdmins) {
            for namespace in self.namespaces() {
                let admin = self.vertex(Vertex::NamespaceAdmin(namespace));
                self.graph.step(all, admin, Step::structure());
            }
        }
        let vertices = self.graph.vertices().to_vec();
        let accounts_group = self.group("system:serviceaccounts");
        let everybody = self.group("system:authenticated");
        let masters = self.names.intern("system:masters");
        let nodes = self.names.intern("system:nodes");
        let [named_users, named_groups] = self.named();
        let (users, groups) = (self.vertex(Vertex::Users), self.vertex(Vertex::Groups));
        for (id, vertex) in (0u32..).zip(vertices) {
            match vertex {
                Vertex::Account { namespace, .. } => {
                    let own = format!("system:serviceaccounts:{}", self.names.text(namespace));
                    let own = self.group(&own);
                    for group in [accounts_group, own, everybody].into_iter().flatten() {
                        self.graph.step(id, group, Step::structure());
                    }
                }
                Vertex::User(name) => {
                    // The name of a kubelet is worth nothing without its group.
                    let kubelet = self.names.text(name).starts_with("system:node:");
                    if !kubelet {
                        self.graph.step(users, id, Step::structure());
                    }
                    if !kubelet && !named_users.contains(&name) {
                        continue;
                    }
                    let group = match self.names.text(name) {
                        "system:anonymous" => self.group("system:unauthenticated"),
                        _ => everybody,
                    };
                    if let Some(group) = group {
                        self.graph.step(id, group, Step::structure());
                    }
                }
                Vertex::Group(name) if name == masters => {}
                Vertex::Group(name) => {
                    self.graph.step(groups, id, Step::structure());
                    // Kubelets are in theirs, whoever names it.
                    if name == nodes || named_groups.contains(&name) {
                        self.within(id, name, [accounts_group, everybody]);
                    }
                }
                Vertex::NamespaceAdmin(namespace) => self.namespace_admin(id, Place::Namespace(namespace)),
                _ => {}
            }
        }
        self.strongest(masters);
        self.without_credentials();
    }

    /// A group that some binding names.
    fn group(&mut self, name: &str) -> Option<u32> {
        let name = self.names.find(name)?;
        self.graph.known(Vertex::Group(name))
    }

    /// The users and groups that a binding or the map of cloud identities names: whoever is only named as somebody to
    /// impersonate is nobody who starts, and a member of what the impersonator is a member of.
    fn named(&mut self) -> [BTreeSet<Name>; 2] {
        let (rbac, mapped) = (self.rbac, &self.facts.mapped);
        let mut users: Vec<&str> = mapped.iter().filter_map(|mapped| mapped.user.as_deref()).collect();
        let mut groups: Vec<&str> =
            mapped.iter().flat_map(|mapped| mapped.groups.iter().map(String::as_str)).collect();
        for (subject, _) in rbac.named_subjects() {
            match subject {
                Subject::User(name) => users.push(name),
                Subject::Group(name) => groups.push(name),
                Subject::ServiceAccount { .. } => {}
            }
        }
        [users, groups].map(|list| list.into_iter().map(|name| self.names.intern(name)).collect())
    }

    /// Whoever is in one group is in these as well.
    fn within(&mut self, id: u32, name: Name, [accounts, everybody]: [Option<u32>; 2]) {
        let name = self.names.text(name);
        let accounts = accounts.filter(|_| name.starts_with("system:serviceaccounts:"));
        let everybody = everybody.filter(|group| *group != id && name != "system:unauthenticated");
        for group in [accounts, everybody].into_iter().flatten() {
            self.graph.step(id, group, Step::structure());
        }
    }

    fn namespace_admin(&mut self, admin: u32, place: Place) {
        let accounts = self.vertex(Vertex::Accounts(place));
        let secrets = self.vertex(Vertex::Secrets(place));
        self.graph.step(admin, accounts, Step::new(Primitive::A04));
        self.graph.step(admin, secrets, Step::new(Primitive::A17));
        let pods = self.vertex(Vertex::Pods(place));
        self.graph.step(admin, pods, Step::new(Primitive::A08));
        self.makes_pods(Primitive::A04, admin);
        self.owns_nodes(Primitive::A05, place, admin);
    }

    fn strongest(&mut self, masters: Name) {
        let sink = self.vertex(Vertex::SystemMasters);
        let admin = self.vertex(Vertex::ClusterAdmin);
        let group = self.vertex(Vertex::Group(masters));
        self.graph.step(group, sink, Step { expected: true, ..Step::structure() });
        self.graph.step(sink, admin, Step::new(Primitive::A03));
        for everything in [
            Vertex::Nodes,
            Vertex::Accounts(Place::Cluster),
            Vertex::Secrets(Place::Cluster),
            Vertex::Pods(Place::Cluster),
        ] {
            let to = self.vertex(everything);
            self.graph.step(admin, to, Step::structure());
        }
    }

    /// What is bound to nobody in particular is open to whoever reaches the API server.
    fn without_credentials(&mut self) {
        let internet = self.vertex(Vertex::Internet);
        let user = self.names.find("system:anonymous").and_then(|name| self.graph.known(Vertex::User(name)));
        let group = self.group("system:unauthenticated");
        for to in [user, group].into_iter().flatten() {
            let step = self.anonymous_step().sure(Confidence::Medium);
            self.graph.step(internet, to, step);
        }
    }
}
