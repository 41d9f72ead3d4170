//! The model: facts, rights and the graph made of them.

use std::sync::OnceLock;

use seawall_core::Problem;
use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_network::{Network, Plugin};
use seawall_rbac::Rbac;

use crate::facts::{Facts, FlawFacts};
use crate::graph::Graph;
use crate::live::{Change, Live};
use crate::names::Names;
use crate::reports::Vulnerabilities;
use crate::rules::{Exact, Tables, assemble};
use crate::ways::Ways;

/// The attack graph of a cluster.
///
/// Objects are put and taken one at a time. Changes of pods and the like are drawn into the graph; for all others it is made
/// again from the facts when it is next asked for. So answers after any order of changes equal those of a fresh build.
#[derive(Debug, Default)]
pub struct Model {
    pub(crate) facts: Facts,
    /// The texts of the facts; while there is a graph, it has them.
    pub(crate) names: Names,
    pub(crate) rbac: Rbac,
    pub(crate) network: Network,
    pub(crate) ways: Ways,
    pub(crate) version: Option<(u32, u32)>,
    made: OnceLock<Made>,
    /// What following single changes looks up; made when the first one comes.
    pub(crate) live: Option<Live>,
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
        let (made, live) = (OnceLock::new(), None);
        (Model { facts, names, rbac, network, ways, version, made, live }, problems)
    }

    /// Adds an object, or replaces the one of the same group, kind, namespace and name.
    pub fn apply(&mut self, resource: &Resource) -> Vec<Problem> {
        self.change(Change::Put(resource))
    }

    /// Takes an object away. Objects that the graph is not made of are ignored.
    pub fn delete(&mut self, kind: GroupKind<'_>, namespace: Option<&str>, name: &str) {
        self.change(Change::Take(kind, namespace, name));
    }

    fn change(&mut self, change: Change<'_>) -> Vec<Problem> {
        let before = self.take_made().and_then(|made| self.before(made, change));
        let problems = self.carry_out(change);
        match before.and_then(|before| self.after(before, change)) {
            Some((graph, tables)) => {
                let names = std::mem::take(&mut self.names);
                // Nobody else can have set it: it was taken above.
                let _ = self.made.set(Made { graph, tables, names });
            }
            None => self.forget(),
        }
        problems
    }

    /// The graph, with its texts given back.
    fn take_made(&mut self) -> Option<(Graph, Tables)> {
        let Made { graph, tables, names } = self.made.take()?;
        self.names = names;
        Some((graph, tables))
    }

    /// Makes the graph again when it is next asked for.
    fn forget(&mut self) {
        self.take_made();
        self.live = None;
        self.ways.forget();
        self.names.settle();
    }

    /// Changes what the graph is made of.
    fn carry_out(&mut self, change: Change<'_>) -> Vec<Problem> {
        match change {
            Change::Put(resource) => {
                self.facts.put(&mut self.names, resource);
                self.ways.put(resource);
                self.network.apply(resource);
                match resource.kind() {
                    "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => {
                        self.rbac.apply(resource)
                    }
                    _ => Vec::new(),
                }
            }
            Change::Take(kind, namespace, name) => {
                self.facts.take(&self.names, kind, namespace.unwrap_or("default"), name);
                self.ways.take(kind, namespace, name);
                self.network.delete(kind, namespace, name);
                if kind.group == "rbac.authorization.k8s.io" {
                    self.rbac.delete(kind.kind, namespace, name);
                }
                Vec::new()
            }
        }
    }

    /// Major and minor version of the API server, which some steps depend on.
    pub fn set_server_version(&mut self, version: Option<(u32, u32)>) {
        self.forget();
        self.version = version;
    }

    /// What reports say of images: flaws that let somebody in are steps of the graph. Replaces what was said before.
    pub fn set_vulnerabilities(&mut self, reports: Vulnerabilities) {
        self.forget();
        self.facts.flaws = FlawFacts::new(reports);
    }

    /// A note for each image of the reports that no container runs.
    pub fn unused_reports(&self) -> Vec<Problem> {
        self.facts.unused_reports(self.made.get().map_or(&self.names, |made| &made.names))
    }

    pub(crate) fn made(&self) -> &Made {
        self.made.get_or_init(|| {
            let mut names = self.names.clone();
            let ways = self.ways.found(&self.network);
            let exact = Exact { rbac: &self.rbac, network: &self.network, ways, version: self.version };
            let (graph, tables) = assemble(&mut names, &self.facts, exact);
            Made { graph, tables, names }
        })
    }

    /// Whether the graph is made. A change that was followed leaves it so; after any other the next question makes it.
    pub fn is_made(&self) -> bool {
        self.made.get().is_some()
    }

    /// How large the graph is.
    pub fn size(&self) -> Size {
        let graph = &self.made().graph;
        Size { vertices: graph.vertex_count(), edges: graph.edge_count(), conjunctions: graph.alls().len() }
    }
}
