//! Which starts reach which sinks: one shortest way for each pair, equal ways kept together.

use std::collections::BTreeMap;

use rayon::prelude::*;
use seawall_core::Confidence;

use crate::Primitive;
use crate::graph::ATTENUATED;
use crate::numbers::{NumberMap, NumberSet};
use crate::search::{Hop, Next, Scratch, Search};
use crate::vertex::Vertex;

/// Starts that reach one sink in the same way after their first step.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) sink: u32,
    /// Sorted by the caller's order; the way is that of the first.
    pub(crate) starts: Vec<u32>,
    pub(crate) way: Vec<Hop>,
    pub(crate) confidence: Confidence,
    /// A step of the way is held back by something.
    pub(crate) attenuated: bool,
    /// The start holds this by the defaults of a vanilla control plane.
    pub(crate) expected: bool,
}

/// What starts share a way by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meeting {
    /// The way is its own.
    Alone(u32),
    /// They meet at a vertex, by the same primitive.
    At(u32, Primitive),
    /// Pods of one owner take the same kinds of steps, as sure and as little held back, each on its own node.
    Owner(u32, Option<u32>, Vec<Primitive>),
}

/// Starts, each with the step that it takes first when that is not the one noted.
type Members = Vec<(u32, Option<u32>)>;

/// The ways from `starts` to `sinks`. Those to the admin of a namespace are left out for starts that hold the cluster
/// anyway, unless `all` asks for them.
pub(crate) fn find(
    search: &Search<'_>,
    (starts, sinks): (&[u32], &[u32]),
    owners: &NumberMap<u32, u32>,
    all: bool,
) -> Vec<Found> {
    let graph = search.graph;
    let wanted: NumberSet<u32> = starts.iter().copied().collect();
    let holders = match graph.id(Vertex::ClusterAdmin) {
        Some(admin) if !all => holders(search, admin),
        _ => NumberSet::default(),
    };
    let to = |scratch: &mut Scratch, sink: &u32| {
        let small = matches!(graph.vertex(*sink), Vertex::NamespaceAdmin(_));
        let stop = (small && !all).then_some(&holders);
        search.back_from(*sink, stop, scratch);
        let skip = |start: &u32| stop.is_some_and(|stop| stop.contains(start)) || start == sink;
        let reached: Vec<u32> =
            scratch.touched().filter(|start| wanted.contains(start) && !skip(start)).collect();
        grouped(search, scratch, *sink, (reached, owners))
    };
    let found: Vec<Vec<Found>> =
        sinks.par_iter().map_init(|| graph.scratch(), |scratch, sink| to(scratch, sink)).collect();
    found.into_iter().flatten().collect()
}

/// Whoever reaches the whole cluster with nothing in the way.
fn holders(search: &Search<'_>, admin: u32) -> NumberSet<u32> {
    let mut scratch = search.graph.scratch();
    search.back_from(admin, None, &mut scratch);
    let near = |vertex: &u32| scratch.distance(*vertex).is_some_and(|distance| distance < ATTENUATED);
    scratch.touched().filter(near).collect()
}

fn grouped(
    search: &Search<'_>,
    scratch: &Scratch,
    sink: u32,
    (mut starts, owners): (Vec<u32>, &NumberMap<u32, u32>),
) -> Vec<Found> {
    starts.sort_unstable();
    let mut groups: BTreeMap<(Meeting, bool), Members> = BTreeMap::new();
    for start in starts {
        let (first, expected) = first_step(search, scratch, start);
        let meeting = meeting(search, scratch, (start, first), owners);
        groups.entry((meeting, expected)).or_default().push((start, first));
    }
    groups
        .into_iter()
        .filter_map(|((_, expected), members)| {
            let (start, first) = members.first().copied()?;
            let way = match first.and_then(|id| Some((id, search.graph.edge(id)?))) {
                Some((id, edge)) => {
                    let mut way = vec![Hop::Edge(id)];
                    way.extend(search.way(edge.to, scratch));
                    way
                }
                None => search.way(start, scratch),
            };
            let (confidence, attenuated) = strength(search, &way);
            Some(Found {
                sink,
                starts: members.iter().map(|(start, _)| *start).collect(),
                way,
                confidence,
                attenuated,
                expected,
            })
        })
        .collect()
}

/// The step that a start takes first when it is not the one noted: a start that has a way by defaults alone is expected
/// only when it has no other.
fn first_step(search: &Search<'_>, scratch: &Scratch, start: u32) -> (Option<u32>, bool) {
    if !is_default(search, scratch, start) {
        return (None, false);
    }
    let others = search.graph.outgoing(start).filter(|(_, edge)| !edge.expected);
    let best = others
        .filter_map(|(id, edge)| {
            let rest = scratch.distance(edge.to)?;
            (!is_default(search, scratch, edge.to)).then_some((rest + edge.cost(), id))
        })
        .min();
    match best {
        Some((_, id)) => (Some(id), false),
        None => (None, true),
    }
}

/// Whether the structure at the head of the noted way is a default.
fn is_default(search: &Search<'_>, scratch: &Scratch, start: u32) -> bool {
    let mut vertex = start;
    while let Some(next) = scratch.next(vertex) {
        match next {
            Next::Edge(id) => match search.graph.edge(id) {
                Some(edge) if edge.expected => return true,
                Some(edge) if edge.primitive == Primitive::Structure => vertex = edge.to,
                _ => return false,
            },
            Next::All(number) => {
                // A conjunction is a default when every way to it is one.
                let ways = search.way(vertex, scratch);
                return ways.iter().any(|hop| match hop {
                    Hop::All { number: own, ways } => {
                        *own == number && ways.iter().all(|way| begins_expected(search, way))
                    }
                    Hop::Edge(_) => false,
                });
            }
            Next::Here => return false,
        }
    }
    false
}

fn begins_expected(search: &Search<'_>, way: &[Hop]) -> bool {
    for hop in way {
        match hop {
            Hop::Edge(id) => match search.graph.edge(*id) {
                Some(edge) if edge.expected => return true,
                Some(edge) if edge.primitive == Primitive::Structure => {}
                _ => return false,
            },
            Hop::All { ways, .. } => return ways.iter().all(|way| begins_expected(search, way)),
        }
    }
    false
}

/// Where a start's way stops being its own: behind the pod and its container, or in a group that it is a member of.
fn meeting(
    search: &Search<'_>,
    scratch: &Scratch,
    (start, first): (u32, Option<u32>),
    owners: &NumberMap<u32, u32>,
) -> Meeting {
    let graph = search.graph;
    let own = graph.vertex(start);
    if first.is_some() || !matches!(own, Vertex::Pod { .. } | Vertex::Account { .. }) {
        return Meeting::Alone(start);
    }
    let mut vertex = start;
    while let Some(Next::Edge(id)) = scratch.next(vertex) {
        let Some(edge) = graph.edge(id) else { break };
        match graph.vertex(edge.to) {
            Vertex::Container { .. } => vertex = edge.to,
            Vertex::Group(_) | Vertex::Account { .. } | Vertex::Senders(_) => {
                return Meeting::At(edge.to, edge.primitive);
            }
            _ => break,
        }
    }
    match owners.get(&start) {
        Some(owner) => {
            let (far, steps) = (scratch.distance(start), primitives(search, scratch, start));
            Meeting::Owner(*owner, far, steps)
        }
        None => Meeting::Alone(start),
    }
}

/// The kinds of steps of the noted way.
fn primitives(search: &Search<'_>, scratch: &Scratch, start: u32) -> Vec<Primitive> {
    let mut primitives = Vec::new();
    let mut vertex = start;
    while let Some(Next::Edge(id)) = scratch.next(vertex) {
        let Some(edge) = search.graph.edge(id) else { break };
        if edge.primitive != Primitive::Structure {
            primitives.push(edge.primitive);
        }
        vertex = edge.to;
    }
    primitives
}

/// The weakest step, and whether one is held back.
fn strength(search: &Search<'_>, way: &[Hop]) -> (Confidence, bool) {
    let mut weakest = Confidence::High;
    let mut attenuated = false;
    for hop in way {
        match hop {
            Hop::Edge(id) => {
                let Some(edge) = search.graph.edge(*id) else { continue };
                weakest = weakest.min(edge.confidence);
                attenuated |= edge.attenuated;
            }
            Hop::All { ways, .. } => {
                for (confidence, held) in ways.iter().map(|way| strength(search, way)) {
                    weakest = weakest.min(confidence);
                    attenuated |= held;
                }
            }
        }
    }
    (weakest, attenuated)
}
