//! Credentials in secrets (C08, D06) and clouds (D01–D03, D05): accounts that take cloud roles, cloud roles that the cluster takes for its own identities.

use seawall_core::Confidence;

use crate::Primitive;
use crate::facts::CloudKind;
use crate::graph::{Evidence, build::Step};
use crate::rules::Assembly;
use crate::vertex::Vertex;

impl Assembly<'_> {
    /// A secret with an entry that is named like the key of a cloud (D06): whose it is stays unknown.
    pub(crate) fn cloud_keys(&mut self, secret: u32, key: &'static str) {
        let Some(Vertex::Secret { namespace, name }) = self.graph.vertices().get(secret as usize).copied()
        else {
            return;
        };
        let role = format!("holder of Secret/{}/{}", self.names.text(namespace), self.names.text(name));
        let role = self.names.intern(&role);
        let to = self.vertex(Vertex::CloudRole(role));
        let because = Evidence::Field { object: secret, route: self.names.intern(&format!("data.{key}")) };
        let gates = self.names.intern("told by the name of the entry: its value is not read");
        let step = Step::new(Primitive::D06).sure(Confidence::Low).because(because).gated(Some(gates));
        self.graph.step(secret, to, step);
    }

    /// A secret with an entry that is named like a kubeconfig (C08).
    pub(crate) fn kubeconfig(&mut self, secret: u32) {
        let because = Evidence::Field { object: secret, route: self.names.intern("data") };
        let gates = self
            .names
            .intern("whose kubeconfig it is, and of which cluster, is in its value, which is not read");
        let step = Step::new(Primitive::C08).because(because).gated(Some(gates)).attenuated();
        let to = self.vertex(Vertex::ClusterAdmin);
        self.graph.step(secret, to, step);
    }

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
