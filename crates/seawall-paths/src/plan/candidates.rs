//! What could be changed: everything that can be taken away and that a path of now goes through.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use seawall_rbac::Subject;

use crate::Primitive;
use crate::ask::Change;
use crate::graph::{Edge, Evidence};
use crate::model::Model;
use crate::numbers::NumberSet;
use crate::plan::site::Site;
use crate::plan::worth::{Paths, Worth, points};
use crate::search::{Element, Hop, default_bindings, element_of};
use crate::vertex::Vertex;
use crate::words;

/// A thing to change, by word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A binding and whom it names.
    Binding(String),
    /// A rule of a role, by its place there.
    Rule(String, u32),
    /// A pod whose containers reach the node.
    Harden(String),
    /// A namespace that enforces no Pod Security level.
    Label(String),
    /// A pod that holds a token of an account.
    Token(String, Subject),
    /// A field that opens a port to the outside.
    Expose(String, String),
    /// A secret that holds a token.
    Secret(String),
}

/// How much of the worth of all paths goes through each target: no change of it can sever more.
pub(crate) type Bounds = BTreeMap<Target, u64>;

/// What is on the paths; pods stand for the workloads that they are changed by.
pub(crate) fn bounds(model: &Model, site: &Site, paths: &Paths) -> Bounds {
    let walk = Walk { model, fixed: default_bindings(&model.made().graph) };
    let mut worth: BTreeMap<Target, Worth> = BTreeMap::new();
    for found in &paths.found {
        let points = points(model, found);
        let mut targets = BTreeSet::new();
        walk.way(&found.way, &mut targets);
        // What stands at the head of the way is each start's own.
        let first = found.starts.first().map(|start| model.made().word(*start)).unwrap_or_default();
        for target in targets {
            match target {
                Target::Harden(pod) if pod == first => {
                    for start in &found.starts {
                        let pod = model.made().word(*start);
                        let target = Target::Harden(site.owner(&pod).to_owned());
                        worth.entry(target).or_default().add(*start, points);
                    }
                }
                Target::Token(pod, account) if pod == first => {
                    for start in &found.starts {
                        let pod = model.made().word(*start);
                        let target = Target::Token(site.owner(&pod).to_owned(), account.clone());
                        worth.entry(target).or_default().add(*start, points);
                    }
                }
                target => {
                    let target = match target {
                        Target::Harden(pod) => Target::Harden(site.owner(&pod).to_owned()),
                        Target::Token(pod, account) => Target::Token(site.owner(&pod).to_owned(), account),
                        other => other,
                    };
                    let worth = worth.entry(target).or_default();
                    found.starts.iter().for_each(|start| worth.add(*start, points));
                }
            }
        }
    }
    worth.into_iter().map(|(target, worth)| (target, worth.total(model))).collect()
}

/// The target that a change of a cut is about.
pub(crate) fn target_of(site: &Site, change: &Change) -> Option<Target> {
    let (object, route) = (change.object.as_str(), change.route.as_str());
    let kind = object.split('/').next()?;
    Some(match kind {
        "ClusterRoleBinding" | "RoleBinding" => Target::Binding(object.to_owned()),
        "ClusterRole" | "Role" => Target::Rule(object.to_owned(), rule_of(route)?),
        "Namespace" => Target::Label(object.strip_prefix("Namespace/")?.to_owned()),
        "Secret" => Target::Secret(object.to_owned()),
        "Service" => Target::Expose(object.to_owned(), route.to_owned()),
        _ if route == ACCOUNT => {
            let (namespace, account) = site.account(object)?;
            Target::Token(site.owner(object).to_owned(), Subject::service_account(namespace, account))
        }
        _ => Target::Harden(site.owner(object).to_owned()),
    })
}

/// The field that says whose token a pod holds.
const ACCOUNT: &str = "spec.serviceAccountName";

/// The place of a rule: `rules[3]`.
fn rule_of(route: &str) -> Option<u32> {
    route.strip_prefix("rules[")?.strip_suffix(']')?.parse().ok()
}

/// Bindings and rules that can be taken away, by word, with their numbers in the graph.
#[derive(Default)]
pub(crate) struct Numbers {
    bindings: HashMap<String, u32>,
    rules: HashMap<(String, u32), (u32, u32)>,
}

impl Numbers {
    pub(crate) fn of(model: &Model) -> Self {
        let made = model.made();
        let mut numbers = Numbers::default();
        for (id, vertex) in made.graph.vertices() {
            let Some(place) = words::evidence_of(model, made, id) else { continue };
            match vertex {
                Vertex::Rule { role, rule, .. } => {
                    if let Some(number) = rule_of(&place.route) {
                        numbers.rules.insert((place.object, number), (role, rule));
                    }
                }
                _ => drop(numbers.bindings.insert(place.object, id)),
            }
        }
        numbers
    }

    /// The vertex of a binding.
    pub(crate) fn binding(&self, word: &str) -> Option<u32> {
        self.bindings.get(word).copied()
    }

    /// The numbers of a role and of its rule.
    pub(crate) fn rule(&self, word: &str, place: u32) -> Option<(u32, u32)> {
        self.rules.get(&(word.to_owned(), place)).copied()
    }
}

struct Walk<'m> {
    model: &'m Model,
    fixed: NumberSet<u32>,
}

impl Walk<'_> {
    fn way(&self, hops: &[Hop], targets: &mut BTreeSet<Target>) {
        for hop in hops {
            match hop {
                Hop::Edge(id) => {
                    if let Some(edge) = self.model.made().graph.edge(*id) {
                        targets.extend(self.of_edge(edge));
                        targets.extend(self.of_vertex(edge.to));
                    }
                }
                Hop::All { ways, .. } => ways.iter().for_each(|way| self.way(way, targets)),
            }
        }
    }

    fn of_vertex(&self, id: u32) -> Option<Target> {
        let made = self.model.made();
        let evidence = words::evidence_of(self.model, made, id)?;
        match made.graph.vertex(id) {
            Vertex::Binding(_) if !self.fixed.contains(&id) => Some(Target::Binding(evidence.object)),
            Vertex::Rule { role, .. } if !made.tables.defaults.contains(&role) => {
                Some(Target::Rule(evidence.object, rule_of(&evidence.route)?))
            }
            _ => None,
        }
    }

    fn of_edge(&self, edge: &Edge) -> Option<Target> {
        let made = self.model.made();
        match element_of(&made.graph, edge)? {
            Element::Label(namespace) => Some(Target::Label(made.names.text(namespace).to_owned())),
            Element::Field(Primitive::E01, evidence) => {
                let place = words::place(self.model, made, evidence);
                Some(Target::Expose(place.object, place.route))
            }
            Element::Field(primitive, Evidence::Field { object, .. }) => {
                let word = made.word(object);
                match (made.graph.vertex(object), made.graph.vertex(edge.to)) {
                    (Vertex::Secret { .. }, _) => Some(Target::Secret(word)),
                    (Vertex::Pod { .. }, Vertex::Account { namespace, name })
                        if primitive == Primitive::C09 =>
                    {
                        let (namespace, name) = (made.names.text(namespace), made.names.text(name));
                        Some(Target::Token(word, Subject::service_account(namespace, name)))
                    }
                    (Vertex::Pod { .. }, _) => Some(Target::Harden(word)),
                    _ => None,
                }
            }
            Element::Field(..) | Element::Binding(_) | Element::Rule(..) => None,
        }
    }
}
