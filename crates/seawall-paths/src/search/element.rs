//! What can be taken away, what it costs, and the graph without it.

use std::collections::BTreeSet;

use crate::Primitive;
use crate::graph::{ATTENUATED, Edge, Evidence, Graph};
use crate::names::Name;
use crate::numbers::NumberSet;
use crate::search::{Search, ThroughAdmin, Without};
use crate::vertex::{Place, Vertex};

/// Something that can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Element {
    /// A binding: the number of its vertex.
    Binding(u32),
    /// A rule of a role, wherever bindings put it: the numbers of the role and of the rule.
    Rule(u32, u32),
    /// A field that allows steps of one primitive.
    Field(Primitive, Evidence),
    /// A Pod Security level that a namespace does not enforce.
    Label(Name),
}

/// Prices: a binding is taken back more easily than a rule that others use, or than a token that a program may need.
const BINDING: u64 = 10;
const FIELD: u64 = 11;
const RULE: u64 = 12;
const TOKEN: u64 = 14;

/// What things cost.
pub(crate) struct Prices<'p> {
    /// Roles by number that every API server makes again: their rules stay.
    pub(crate) defaults: &'p NumberSet<u32>,
    /// Namespaces in which a Pod Security level stays, once it is enforced.
    pub(crate) levels: &'p NumberSet<Name>,
    /// What the real use of a thing adds to its price.
    pub(crate) used: &'p dyn Fn(Element) -> u64,
}

impl Prices<'_> {
    /// The price of a binding or a rule; `None` for what stays. `fixed` are the bindings of a vanilla control plane.
    pub(crate) fn of_vertex(
        &self,
        graph: &Graph,
        fixed: &NumberSet<u32>,
        vertex: u32,
    ) -> Option<(Element, u64)> {
        let element = match graph.vertex(vertex) {
            Vertex::Binding(_) if !fixed.contains(&vertex) => Element::Binding(vertex),
            Vertex::Rule { role, rule, .. } if !self.defaults.contains(&role) => Element::Rule(role, rule),
            _ => return None,
        };
        Some((element, self.of(element)))
    }

    /// The price of what allows a step.
    pub(crate) fn of_edge(&self, graph: &Graph, edge: &Edge) -> Option<(Element, u64)> {
        let element = element_of(graph, edge)?;
        let stays = |element| match element {
            Element::Label(namespace) => self.levels.contains(&namespace),
            _ => true,
        };
        stays(element).then(|| (element, self.of(element)))
    }

    /// The price of an element.
    pub(crate) fn of(&self, element: Element) -> u64 {
        let price = match element {
            Element::Binding(_) => BINDING,
            Element::Rule(..) => RULE,
            Element::Field(Primitive::C09, _) => TOKEN,
            Element::Field(..) | Element::Label(_) => FIELD,
        };
        price.saturating_add((self.used)(element))
    }
}

/// What can be taken away of a step by itself: a field, or the lack of a Pod Security level.
pub(crate) fn element_of(graph: &Graph, edge: &Edge) -> Option<Element> {
    match edge.primitive {
        Primitive::A05 | Primitive::A11 if !edge.attenuated => namespace_of(graph, edge).map(Element::Label),
        Primitive::C09 | Primitive::C10 | Primitive::E01 | Primitive::E05 => {
            Some(Element::Field(edge.primitive, graph.evidence(edge)?))
        }
        // Settings of the control plane and of kubelets.
        Primitive::C03 | Primitive::C05 | Primitive::C06 | Primitive::C07 => {
            Some(Element::Field(edge.primitive, graph.evidence(edge)?))
        }
        primitive if primitive.id().starts_with('B') => {
            Some(Element::Field(primitive, graph.evidence(edge)?))
        }
        _ => None,
    }
}

/// The one namespace whose Pod Security level lets a step to a node pass.
fn namespace_of(graph: &Graph, edge: &Edge) -> Option<Name> {
    let to_node = matches!(graph.vertex(edge.to), Vertex::Nodes | Vertex::Node(_) | Vertex::SomeNode);
    match graph.vertex(edge.from) {
        _ if !to_node => None,
        Vertex::Rule { place: Place::Namespace(namespace), .. } | Vertex::NamespaceAdmin(namespace) => {
            Some(namespace)
        }
        _ => None,
    }
}

/// Bindings of a vanilla control plane: nobody takes them away.
pub(crate) fn default_bindings(graph: &Graph) -> NumberSet<u32> {
    graph.edges().filter(|(_, edge)| edge.expected).map(|(_, edge)| edge.to).collect()
}

/// The graph without the elements.
pub(crate) fn without(graph: &Graph, elements: &[Element]) -> Without {
    let mut without = Without::default();
    let mut by_edge: NumberSet<Element> = NumberSet::default();
    let mut rules: NumberSet<(u32, u32)> = NumberSet::default();
    for element in elements {
        match element {
            Element::Binding(vertex) => {
                without.vertices.insert(*vertex);
            }
            Element::Rule(role, rule) => {
                rules.insert((*role, *rule));
            }
            Element::Field(..) | Element::Label(_) => {
                by_edge.insert(*element);
            }
        }
    }
    if !rules.is_empty() {
        let gone = |vertex: Vertex| matches!(vertex, Vertex::Rule { role, rule, .. } if rules.contains(&(role, rule)));
        without.vertices.extend(graph.vertices().filter(|(_, vertex)| gone(*vertex)).map(|(id, _)| id));
    }
    if !by_edge.is_empty() {
        let gone = |edge: &Edge| element_of(graph, edge).is_some_and(|element| by_edge.contains(&element));
        without.edges.extend(graph.edges().filter(|(_, edge)| gone(edge)).map(|(id, _)| id));
    }
    without
}

/// The starts that still reach a sink, nothing in the way, without the elements.
pub(crate) fn survivors(graph: &Graph, elements: &[Element], starts: &[u32], sinks: &[u32]) -> Vec<u32> {
    let search = Search::new(graph, without(graph, elements), ThroughAdmin::Ends);
    let mut scratch = graph.scratch();
    let mut left: BTreeSet<u32> = BTreeSet::new();
    for sink in sinks {
        search.back_from(*sink, None, &mut scratch);
        let near = |start: &&u32| scratch.distance(**start).is_some_and(|far| far < ATTENUATED);
        left.extend(starts.iter().filter(near));
    }
    left.into_iter().collect()
}
