//! Questions to a mesh: by ends of a model, and by names of a list.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::rc::Rc;

use super::Mesh;
use super::condition::Requirement;
use super::ends::{DestinationId, End, Source, SourceId};
use super::member::{Member, Membership};
use super::verdict::{MeshAnswer, MeshPiece, MeshVerdict};
use crate::list::Peer;
use crate::ports::{PortSet, Protocol};
use crate::{AddressSet, ClassId, EndpointId, Network, Target};

/// What the mesh tells apart about an endpoint: endpoints of one class and one signature have one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    source: SourceId,
    destination: DestinationId,
}

/// Who knocks at a way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// A pod.
    Pod(EndpointId),
    /// Somebody who is no pod, by their address.
    Outside(IpAddr),
}

impl Mesh {
    fn end(&self, endpoint: EndpointId) -> Option<&End> {
        self.ends.of.get(&endpoint)
    }

    /// What the mesh tells apart about an endpoint.
    pub fn signature(&self, endpoint: EndpointId) -> Option<Signature> {
        self.end(endpoint).map(|end| Signature { source: end.source, destination: end.destination })
    }

    /// Whether the pods of an endpoint are in the mesh.
    pub fn membership(&self, endpoint: EndpointId) -> Option<Membership> {
        self.end(endpoint).map(|end| end.membership)
    }

    /// What the mesh says of connections between two ends; `None` where it has no say: the destination is not in the mesh,
    /// or both ends are one pod. Of a class one endpoint answers.
    pub fn judge_targets(&self, network: &Network, src: Target, dst: Target) -> Option<Vec<MeshPiece>> {
        let destination = endpoint(network, dst)?;
        let end = self.end(destination).filter(|end| end.membership.member.is_in())?;
        let from = endpoint(network, src);
        let is_pod = network.endpoint(destination).is_some_and(|view| view.is_pod());
        if from == Some(destination) && is_pod {
            return None;
        }
        let guarded = self.ends.destinations.get(end.destination.0)?;
        let own = from.and_then(|from| self.end(from)).and_then(|end| self.ends.sources.get(end.source.0));
        match (own, src) {
            (Some(source), _) => Some(self.pieces(source, guarded)),
            (None, Target::Address(address)) => Some(self.pieces(&outside(Some(address)), guarded)),
            (None, _) => Some(self.pieces(&outside(None), guarded)),
        }
    }

    /// What the mesh says of connections between pods of these signatures, in disjoint parts of all ports; `None` where it
    /// has no say. A pod and itself are not asked about.
    pub fn between(&self, from: Signature, to: Signature) -> Option<Vec<MeshPiece>> {
        let guarded = self.ends.destinations.get(to.destination.0).filter(|one| one.member.is_in())?;
        Some(self.pieces(self.ends.sources.get(from.source.0)?, guarded))
    }

    /// The answer that lets the most through for one port, of all pairs of these clients and destinations; `None` where the
    /// mesh has no say, or there is no client.
    pub fn widest(
        &self,
        clients: &[Client],
        destinations: &[EndpointId],
        protocol: Protocol,
        port: u16,
    ) -> Option<MeshVerdict> {
        let ends: BTreeSet<Option<Signature>> = destinations.iter().map(|id| self.signature(*id)).collect();
        // Pods that the mesh does not tell apart are one client.
        let mut seen = BTreeSet::new();
        let sources: Vec<Source> = clients
            .iter()
            .filter_map(|client| match client {
                Client::Outside(address) => Some(outside(Some(*address))),
                Client::Pod(id) => {
                    let source = self.end(*id)?.source;
                    let source = seen.insert(source).then(|| self.ends.sources.get(source.0));
                    source.flatten().cloned()
                }
            })
            .collect();
        let mut all: Vec<Rc<[MeshPiece]>> = Vec::new();
        for end in ends {
            // One pod that no proxy guards is enough.
            let guarded = self.ends.destinations.get(end?.destination.0).filter(|one| one.member.is_in())?;
            all.extend(sources.iter().map(|source| Rc::from(self.pieces(source, guarded))));
        }
        widest(&all, &PortSet::port(protocol, port))
    }

    /// The parts of a range of addresses that the mesh tells apart, each by its first address.
    pub fn cuts(&self, from: IpAddr, to: IpAddr) -> Vec<IpAddr> {
        self.ends.cuts(from, to)
    }

    /// A set of addresses in the parts that policies of the mesh tell apart: those that the same blocks hold.
    pub fn parts(&self, addresses: &AddressSet) -> Vec<AddressSet> {
        let mut parts = vec![addresses.clone()];
        for block in self.blocks() {
            parts = parts
                .into_iter()
                .flat_map(|part| [part.intersection(block), part.difference(block)])
                .filter(|part| !part.is_empty())
                .collect();
        }
        parts
    }

    /// The blocks of source addresses that policies in force ask about, each once.
    fn blocks(&self) -> BTreeSet<&AddressSet> {
        let requirements = self.policies.iter().filter(|one| !one.dry_run).flat_map(|one| one.requirements());
        let lists = requirements.filter_map(|one| match one {
            Requirement::SourceIp(lists) | Requirement::RemoteIp(lists) => Some(lists),
            _ => None,
        });
        lists.flat_map(|lists| lists.all()).collect()
    }

    /// The answers of workloads by the names under which a list has them.
    pub fn names(&self, network: &Network) -> Names<'_> {
        let mut of: HashMap<String, BTreeSet<Signature>> = HashMap::new();
        for workload in network.workloads() {
            let signatures = workload.endpoints.iter().filter_map(|id| self.signature(*id)).collect();
            of.insert(workload.to_string(), signatures);
        }
        Names { mesh: self, of, memo: HashMap::new() }
    }
}

/// A source that is not in the mesh.
pub(super) fn outside(address: Option<IpAddr>) -> Source {
    Source { member: Member::Outside, identity: None, hbone: false, address }
}

fn endpoint(network: &Network, target: Target) -> Option<EndpointId> {
    match target {
        Target::Endpoint(id) => Some(id),
        Target::Class(class) => first_of(network, class),
        Target::Address(address) => network.pods_at(address).into_iter().min(),
    }
}

fn first_of(network: &Network, class: ClassId) -> Option<EndpointId> {
    network.members(class).iter().min().copied()
}

/// Answers by names of workloads, each pair of a source and a destination judged once.
pub struct Names<'m> {
    mesh: &'m Mesh,
    of: HashMap<String, BTreeSet<Signature>>,
    memo: HashMap<(SourceId, DestinationId), Rc<[MeshPiece]>>,
}

impl Names<'_> {
    /// What the mesh says of connections from one peer of a list to another, in disjoint parts of these ports; nothing where
    /// it has no say. Where pods of a workload or addresses of a range differ, the answer is the one that lets the most
    /// through, and says so.
    pub fn judge(&mut self, src: &Peer, dst: &Peer, ports: &PortSet) -> Vec<MeshPiece> {
        let answers = self.answers(src, dst);
        if let [only] = answers.as_slice() {
            let cut = only.iter().map(|one| (one.ports.intersection(ports), &one.verdict));
            let cut = cut.filter(|(ports, _)| !ports.is_empty());
            return cut.map(|(ports, verdict)| MeshPiece { ports, verdict: verdict.clone() }).collect();
        }
        if answers.is_empty() {
            return Vec::new();
        }
        let sets: Vec<&PortSet> =
            answers.iter().flat_map(|pieces| pieces.iter().map(|one| &one.ports)).collect();
        let mut merged: Vec<MeshPiece> = Vec::new();
        for part in ports.pieces(&sets) {
            let Some(verdict) = widest(&answers, &part) else { continue };
            match merged.iter_mut().find(|one| one.verdict == verdict) {
                Some(one) => one.ports = one.ports.union(&part),
                None => merged.push(MeshPiece { ports: part, verdict }),
            }
        }
        merged
    }

    fn answers(&mut self, src: &Peer, dst: &Peer) -> Vec<Rc<[MeshPiece]>> {
        let Peer::Workload(to) = dst else { return Vec::new() };
        let mesh = self.mesh;
        let destinations = self.of.get(to).into_iter().flatten().map(|one| one.destination);
        let destinations: BTreeSet<DestinationId> = destinations.collect();
        let guards =
            |id: &DestinationId| mesh.ends.destinations.get(id.0).is_some_and(|one| one.member.is_in());
        if !destinations.iter().any(guards) {
            return Vec::new();
        }
        let mut all = Vec::new();
        match src {
            Peer::Workload(from) => {
                let sources = self.of.get(from).into_iter().flatten().map(|one| one.source);
                let sources: BTreeSet<SourceId> = sources.collect();
                for pair in sources.iter().flat_map(|source| destinations.iter().map(|to| (*source, *to))) {
                    let (Some(from), Some(to)) =
                        (mesh.ends.sources.get(pair.0.0), mesh.ends.destinations.get(pair.1.0))
                    else {
                        continue;
                    };
                    let pieces = self.memo.entry(pair).or_insert_with(|| mesh.pieces(from, to).into());
                    all.push(Rc::clone(pieces));
                }
            }
            Peer::External(from, to) => {
                for address in mesh.cuts(*from, *to) {
                    let guarded = destinations.iter().filter_map(|id| mesh.ends.destinations.get(id.0));
                    all.extend(guarded.map(|one| Rc::from(mesh.pieces(&outside(Some(address)), one))));
                }
            }
            Peer::IngressController => {}
        }
        all
    }
}

/// The answer that lets the most through, of those that hold for a part of the ports that none of them cuts.
fn widest(answers: &[Rc<[MeshPiece]>], part: &PortSet) -> Option<MeshVerdict> {
    let pieces = answers.iter().flat_map(|pieces| pieces.iter());
    let here: Vec<&MeshPiece> = pieces.filter(|piece| part.is_subset(&piece.ports)).collect();
    let widest = here.iter().max_by_key(|piece| piece.verdict.answer)?;
    let mixed = here.iter().any(|piece| piece.verdict.answer != widest.verdict.answer);
    Some(MeshVerdict { mixed, ..widest.verdict.clone() })
}

impl MeshAnswer {
    /// Whether something may get through.
    pub const fn is_open(self) -> bool {
        !matches!(self, MeshAnswer::Denied)
    }
}
