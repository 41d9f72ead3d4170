//! Ways in from the internet (E01), as the network room finds them.

use std::collections::{BTreeMap, HashMap};

use seawall_core::ResourceId;

use crate::Primitive;
use crate::graph::{Evidence, build::Step};
use crate::rules::Assembly;
use crate::rules::network::Known;
use crate::vertex::Vertex;
use crate::ways::{End, Opening, Place};

impl Assembly<'_> {
    /// One step for each way in, to the port of the Service or of the pod that it leads to.
    pub(crate) fn internet(&mut self, pods: &HashMap<ResourceId, Known<'_>>) {
        let ways = self.ways;
        let mut ends: BTreeMap<End, u32> = BTreeMap::new();
        for port in &ways.served {
            if let Some(endpoint) = self.service_endpoint(port) {
                ends.entry(End::Service(port.service, port.port, port.protocol)).or_insert(endpoint);
            }
        }
        for opening in &ways.openings {
            let end = match opening.to {
                End::Pod(pod, ..) => self.host_port(opening.to, pods.get(&pod)),
                end => ends.get(&end).copied(),
            };
            if let Some(end) = end {
                self.way_in(opening, end, pods);
            }
        }
    }

    /// The vertex of a port that a container of a pod declares.
    fn host_port(&mut self, end: End, pod: Option<&Known<'_>>) -> Option<u32> {
        let End::Pod(_, number, protocol) = end else { return None };
        let Known { namespace, name, facts, .. } = *pod?;
        let mut ports = facts.containers.iter().flat_map(|container| container.ports.iter());
        let port = ports.find(|port| port.number == number && port.protocol == protocol)?;
        let word = self.port_word(port);
        Some(self.endpoint(namespace, name, word))
    }

    fn way_in(&mut self, opening: &Opening, end: u32, pods: &HashMap<ResourceId, Known<'_>>) {
        // What is changed is the pod itself where it opens a port of its node.
        let pod = match opening.to {
            End::Pod(pod, ..) => pods.get(&pod).map(|known| known.vertex),
            End::Service(..) => None,
        };
        let because = match pod {
            Some(object) => Evidence::Field { object, route: self.names.intern(&opening.because.route) },
            None => self.at_place(&opening.because),
        };
        let gates = (!opening.gates.is_empty()).then(|| self.names.intern(&opening.gates.join("; ")));
        let step = Step::new(Primitive::E01).sure(opening.confidence).because(because).gated(gates);
        let step = if opening.held_back { step.attenuated() } else { step };
        let internet = self.vertex(Vertex::Internet);
        let chain = opening.chain.iter().map(|place| self.at_place(place)).collect();
        self.graph.step_along(internet, end, step, chain);
    }

    fn at_place(&mut self, place: &Place) -> Evidence {
        self.object(&place.object, &place.route)
    }
}
