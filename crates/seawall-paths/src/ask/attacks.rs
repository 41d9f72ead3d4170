//! Every step of the graph, for lists of who may do what to whom.

use std::collections::BTreeSet;

use seawall_core::Confidence;

use crate::Primitive;
use crate::model::Model;
use crate::vertex::Vertex;
use crate::words;

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

impl Model {
    /// Every step of the graph but structure, sets with their members.
    pub fn attacks(&self) -> Vec<Attack> {
        let made = self.made();
        let graph = &made.graph;
        let mut attacks = Vec::new();
        let steps = graph.edges().map(|(_, edge)| edge);
        for edge in steps.filter(|edge| edge.primitive != Primitive::Structure) {
            let members = || self.members(edge.to);
            let places = words::places_of(self, made, edge);
            let gates = words::gates(made, edge);
            for (from, by, namespace, mut evidence) in self.holders(edge.from) {
                evidence.extend(places.iter().cloned());
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

fn last(object: &str) -> String {
    object.rsplit('/').next().unwrap_or(object).to_owned()
}
