//! Ways in from the internet (E01), as the network room finds them.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::ResourceId;

use crate::Primitive;
use crate::facts::container::Port;
use crate::graph::{Evidence, build::Step};
use crate::names::Name;
use crate::numbers::NumberMap;
use crate::rules::Assembly;
use crate::rules::network::Known;
use crate::vertex::Vertex;
use crate::ways::{End, Opening, Place};

impl Assembly<'_> {
    /// One step for each way in, to the port of the Service or of the pod that it leads to.
    pub(crate) fn internet(&mut self, pods: &NumberMap<ResourceId, Known<'_>>) {
        let ways = self.ways;
        let mut ends: BTreeMap<End, u32> = BTreeMap::new();
        for port in &ways.served {
            if let Some(endpoint) = self.service_endpoint(port) {
                ends.entry(End::Service(port.service, port.port, port.protocol)).or_insert(endpoint);
            }
        }
        for opening in &ways.openings {
            let ends = match opening.to {
                End::Pod(pod, ..) => self.ports_on_node(opening, pods.get(&pod)),
                end => ends.get(&end).copied().into_iter().collect(),
            };
            ends.into_iter().for_each(|end| self.way_in(opening, end, pods));
        }
    }

    /// The vertices of the ports of a pod that are open on its node: of several containers with one number the one whose
    /// field opens it, all of them in the network of the node.
    fn ports_on_node(&mut self, opening: &Opening, pod: Option<&Known<'_>>) -> Vec<u32> {
        let (End::Pod(_, number, protocol), Some(pod)) = (opening.to, pod) else { return Vec::new() };
        let opened = |port: &&Port| {
            let own = opening.because.route.strip_suffix(".hostPort");
            port.number == number
                && port.protocol == protocol
                && own.is_none_or(|route| route == self.names.text(port.route))
        };
        let ports = pod.facts.containers.iter().flat_map(|container| container.ports.iter());
        let ports: Vec<&Port> = ports.filter(opened).collect();
        let words: BTreeSet<Name> = ports.into_iter().map(|port| self.port_word(port)).collect();
        words.into_iter().map(|word| self.endpoint(pod.key, word)).collect()
    }

    fn way_in(&mut self, opening: &Opening, end: u32, pods: &NumberMap<ResourceId, Known<'_>>) {
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
