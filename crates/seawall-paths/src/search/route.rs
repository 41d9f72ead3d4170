//! One way from a vertex to the target of a search.

use crate::search::{Next, Scratch, Search};

/// A part of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hop {
    /// Along the edge of this number.
    Edge(u32),
    /// Into the conjunction of this number, with a way to each premise.
    All { number: u32, ways: Vec<Vec<Hop>> },
}

/// Conjunctions that rest on conjunctions: deeper nesting is not followed.
const MAX_NESTED: usize = 8;

impl Search<'_> {
    /// The way from `start` by the steps noted in `scratch`.
    pub(crate) fn way(&self, start: u32, scratch: &Scratch) -> Vec<Hop> {
        self.way_below(start, scratch, 0)
    }

    fn way_below(&self, start: u32, scratch: &Scratch, nested: usize) -> Vec<Hop> {
        let mut hops = Vec::new();
        let mut vertex = start;
        // The distance falls or, over structure, stays; every vertex is met once.
        for _ in 0..self.graph.len() {
            match scratch.next(vertex) {
                Some(Next::Edge(id)) => {
                    let Some(edge) = self.graph.edge(id) else { break };
                    hops.push(Hop::Edge(id));
                    vertex = edge.to;
                }
                Some(Next::All(number)) => {
                    let Some(all) = self.graph.alls().get(number as usize) else { break };
                    let ways = match nested < MAX_NESTED {
                        true => {
                            all.premises.iter().map(|premise| self.way_to(vertex, *premise, nested)).collect()
                        }
                        false => Vec::new(),
                    };
                    hops.push(Hop::All { number, ways });
                    vertex = all.vertex;
                }
                Some(Next::Here) | None => break,
            }
        }
        hops
    }

    fn way_to(&self, start: u32, premise: u32, nested: usize) -> Vec<Hop> {
        let mut scratch = self.graph.scratch();
        self.back_from(premise, None, &mut scratch);
        self.way_below(start, &scratch, nested + 1)
    }
}
