//! The cheapest set of changes that severs every way from some starts to some sinks: a minimum cut.
//!
//! Only what an operator can change has a finite price: a binding, a rule, a field of a container, an exposed service, a
//! missing Pod Security level. A conjunction is severed by severing one of its premises: first the one that the fewest
//! starts reach, then, as far as the budget goes, whichever makes the cut cheaper. So the result always severs, and is the
//! cheapest where no conjunction matters. What turns out to sever nothing is given back, and what the result severs is
//! verified by searching again.

use std::collections::{BTreeMap, BTreeSet};

use super::element::{Element, Prices, default_bindings, survivors};
use super::flow::Net;
use crate::graph::{ATTENUATED, Graph};
use crate::numbers::{NumberMap, NumberSet};
use crate::search::{Search, ThroughAdmin, Without};

/// A set of changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cut {
    pub(crate) elements: Vec<Element>,
    /// Starts that stay connected by things that cannot be taken away.
    pub(crate) uncut: Vec<u32>,
}

/// What nobody can change; a sum of prices stays below for any cluster that fits into memory.
const FIXED: u64 = 1 << 40;
/// How many arcs may be walked through in trying other premises of conjunctions.
const BUDGET: usize = 40_000_000;

/// Which premise each conjunction, by its place in the graph, is severed at.
type Chosen = BTreeMap<usize, u32>;

/// The cheapest cut between `starts` and `sinks`.
pub(crate) fn minimum_cut(graph: &Graph, prices: &Prices<'_>, starts: &[u32], sinks: &[u32]) -> Cut {
    let search = Search::new(graph, Without::default(), ThroughAdmin::Ends);
    let inside = between(&search, starts, sinks);
    let mut chosen = Chosen::new();
    for (number, all) in graph.alls().iter().enumerate().filter(|(_, all)| inside.contains(&all.vertex)) {
        let reached_by = |premise: &u32| {
            let mut scratch = graph.scratch();
            search.back_from(*premise, None, &mut scratch);
            starts.iter().filter(|start| scratch.distance(**start).is_some()).count()
        };
        let premises = all.premises.iter().copied().filter(|premise| inside.contains(premise));
        chosen.extend(premises.min_by_key(reached_by).map(|premise| (number, premise)));
    }
    let problem = Problem { graph, prices, starts, sinks, inside: &inside };
    let elements = match chosen.is_empty() {
        true => problem.solve(&chosen).1,
        false => problem.needed(problem.improve(chosen)),
    };
    let uncut = survivors(graph, &elements, starts, sinks);
    Cut { elements, uncut }
}

struct Problem<'p> {
    graph: &'p Graph,
    prices: &'p Prices<'p>,
    starts: &'p [u32],
    sinks: &'p [u32],
    inside: &'p BTreeSet<u32>,
}

impl Problem<'_> {
    /// The cut of the choice, and of other choices while they make it cheaper.
    fn improve(&self, mut chosen: Chosen) -> Vec<Element> {
        let (mut price, mut best, size) = self.solve(&chosen);
        let mut tries = BUDGET / size.max(1);
        for number in chosen.keys().copied().collect::<Vec<_>>() {
            let premises = self.graph.alls().get(number).map_or(&[][..], |all| &all.premises);
            for premise in premises.iter().copied().filter(|premise| self.inside.contains(premise)) {
                let Some(before) = chosen.get(&number).copied().filter(|before| *before != premise) else {
                    continue;
                };
                if tries == 0 {
                    return best;
                }
                tries -= 1;
                chosen.insert(number, premise);
                let (other, elements, _) = self.solve(&chosen);
                if other < price {
                    (price, best) = (other, elements);
                } else {
                    chosen.insert(number, before);
                }
            }
        }
        best
    }

    /// The elements without those that sever nothing beside the others.
    fn needed(&self, mut elements: Vec<Element>) -> Vec<Element> {
        let left = survivors(self.graph, &elements, self.starts, self.sinks).len();
        let mut at = 0;
        while at < elements.len() {
            let others: Vec<Element> =
                elements.iter().enumerate().filter(|(own, _)| *own != at).map(|(_, other)| *other).collect();
            if survivors(self.graph, &others, self.starts, self.sinks).len() == left {
                elements = others;
            } else {
                at += 1;
            }
        }
        elements
    }

    /// The price of the cheapest cut when conjunctions are severed as chosen, what it consists of, and how much there was
    /// to walk through.
    fn solve(&self, chosen: &Chosen) -> (u64, Vec<Element>, usize) {
        let graph = self.graph;
        let mut net: Net<Element> = Net::new();
        let (source, target) = (net.node(), net.node());
        let mut enter: NumberMap<u32, usize> = NumberMap::default();
        let mut leave: NumberMap<u32, usize> = NumberMap::default();
        // A field costs once, whatever steps it allows. (A rule costs once a place: all of one place lead to that place.)
        let mut shared: NumberMap<Element, (usize, usize)> = NumberMap::default();
        let mut gate = |net: &mut Net<Element>, element: Element, price: u64| {
            *shared.entry(element).or_insert_with(|| {
                let (front, back) = (net.node(), net.node());
                net.arc(front, back, price, Some(element));
                (front, back)
            })
        };
        let fixed: NumberSet<u32> = default_bindings(graph);
        for vertex in self.inside.iter().copied() {
            let (front, back) = match self.prices.of_vertex(graph, &fixed, vertex) {
                Some((element @ Element::Binding(_), price)) => gate(&mut net, element, price),
                Some((element, price)) => {
                    let (front, back) = (net.node(), net.node());
                    net.arc(front, back, price, Some(element));
                    (front, back)
                }
                None => {
                    let node = net.node();
                    (node, node)
                }
            };
            enter.insert(vertex, front);
            leave.insert(vertex, back);
        }
        for vertex in self.inside.iter().copied() {
            let Some(from) = leave.get(&vertex).copied() else { continue };
            if self.sinks.contains(&vertex) {
                net.arc(from, target, FIXED, None);
                continue;
            }
            for (_, edge) in graph.outgoing(vertex) {
                let Some(to) = enter.get(&edge.to).copied().filter(|_| !edge.attenuated) else { continue };
                match self.prices.of_edge(graph, edge) {
                    Some((element, price)) => {
                        let (front, back) = gate(&mut net, element, price);
                        net.arc(from, front, FIXED, None);
                        net.arc(back, to, FIXED, None);
                    }
                    None => net.arc(from, to, FIXED, None),
                }
            }
        }
        for (number, premise) in chosen {
            let all = graph.alls().get(*number);
            let ends = all.and_then(|all| leave.get(premise).zip(enter.get(&all.vertex)));
            if let Some((from, to)) = ends {
                net.arc(*from, *to, FIXED, None);
            }
        }
        for start in self.starts {
            if let Some(to) = enter.get(start) {
                net.arc(source, *to, FIXED, None);
            }
        }
        let price = net.fill(source, target);
        (price, net.cut(source), net.size())
    }
}

/// The vertices on ways from a start to a sink with nothing in the way.
fn between(search: &Search<'_>, starts: &[u32], sinks: &[u32]) -> BTreeSet<u32> {
    let graph = search.graph;
    let mut leads: NumberSet<u32> = NumberSet::default();
    let mut scratch = graph.scratch();
    for sink in sinks {
        search.back_from(*sink, None, &mut scratch);
        leads.extend(
            scratch.touched().filter(|vertex| scratch.distance(*vertex).is_some_and(|far| far < ATTENUATED)),
        );
        // Premises of a conjunction are on the way too.
        let alls: Vec<u32> = scratch.touched().filter(|vertex| graph.all(*vertex).is_some()).collect();
        for all in alls.iter().filter_map(|vertex| graph.all(*vertex)) {
            let mut below = graph.scratch();
            for premise in &all.premises {
                search.back_from(*premise, None, &mut below);
                leads.extend(below.touched());
            }
        }
    }
    let mut seen: BTreeSet<u32> = starts.iter().copied().filter(|start| leads.contains(start)).collect();
    let mut queue: Vec<u32> = seen.iter().copied().collect();
    while let Some(vertex) = queue.pop() {
        let next = graph.outgoing(vertex).filter(|(_, edge)| !edge.attenuated).map(|(_, edge)| edge.to);
        let alls = graph.conjunctions(vertex).iter().filter_map(|number| graph.alls().get(*number as usize));
        for to in next.chain(alls.map(|all| all.vertex)) {
            if leads.contains(&to) && seen.insert(to) {
                queue.push(to);
            }
        }
    }
    seen
}
