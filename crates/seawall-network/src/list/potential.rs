//! Pods that may come: what a workload is open to in pods that nobody has made yet.
//!
//! Every pair of selectors in a rule describes pods that somebody means to exist. What is allowed with them follows from
//! the rules that every pod of the description meets; rules that only some of them would meet do not count.

use std::collections::BTreeSet;

use super::ranges;
use crate::expression::{Key, Known};
use crate::model::{ClassId, KUBERNETES, Network};
use crate::policy::{Direction, PeerKey, Scope};
use crate::ports::PortSet;
use crate::query::Workload;
use crate::selector::{LabelSelector, Operator};
use crate::words::Word;

/// Pods that may come, by what is known of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stranger {
    pub(crate) scope: Option<Scope>,
    pub(crate) pods: LabelSelector,
}

/// The other side of what is allowed with pods that may come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PotentialPeer {
    /// Any pod of any namespace.
    EntireCluster,
    /// Pods by what is asked of their namespace and of themselves.
    Pods {
        /// The namespace.
        namespace: Side,
        /// The pods in it.
        pods: Side,
    },
    /// Addresses outside the cluster.
    External(std::net::IpAddr, std::net::IpAddr),
}

/// What is asked of a namespace or of pods.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Nothing.
    All,
    /// That it has this name.
    Named(String),
    /// Labels: key, operator (`In`, `NotIn`, `Exists`, `DoesNotExist`), values.
    Labelled(Vec<(String, &'static str, Vec<String>)>),
}

/// What a workload is open to in a direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Potential {
    /// `Ingress`: from the peer; `Egress`: to it.
    pub direction: Direction,
    /// The peer.
    pub peer: PotentialPeer,
    /// The connections, never none.
    pub ports: PortSet,
}

impl std::fmt::Display for PotentialPeer {
    /// As netpol-analyzer writes it: `entire-cluster`, `ns/[all pods]`,
    /// `[namespace with {k=v,{Key:…,Operator:…,Values:[…],}}]/[pod with {…}]`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PotentialPeer::EntireCluster => f.write_str("entire-cluster"),
            PotentialPeer::External(from, to) => write!(f, "{from}-{to}[External]"),
            PotentialPeer::Pods { namespace, pods } => {
                match namespace {
                    Side::All => f.write_str("[all namespaces]")?,
                    Side::Named(name) => f.write_str(name)?,
                    Side::Labelled(labels) => write!(f, "[namespace with {{{}}}]", labels_text(labels))?,
                }
                match pods {
                    Side::All => f.write_str("/[all pods]"),
                    Side::Named(name) => write!(f, "/{name}"),
                    Side::Labelled(labels) => write!(f, "/[pod with {{{}}}]", labels_text(labels)),
                }
            }
        }
    }
}

fn labels_text(labels: &[(String, &'static str, Vec<String>)]) -> String {
    let text = |(key, operator, values): &(String, &str, Vec<String>)| match values.as_slice() {
        [value] if *operator == "=" => format!("{key}={value}"),
        values => format!("{{Key:{key},Operator:{operator},Values:[{}],}}", values.join(" ")),
    };
    labels.iter().map(text).collect::<Vec<_>>().join(",")
}

impl Stranger {
    /// Whether every pod of this description is one of a wider description, which is not the same in other words.
    fn is_part_of(&self, network: &Network, wider: &Stranger) -> bool {
        let key = |stranger: &Stranger| {
            let scope = stranger.scope.clone().unwrap_or(Scope::Matching(LabelSelector::default()));
            PeerKey::Pods { scope, pods: stranger.pods.clone() }
        };
        self.is_met(network, &key(wider)) && !wider.is_met(network, &key(self))
    }

    /// Whether every pod of the description is met by a peer, or none; `None` for some, or where that is not known.
    pub(crate) fn meets(&self, network: &Network, key: &PeerKey) -> Option<bool> {
        match key {
            PeerKey::Labelled { expr, .. } => expr.holds(&network.words, &|key| self.label_of(network, key)),
            // Nobody knows their addresses.
            PeerKey::Block { .. } => Some(false),
            key => self.is_met(network, key).then_some(true),
        }
    }

    fn label_of(&self, network: &Network, key: Key) -> Known {
        match (key, &self.scope) {
            (Key::Own(key), _) => known_value(&self.pods, key),
            (Key::NamespaceName, Some(Scope::One(name))) => Known::Is(*name),
            // They are pods: they have all of these.
            (Key::NamespaceName, _) => Known::Present,
            (Key::Account(_), _) => Known::Unknown,
            (Key::Namespace(key), Some(Scope::One(name))) => network.namespace_label(*name, key),
            (Key::Namespace(key), Some(Scope::Matching(selector))) => known_value(selector, key),
            (Key::Namespace(_), None) => Known::Unknown,
            (Key::Orchestrator, _) => network.words.find(KUBERNETES).map_or(Known::Unknown, Known::Is),
        }
    }

    /// Whether every pod of the description is met by a peer.
    pub(crate) fn is_met(&self, network: &Network, key: &PeerKey) -> bool {
        let PeerKey::Pods { scope, pods } = key else { return false };
        if !implies(&self.pods, pods) {
            return false;
        }
        match (&self.scope, scope) {
            (Some(Scope::One(own)), Scope::One(asked)) => own == asked,
            (Some(Scope::One(own)), Scope::Matching(asked)) => {
                match network.namespaces.get(own) {
                    Some(namespace) => asked.matches(&namespace.labels),
                    // Of a namespace that is not here only the name is known.
                    None => asked.is_everything() || network.by_name(scope) == Scope::One(*own),
                }
            }
            (Some(Scope::Matching(own)), Scope::Matching(asked)) => implies(own, asked),
            (None, Scope::Matching(asked)) => asked.is_everything(),
            (_, Scope::One(_)) => false,
        }
    }
}

/// What a selector tells of a label of whatever it selects.
fn known_value(selector: &LabelSelector, key: Word) -> Known {
    let mut of_key = selector.0.iter().filter(|one| one.key == key);
    let known = of_key.find_map(|one| match (one.operator, &*one.values) {
        (Operator::In, [value]) => Some(Known::Is(*value)),
        (Operator::In | Operator::Exists, _) => Some(Known::Present),
        (Operator::DoesNotExist, _) => Some(Known::Absent),
        (Operator::NotIn, _) => None,
    });
    known.unwrap_or(Known::Unknown)
}

/// Whether all labels that the first selector selects are selected by the second. Each requirement must follow from one.
fn implies(known: &LabelSelector, asked: &LabelSelector) -> bool {
    asked.0.iter().all(|asked| {
        known.0.iter().filter(|known| known.key == asked.key).any(|known| {
            let within = |value| asked.values.binary_search(value).is_ok();
            match (known.operator, asked.operator) {
                (Operator::In, Operator::In) => known.values.iter().all(within),
                (Operator::In, Operator::NotIn) => !known.values.iter().any(within),
                (Operator::NotIn, Operator::NotIn) => {
                    asked.values.iter().all(|value| known.values.binary_search(value).is_ok())
                }
                (Operator::In | Operator::Exists, Operator::Exists)
                | (Operator::DoesNotExist, Operator::DoesNotExist | Operator::NotIn) => true,
                _ => false,
            }
        })
    })
}

impl Network {
    /// What a workload is open to: the outside, the entire cluster, and pods that rules of its policies describe, where
    /// more is allowed with them than with the entire cluster. Descriptions by labels alone of which a pod is here are
    /// left out: that pod is in the list of connections.
    pub fn potential(&self, workload: &Workload) -> Vec<Potential> {
        let mut all = Vec::new();
        for direction in Direction::ALL {
            let whole = self.ports_with(workload.class, direction, &Stranger::default());
            if !whole.is_empty() {
                all.push(Potential { direction, peer: PotentialPeer::EntireCluster, ports: whole.clone() });
            }
            let described = self.described(workload.class, direction).into_iter().map(|stranger| {
                let ports = self.ports_with(workload.class, direction, &stranger);
                (stranger, ports)
            });
            let described: Vec<_> = described.filter(|(_, ports)| !ports.is_subset(&whole)).collect();
            for (stranger, ports) in &described {
                // A wider description that allows as much says it all.
                let wider = |(other, more): &(Stranger, PortSet)| {
                    other != stranger && ports.is_subset(more) && stranger.is_part_of(self, other)
                };
                if !described.iter().any(wider) {
                    let (peer, ports) = (self.describe(stranger), ports.clone());
                    all.push(Potential { direction, peer, ports });
                }
            }
            for (from, to, ports) in ranges(self.external(workload.class, direction), self.mentions_v6()) {
                all.push(Potential { direction, peer: PotentialPeer::External(from, to), ports });
            }
        }
        all
    }

    /// What is allowed between a class and pods that may come. Nothing governs those, and their ports have no names yet.
    pub(crate) fn ports_with(&self, class: ClassId, direction: Direction, stranger: &Stranger) -> PortSet {
        let Some(one) = self.classes.get(class) else { return PortSet::none() };
        let ports = if direction == Direction::Ingress { &*one.ports } else { &[] };
        let side = crate::query::Side::Stranger(stranger);
        self.allowed(self.program(direction, *one.signatures.get(direction)), side, ports)
    }

    /// What is allowed into a class from a pod of which nothing is known.
    pub fn ports_from_anyone(&self, class: ClassId) -> PortSet {
        self.ports_with(class, Direction::Ingress, &Stranger::default())
    }

    /// The pods that the rules of a class's policies describe.
    fn described(&self, class: ClassId, direction: Direction) -> BTreeSet<Stranger> {
        let Some(one) = self.classes.get(class) else { return BTreeSet::new() };
        let program = self.program(direction, *one.signatures.get(direction));
        let rules = program.0.iter().flat_map(|tier| &tier.rules).filter_map(|id| self.rule(*id));
        let peers = rules.map(|rule| rule.peers.named());
        let mut strangers = BTreeSet::new();
        for key in peers.flatten().filter_map(|id| self.peers.get(*id)).map(|peer| &peer.key) {
            let PeerKey::Pods { scope, pods } = key else { continue };
            let scope = self.by_name(scope);
            if let (Scope::One(namespace), true) = (&scope, is_plain(pods))
                && self.has_pod(*namespace, pods)
            {
                continue;
            }
            strangers.insert(Stranger { scope: Some(scope), pods: pods.clone() });
        }
        strangers
    }

    /// A namespace that is asked for by the label of its name.
    fn by_name(&self, scope: &Scope) -> Scope {
        if let Scope::Matching(LabelSelector(requirements)) = scope
            && let [only] = &**requirements
            && only.operator == Operator::In
            && let [name] = &*only.values
            && self.words.text(only.key) == crate::model::NAME_LABEL
        {
            return Scope::One(*name);
        }
        scope.clone()
    }

    fn has_pod(&self, namespace: crate::words::Word, pods: &LabelSelector) -> bool {
        let classes = self.namespaces.get(&namespace).into_iter().flat_map(|namespace| &namespace.classes);
        let live = classes.filter(|class| self.classes.live.contains(**class));
        live.filter_map(|class| self.classes.get(*class)).any(|class| pods.matches(&class.labels))
    }

    fn describe(&self, stranger: &Stranger) -> PotentialPeer {
        let side = |selector: &LabelSelector| {
            if selector.is_everything() {
                return Side::All;
            }
            let mut labels: Vec<_> = selector.0.iter().map(|one| self.describe_label(one)).collect();
            // Plain pairs first.
            labels.sort_by(|a, b| (a.1 != "=", &a.0, a.1).cmp(&(b.1 != "=", &b.0, b.1)));
            Side::Labelled(labels)
        };
        let namespace = match &stranger.scope {
            None => Side::All,
            Some(Scope::One(name)) => Side::Named(self.words.text(*name).to_owned()),
            Some(Scope::Matching(selector)) => side(selector),
        };
        PotentialPeer::Pods { namespace, pods: side(&stranger.pods) }
    }

    fn describe_label(&self, one: &crate::selector::Requirement) -> (String, &'static str, Vec<String>) {
        let mut values: Vec<String> =
            one.values.iter().map(|value| self.words.text(*value).to_owned()).collect();
        values.sort();
        let operator = match one.operator {
            Operator::In if values.len() == 1 => "=",
            Operator::In => "In",
            Operator::NotIn => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
        };
        (self.words.text(one.key).to_owned(), operator, values)
    }
}

/// Whether a selector asks for exact values only, and for at least one.
fn is_plain(selector: &LabelSelector) -> bool {
    !selector.is_everything()
        && selector.0.iter().all(|one| one.operator == Operator::In && one.values.len() == 1)
}
