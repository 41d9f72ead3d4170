//! Questions to the model.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Confidence;
use serde::Serialize;

use crate::Primitive;
use crate::model::Model;
use crate::path::{Group, Path};
use crate::search::{
    Dag, Element, Found, Scratch, Search, ThroughAdmin, Without, all_shortest, dominators, find, minimum_cut,
};
use crate::vertex::Vertex;
use crate::words;

/// Which starts and sinks are asked about; empty means the default ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `Pod/shop/web`, `internet`, `ServiceAccount/ci/bot`, or a kind alone: `Pod`.
    pub from: Vec<String>,
    /// A sink (`cluster-admin`, `namespace-admin:shop`, `node-root`), or any vertex.
    pub to: Vec<String>,
}

/// A name that is nowhere in the graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is nowhere in the graph")]
pub struct Unknown {
    /// What was asked for.
    pub name: String,
}

/// A start and a sink.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Pair {
    /// The start.
    pub from: String,
    /// The sink.
    pub sink: String,
}

/// One step of the graph as it is, sets unopened: for lists of who may do what to whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attack {
    /// The primitive.
    pub primitive: Primitive,
    /// Who takes the step: for a right the identity that is bound, with the binding and the role.
    pub from: String,
    /// The role and binding that allow it, `role::binding`, for rights.
    pub by: Option<(String, String)>,
    /// What is gained; a set stands for its members.
    pub to: String,
    /// The members of the set, or the one thing gained.
    pub members: Vec<String>,
    /// The namespace that the right is restricted to.
    pub namespace: Option<String>,
    /// Where it is allowed.
    pub evidence: Vec<crate::Evidence>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Something known holds it back.
    pub attenuated: bool,
    /// What was looked at.
    pub gates: Vec<String>,
}

/// One change of a cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The object to change.
    pub object: String,
    /// The field.
    pub route: String,
    /// What to do.
    pub what: String,
    /// How many starts it severs alone.
    pub severs: usize,
    /// How many starts stay connected when only this is changed.
    pub survive: usize,
}

/// The cheapest set of changes for one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CutReport {
    /// The sinks asked about.
    pub sinks: Vec<String>,
    /// How many starts reach one of them.
    pub starts: usize,
    /// The changes, the one that severs most first.
    pub changes: Vec<Change>,
    /// Starts that stay connected by what cannot be taken away.
    pub uncut: Vec<String>,
    /// What every path to each sink goes through.
    pub dominators: BTreeMap<String, Vec<String>>,
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
    /// Steps: from, to, primitive.
    pub edges: Vec<(String, String, &'static str)>,
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

    fn found(&self, filter: &Filter) -> Result<Vec<Found>, Unknown> {
        let made = self.made();
        let starts = self.starts(&filter.from)?;
        let sinks = self.sinks(&filter.to)?;
        let named = !filter.to.is_empty();
        let through = if named { ThroughAdmin::GoesOn } else { ThroughAdmin::Ends };
        let search = Search::new(&made.graph, Without::default(), through);
        Ok(find(&search, (&starts, &sinks), &made.tables.owners, named))
    }

    /// The vertices that a start filter means.
    fn starts(&self, words: &[String]) -> Result<Vec<u32>, Unknown> {
        let made = self.made();
        if words.is_empty() {
            let all = made.graph.vertices().filter(|(id, vertex)| vertex.is_start() && !self.is_kubelet(*id));
            return Ok(all.map(|(id, _)| id).collect());
        }
        let mut starts = BTreeSet::new();
        for word in words {
            let whole = format!("{word}/");
            let fits = |text: &str| text == word || text.starts_with(&whole);
            let outer = made.graph.vertices().filter(|(_, vertex)| !vertex.is_inner());
            let found: Vec<u32> = outer.filter(|(id, _)| fits(&made.word(*id))).map(|(id, _)| id).collect();
            if found.is_empty() {
                return Err(Unknown { name: word.clone() });
            }
            starts.extend(found);
        }
        Ok(starts.into_iter().collect())
    }

    /// The user of a kubelet is what a node is, nobody who starts.
    fn is_kubelet(&self, id: u32) -> bool {
        let made = self.made();
        match made.graph.vertex(id) {
            Vertex::User(name) => made.names.text(name).starts_with("system:node:"),
            _ => false,
        }
    }

    fn sinks(&self, words: &[String]) -> Result<Vec<u32>, Unknown> {
        let made = self.made();
        if words.is_empty() {
            return Ok(made
                .graph
                .vertices()
                .filter(|(_, vertex)| vertex.is_sink())
                .map(|(id, _)| id)
                .collect());
        }
        let mut sinks = BTreeSet::new();
        for word in words {
            let fits = |(id, vertex): &(u32, Vertex)| {
                vertex.sink_word(&made.names).as_deref() == Some(word)
                    || !vertex.is_inner() && made.word(*id) == *word
            };
            let found: Vec<u32> = made.graph.vertices().filter(fits).map(|(id, _)| id).collect();
            // A sink that nothing leads to is no mistake.
            if found.is_empty() && !is_sink_word(word) {
                return Err(Unknown { name: word.clone() });
            }
            sinks.extend(found);
        }
        Ok(sinks.into_iter().collect())
    }

    /// All shortest paths from each start to each sink of the filter that it reaches, as graphs with a count.
    ///
    /// # Errors
    /// When the filter names something that is not there.
    pub fn all_shortest(&self, filter: &Filter) -> Result<Vec<PathDag>, Unknown> {
        let made = self.made();
        let search = Search::new(&made.graph, Without::default(), ThroughAdmin::Ends);
        let starts = self.starts(&filter.from)?;
        let mut scratch = Scratch::new(made.graph.len());
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
                        .map(|edge| (self.label(edge.from), self.label(edge.to), edge.primitive.id()))
                        .collect(),
                });
            }
        }
        Ok(dags)
    }

    /// A vertex in words, the parts of steps too.
    pub(crate) fn label(&self, id: u32) -> String {
        let made = self.made();
        match words::evidence_of(self, made, id) {
            Some(evidence) if evidence.route == "subjects" => evidence.object,
            Some(evidence) => format!("{} {}", evidence.object, evidence.route),
            None => match made.graph.vertex(id) {
                Vertex::Rights { role, place } => {
                    let role = made.tables.roles.get(role as usize);
                    let role = role.map(|role| self.rbac.role_name(*role).to_string()).unwrap_or_default();
                    format!("rights of {role} in {}", made.place(place))
                }
                Vertex::All(number) => format!("all of #{number}"),
                _ => made.word(id),
            },
        }
    }

    /// The cheapest set of changes that severs every plain path of the filter, verified by searching without it.
    ///
    /// # Errors
    /// When the filter names something that is not there.
    pub fn cut(&self, filter: &Filter) -> Result<CutReport, Unknown> {
        let made = self.made();
        let graph = &made.graph;
        let sinks = self.sinks(&filter.to)?;
        let found = self.found(filter)?;
        let real = found.iter().filter(|found| !found.expected && !found.attenuated);
        let starts: BTreeSet<u32> = real.flat_map(|found| found.starts.iter().copied()).collect();
        let starts: Vec<u32> = starts.into_iter().collect();
        let cut = minimum_cut(graph, &made.tables.defaults, &starts, &sinks);
        let mut changes: Vec<Change> =
            cut.elements.iter().map(|element| self.change(*element, &starts, &sinks)).collect();
        changes.sort_by(|a, b| (b.severs, &a.object, &a.route).cmp(&(a.severs, &b.object, &b.route)));
        changes.dedup_by(|a, b| a.object == b.object && a.route == b.route && a.what == b.what);
        let search = Search::new(graph, Without::default(), ThroughAdmin::Ends);
        let mut scratch = Scratch::new(graph.len());
        let mut dominated = BTreeMap::new();
        for sink in &sinks {
            let chain = dominators(&search, &starts, *sink, &mut scratch);
            let words: Vec<String> =
                chain.into_iter().map(|id| self.label(id)).filter(|word| !word.is_empty()).collect();
            if !words.is_empty() {
                dominated.insert(made.word(*sink), words);
            }
        }
        Ok(CutReport {
            sinks: sinks.iter().map(|sink| made.word(*sink)).collect(),
            starts: starts.len(),
            changes,
            uncut: cut.uncut.iter().map(|start| made.word(*start)).collect(),
            dominators: dominated,
        })
    }

    fn change(&self, element: Element, starts: &[u32], sinks: &[u32]) -> Change {
        let made = self.made();
        let survive = crate::search::survivors(&made.graph, &[element], starts, sinks).len();
        let (object, route, what) = match element {
            Element::Vertex(id) => {
                let evidence = words::evidence_of(self, made, id);
                let (object, route) =
                    evidence.map(|evidence| (evidence.object, evidence.route)).unwrap_or_default();
                let what = match made.graph.vertex(id) {
                    Vertex::Binding(_) => "remove the binding, or bind a role with fewer rights".to_owned(),
                    _ => "remove the rule, or restrict it".to_owned(),
                };
                (object, route, what)
            }
            Element::Edge(id) => match made.graph.edge(id) {
                Some(edge) => {
                    let place = words::place_of(self, made, edge);
                    let place = place.or_else(|| words::evidence_of(self, made, edge.from));
                    let (object, route) = place.map(|place| (place.object, place.route)).unwrap_or_default();
                    (object, route, edge.primitive.fix().to_owned())
                }
                None => Default::default(),
            },
        };
        Change { object, route, what, severs: starts.len().saturating_sub(survive), survive }
    }

    /// Every step of the graph but structure, sets with their members.
    pub fn attacks(&self) -> Vec<Attack> {
        let made = self.made();
        let graph = &made.graph;
        let mut attacks = Vec::new();
        for edge in graph.edges().iter().filter(|edge| edge.primitive != Primitive::Structure) {
            let members = || self.members(edge.to);
            let place = words::place_of(self, made, edge);
            let gates = words::gates(made, edge);
            for (from, by, namespace, mut evidence) in self.holders(edge.from) {
                evidence.extend(place.clone());
                attacks.push(Attack {
                    primitive: edge.primitive,
                    from,
                    by,
                    to: made.word(edge.to),
                    members: members(),
                    namespace,
                    evidence,
                    confidence: edge.confidence,
                    attenuated: edge.attenuated,
                    gates: gates.clone(),
                });
            }
        }
        attacks.sort();
        attacks.dedup();
        attacks
    }

    /// Who stands behind a vertex: identities behind a rule, a role or a conjunction; otherwise itself.
    fn holders(&self, id: u32) -> Vec<Holder> {
        let made = self.made();
        let graph = &made.graph;
        if !graph.vertex(id).is_inner() {
            return vec![(made.word(id), None, None, Vec::new())];
        }
        let mut holders = Vec::new();
        let mut seen = BTreeSet::new();
        let mut stack = vec![(id, None, None)];
        while let Some((vertex, role, place)) = stack.pop() {
            if !seen.insert(vertex) {
                continue;
            }
            match graph.vertex(vertex) {
                Vertex::Binding(_) => {
                    let binding = words::evidence_of(self, made, vertex);
                    let name = binding.as_ref().map(|evidence| last(&evidence.object)).unwrap_or_default();
                    for (_, edge) in graph.incoming(vertex) {
                        let by = role.clone().map(|role: crate::Evidence| (last(&role.object), name.clone()));
                        let evidence = binding.iter().cloned().chain(role.clone()).collect();
                        holders.push((made.word(edge.from), by, place.clone(), evidence));
                    }
                    // The same binding may lead here by another rule.
                    seen.remove(&vertex);
                }
                Vertex::All(number) => {
                    let all = graph.alls().get(number as usize);
                    let premises = all.into_iter().flat_map(|all| all.premises.iter());
                    stack.extend(premises.map(|premise| (*premise, None, None)));
                }
                current => {
                    let (role, place) = match current {
                        Vertex::Rule { place, .. } => {
                            (words::evidence_of(self, made, vertex), made.space(place))
                        }
                        Vertex::Rights { role: number, place } => {
                            let named = || {
                                let id = made.tables.roles.get(number as usize)?;
                                let object = self.rbac.role_name(*id).to_string();
                                Some(crate::Evidence { object, route: "rules".into() })
                            };
                            (role.or_else(named), made.space(place))
                        }
                        _ => (role, place),
                    };
                    // A permission may be gained by a step of its own.
                    let gained = matches!(current, Vertex::Held { .. });
                    let inner = graph.incoming(vertex).filter(|(_, edge)| {
                        (gained || edge.primitive == Primitive::Structure)
                            && graph.vertex(edge.from).is_inner()
                    });
                    stack.extend(inner.map(|(_, edge)| (edge.from, role.clone(), place.clone())));
                    if !current.is_inner() {
                        holders.push((made.word(vertex), None, None, Vec::new()));
                    }
                }
            }
        }
        holders
    }

    /// The things that a vertex stands for: the members of a set, through sets of sets.
    fn members(&self, id: u32) -> Vec<String> {
        let made = self.made();
        let graph = &made.graph;
        let mut members = BTreeSet::new();
        let mut stack = vec![id];
        let mut seen = BTreeSet::new();
        while let Some(vertex) = stack.pop() {
            if !graph.vertex(vertex).is_set() {
                members.insert(made.word(vertex));
                continue;
            }
            if seen.insert(vertex) {
                let inside =
                    graph.outgoing(vertex).filter(|(_, edge)| edge.primitive == Primitive::Structure);
                stack.extend(inside.map(|(_, edge)| edge.to));
            }
        }
        members.into_iter().collect()
    }
}

/// An identity, the role and binding, the namespace, and where that stands.
type Holder = (String, Option<(String, String)>, Option<String>, Vec<crate::Evidence>);

/// The order of a report.
fn order(group: &Group) -> (u8, &str, std::cmp::Reverse<Confidence>, usize, &str) {
    let Path { sink, confidence, steps, from, .. } = &group.path;
    let rank = ["cluster-admin", "system-masters", "control-plane-node-root", "node-root", "all-secrets"];
    let rank = rank.iter().position(|word| word == sink).and_then(|at| u8::try_from(at).ok()).unwrap_or(9);
    (rank, sink, std::cmp::Reverse(*confidence), steps.len(), from)
}

fn last(object: &str) -> String {
    object.rsplit('/').next().unwrap_or(object).to_owned()
}

fn is_sink_word(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "cluster-admin",
        "system-masters",
        "node-root",
        "control-plane-node-root",
        "all-secrets",
        "kube-system-secrets",
    ];
    WORDS.contains(&word) || word.starts_with("namespace-admin:") || word.starts_with("cloud-role:")
}
