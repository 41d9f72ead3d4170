//! Clouds (D01–D03, D05): accounts that take cloud roles, cloud roles that the cluster takes for its own identities.

use crate::Primitive;
use crate::facts::CloudKind;
use crate::graph::{Evidence, build::Step};
use crate::rules::Assembly;
use crate::vertex::Vertex;

impl Assembly<'_> {
    pub(crate) fn cloud(&mut self) {
        let facts = self.facts;
        for ((namespace, name), account) in &facts.accounts {
            for (annotation, kind, value) in &account.cloud {
                let from = self.vertex(Vertex::Account { namespace: *namespace, name: *name });
                let role = self.names.intern(value);
                let to = self.vertex(Vertex::CloudRole(role));
                let route = self.names.intern(&format!("metadata.annotations[\"{annotation}\"]"));
                let primitive = match kind {
                    CloudKind::Aws => Primitive::D01,
                    CloudKind::Google => Primitive::D02,
                    CloudKind::Azure => Primitive::D03,
                };
                let because = Evidence::Field { object: from, route };
                self.graph.step(from, to, Step::new(primitive).because(because));
            }
        }
        for mapped in &facts.mapped {
            let role = self.names.intern(&mapped.arn);
            let from = self.vertex(Vertex::CloudRole(role));
            let because = self.object("ConfigMap/kube-system/aws-auth", &format!("data.{}", mapped.key));
            let user =
                mapped.user.iter().map(|name| Vertex::User(self.names.intern(name))).collect::<Vec<_>>();
            let groups: Vec<Vertex> =
                mapped.groups.iter().map(|name| Vertex::Group(self.names.intern(name))).collect();
            for identity in user.into_iter().chain(groups) {
                let to = self.vertex(identity);
                self.graph.step(from, to, Step::new(Primitive::D05).because(because));
            }
        }
    }
}
