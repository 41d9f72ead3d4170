//! Policies in one intermediate form, whatever their kind.
//!
//! A policy stands in a [`Tier`], selects a subject, and has for each direction that it governs a list of [`Rule`]s:
//! peers × ports → action, and whether what no rule of its tier decides is denied. A NetworkPolicy is a list of rules that
//! allow, in a tier whose end denies. An object may hold several policies.

mod admin;
mod cilium;
mod kind;
mod reading;
mod v1;

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_inventory::Resource;

pub use kind::PolicyKind;

use crate::addresses::AddressSet;
use crate::ports::{PortSet, Protocol};
use crate::selector::LabelSelector;
use crate::words::{Word, Words};

/// Which way a connection is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// At the destination.
    Ingress,
    /// At the source.
    Egress,
}

impl Tier {
    /// Whether the order of rules does not matter: any deny comes before every allow.
    pub const fn is_union(self) -> bool {
        matches!(self, Tier::NetworkPolicy)
    }
}

impl Direction {
    /// Both.
    pub const ALL: [Direction; 2] = [Direction::Ingress, Direction::Egress];

    /// `ingress` or `egress`: the key of the rules in a policy.
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        }
    }
}

impl std::fmt::Display for Direction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value for each direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PerDirection<T> {
    pub(crate) ingress: T,
    pub(crate) egress: T,
}

impl<T> PerDirection<T> {
    pub(crate) fn get(&self, direction: Direction) -> &T {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }

    pub(crate) fn get_mut(&mut self, direction: Direction) -> &mut T {
        match direction {
            Direction::Ingress => &mut self.ingress,
            Direction::Egress => &mut self.egress,
        }
    }
}

/// Where a policy stands; evaluated in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// ClusterNetworkPolicy of tier Admin, AdminNetworkPolicy: the first match decides, else the next tier.
    Admin,
    /// NetworkPolicy and the policies of Cilium: any deny decides, else any allow, else the end of the tier.
    NetworkPolicy,
    /// ClusterNetworkPolicy of tier Baseline, BaselineAdminNetworkPolicy: the first match decides, else allowed.
    Baseline,
}

/// What a rule does with a connection that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// `Allow`, `Accept`, or being listed in a NetworkPolicy.
    Allow,
    /// `Deny`
    Deny,
    /// `Pass`: on to the next tier.
    Pass,
}

/// Which namespaces a selector of pods looks into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scope {
    /// One, by name.
    One(Word),
    /// Those with such labels.
    Matching(LabelSelector),
}

/// A set of peers, or of subjects; equal ones are evaluated once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PeerKey {
    /// Pods by namespace and labels; never host-network pods but where the profile says so.
    Pods { scope: Scope, pods: LabelSelector },
    /// Addresses; `in_cluster` when those of pods and nodes count too.
    Block { addresses: AddressSet, in_cluster: bool },
    /// Nodes by labels: their addresses, and the pods in their network.
    Nodes(LabelSelector),
    /// Nodes by where they stand to the pod that is judged.
    Hosts(Hosts),
    /// Whatever serves the Kubernetes API: nodes, or addresses outside.
    ApiServer,
    /// Addresses that objects list, without those of pods and nodes.
    Groups { groups: Groups, except: AddressSet },
    /// The pods that Services select.
    Services(Services),
}

impl PeerKey {
    /// Pods of any namespace.
    pub(crate) fn all_pods() -> Self {
        PeerKey::Pods { scope: Scope::Matching(LabelSelector::default()), pods: LabelSelector::default() }
    }

    /// Whether the nodes that are here change whom it meets.
    pub(crate) fn is_about_nodes(&self) -> bool {
        matches!(self, PeerKey::Nodes(_) | PeerKey::Hosts(_) | PeerKey::ApiServer)
    }
}

/// Nodes by where they stand to the pod that is judged. Where that is not known, a rule that allows meets them and one that
/// denies does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Hosts {
    /// The node that the pod runs on.
    Own,
    /// Any other.
    Other,
    /// Every node.
    All,
}

/// Objects that list addresses: CiliumCIDRGroup.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Groups {
    /// One by name.
    Named(Word),
    /// Those with such labels.
    Matching(LabelSelector),
}

/// Services; without a namespace those of any.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Services {
    pub(crate) namespace: Option<Word>,
    pub(crate) which: Which,
}

/// Which Services of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Which {
    /// One by name.
    Named(Word),
    /// Those with such labels.
    Labelled(LabelSelector),
}

/// Whom a rule is about. `P` is how one peer is named: by content when read, by number in the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Peers<P> {
    /// Everyone, in the cluster and outside.
    Everyone,
    /// Any of these; nobody when empty.
    Any(Box<[P]>),
}

/// A port by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NamedPort {
    pub(crate) name: Word,
    /// `None`: whatever protocol the container's port has.
    pub(crate) protocol: Option<Protocol>,
}

/// The ports of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RulePorts {
    pub(crate) fixed: PortSet,
    pub(crate) named: Box<[NamedPort]>,
}

impl RulePorts {
    pub(crate) fn all() -> Self {
        RulePorts { fixed: PortSet::all(), named: Box::default() }
    }
}

/// One rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule<P> {
    pub(crate) action: Action,
    pub(crate) peers: Peers<P>,
    pub(crate) ports: RulePorts,
    /// Domain names that it is about too; they have no addresses here.
    pub(crate) names: Box<[Box<str>]>,
    /// What else must hold of a connection that it allows, in words: paths of HTTP, names of TLS …
    pub(crate) narrowed: Option<Box<str>>,
    /// Its place in the object.
    pub(crate) route: Route,
}

/// A policy as read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) tier: Tier,
    pub(crate) priority: i64,
    pub(crate) subject: PeerKey,
    /// `None` where the policy says nothing about the direction.
    pub(crate) rules: PerDirection<Option<Vec<Rule<PeerKey>>>>,
    /// Whether what no rule of the tier decides is denied. One policy that asks for it is enough.
    pub(crate) denies_rest: PerDirection<bool>,
    /// Where it stands in the object: `spec`, or an item of `specs`.
    pub(crate) place: Route,
}

/// What a front end gives: the policies of an object that take part, and what is wrong with them.
pub(crate) type Outcome = (Vec<Read>, Vec<Problem>);

/// Reads an object of any kind; `in_cluster` says whether an `ipBlock` meets addresses of the cluster.
pub(crate) fn read(kind: PolicyKind, resource: &Resource, in_cluster: bool, words: &mut Words) -> Outcome {
    let mut reading = reading::Reading::new(resource, kind, words);
    let policies = match kind {
        PolicyKind::NetworkPolicy => v1::read(&mut reading, in_cluster).into_iter().collect(),
        PolicyKind::CiliumNetworkPolicy | PolicyKind::CiliumClusterwideNetworkPolicy => {
            cilium::read(&mut reading, kind)
        }
        _ => admin::read(&mut reading, kind).into_iter().collect(),
    };
    (policies, reading.finish())
}

/// A problem of a policy, with its place.
pub(crate) fn problem(
    severity: ProblemSeverity,
    kind: PolicyKind,
    resource: &Resource,
    route: &Route,
    cause: &str,
) -> Problem {
    let name = match resource.namespace().filter(|_| !kind.is_cluster_scoped()) {
        Some(namespace) => format!("{namespace}/{}", resource.name()),
        None => resource.name().to_owned(),
    };
    let place = if route.is_root() { String::new() } else { format!(" at `{route}`") };
    let message = format!("{} `{name}`{place}: {cause}", kind.as_str());
    let problem = Problem::new(severity, message).in_file(&resource.origin().file);
    match resource.position(route) {
        Some(position) => problem.at(position),
        None => problem,
    }
}
