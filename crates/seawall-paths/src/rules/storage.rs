//! Claims that are bound to paths of a node (B20): Pod Security admission sees only the claim.

use crate::Primitive;
use crate::facts::container::lower;
use crate::facts::{ContainerFacts, PodFacts, host_path};
use crate::graph::build::Step;
use crate::names::Name;
use crate::rules::Assembly;

impl Assembly<'_> {
    pub(crate) fn claims(
        &mut self,
        vertex: u32,
        (pod, node, namespace): (u32, u32, Name),
        pod_facts: &PodFacts,
        container: &ContainerFacts,
    ) {
        let facts = self.facts;
        for mount in &container.claims {
            let claim = (namespace, mount.claim);
            let bound = facts.claims.get(&claim).copied().flatten();
            let name = bound.or_else(|| self.index.claimed.get(&claim).copied());
            let volume = name.and_then(|name| Some((name, facts.volumes.get(&name)?)));
            let Some((name, volume)) = volume else { continue };
            let path = match mount.below {
                Some(below) => format!("{}/{}", volume.path, self.names.text(below)),
                None => volume.path.clone(),
            };
            for gain in host_path::gains(&path, mount.read_only) {
                if gain.primitive == Primitive::A13 {
                    continue;
                }
                let to = self.landing(gain.landing, pod, node, pod_facts);
                let object = format!("PersistentVolume/{}", self.names.text(name));
                let because = self.object(&object, volume.route);
                let mut gates = format!("as {}: {}", gain.primitive.id(), gain.primitive.does());
                let mut step = Step::new(Primitive::B20).because(because);
                if let Some(user) = container.user_gate {
                    gates.push_str("; ");
                    gates.push_str(self.names.text(user));
                    step = step.sure(lower(step.confidence));
                }
                let gates = self.names.intern(&gates);
                self.graph.step(vertex, to, step.gated(Some(gates)));
            }
        }
    }
}
