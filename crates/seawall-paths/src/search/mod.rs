//! Shortest ways, without ever listing simple paths.
//!
//! One pass backwards from a target gives every vertex its distance and its next step. A conjunction is entered by whoever
//! reaches all of its premises: those vertices are found first, to a fixpoint, by passes backwards from the premises.

mod cut;
mod dag;
mod dominators;
mod element;
mod flow;
mod found;
mod route;
mod scratch;

pub(crate) use cut::minimum_cut;
pub(crate) use dag::{Dag, all_shortest};
pub(crate) use dominators::dominators;
pub(crate) use element::{Element, Prices, default_bindings, element_of, survivors};
pub(crate) use found::{Found, find};
pub(crate) use route::Hop;
pub(crate) use scratch::{Lent, Next, Pool, Scratch};

use std::sync::{Arc, OnceLock};

use crate::graph::Graph;
use crate::numbers::NumberSet;
use crate::vertex::Vertex;

/// What is taken out of the graph for a search.
#[derive(Clone, Debug, Default)]
pub(crate) struct Without {
    pub(crate) vertices: NumberSet<u32>,
    pub(crate) edges: NumberSet<u32>,
}

/// Whether a way may lead through the holder of the whole cluster to something less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThroughAdmin {
    /// Whoever holds the cluster holds the rest: nothing goes on from there.
    Ends,
    GoesOn,
}

/// Searches over one graph.
pub(crate) struct Search<'g> {
    pub(crate) graph: &'g Graph,
    without: Without,
    through: ThroughAdmin,
    admin: Option<u32>,
    members: Arc<Members>,
}

/// For each conjunction who reaches all premises, and how far the farthest is.
type Members = Vec<Vec<(u32, u32)>>;

/// Who enters the conjunctions of a graph of which nothing is taken out, as soon as somebody asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Joined {
    ends: OnceLock<Arc<Members>>,
    goes_on: OnceLock<Arc<Members>>,
}

impl Joined {
    fn of(&self, through: ThroughAdmin) -> &OnceLock<Arc<Members>> {
        match through {
            ThroughAdmin::Ends => &self.ends,
            ThroughAdmin::GoesOn => &self.goes_on,
        }
    }
}

impl<'g> Search<'g> {
    pub(crate) fn new(graph: &'g Graph, without: Without, through: ThroughAdmin) -> Self {
        let admin = graph.id(Vertex::ClusterAdmin);
        let is_whole = without.vertices.is_empty() && without.edges.is_empty();
        let known = graph.joined().of(through);
        if let Some(members) = known.get().filter(|_| is_whole) {
            return Search { graph, without, through, admin, members: Arc::clone(members) };
        }
        let members = Arc::new(vec![Vec::new(); graph.alls().len()]);
        let mut search = Search { graph, without, through, admin, members };
        search.join();
        if is_whole {
            // Whoever was first found the same.
            let _ = known.set(Arc::clone(&search.members));
        }
        search
    }

    /// Who enters each conjunction: grows until nothing changes, again only where something it rests on grew.
    fn join(&mut self) {
        let graph = self.graph;
        let mut scratch = graph.scratch();
        let mut rests_on: Vec<Vec<u32>> = vec![Vec::new(); graph.alls().len()];
        let mut changed: Option<NumberSet<u32>> = None;
        loop {
            let mut grown = NumberSet::default();
            for (number, all) in (0u32..).zip(graph.alls()) {
                let rests = rests_on.get(number as usize).map_or(&[][..], Vec::as_slice);
                if changed.as_ref().is_some_and(|changed| !rests.iter().any(|other| changed.contains(other)))
                {
                    continue;
                }
                let mut below = NumberSet::default();
                let members = self.meet(&all.premises, &mut scratch, &mut below);
                if let Some(rests) = rests_on.get_mut(number as usize) {
                    *rests = below.into_iter().collect();
                }
                // Nobody else has them yet.
                let own = Arc::make_mut(&mut self.members).get_mut(number as usize);
                if let Some(own) = own
                    && own.len() != members.len()
                {
                    *own = members;
                    grown.insert(number);
                }
            }
            if grown.is_empty() {
                return;
            }
            changed = Some(grown);
        }
    }

    /// The vertices that reach all premises, by number.
    fn meet(&self, premises: &[u32], scratch: &mut Scratch, below: &mut NumberSet<u32>) -> Vec<(u32, u32)> {
        let mut members: Option<Vec<(u32, u32)>> = None;
        for premise in premises {
            self.back_from(*premise, None, scratch);
            below.extend(scratch.touched().filter_map(|vertex| match self.graph.vertex(vertex) {
                Vertex::All(number) => Some(number),
                _ => None,
            }));
            let mut met: Vec<(u32, u32)> = match members {
                None => {
                    scratch.touched().filter_map(|vertex| Some((vertex, scratch.distance(vertex)?))).collect()
                }
                Some(so_far) => {
                    let met = |(vertex, far): (u32, u32)| Some((vertex, far.max(scratch.distance(vertex)?)));
                    so_far.into_iter().filter_map(met).collect()
                }
            };
            met.sort_unstable();
            members = Some(met);
        }
        members.unwrap_or_default()
    }

    /// Distances to `target` and the next step there, for all that reach it; vertices that `stop` names are passed by.
    pub(crate) fn back_from(&self, target: u32, stop: Option<&NumberSet<u32>>, scratch: &mut Scratch) {
        scratch.clear();
        if self.without.vertices.contains(&target) {
            return;
        }
        scratch.reach(target, 0, Next::Here);
        while let Some((vertex, distance)) = scratch.pop() {
            let ends = self.through == ThroughAdmin::Ends && Some(vertex) == self.admin && vertex != target;
            if ends || vertex != target && stop.is_some_and(|stop| stop.contains(&vertex)) {
                continue;
            }
            for (id, edge) in self.graph.incoming(vertex) {
                if self.without.edges.contains(&id) || self.without.vertices.contains(&edge.from) {
                    continue;
                }
                scratch.reach(edge.from, distance + edge.cost(), Next::Edge(id));
            }
            if let Vertex::All(number) = self.graph.vertex(vertex) {
                let members = self.members.get(number as usize).map_or(&[][..], Vec::as_slice);
                for (member, far) in members {
                    scratch.reach(*member, distance + far, Next::All(number));
                }
            }
        }
    }
}
