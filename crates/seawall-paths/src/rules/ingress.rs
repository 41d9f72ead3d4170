//! Ingresses that run code in the controller that serves them (A47).

use seawall_core::Confidence;

use crate::Primitive;
use crate::graph::{Evidence, build::Step};
use crate::rules::Assembly;
use crate::vertex::{Place, Vertex};

impl Assembly<'_> {
    /// Whoever writes an Ingress holds the account of each controller of ingress-nginx that lets annotations in.
    pub(crate) fn writes_ingress(&mut self, place: Place, rule: u32) {
        let facts = self.facts;
        for ((kind, namespace, name), pod) in &facts.pods {
            let vertex = Vertex::Pod { kind: *kind, namespace: *namespace, name: *name };
            let Some(vertex) = self.graph.known(vertex) else { continue };
            for container in &pod.containers {
                let Some(nginx) = container.nginx.as_deref() else { continue };
                let looks = nginx
                    .watched
                    .is_none_or(|only| place == Place::Namespace(only) || place == Place::Cluster);
                let Some(way) = nginx.way_in(*namespace, &facts.snippets).filter(|_| looks) else { continue };
                let gates = self.names.intern(way);
                let step = Step::new(Primitive::A47)
                    .sure(Confidence::Medium)
                    .because(Evidence::Field { object: vertex, route: nginx.route })
                    .gated(Some(gates));
                if let Some(into) = self.graph.known(Vertex::Container { pod: vertex, name: container.name })
                {
                    self.graph.step(rule, into, step);
                }
            }
        }
    }
}
