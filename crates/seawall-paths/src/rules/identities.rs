//! Identities: which groups they are in, what sets they make, and what the strongest sinks give (A03, A51).

use seawall_core::Confidence;

use crate::Primitive;
use crate::graph::build::Step;
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
                    self.graph.step(users, id, Step::structure());
                    if self.names.text(name) != "system:anonymous"
                        && let Some(group) = everybody
                    {
                        self.graph.step(id, group, Step::structure());
                    }
                }
                Vertex::Group(name) if name == masters => {}
                Vertex::Group(_) => self.graph.step(groups, id, Step::structure()),
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

    fn strongest(&mut self, masters: crate::names::Name) {
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
