//! Vertices and steps in words, and vertices from words.

use std::fmt::Write;

use seawall_core::Confidence;

use crate::Primitive;
use crate::graph;
use crate::model::{Made, Model};
use crate::names::Name;
use crate::path::{Evidence, Path, PathStep};
use crate::search::{Found, Hop};
use crate::vertex::{Place, Vertex};

impl Made {
    /// A vertex as it is printed.
    pub(crate) fn word(&self, id: u32) -> String {
        let mut word = String::new();
        // A text takes whatever is written.
        let _ = self.write_word(id, &mut word);
        word
    }

    /// The vertex of a word, of those that need not be searched for.
    pub(crate) fn named(&self, word: &str) -> Option<u32> {
        let mut parts = word.split('/');
        let (kind, namespace, name) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let (namespace, name) = (self.names.find(namespace)?, self.names.find(name)?);
        self.graph.id(match kind {
            "ServiceAccount" => Vertex::Account { namespace, name },
            "Secret" => Vertex::Secret { namespace, name },
            "Container" | "Data" | "Endpoint" | "Group" | "User" | "CloudRole" => return None,
            _ => Vertex::Pod { kind: self.names.find(kind)?, namespace, name },
        })
    }

    /// Whether a vertex is called so, or by a word that goes on behind a slash.
    pub(crate) fn begins(&self, id: u32, word: &str) -> Called {
        let head = self.head(id);
        if !word.starts_with(head) && !head.starts_with(word) {
            return Called::Otherwise;
        }
        let mut asked = Asked { left: word, called: Called::Otherwise };
        match self.write_word(id, &mut asked) {
            Ok(()) if asked.left.is_empty() => Called::So,
            _ => asked.called,
        }
    }

    /// How the word of a vertex begins, as far as that costs nothing to say.
    fn head(&self, id: u32) -> &str {
        match self.graph.vertex(id) {
            Vertex::Pod { kind, .. } => self.names.text(kind),
            Vertex::Container { .. } => "Container/",
            Vertex::Endpoint { .. } => "Endpoint/",
            Vertex::Account { .. } => "ServiceAccount/",
            Vertex::Secret { .. } => "Secret/",
            Vertex::User(_) => "User/",
            Vertex::Group(_) => "Group/",
            Vertex::Node(_) => "Node/",
            Vertex::NodeFiles(_) => "NodeFiles/",
            _ => "",
        }
    }

    fn write_word(&self, id: u32, out: &mut dyn Write) -> std::fmt::Result {
        let text = |name| self.names.text(name);
        let in_pod = |out: &mut dyn Write, kind: &str, pod, name| match self.graph.vertex(pod) {
            Vertex::Pod { namespace, name: pod, .. } => {
                write!(out, "{kind}/{}/{}/{}", text(namespace), text(pod), text(name))
            }
            _ => write!(out, "{kind}/{}", text(name)),
        };
        match self.graph.vertex(id) {
            Vertex::Internet => out.write_str("internet"),
            Vertex::User(name) => write!(out, "User/{}", text(name)),
            Vertex::Group(name) => write!(out, "Group/{}", text(name)),
            Vertex::Account { namespace, name } => {
                write!(out, "ServiceAccount/{}/{}", text(namespace), text(name))
            }
            Vertex::Pod { kind, namespace, name } => {
                write!(out, "{}/{}/{}", text(kind), text(namespace), text(name))
            }
            Vertex::Container { pod, name } => in_pod(out, "Container", pod, name),
            Vertex::Data { pod, name } => in_pod(out, "Data", pod, name),
            Vertex::Node(name) => write!(out, "Node/{}", text(name)),
            Vertex::SomeNode => out.write_str("Node/*"),
            Vertex::ControlPlaneFiles => out.write_str("NodeFiles/control-plane"),
            Vertex::NodeFiles(name) => write!(out, "NodeFiles/{}", name.map_or("*", text)),
            Vertex::TokensOn(name) => write!(out, "tokens on Node/{}", text(name)),
            Vertex::Secret { namespace, name } => {
                write!(out, "Secret/{}/{}", text(namespace), text(name))
            }
            Vertex::CloudRole(name) => write!(out, "CloudRole/{}", text(name)),
            Vertex::Endpoint { kind, namespace, owner, port } => {
                write!(out, "Endpoint/{}/{}/{}", text(namespace), text(owner), text(port))?;
                let another = |other: &Name| {
                    let other = Vertex::Endpoint { kind: *other, namespace, owner, port };
                    self.graph.id(other).is_some_and(|other| other != id)
                };
                // The kind of the owner is only said where the name does not tell it.
                match self.tables.owner_kinds.iter().any(another) {
                    true => write!(out, "/{}", text(kind)),
                    false => Ok(()),
                }
            }
            Vertex::Metadata => out.write_str("Endpoint/169.254.169.254/80"),
            Vertex::Pods(place) => write!(out, "pods of {}", self.place(place)),
            Vertex::PodsOn(name) => write!(out, "pods on Node/{}", text(name)),
            Vertex::Accounts(place) => write!(out, "service accounts of {}", self.place(place)),
            Vertex::Secrets(place) => write!(out, "secrets of {}", self.place(place)),
            Vertex::Endpoints(place) => write!(out, "ports of {}", self.place(place)),
            Vertex::Senders(_) => out.write_str("pods that reach the same ports"),
            Vertex::Ports(_) => out.write_str("ports that the same pods reach"),
            Vertex::Nodes => out.write_str("nodes"),
            Vertex::NewPods => out.write_str("a pod of its own"),
            Vertex::NamespaceAdmins => out.write_str("admins of all namespaces"),
            Vertex::Kubelets => out.write_str("kubelets"),
            Vertex::Users => out.write_str("users"),
            Vertex::Groups => out.write_str("groups"),
            Vertex::Held { permission, place, .. } => {
                write!(out, "{} in {}", permission.words(), self.place(place))
            }
            Vertex::Binding(_) | Vertex::Rights { .. } | Vertex::Rule { .. } | Vertex::All(_) => Ok(()),
            sink => out.write_str(&sink.sink_word(&self.names).unwrap_or_default()),
        }
    }

    pub(crate) fn place(&self, place: Place) -> String {
        match place {
            Place::Cluster => "the cluster".into(),
            Place::Namespace(namespace) => format!("namespace {}", self.names.text(namespace)),
        }
    }

    /// The namespace of a place.
    pub(crate) fn space(&self, place: Place) -> Option<String> {
        match place {
            Place::Cluster => None,
            Place::Namespace(namespace) => Some(self.names.text(namespace).to_owned()),
        }
    }
}

/// How a word is to what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Called {
    /// It is that word.
    So,
    /// It goes on behind a slash.
    Longer,
    Otherwise,
}

/// Compares a word as it is written: nearly all of the vertices of a large graph differ at once.
struct Asked<'w> {
    left: &'w str,
    called: Called,
}

impl Write for Asked<'_> {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        if let Some(left) = self.left.strip_prefix(part) {
            self.left = left;
            return Ok(());
        }
        if part.strip_prefix(self.left).is_some_and(|rest| rest.starts_with('/')) {
            self.called = Called::Longer;
        }
        // It is something else, or longer: the rest does not matter.
        Err(std::fmt::Error)
    }
}

/// Where an object is named in a step.
pub(crate) fn evidence_of(model: &Model, made: &Made, id: u32) -> Option<Evidence> {
    let rbac = &model.rbac;
    match made.graph.vertex(id) {
        Vertex::Binding(number) => {
            let binding = rbac.binding(*made.tables.bindings.get(number as usize)?)?;
            Some(Evidence { object: rbac.binding_name(binding).to_string(), route: "subjects".into() })
        }
        Vertex::Rule { role, rule, .. } => rule_place(model, made, role, rule),
        _ => None,
    }
}

/// Where a rule of a role stands, both by number.
pub(crate) fn rule_place(model: &Model, made: &Made, role: u32, rule: u32) -> Option<Evidence> {
    let rbac = &model.rbac;
    let id = *made.tables.roles.get(role as usize)?;
    let place = rbac.role(id).and_then(|role| rbac.rule_evidence(role, rule as usize));
    Some(match place {
        Some(place) => Evidence { object: place.role.to_string(), route: format!("rules[{}]", place.rule) },
        None => Evidence { object: rbac.role_name(id).to_string(), route: format!("rules[{rule}]") },
    })
}

/// Where the reason of a step itself stands, beside the rights that lead to it.
pub(crate) fn place_of(model: &Model, made: &Made, edge: &graph::Edge) -> Option<Evidence> {
    Some(place(model, made, made.graph.evidence(edge)?))
}

/// The same with all of the chain that it stands in.
pub(crate) fn places_of(model: &Model, made: &Made, edge: &graph::Edge) -> Vec<Evidence> {
    match made.graph.chain(edge) {
        [] => place_of(model, made, edge).into_iter().collect(),
        chain => chain.iter().map(|item| place(model, made, *item)).collect(),
    }
}

/// Where evidence of the graph stands.
pub(crate) fn place(model: &Model, made: &Made, evidence: graph::Evidence) -> Evidence {
    match evidence {
        graph::Evidence::Field { object, route } => match evidence_of(model, made, object) {
            Some(rule) => rule,
            None => Evidence { object: made.word(object), route: made.names.text(route).to_owned() },
        },
        graph::Evidence::Object { object, route } => {
            Evidence { object: made.names.text(object).to_owned(), route: made.names.text(route).to_owned() }
        }
    }
}

/// What was looked at for a step.
pub(crate) fn gates(made: &Made, edge: &graph::Edge) -> Vec<String> {
    let gates = edge.gates.map(|gates| made.names.text(gates).split("; ").map(str::to_owned).collect());
    gates.unwrap_or_default()
}

/// Steps in the making.
struct Telling<'m> {
    model: &'m Model,
    made: &'m Made,
    steps: Vec<PathStep>,
    /// The vertex that the next step starts from, when it is one that is printed.
    at: String,
    evidence: Vec<Evidence>,
    requires: Vec<String>,
    /// The edge behind the one that is told.
    next: Option<&'m graph::Edge>,
}

impl Telling<'_> {
    fn tell(&mut self, hops: &[Hop]) {
        let made = self.made;
        let edge_of = |hop: &Hop| match hop {
            Hop::Edge(id) => made.graph.edge(*id),
            Hop::All { .. } => None,
        };
        for (hop, next) in hops.iter().zip(hops.iter().skip(1).map(Some).chain([None])) {
            self.next = next.and_then(edge_of);
            match hop {
                Hop::Edge(_) => {
                    if let Some(edge) = edge_of(hop) {
                        self.edge(edge);
                    }
                }
                Hop::All { number, ways } => self.all(*number, ways),
            }
        }
    }

    fn edge(&mut self, edge: &graph::Edge) {
        let made = self.made;
        let (from, to) = (made.graph.vertex(edge.from), made.graph.vertex(edge.to));
        if to.is_inner() && edge.primitive != Primitive::Structure {
            let rights = self.model.label(edge.to);
            self.step(edge, rights);
            return;
        }
        if to.is_inner() {
            self.evidence.extend(evidence_of(self.model, made, edge.to));
            return;
        }
        let word = made.word(edge.to);
        if edge.primitive != Primitive::Structure {
            self.step(edge, word);
            return;
        }
        match (from, to) {
            // An identity is in a group: worth a step of its own.
            (Vertex::Account { .. } | Vertex::User(_), Vertex::Group(_)) => {
                let from = std::mem::replace(&mut self.at, word.clone());
                self.steps.push(PathStep {
                    from,
                    to: word,
                    primitive: "-",
                    does: "is a member of",
                    evidence: Vec::new(),
                    gates: Vec::new(),
                    confidence: Confidence::High,
                    attenuated: false,
                    requires: Vec::new(),
                    fix: String::new(),
                });
            }
            (Vertex::Container { .. }, Vertex::Secret { .. }) => self.at = word,
            // A node stays what was gained, not the word for it.
            (Vertex::Node(_) | Vertex::SomeNode, Vertex::NodeRoot | Vertex::ControlPlaneRoot) => {}
            // Which pods are alike to the network says nothing.
            (_, Vertex::Senders(_)) => {}
            // Whoever owns the node reads its files.
            (Vertex::Node(_), Vertex::NodeFiles(_)) => {}
            // Any of them: which one the search took first says nothing.
            (Vertex::Nodes, Vertex::Node(_) | Vertex::SomeNode) if self.ends_here(edge.to) => {}
            _ => {
                if let Some(step) = self.steps.last_mut().filter(|step| step.to == self.at) {
                    step.to.clone_from(&word);
                }
                self.at = word;
            }
        }
    }

    /// Whether the next step only says that a node is one.
    fn ends_here(&self, node: u32) -> bool {
        self.next.is_some_and(|next| {
            let root = matches!(self.made.graph.vertex(next.to), Vertex::NodeRoot | Vertex::ControlPlaneRoot);
            next.from == node && root
        })
    }

    fn step(&mut self, edge: &graph::Edge, word: String) {
        let made = self.made;
        let own = place_of(self.model, made, edge);
        let mut evidence = std::mem::take(&mut self.evidence);
        if let Some(item) = own.filter(|item| !evidence.contains(item)) {
            evidence.push(item);
        }
        let fix = fix(edge.primitive, &evidence);
        let chain = made.graph.chain(edge);
        if !chain.is_empty() {
            evidence = chain.iter().map(|item| place(self.model, made, *item)).collect();
            let pod = self.next.and_then(|next| pod_behind(made, next));
            evidence.extend(
                pod.map(|item| place(self.model, made, item)).filter(|item| !evidence.contains(item)),
            );
        }
        let from = std::mem::replace(&mut self.at, word.clone());
        self.steps.push(PathStep {
            from,
            to: word,
            primitive: edge.primitive.id(),
            does: edge.primitive.does(),
            fix,
            evidence,
            gates: gates(made, edge),
            confidence: edge.confidence,
            attenuated: edge.attenuated,
            requires: std::mem::take(&mut self.requires),
        });
    }

    /// The ways to all premises come first; what they end in is what the next step requires.
    fn all(&mut self, number: u32, ways: &[Vec<Hop>]) {
        let made = self.made;
        let start = self.at.clone();
        let premises =
            made.graph.alls().get(number as usize).map(|all| all.premises.clone()).unwrap_or_default();
        let mut order: Vec<(&Vec<Hop>, u32)> = ways.iter().zip(premises).collect();
        order.sort_by_key(|(way, _)| way.len());
        let mut evidence = Vec::new();
        let mut last = start.clone();
        for (way, premise) in order {
            let mut telling = Telling {
                model: self.model,
                made,
                steps: Vec::new(),
                at: start.clone(),
                evidence: Vec::new(),
                requires: Vec::new(),
                next: None,
            };
            telling.tell(way);
            for step in telling.steps {
                if !self.steps.contains(&step) {
                    self.steps.push(step);
                }
            }
            for item in telling.evidence {
                if !evidence.contains(&item) {
                    evidence.push(item);
                }
            }
            self.requires.extend(telling.requires);
            self.requires.push(format!("{}: {}", telling.at, made.word(premise)));
            last = telling.at;
        }
        self.at = last;
        self.evidence.extend(evidence);
    }
}

/// Where the pod says that it listens, for the step that leads on from a port.
fn pod_behind(made: &Made, step: &graph::Edge) -> Option<graph::Evidence> {
    let graph = &made.graph;
    let of_pod = |evidence: &graph::Evidence| matches!(evidence, graph::Evidence::Field { object, .. } if matches!(graph.vertex(*object), Vertex::Pod { .. }));
    let own = graph.evidence(step).filter(of_pod);
    // Beside every step into a container is the one that says by which port.
    let beside = || {
        let mut others = graph.outgoing(step.from).filter(|(_, other)| other.to == step.to);
        others.find_map(|(_, other)| graph.evidence(other).filter(of_pod))
    };
    own.or_else(beside)
}

fn fix(primitive: Primitive, evidence: &[Evidence]) -> String {
    let objects: Vec<&str> = evidence.iter().map(|evidence| evidence.object.as_str()).collect();
    match objects.as_slice() {
        [image] if primitive == Primitive::B25 => {
            let route = evidence.first().map_or("", |evidence| evidence.route.as_str());
            format!("in {image}: {} {route}", primitive.fix())
        }
        [] => primitive.fix().to_owned(),
        [only] => format!("in {only}: {}", primitive.fix()),
        [first, .., last] => format!("in {last}: {}; or take the subject out of {first}", primitive.fix()),
    }
}

/// A found way in words.
pub(crate) fn path(model: &Model, found: &Found, start: u32) -> Path {
    let made = model.made();
    let mut telling = Telling {
        model,
        made,
        steps: Vec::new(),
        at: made.word(start),
        evidence: Vec::new(),
        requires: Vec::new(),
        next: None,
    };
    telling.tell(&found.way);
    let sink = made.graph.vertex(found.sink).sink_word(&made.names).unwrap_or_else(|| made.word(found.sink));
    Path {
        from: made.word(start),
        to: telling.at,
        sink,
        confidence: found.confidence,
        expected: found.expected,
        attenuated: found.attenuated,
        steps: telling.steps,
    }
}
