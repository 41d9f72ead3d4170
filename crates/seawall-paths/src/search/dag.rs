//! All shortest ways of one pair, as a graph without circles and a count; they are never listed.

use std::collections::{BTreeMap, BTreeSet};

use crate::search::{Next, Scratch, Search};
use crate::vertex::Vertex;

/// The edges of all shortest ways from one vertex to the target of a search.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dag {
    /// Numbers of edges, sorted.
    pub(crate) edges: BTreeSet<u32>,
    /// How many ways there are; a way through a conjunction counts once.
    pub(crate) ways: u128,
}

/// Collects them from the distances in `scratch`.
pub(crate) fn all_shortest(search: &Search<'_>, start: u32, scratch: &Scratch) -> Dag {
    let mut dag = Dag::default();
    let mut seen: BTreeSet<u32> = BTreeSet::new();
    let mut order: Vec<u32> = Vec::new();
    // Depth first, so that every vertex is counted after what it leads to.
    let mut stack: Vec<(u32, bool)> = vec![(start, false)];
    while let Some((vertex, done)) = stack.pop() {
        if done {
            order.push(vertex);
            continue;
        }
        if !seen.insert(vertex) {
            continue;
        }
        stack.push((vertex, true));
        for (id, to) in steps(search, vertex, scratch) {
            if let Some(id) = id {
                dag.edges.insert(id);
            }
            stack.push((to, false));
        }
    }
    let mut counts: BTreeMap<u32, u128> = BTreeMap::new();
    for vertex in order {
        let count = match scratch.next(vertex) {
            Some(Next::Here) => 1,
            _ => steps(search, vertex, scratch)
                .into_iter()
                .map(|(_, to)| counts.get(&to).copied().unwrap_or(0))
                .fold(0u128, u128::saturating_add),
        };
        counts.insert(vertex, count);
    }
    dag.ways = counts.get(&start).copied().unwrap_or(0);
    dag
}

/// The steps that keep to a shortest way. Steps that cost nothing only count when they lead on, never in a circle.
fn steps(search: &Search<'_>, vertex: u32, scratch: &Scratch) -> Vec<(Option<u32>, u32)> {
    let Some(distance) = scratch.distance(vertex) else { return Vec::new() };
    let mut steps: Vec<(Option<u32>, u32)> = search
        .graph
        .outgoing(vertex)
        .filter(|(id, edge)| {
            let rest = scratch.distance(edge.to);
            let free = edge.cost() == 0 && scratch.next(vertex) != Some(Next::Edge(*id));
            rest.is_some_and(|rest| rest + edge.cost() == distance)
                && !(free && leads_back(search, edge.to, vertex, scratch))
        })
        .map(|(id, edge)| (Some(id), edge.to))
        .collect();
    if let Some(Next::All(number)) = scratch.next(vertex)
        && let Some(all) = search.graph.alls().get(number as usize)
    {
        steps.push((None, all.vertex));
    }
    steps
}

/// Whether `from` goes over free steps to `to`: sets and members point at each other nowhere, identities and groups do not
/// either, so one step is enough to look at.
fn leads_back(search: &Search<'_>, from: u32, to: u32, scratch: &Scratch) -> bool {
    match scratch.next(from) {
        Some(Next::Edge(id)) => search.graph.edge(id).is_some_and(|edge| edge.to == to && edge.cost() == 0),
        _ => matches!(search.graph.vertex(from), Vertex::All(_)),
    }
}
