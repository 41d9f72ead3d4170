//! The model: facts, rights and the graph made of them.

use std::sync::OnceLock;

use seawall_core::Problem;
use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_network::{Network, Plugin};
use seawall_rbac::Rbac;

use crate::facts::{Facts, FlawFacts};
use crate::graph::Graph;
use crate::names::Names;
use crate::reports::Vulnerabilities;
use crate::rules::{Tables, assemble};
use crate::ways::Ways;

/// The attack graph of a cluster.
///
/// Objects are put and taken one at a time; the graph is made again from the facts when it is next asked for, so answers
/// after any order of changes equal those of a fresh build.
#[derive(Debug, Default)]
pub struct Model {
    pub(crate) facts: Facts,
    names: Names,
    pub(crate) rbac: Rbac,
    network: Network,
    ways: Ways,
    version: Option<(u32, u32)>,
    made: OnceLock<Made>,
}

/// A graph and what its numbers mean.
#[derive(Clone, Debug, Default)]
pub(crate) struct Made {
    pub(crate) graph: Graph,
    pub(crate) tables: Tables,
    pub(crate) names: Names,
}

/// How large a graph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Vertices, sets and parts of steps included.
    pub vertices: usize,
    /// Steps that need one thing.
    pub edges: usize,
    /// Steps that need several things.
    pub conjunctions: usize,
}

impl Model {
    /// Reads an inventory. Problems are those of the rights room.
    pub fn build(inventory: &Inventory) -> (Model, Vec<Problem>) {
        let reach = || {
            // What is wrong with policies is the network room's to say.
            let network = Network::build(inventory, Plugin::Assumed).0;
            let ways = Ways::of(inventory, &network);
            (network, ways)
        };
        let read = || {
            let (mut facts, mut names) = (Facts::default(), Names::default());
            inventory.resources().iter().for_each(|resource| facts.put(&mut names, resource));
            names.settle();
            (facts, names)
        };
        let (((facts, names), (rbac, problems)), (network, ways)) =
            rayon::join(|| rayon::join(read, || Rbac::build(inventory)), reach);
        let version = inventory.server_version();
        (Model { facts, names, rbac, network, ways, version, made: OnceLock::new() }, problems)
    }

    /// Adds an object, or replaces the one of the same group, kind, namespace and name.
    pub fn apply(&mut self, resource: &Resource) -> Vec<Problem> {
        self.made.take();
        self.facts.put(&mut self.names, resource);
        self.ways.put(resource);
        self.names.settle();
        self.network.apply(resource);
        self.rbac.apply(resource)
    }

    /// Takes an object away. Objects that the graph is not made of are ignored.
    pub fn delete(&mut self, kind: GroupKind<'_>, namespace: Option<&str>, name: &str) {
        self.made.take();
        self.facts.take(&self.names, kind, namespace.unwrap_or("default"), name);
        self.ways.take(kind, namespace, name);
        self.network.delete(kind, namespace, name);
        if kind.group == "rbac.authorization.k8s.io" {
            self.rbac.delete(kind.kind, namespace, name);
        }
    }

    /// Major and minor version of the API server, which some steps depend on.
    pub fn set_server_version(&mut self, version: Option<(u32, u32)>) {
        self.made.take();
        self.version = version;
    }

    /// What reports say of images: flaws that let somebody in are steps of the graph. Replaces what was said before.
    pub fn set_vulnerabilities(&mut self, reports: Vulnerabilities) {
        self.made.take();
        self.facts.flaws = FlawFacts::new(reports);
    }

    /// A note for each image of the reports that no container runs.
    pub fn unused_reports(&self) -> Vec<Problem> {
        self.facts.unused_reports(&self.names)
    }

    pub(crate) fn made(&self) -> &Made {
        self.made.get_or_init(|| {
            let mut names = self.names.clone();
            let ways = self.ways.found(&self.network);
            let exact = (&self.rbac, &self.network, ways);
            let (graph, tables) = assemble(&mut names, &self.facts, exact, self.version);
            Made { graph, tables, names }
        })
    }

    /// How large the graph is.
    pub fn size(&self) -> Size {
        let graph = &self.made().graph;
        Size { vertices: graph.len(), edges: graph.edge_count(), conjunctions: graph.alls().len() }
    }
}
