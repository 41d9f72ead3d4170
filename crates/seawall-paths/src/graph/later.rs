//! A finished graph that changes a little: edges come behind the sorted ones, and what goes is marked.
//!
//! Nothing moves, so numbers of vertices and edges stay what they were. A graph that has changed much is made anew: see
//! [`Graph::is_worn`].

use crate::graph::{Edge, Evidence, Graph, build::Step};
use crate::numbers::{NumberMap, NumberSet};
use crate::search::Joined;

/// What changed since a graph was finished.
#[derive(Clone, Debug, Default)]
pub(super) struct Later {
    /// Edges that came, by where they start and where they end.
    out: NumberMap<u32, Vec<u32>>,
    back: NumberMap<u32, Vec<u32>>,
    /// Edges and vertices that are no more.
    pub(super) gone: NumberSet<u32>,
    pub(super) dead: NumberSet<u32>,
}

impl Later {
    pub(super) fn out(&self, vertex: u32) -> &[u32] {
        self.out.get(&vertex).map_or(&[], Vec::as_slice)
    }

    pub(super) fn back(&self, vertex: u32) -> &[u32] {
        self.back.get(&vertex).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_here(&self, edge: u32) -> bool {
        self.gone.is_empty() || !self.gone.contains(&edge)
    }
}

/// A step as the rules draw it, by what it says and not by its number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Drawn {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) step: Step,
    /// The fields that allow it together; none where its evidence stands alone.
    pub(crate) chain: Vec<Evidence>,
}

/// A step that was drawn before is not in the graph.
#[derive(Debug)]
pub(crate) struct Missing;

impl Graph {
    /// Puts one drawing of a part in the place of another. What no step leads to or from any more is no vertex.
    pub(crate) fn redraw(&mut self, mut before: Vec<Drawn>, mut after: Vec<Drawn>) -> Result<(), Missing> {
        before.sort_unstable();
        after.sort_unstable();
        let (mut old, mut new) = (before.into_iter().peekable(), after.into_iter().peekable());
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        loop {
            match (old.peek(), new.peek()) {
                (Some(one), Some(other)) if one == other => {
                    old.next();
                    new.next();
                }
                (Some(one), Some(other)) if one > other => come.extend(new.next()),
                (Some(_), _) => gone.extend(old.next()),
                (None, Some(_)) => come.extend(new.next()),
                (None, None) => break,
            }
        }
        if !gone.is_empty() || !come.is_empty() {
            self.joined = Joined::default();
        }
        for step in &gone {
            let number = self.find(step).ok_or(Missing)?;
            self.later.gone.insert(number);
        }
        for step in come {
            self.add(step);
        }
        for vertex in gone.iter().flat_map(|step| [step.from, step.to]) {
            self.bury(vertex);
        }
        Ok(())
    }

    /// The number of a step that was drawn.
    fn find(&self, drawn: &Drawn) -> Option<u32> {
        let same = |(_, edge): &(u32, &Edge)| {
            let own = Step {
                primitive: edge.primitive,
                confidence: edge.confidence,
                attenuated: edge.attenuated,
                expected: edge.expected,
                evidence: self.evidence(edge),
                gates: edge.gates,
            };
            (edge.from, edge.to) == (drawn.from, drawn.to)
                && own == drawn.step
                && self.chain(edge) == drawn.chain.as_slice()
        };
        // Sets lead to many, and few sets lead to one.
        let found = match self.vertex(drawn.from).is_set() {
            true => self.incoming(drawn.to).find(same),
            false => self.outgoing(drawn.from).find(same),
        };
        found.map(|(number, _)| number)
    }

    fn add(&mut self, drawn: Drawn) {
        let number = u32::try_from(self.edges.len()).unwrap_or(u32::MAX);
        self.push(drawn.from, drawn.to, drawn.step);
        if !drawn.chain.is_empty()
            && let Some(edge) = self.edges.last()
        {
            self.chains.insert(edge.evidence, drawn.chain);
        }
        self.later.out.entry(drawn.from).or_default().push(number);
        self.later.back.entry(drawn.to).or_default().push(number);
    }

    /// Takes a vertex away that nothing leads to or from.
    fn bury(&mut self, vertex: u32) {
        let is_joined = self.outgoing(vertex).next().is_some()
            || self.incoming(vertex).next().is_some()
            || !self.conjunctions(vertex).is_empty();
        if !is_joined && self.later.dead.insert(vertex) {
            self.ids.remove(&self.vertex(vertex));
        }
    }

    /// Whether so much has changed that making it anew costs less than what searches lose.
    pub(crate) fn is_worn(&self) -> bool {
        let later = &self.later;
        let added: usize = later.out.len() + later.gone.len() + later.dead.len();
        // One in eight, and enough of them to notice.
        added > 4096 && added * 8 > self.edges.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Primitive;
    use crate::graph::Builder;
    use crate::names::Names;
    use crate::vertex::Vertex;

    /// Steps from the internet to these users.
    fn drawn(graph: Graph, names: &mut Names, users: &[&str]) -> (Graph, Vec<Drawn>) {
        let mut builder = Builder::again(graph);
        let from = builder.vertex(Vertex::Internet);
        for user in users {
            let to = builder.vertex(Vertex::User(names.intern(user)));
            builder.step(from, to, Step::new(Primitive::A22));
        }
        builder.put_down()
    }

    fn reached(graph: &Graph, names: &Names) -> Vec<String> {
        let from = graph.id(Vertex::Internet).unwrap();
        let ends = graph.outgoing(from).map(|(id, edge)| {
            assert!(graph.incoming(edge.to).any(|(other, _)| other == id));
            match graph.vertex(edge.to) {
                Vertex::User(name) => names.text(name).to_owned(),
                other => panic!("{other:?}"),
            }
        });
        let mut ends: Vec<String> = ends.collect();
        ends.sort();
        ends
    }

    #[test]
    fn what_differs_between_two_drawings_is_put_into_the_graph() {
        let mut names = Names::default();
        let mut builder = Builder::default();
        let from = builder.vertex(Vertex::Internet);
        for user in ["ann", "bob"] {
            let to = builder.vertex(Vertex::User(names.intern(user)));
            builder.step(from, to, Step::new(Primitive::A22));
        }
        let graph = builder.finish();
        let (graph, before) = drawn(graph, &mut names, &["ann", "bob"]);
        let (mut graph, after) = drawn(graph, &mut names, &["bob", "cid", "cid"]);
        graph.redraw(before, after).unwrap();
        assert_eq!(reached(&graph, &names), ["bob", "cid", "cid"]);
        assert_eq!((graph.vertex_count(), graph.edge_count(), graph.edges().count()), (3, 3, 3));
        let ann = names.intern("ann");
        assert_eq!((graph.id(Vertex::User(ann)), graph.vertices().count()), (None, 3));
        // Who comes back is somebody new.
        let (graph, before) = drawn(graph, &mut names, &["cid"]);
        let (mut graph, after) = drawn(graph, &mut names, &["ann"]);
        graph.redraw(before, after).unwrap();
        assert_eq!(reached(&graph, &names), ["ann", "bob", "cid"]);
        // A drawing that the graph does not have is told.
        let (graph, before) = drawn(graph, &mut names, &["bob", "bob"]);
        let (mut graph, after) = drawn(graph, &mut names, &[]);
        assert!(graph.redraw(before, after).is_err());
    }
}
