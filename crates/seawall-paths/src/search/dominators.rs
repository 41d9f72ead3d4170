//! What every way to a sink goes through.

use std::collections::{BTreeMap, BTreeSet};

use crate::search::{Scratch, Search};

/// The vertices, beside the sink itself, that every way from any of the starts to the sink goes through, the one nearest
/// to the sink first. A conjunction counts as if each premise alone led on, so a vertex may be missing, never too much.
///
/// Vertices are laid out by distance from the starts; a vertex is on every way when it is the only one that leads on
/// at its place in an order of the dominator tree (Cooper, Harvey, Kennedy: *A simple, fast dominance algorithm*).
pub(crate) fn dominators(search: &Search<'_>, starts: &[u32], sink: u32, scratch: &mut Scratch) -> Vec<u32> {
    search.back_from(sink, None, scratch);
    let graph = search.graph;
    let inside = |vertex: u32| scratch.distance(vertex).is_some();
    let starts: Vec<u32> = starts.iter().copied().filter(|start| inside(*start)).collect();
    let successors = |vertex: u32| -> Vec<u32> {
        let mut next: Vec<u32> =
            graph.outgoing(vertex).map(|(_, edge)| edge.to).filter(|to| inside(*to)).collect();
        let alls = graph.conjunctions(vertex).iter().filter_map(|number| graph.alls().get(*number as usize));
        next.extend(alls.map(|all| all.vertex).filter(|to| inside(*to)));
        next
    };
    // Reverse postorder from a root above all starts; the root is no vertex of the graph.
    const ROOT: u32 = u32::MAX;
    let mut order = Vec::new();
    let mut seen: BTreeSet<u32> = BTreeSet::new();
    let mut stack: Vec<(u32, bool)> = starts.iter().map(|start| (*start, false)).collect();
    while let Some((vertex, done)) = stack.pop() {
        if done {
            order.push(vertex);
        } else if seen.insert(vertex) {
            stack.push((vertex, true));
            stack.extend(successors(vertex).into_iter().map(|next| (next, false)));
        }
    }
    order.reverse();
    let place: BTreeMap<u32, usize> = std::iter::once((ROOT, 0))
        .chain(order.iter().zip(1..).map(|(vertex, place)| (*vertex, place)))
        .collect();
    let mut before: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for start in &starts {
        before.entry(*start).or_default().push(ROOT);
    }
    for vertex in &order {
        for next in successors(*vertex) {
            before.entry(next).or_default().push(*vertex);
        }
    }
    let mut above: BTreeMap<u32, u32> = BTreeMap::from([(ROOT, ROOT)]);
    let mut changed = true;
    while changed {
        changed = false;
        for vertex in &order {
            let known = before.get(vertex).into_iter().flatten().filter(|other| above.contains_key(other));
            let Some(new) = known.copied().reduce(|a, b| meet(a, b, &above, &place)) else { continue };
            changed |= above.insert(*vertex, new) != Some(new);
        }
    }
    let mut chain = Vec::new();
    let mut at = sink;
    while let Some(next) = above.get(&at).copied().filter(|next| *next != ROOT && *next != at) {
        chain.push(next);
        at = next;
    }
    chain
}

fn meet(a: u32, b: u32, above: &BTreeMap<u32, u32>, place: &BTreeMap<u32, usize>) -> u32 {
    let at = |vertex: u32| place.get(&vertex).copied().unwrap_or(0);
    let up = |vertex: u32| above.get(&vertex).copied().unwrap_or(u32::MAX);
    let (mut a, mut b) = (a, b);
    while a != b {
        while at(a) > at(b) {
            a = up(a);
        }
        while at(b) > at(a) {
            b = up(b);
        }
    }
    a
}
