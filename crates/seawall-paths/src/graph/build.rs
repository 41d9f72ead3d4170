//! Collects vertices and edges, then sorts them once.

use rayon::prelude::*;
use seawall_core::Confidence;

use crate::Primitive;
use crate::graph::{All, Drawn, Edge, Evidence, Graph};
use crate::names::Name;
use crate::numbers::NumberMap;
use crate::vertex::Vertex;

/// A graph in the making.
#[derive(Default)]
pub(crate) struct Builder {
    graph: Graph,
    /// The steps of a part that is drawn again, beside the graph that has it.
    drawn: Option<Vec<Drawn>>,
}

/// An edge in the making; the default is a certain step without evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    pub(crate) primitive: Primitive,
    pub(crate) confidence: Confidence,
    pub(crate) attenuated: bool,
    pub(crate) expected: bool,
    pub(crate) evidence: Option<Evidence>,
    pub(crate) gates: Option<Name>,
}

impl Step {
    pub(crate) fn new(primitive: Primitive) -> Self {
        Step {
            primitive,
            confidence: Confidence::High,
            attenuated: false,
            expected: false,
            evidence: None,
            gates: None,
        }
    }

    pub(crate) fn structure() -> Self {
        Step::new(Primitive::Structure)
    }

    pub(crate) fn sure(self, confidence: Confidence) -> Self {
        Step { confidence: self.confidence.min(confidence), ..self }
    }

    pub(crate) fn because(self, evidence: Evidence) -> Self {
        Step { evidence: Some(evidence), ..self }
    }

    pub(crate) fn gated(self, gates: Option<Name>) -> Self {
        Step { gates, ..self }
    }

    pub(crate) fn attenuated(self) -> Self {
        Step { attenuated: true, confidence: Confidence::Low, ..self }
    }
}

impl Builder {
    /// Takes a finished graph, to draw a part of it once more: steps are collected and change nothing.
    pub(crate) fn again(graph: Graph) -> Self {
        Builder { graph, drawn: Some(Vec::new()) }
    }

    /// The graph, and the steps that were drawn beside it.
    pub(crate) fn put_down(self) -> (Graph, Vec<Drawn>) {
        (self.graph, self.drawn.unwrap_or_default())
    }

    /// The number of a vertex, new or known.
    pub(crate) fn vertex(&mut self, vertex: Vertex) -> u32 {
        let graph = &mut self.graph;
        *graph.ids.entry(vertex).or_insert_with(|| {
            graph.vertices.push(vertex);
            u32::try_from(graph.vertices.len() - 1).unwrap_or(u32::MAX)
        })
    }

    pub(crate) fn known(&self, vertex: Vertex) -> Option<u32> {
        self.graph.id(vertex)
    }

    pub(crate) fn vertices(&self) -> &[Vertex] {
        &self.graph.vertices
    }

    pub(crate) fn step(&mut self, from: u32, to: u32, step: Step) {
        if let Some(drawn) = &mut self.drawn {
            drawn.push(Drawn { from, to, step, chain: Vec::new() });
            return;
        }
        self.graph.push(from, to, step);
    }

    /// A step with evidence that stands in a chain of fields, all of which are shown.
    pub(crate) fn step_along(&mut self, from: u32, to: u32, step: Step, chain: Vec<Evidence>) {
        if let Some(drawn) = &mut self.drawn {
            let chain = if step.evidence.is_some() { chain } else { Vec::new() };
            drawn.push(Drawn { from, to, step, chain });
            return;
        }
        self.graph.push(from, to, step);
        if let Some(edge) = self.graph.edges.last().filter(|edge| edge.evidence > 0) {
            self.graph.chains.insert(edge.evidence, chain);
        }
    }

    /// A vertex that is reached when all premises are.
    pub(crate) fn all(&mut self, mut premises: Vec<u32>) -> u32 {
        premises.sort_unstable();
        premises.dedup();
        let number = u32::try_from(self.graph.alls.len()).unwrap_or(u32::MAX);
        let vertex = self.vertex(Vertex::All(number));
        self.graph.alls.push(All { vertex, premises: premises.into() });
        vertex
    }

    pub(crate) fn finish(self) -> Graph {
        let mut graph = self.graph;
        graph.edges.par_sort_unstable_by_key(|edge| (edge.from, edge.to, edge.primitive, edge.evidence));
        let count = graph.vertices.len();
        graph.out = offsets(count, graph.edges.iter().map(|edge| edge.from));
        graph.into = offsets(count, graph.edges.iter().map(|edge| edge.to));
        let mut next = graph.into.clone();
        graph.back = vec![0; graph.edges.len()];
        for (id, edge) in (0u32..).zip(&graph.edges) {
            let Some(slot) = next.get_mut(edge.to as usize) else { continue };
            if let Some(place) = graph.back.get_mut(*slot as usize) {
                *place = id;
            }
            *slot += 1;
        }
        let mut premise_of: NumberMap<u32, Vec<u32>> = NumberMap::default();
        for (number, all) in (0u32..).zip(&graph.alls) {
            for premise in &all.premises {
                premise_of.entry(*premise).or_default().push(number);
            }
        }
        graph.premise_of = premise_of;
        graph
    }
}

impl Graph {
    /// Adds an edge at the end.
    pub(super) fn push(&mut self, from: u32, to: u32, step: Step) {
        let evidence = step.evidence.map_or(0, |evidence| {
            self.evidence.push(evidence);
            u32::try_from(self.evidence.len()).unwrap_or(u32::MAX)
        });
        self.edges.push(Edge {
            from,
            to,
            primitive: step.primitive,
            confidence: step.confidence,
            attenuated: step.attenuated,
            expected: step.expected,
            evidence,
            gates: step.gates,
        });
    }
}

/// Where the edges of each vertex begin in a list sorted by vertex; one more entry than vertices.
fn offsets(count: usize, ends: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut offsets = vec![0u32; count + 1];
    for end in ends {
        if let Some(slot) = offsets.get_mut(end as usize + 1) {
            *slot += 1;
        }
    }
    let mut sum = 0;
    for slot in &mut offsets {
        sum += *slot;
        *slot = sum;
    }
    offsets
}
