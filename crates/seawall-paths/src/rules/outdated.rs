//! Flaws of runtimes and kernels, by the versions that nodes show (B24).

use std::collections::BTreeMap;

use seawall_core::Confidence;

use crate::Primitive;
use crate::facts::software::{FLAWS, Needs, NodeFlaw, Software, Version};
use crate::facts::{ContainerFacts, NodeFacts, PodFacts};
use crate::graph::{Evidence, build::Step};
use crate::names::Name;
use crate::rules::Assembly;
use crate::vertex::Vertex;

/// A flaw and the version that has it.
type Found = (&'static NodeFlaw, Version);

fn flaws(node: &NodeFacts) -> Vec<Found> {
    let has = |flaw: &'static NodeFlaw| {
        let mut own = node.software.iter();
        own.find(|(software, version)| flaw.is_in(*software, *version)).map(|(_, version)| (flaw, *version))
    };
    FLAWS.iter().filter_map(has).collect()
}

/// Whether a container has what a flaw needs.
fn meets(needs: Needs, container: &ContainerFacts, pod: &PodFacts) -> bool {
    match needs {
        Needs::Container => true,
        Needs::HostNetworkRoot => pod.host_network && container.hardening.root,
        Needs::Unconfined => !container.hardening.confined,
        Needs::Start => false,
    }
}

impl Assembly<'_> {
    /// Runs before rights are read: those that make pods lead to [`Vertex::NewPods`] where that leads on.
    pub(crate) fn outdated(&mut self) {
        let facts = self.facts;
        let outdated: BTreeMap<Name, Vec<Found>> = facts
            .nodes
            .iter()
            .map(|(name, node)| (*name, flaws(node)))
            .filter(|(_, flaws)| !flaws.is_empty())
            .collect();
        if outdated.values().flatten().any(|(flaw, _)| flaw.needs == Needs::Start) {
            self.vertex(Vertex::NewPods);
        }
        for (name, flaws) in &outdated {
            self.started(*name, flaws);
        }
        for (key, pod) in &facts.pods {
            if let Some((node, flaws)) = pod.node.and_then(|node| Some((node, outdated.get(&node)?))) {
                self.out_by_flaws(*key, pod, (node, flaws));
            }
        }
    }

    /// The same for one pod.
    pub(crate) fn outdated_below(&mut self, key: (Name, Name, Name), pod: &PodFacts) {
        let Some((node, facts)) = pod.node.and_then(|node| Some((node, self.facts.nodes.get(&node)?))) else {
            return;
        };
        let flaws = flaws(facts);
        if !flaws.is_empty() {
            self.out_by_flaws(key, pod, (node, &flaws));
        }
    }

    fn out_by_flaws(
        &mut self,
        (kind, namespace, name): (Name, Name, Name),
        pod: &PodFacts,
        (node, flaws): (Name, &[Found]),
    ) {
        let Some(vertex) = self.graph.known(Vertex::Pod { kind, namespace, name }) else { return };
        for container in &pod.containers {
            let met: Vec<Found> =
                flaws.iter().filter(|(flaw, _)| meets(flaw.needs, container, pod)).copied().collect();
            let from = self.graph.known(Vertex::Container { pod: vertex, name: container.name });
            if let (Some(from), Some(step)) = (from, self.flaws_step(node, &met)) {
                let step = match container.hardening.held {
                    Some(held) => {
                        let gates = step.gates.map_or("", |gates| self.names.text(gates));
                        let gates = format!("{}; {gates}", self.names.text(held));
                        step.gated(Some(self.names.intern(&gates))).attenuated()
                    }
                    None => step,
                };
                let to = self.vertex(Vertex::Node(node));
                self.graph.step(from, to, step);
            }
        }
    }

    /// Whoever chooses what a container is, by the set of pods of one's own.
    fn started(&mut self, node: Name, flaws: &[Found]) {
        let met: Vec<Found> = flaws.iter().filter(|(flaw, _)| flaw.needs == Needs::Start).copied().collect();
        if let (Some(from), Some(step)) = (self.graph.known(Vertex::NewPods), self.flaws_step(node, &met)) {
            let to = self.vertex(Vertex::Node(node));
            self.graph.step(from, to, step);
        }
    }

    /// One step for all flaws of a program that are met: the surest speaks for all.
    fn flaws_step(&mut self, node: Name, met: &[Found]) -> Option<Step> {
        let (best, version) = met.iter().max_by_key(|(flaw, _)| flaw.sure).copied()?;
        let same: Vec<&str> =
            met.iter().filter(|(flaw, _)| flaw.software == best.software).map(|(flaw, _)| flaw.ids).collect();
        let unseen = match (best.software, best.sure) {
            (Software::Linux, _) => "distributions repair kernels without changing what they show",
            (_, Confidence::Low) => "the version of runc is in no object",
            _ => "distributions repair programs without changing the version",
        };
        let gates =
            format!("{} {version}: {}; {}; {unseen}", best.software.as_str(), same.join(", "), best.note);
        let object = self.vertex(Vertex::Node(node));
        let because = Evidence::Field { object, route: self.names.intern(best.software.route()) };
        let gates = self.names.intern(&gates);
        Some(Step::new(Primitive::B24).sure(best.sure).because(because).gated(Some(gates)))
    }
}
