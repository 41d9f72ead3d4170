//! Which starts reach which sinks, and how.

use std::collections::BTreeSet;

use seawall_core::Confidence;
use serde::Serialize;

use crate::ask::{Filter, Unknown};
use crate::model::Model;
use crate::path::{Group, Path};
use crate::search::{Dag, Search, ThroughAdmin, Without, all_shortest};
use crate::words;

/// A start and a sink.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Pair {
    /// The start.
    pub from: String,
    /// The sink.
    pub sink: String,
}

/// All shortest paths of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathDag {
    /// The start.
    pub from: String,
    /// The sink.
    pub sink: String,
    /// How many shortest paths there are, as a decimal number.
    pub ways: String,
    /// Steps, each once.
    pub edges: Vec<Link>,
}

/// A step without what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Link {
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
    /// The number of the primitive; `-` for membership.
    pub primitive: &'static str,
}

impl Model {
    /// Paths by group: one for each start and sink, starts that share a way together. The order is by sink, then by
    /// confidence, length and name.
    ///
    /// # Errors
    /// When the filter names something that is not there.
    pub fn paths(&self, filter: &Filter) -> Result<Vec<Group>, Unknown> {
        let found = self.found(filter)?;
        let mut groups: Vec<Group> = found
            .iter()
            .filter_map(|found| {
                let mut starts: Vec<(String, u32)> =
                    found.starts.iter().map(|start| (self.made().word(*start), *start)).collect();
                let first = starts.first().map(|(_, start)| *start)?;
                starts.sort();
                let path = words::path(self, found, first);
                Some(Group { path, starts: starts.into_iter().map(|(word, _)| word).collect() })
            })
            .collect();
        groups.sort_by(|a, b| order(a).cmp(&order(b)));
        Ok(groups)
    }

    /// Every pair of start and sink that a plain way joins and that is no default of a vanilla control plane.
    ///
    /// # Errors
    /// When the filter names something that is not there.
    pub fn pairs(&self, filter: &Filter) -> Result<BTreeSet<Pair>, Unknown> {
        let made = self.made();
        let found = self.found(filter)?;
        let plain = found.iter().filter(|found| !found.expected && !found.attenuated);
        Ok(plain
            .flat_map(|found| {
                let sink = made.graph.vertex(found.sink).sink_word(&made.names);
                let sink = sink.unwrap_or_else(|| made.word(found.sink));
                found.starts.iter().map(move |start| Pair { from: made.word(*start), sink: sink.clone() })
            })
            .collect())
    }

    /// All shortest paths from each start to each sink of the filter that it reaches, as graphs with a count.
    ///
    /// # Errors
    /// When the filter names something that is not there.
    pub fn all_shortest(&self, filter: &Filter) -> Result<Vec<PathDag>, Unknown> {
        let made = self.made();
        let search = Search::new(&made.graph, Without::default(), ThroughAdmin::Ends);
        let starts = self.starts(&filter.from)?;
        let mut scratch = made.graph.scratch();
        let mut dags = Vec::new();
        for sink in self.sinks(&filter.to)? {
            search.back_from(sink, None, &mut scratch);
            for start in
                starts.iter().copied().filter(|start| *start != sink && scratch.distance(*start).is_some())
            {
                let Dag { edges, ways } = all_shortest(&search, start, &scratch);
                let edges = edges.iter().filter_map(|id| made.graph.edge(*id));
                dags.push(PathDag {
                    from: made.word(start),
                    sink: made.graph.vertex(sink).sink_word(&made.names).unwrap_or_else(|| made.word(sink)),
                    ways: ways.to_string(),
                    edges: edges
                        .map(|edge| Link {
                            from: self.label(edge.from),
                            to: self.label(edge.to),
                            primitive: edge.primitive.id(),
                        })
                        .collect(),
                });
            }
        }
        Ok(dags)
    }
}

/// The order of a report.
fn order(group: &Group) -> (u8, &str, std::cmp::Reverse<Confidence>, usize, &str) {
    let Path { sink, confidence, steps, from, .. } = &group.path;
    let rank = ["cluster-admin", "system-masters", "control-plane-node-root", "node-root", "all-secrets"];
    let rank = rank.iter().position(|word| word == sink).and_then(|at| u8::try_from(at).ok()).unwrap_or(9);
    (rank, sink, std::cmp::Reverse(*confidence), steps.len(), from)
}
