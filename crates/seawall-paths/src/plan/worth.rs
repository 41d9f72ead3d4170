//! What paths are worth severing.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Confidence;

use crate::Primitive;
use crate::ask::{Filter, Pair};
use crate::model::Model;
use crate::search::Found;
use crate::vertex::Vertex;

/// How bad it is when a sink is reached: the order is that of what else follows from it.
pub(crate) fn weight(sink: Vertex) -> u64 {
    match sink {
        Vertex::ClusterAdmin => 100,
        Vertex::SystemMasters => 95,
        Vertex::ControlPlaneRoot => 90,
        Vertex::AllSecrets => 50,
        Vertex::NodeRoot => 40,
        Vertex::KubeSystemSecrets => 30,
        Vertex::NamespaceAdmin(_) => 15,
        Vertex::CloudRole(_) => 8,
        _ => 0,
    }
}

/// The same by the word for a sink.
pub(crate) fn weight_of(sink: &str) -> u64 {
    match sink {
        "cluster-admin" => weight(Vertex::ClusterAdmin),
        "system-masters" => weight(Vertex::SystemMasters),
        "control-plane-node-root" => weight(Vertex::ControlPlaneRoot),
        "all-secrets" => weight(Vertex::AllSecrets),
        "node-root" => weight(Vertex::NodeRoot),
        "kube-system-secrets" => weight(Vertex::KubeSystemSecrets),
        _ => 0,
    }
}

/// A path that may not hold counts less; in tenths.
fn certainty(confidence: Confidence) -> u64 {
    match confidence {
        Confidence::High => 10,
        Confidence::Medium => 7,
        Confidence::Low => 2,
    }
}

/// How likely somebody stands at a start: programs that can be broken into more than people with credentials, and an
/// account hardly more than the pods that run as it, which count themselves.
fn likelihood(start: Vertex) -> u64 {
    match start {
        Vertex::Internet => 20,
        Vertex::Pod { .. } => 10,
        Vertex::User(_) | Vertex::Group(_) => 6,
        _ => 5,
    }
}

/// The same for an account as which pods run.
const HELD: u64 = 2;

/// What every start can do, in points: the worst sink that it reaches, and a tenth of the others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Worth(BTreeMap<u32, (u64, u64)>);

impl Worth {
    pub(crate) fn add(&mut self, start: u32, points: u64) {
        let (worst, sum) = self.0.entry(start).or_default();
        *worst = points.max(*worst);
        *sum += points;
    }

    /// The points of all starts together, each by how likely it is.
    pub(crate) fn total(&self, model: &Model) -> u64 {
        let graph = &model.made().graph;
        let held = |start: u32| {
            matches!(graph.vertex(start), Vertex::Account { .. })
                && graph.incoming(start).any(|(_, edge)| edge.primitive == Primitive::C09)
        };
        let likely = |start: u32| if held(start) { HELD } else { likelihood(graph.vertex(start)) };
        self.0.iter().map(|(start, (worst, sum))| likely(*start) * (worst * 9 + sum)).sum()
    }
}

/// The plain paths of a moment.
pub(crate) struct Paths {
    pub(crate) found: Vec<Found>,
    pub(crate) total: u64,
}

impl Paths {
    pub(crate) fn of(model: &Model) -> Paths {
        // The default filter names nothing that could be missing.
        let mut found = model.found(&Filter::default()).unwrap_or_default();
        found.retain(|found| !found.expected && !found.attenuated);
        let mut worth = Worth::default();
        for found in &found {
            let points = points(model, found);
            found.starts.iter().for_each(|start| worth.add(*start, points));
        }
        Paths { found, total: worth.total(model) }
    }

    /// The pairs in words.
    pub(crate) fn pairs(&self, model: &Model) -> BTreeSet<Pair> {
        let made = model.made();
        let pair = |found: &Found, start: u32| Pair { from: made.word(start), sink: made.word(found.sink) };
        self.found
            .iter()
            .flat_map(|found| found.starts.iter().map(move |start| pair(found, *start)))
            .collect()
    }
}

/// What one pair of these is worth.
pub(crate) fn points(model: &Model, found: &Found) -> u64 {
    weight(model.made().graph.vertex(found.sink)) * certainty(found.confidence)
}
