//! The cheapest set of changes that severs every way from some starts to some sinks (Dinic's algorithm).
//!
//! Only what an operator can change has a finite price: a binding, a rule, a field of a container, an exposed service, a
//! missing Pod Security level. A conjunction is cut by cutting the premise that the fewest reach, so the result always
//! severs and is the cheapest where no conjunction matters. What the result severs is verified by searching again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::Primitive;
use crate::graph::{ATTENUATED, Edge, Graph};
use crate::search::{Scratch, Search, ThroughAdmin, Without};
use crate::vertex::Vertex;

/// Something that can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Element {
    /// A binding, or a rule of a role where a binding puts it: the number of its vertex.
    Vertex(u32),
    /// A field: the number of an edge that it allows. Other edges of the same field go with it.
    Edge(u32),
}

/// A set of changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cut {
    pub(crate) elements: Vec<Element>,
    /// Starts that stay connected by things that cannot be taken away.
    pub(crate) uncut: Vec<u32>,
}

/// Prices: a binding is taken back more easily than a rule that others use, or than a token that a program may need.
const BINDING: u64 = 10;
const FIELD: u64 = 11;
const RULE: u64 = 12;
const TOKEN: u64 = 14;
/// What nobody can change; a sum of prices stays below for any cluster that fits into memory.
const FIXED: u64 = 1 << 40;

struct Arc {
    to: usize,
    room: u64,
    element: Option<Element>,
}

#[derive(Default)]
struct Net {
    arcs: Vec<Arc>,
    out: Vec<Vec<usize>>,
}

impl Net {
    fn node(&mut self) -> usize {
        self.out.push(Vec::new());
        self.out.len() - 1
    }

    fn arc(&mut self, from: usize, to: usize, price: u64, element: Option<Element>) {
        let number = self.arcs.len();
        self.arcs.push(Arc { to, room: price, element });
        self.arcs.push(Arc { to: from, room: 0, element: None });
        if let Some(list) = self.out.get_mut(from) {
            list.push(number);
        }
        if let Some(list) = self.out.get_mut(to) {
            list.push(number + 1);
        }
    }

    fn levels(&self, source: usize) -> Vec<Option<u32>> {
        let mut levels = vec![None; self.out.len()];
        let mut queue = VecDeque::from([(source, 0)]);
        if let Some(level) = levels.get_mut(source) {
            *level = Some(0);
        }
        while let Some((node, depth)) = queue.pop_front() {
            for arc in self.out.get(node).into_iter().flatten().filter_map(|number| self.arcs.get(*number)) {
                if let Some(level @ None) = levels.get_mut(arc.to).filter(|_| arc.room > 0) {
                    *level = Some(depth + 1);
                    queue.push_back((arc.to, depth + 1));
                }
            }
        }
        levels
    }

    /// Pushes along one way of rising levels, depth first without recursion; returns what went through.
    fn push(&mut self, source: usize, sink: usize, levels: &[Option<u32>], next: &mut [usize]) -> u64 {
        let mut way: Vec<usize> = Vec::new();
        let mut node = source;
        loop {
            if node == sink {
                let room = way
                    .iter()
                    .filter_map(|number| self.arcs.get(*number))
                    .map(|arc| arc.room)
                    .min()
                    .unwrap_or(0);
                for number in &way {
                    if let Some(arc) = self.arcs.get_mut(*number) {
                        arc.room -= room;
                    }
                    if let Some(back) = self.arcs.get_mut(number ^ 1) {
                        back.room += room;
                    }
                }
                return room;
            }
            let level = levels.get(node).copied().flatten();
            let choice =
                self.out.get(node).and_then(|list| list.get(next.get(node).copied().unwrap_or(0))).copied();
            match choice {
                Some(number) => {
                    let Some(arc) = self.arcs.get(number) else { return 0 };
                    let deeper = levels.get(arc.to).copied().flatten();
                    if arc.room > 0 && level.is_some() && deeper == level.map(|level| level + 1) {
                        way.push(number);
                        node = arc.to;
                    } else if let Some(slot) = next.get_mut(node) {
                        *slot += 1;
                    }
                }
                None => {
                    let Some(number) = way.pop() else { return 0 };
                    node = self.arcs.get(number ^ 1).map_or(source, |back| back.to);
                    if let Some(slot) = next.get_mut(node) {
                        *slot += 1;
                    }
                }
            }
        }
    }
}

/// The cheapest cut between `starts` and `sinks`.
/// Bindings of a vanilla control plane and the rules of its roles, by number in `roles`, stay.
pub(crate) fn minimum_cut(graph: &Graph, roles: &HashSet<u32>, starts: &[u32], sinks: &[u32]) -> Cut {
    let search = Search::new(graph, Without::default(), ThroughAdmin::Ends);
    let inside = between(&search, starts, sinks);
    let mut net = Net::default();
    let (source, target) = (net.node(), net.node());
    let mut enter: HashMap<u32, usize> = HashMap::new();
    let mut leave: HashMap<u32, usize> = HashMap::new();
    let fixed = defaults(graph);
    for vertex in inside.iter().copied() {
        let front = net.node();
        enter.insert(vertex, front);
        let price = match graph.vertex(vertex) {
            Vertex::Binding(_) if !fixed.contains(&vertex) => Some(BINDING),
            Vertex::Rule { role, .. } if !roles.contains(&role) => Some(RULE),
            _ => None,
        };
        let back = match price {
            Some(price) => {
                let back = net.node();
                net.arc(front, back, price, Some(Element::Vertex(vertex)));
                back
            }
            None => front,
        };
        leave.insert(vertex, back);
    }
    let mut shared: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for vertex in inside.iter().copied() {
        let Some(from) = leave.get(&vertex).copied() else { continue };
        if sinks.contains(&vertex) {
            net.arc(from, target, FIXED, None);
            continue;
        }
        for (id, edge) in graph.outgoing(vertex) {
            let Some(to) = enter.get(&edge.to).copied().filter(|_| !edge.attenuated) else { continue };
            match price(edge) {
                // Edges of one field between the same two vertices are one change.
                Some(price) => {
                    let hub = *shared.entry((vertex, id)).or_insert_with(|| net.node());
                    net.arc(from, hub, price, Some(Element::Edge(id)));
                    net.arc(hub, to, FIXED, None);
                }
                None => net.arc(from, to, FIXED, None),
            }
        }
    }
    for all in graph.alls() {
        let Some(to) = enter.get(&all.vertex).copied() else { continue };
        let reached_by = |premise: &&u32| {
            let mut scratch = Scratch::new(graph.len());
            search.back_from(**premise, None, &mut scratch);
            starts.iter().filter(|start| scratch.distance(**start).is_some()).count()
        };
        if let Some(from) = all.premises.iter().min_by_key(reached_by).and_then(|premise| leave.get(premise))
        {
            net.arc(*from, to, FIXED, None);
        }
    }
    for start in starts {
        if let Some(to) = enter.get(start) {
            net.arc(source, *to, FIXED, None);
        }
    }
    run(&mut net, source, target);
    let side = net.levels(source);
    let on_source = |node: usize| side.get(node).copied().flatten().is_some();
    let mut cut = Cut::default();
    for (number, arc) in net.arcs.iter().enumerate() {
        let from = net.arcs.get(number ^ 1).map_or(0, |back| back.to);
        if on_source(from) && !on_source(arc.to) {
            cut.elements.extend(arc.element);
        }
    }
    cut.elements.sort_unstable();
    cut.elements.dedup();
    cut.uncut = survivors(graph, &cut.elements, starts, sinks);
    cut
}

fn run(net: &mut Net, source: usize, target: usize) {
    loop {
        let levels = net.levels(source);
        if levels.get(target).copied().flatten().is_none() {
            return;
        }
        let mut next = vec![0; net.out.len()];
        while net.push(source, target, &levels, &mut next) > 0 {}
    }
}

/// The vertices on ways from a start to a sink with nothing in the way.
fn between(search: &Search<'_>, starts: &[u32], sinks: &[u32]) -> BTreeSet<u32> {
    let graph = search.graph;
    let mut leads: HashSet<u32> = HashSet::new();
    let mut scratch = Scratch::new(graph.len());
    for sink in sinks {
        search.back_from(*sink, None, &mut scratch);
        leads.extend(
            scratch.touched().filter(|vertex| scratch.distance(*vertex).is_some_and(|far| far < ATTENUATED)),
        );
        // Premises of a conjunction are on the way too.
        let alls: Vec<u32> = scratch.touched().filter(|vertex| graph.all(*vertex).is_some()).collect();
        for all in alls.iter().filter_map(|vertex| graph.all(*vertex)) {
            let mut below = Scratch::new(graph.len());
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

/// Bindings of a vanilla control plane: nobody takes them away.
fn defaults(graph: &Graph) -> HashSet<u32> {
    graph.edges().iter().filter(|edge| edge.expected).map(|edge| edge.to).collect()
}

fn price(edge: &Edge) -> Option<u64> {
    match edge.primitive {
        Primitive::C09 => Some(TOKEN),
        Primitive::E01 | Primitive::E05 | Primitive::A05 => Some(FIELD),
        Primitive::C03 | Primitive::C05 | Primitive::C06 | Primitive::C07 => Some(FIELD),
        primitive if primitive.id().starts_with('B') => Some(FIELD),
        _ => None,
    }
}

/// The graph without the elements.
pub(crate) fn without(graph: &Graph, elements: &[Element]) -> Without {
    let mut without = Without::default();
    for element in elements {
        match element {
            Element::Vertex(vertex) => {
                without.vertices.insert(*vertex);
            }
            Element::Edge(id) => {
                without.edges.insert(*id);
                let Some(edge) = graph.edge(*id) else { continue };
                // The field allows the same step wherever else it leads from the same vertex.
                let same = graph.outgoing(edge.from).filter(|(_, other)| {
                    other.primitive == edge.primitive
                        && graph.evidence(other).is_some()
                        && graph.evidence(other) == graph.evidence(edge)
                });
                without.edges.extend(same.map(|(id, _)| id));
            }
        }
    }
    without
}

/// The starts that still reach a sink, nothing in the way, without the elements.
pub(crate) fn survivors(graph: &Graph, elements: &[Element], starts: &[u32], sinks: &[u32]) -> Vec<u32> {
    let search = Search::new(graph, without(graph, elements), ThroughAdmin::Ends);
    let mut scratch = Scratch::new(graph.len());
    let mut left: BTreeSet<u32> = BTreeSet::new();
    for sink in sinks {
        search.back_from(*sink, None, &mut scratch);
        let near = |start: &&u32| scratch.distance(**start).is_some_and(|far| far < ATTENUATED);
        left.extend(starts.iter().filter(near));
    }
    left.into_iter().collect()
}
