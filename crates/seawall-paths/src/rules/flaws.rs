//! Flaws of images that let an attacker on the network run code in the container (B25).

use seawall_core::Confidence;

use crate::Primitive;
use crate::facts::container::lower;
use crate::facts::flaws::{Known, Match};
use crate::graph::{Evidence, build::Step};
use crate::numbers::NumberMap;
use crate::rules::Assembly;
use crate::vertex::Vertex;

impl Assembly<'_> {
    /// The step into each container whose image has such a flaw, by the container's vertex.
    pub(crate) fn flawed(&mut self) -> NumberMap<u32, Step> {
        let facts = self.facts;
        let mut flawed = NumberMap::default();
        if facts.flaws.is_empty() {
            return flawed;
        }
        for ((kind, namespace, name), pod) in &facts.pods {
            let vertex = Vertex::Pod { kind: *kind, namespace: *namespace, name: *name };
            let Some(vertex) = self.graph.known(vertex) else { continue };
            for container in &pod.containers {
                let Some(known) = facts.flaws.known(&container.image, self.names) else { continue };
                let into = Vertex::Container { pod: vertex, name: container.name };
                let Some(into) = self.graph.known(into) else { continue };
                let tag = container.image.tag.or_else(|| container.image.digests.first().copied());
                let image = tag.map(|tag| self.names.text(tag).to_owned()).unwrap_or_default();
                let step = self.flaw_step(&image, known);
                flawed.insert(into, step);
            }
        }
        flawed
    }

    fn flaw_step(&mut self, image: &str, known: Known<'_>) -> Step {
        let Known { flaw, count, found } = known;
        let fixed = match flaw.fixed.as_str() {
            "" => "no fixed version is known".to_owned(),
            fixed => format!("fixed in {fixed}"),
        };
        let route = format!("{} {}: {}, {fixed}", flaw.package, flaw.version, flaw.id);
        let because = Evidence::Object {
            object: self.names.intern(&format!("Image/{image}")),
            route: self.names.intern(&route),
        };
        let mut gates = "whether the flawed package is what listens is in no report".to_owned();
        if count > 1 {
            gates.push_str(&format!("; {} more flaws of this kind are in the image", count - 1));
        }
        let mut confidence = flaw.confidence.0;
        if found == Match::MovedTag {
            gates.push_str("; found by its tag: the digest in the report is another");
            confidence = lower(confidence);
        }
        let gates = self.names.intern(&gates);
        Step::new(Primitive::B25).sure(confidence.min(Confidence::High)).because(because).gated(Some(gates))
    }
}
