//! The graph: vertices as numbers, edges in both directions, evidence beside them.
//!
//! An edge is one step that needs one thing. A step that needs several is an [`All`]: a vertex that is reached when all of
//! its premises are.

pub(crate) mod build;
mod later;

use seawall_core::Confidence;

pub(crate) use build::Builder;
pub(crate) use later::Drawn;
use later::Later;

use crate::Primitive;
use crate::names::Name;
use crate::numbers::NumberMap;
use crate::search::{Joined, Lent, Pool};
use crate::vertex::Vertex;

/// What an attack step costs; what its doubt costs is less, so that of equally long paths the surest is the shortest.
pub(crate) const ATTACK: u32 = 64;
/// What an attenuated step costs: any path without one is preferred.
pub(crate) const ATTENUATED: u32 = 64 * ATTACK;

/// Where the reason of an edge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Evidence {
    /// A field of the object that a vertex stands for.
    Field { object: u32, route: Name },
    /// A field of an object that is no vertex, written `Kind/namespace/name`.
    Object { object: Name, route: Name },
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) primitive: Primitive,
    pub(crate) confidence: Confidence,
    /// Something stands in the way.
    pub(crate) attenuated: bool,
    /// A default of a vanilla control plane.
    pub(crate) expected: bool,
    /// One more than the place in the table; 0 for none.
    evidence: u32,
    pub(crate) gates: Option<Name>,
}

impl Edge {
    /// What the step costs: structure nothing.
    pub(crate) fn cost(&self) -> u32 {
        let doubt = match self.confidence {
            Confidence::High => 0,
            Confidence::Medium => 1,
            Confidence::Low => 2,
        };
        match (self.attenuated, self.primitive) {
            (true, _) => ATTENUATED,
            (false, Primitive::Structure) => 0,
            (false, _) => ATTACK + doubt,
        }
    }
}

/// Several things that are needed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct All {
    /// The vertex that stands for all of them.
    pub(crate) vertex: u32,
    pub(crate) premises: Box<[u32]>,
}

/// A finished graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    vertices: Vec<Vertex>,
    ids: NumberMap<Vertex, u32>,
    /// Sorted by where they start.
    edges: Vec<Edge>,
    out: Vec<u32>,
    /// Numbers of edges, sorted by where they end.
    back: Vec<u32>,
    into: Vec<u32>,
    evidence: Vec<Evidence>,
    /// By the place in that table, one more: the whole chain that the evidence stands in.
    chains: NumberMap<u32, Vec<Evidence>>,
    alls: Vec<All>,
    /// Conjunctions by premise.
    premise_of: NumberMap<u32, Vec<u32>>,
    /// What changed since it was finished.
    later: Later,
    scratches: Pool,
    joined: Joined,
}

impl Graph {
    pub(crate) fn joined(&self) -> &Joined {
        &self.joined
    }

    /// A working memory for a search.
    pub(crate) fn scratch(&self) -> Lent<'_> {
        self.scratches.lend(self.vertices.len())
    }

    /// One more than the greatest number of a vertex.
    pub(crate) fn len(&self) -> usize {
        self.vertices.len()
    }

    pub(crate) fn vertex_count(&self) -> usize {
        self.vertices.len() - self.later.dead.len()
    }

    pub(crate) fn edge_count(&self) -> usize {
        self.edges.len() - self.later.gone.len()
    }

    pub(crate) fn vertex(&self, id: u32) -> Vertex {
        self.vertices.get(id as usize).copied().unwrap_or(Vertex::Internet)
    }

    pub(crate) fn vertices(&self) -> impl Iterator<Item = (u32, Vertex)> + '_ {
        let all = (0u32..).zip(self.vertices.iter().copied());
        all.filter(|(id, _)| self.later.dead.is_empty() || !self.later.dead.contains(id))
    }

    pub(crate) fn id(&self, vertex: Vertex) -> Option<u32> {
        self.ids.get(&vertex).copied()
    }

    /// All steps, with their numbers.
    pub(crate) fn edges(&self) -> impl Iterator<Item = (u32, &Edge)> {
        (0u32..).zip(&self.edges).filter(|(id, _)| self.later.is_here(*id))
    }

    pub(crate) fn edge(&self, id: u32) -> Option<&Edge> {
        self.edges.get(id as usize)
    }

    /// The steps from a vertex, with their numbers.
    pub(crate) fn outgoing(&self, vertex: u32) -> impl Iterator<Item = (u32, &Edge)> {
        let (start, end) = range(&self.out, vertex);
        let edges = self.edges.get(start as usize..end as usize).unwrap_or(&[]);
        (start..end)
            .zip(edges)
            .chain(self.added(self.later.out(vertex)))
            .filter(|(id, _)| self.later.is_here(*id))
    }

    /// The steps to a vertex, with their numbers.
    pub(crate) fn incoming(&self, vertex: u32) -> impl Iterator<Item = (u32, &Edge)> {
        let (start, end) = range(&self.into, vertex);
        let ids = self.back.get(start as usize..end as usize).unwrap_or(&[]);
        self.added(ids).chain(self.added(self.later.back(vertex))).filter(|(id, _)| self.later.is_here(*id))
    }

    fn added<'g>(&'g self, ids: &'g [u32]) -> impl Iterator<Item = (u32, &'g Edge)> {
        ids.iter().filter_map(|id| Some((*id, self.edges.get(*id as usize)?)))
    }

    pub(crate) fn evidence(&self, edge: &Edge) -> Option<Evidence> {
        self.evidence.get(edge.evidence.checked_sub(1)? as usize).copied()
    }

    /// The fields that allow an edge together, its evidence among them; none where that stands alone.
    pub(crate) fn chain(&self, edge: &Edge) -> &[Evidence] {
        self.chains.get(&edge.evidence).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn alls(&self) -> &[All] {
        &self.alls
    }

    /// The conjunction that a vertex stands for.
    pub(crate) fn all(&self, vertex: u32) -> Option<&All> {
        match self.vertex(vertex) {
            Vertex::All(number) => self.alls.get(number as usize),
            _ => None,
        }
    }

    /// The conjunctions that a vertex is a premise of.
    pub(crate) fn conjunctions(&self, premise: u32) -> &[u32] {
        self.premise_of.get(&premise).map_or(&[], Vec::as_slice)
    }
}

fn range(offsets: &[u32], vertex: u32) -> (u32, u32) {
    let at = |index: usize| offsets.get(index).copied().unwrap_or(0);
    (at(vertex as usize), at(vertex as usize + 1))
}
