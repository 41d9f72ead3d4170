//! Policies in one intermediate form, whatever their kind.
//!
//! A policy stands in a [`Tier`], selects a subject, and has for each direction that it governs a list of [`Rule`]s:
//! peers × ports → action, and whether what no rule of its tier decides is denied. A NetworkPolicy is a list of rules that
//! allow, in a tier whose end denies. An object may hold several policies. Whom a rule is about is a set: any of some peers,
//! or what several criteria leave; it may be about some of the policy's subjects only.

mod admin;
mod calico;
mod cilium;
mod kind;
mod order;
mod reading;
mod v1;

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_inventory::Resource;

pub(crate) use calico::DEFAULT_TIER;
pub use kind::PolicyKind;
pub use order::Order;

use crate::addresses::AddressSet;
use crate::expression::Expr;
use crate::model::CalicoServices;
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
    /// A tier of Calico, by name: the first match decides, else the default action of the tier. With Calico every policy
    /// stands in such a tier.
    Calico(TierName),
}

/// The name of a tier in a [`crate::Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierName(pub(crate) Word);

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
    /// Pods by an expression over their labels; with `sets` the addresses of labelled sets too, whoever has them.
    Labelled { expr: Expr, sets: bool },
}

impl PeerKey {
    /// Pods of any namespace.
    pub(crate) fn all_pods() -> Self {
        PeerKey::Pods { scope: Scope::Matching(LabelSelector::default()), pods: LabelSelector::default() }
    }

    /// Whether it is everything in some namespaces.
    pub(crate) fn is_everything(&self) -> bool {
        match self {
            PeerKey::Pods { pods, .. } => pods.is_everything(),
            PeerKey::Labelled { expr, .. } => expr.is_about_namespaces_only(),
            _ => false,
        }
    }

    /// Whether labelled sets of addresses change whom it meets.
    pub(crate) fn is_about_sets(&self) -> bool {
        matches!(self, PeerKey::Labelled { sets: true, .. })
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
    /// Whom several criteria leave.
    Where(Box<Criteria<P>>),
}

/// Criteria that must hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Criteria<P> {
    /// One of each list is met.
    pub(crate) all: Vec<Vec<P>>,
    /// None of these is.
    pub(crate) none: Vec<P>,
}

impl<P> Default for Criteria<P> {
    fn default() -> Self {
        Criteria { all: Vec::new(), none: Vec::new() }
    }
}

impl<P> Criteria<P> {
    /// Whom they leave.
    pub(crate) fn into_peers(mut self) -> Peers<P> {
        match (self.all.len(), self.none.is_empty()) {
            (0, true) => Peers::Everyone,
            (1, true) => Peers::Any(self.all.swap_remove(0).into_boxed_slice()),
            _ => Peers::Where(Box::new(self)),
        }
    }
}

impl<P> Peers<P> {
    /// Every peer that is named.
    pub(crate) fn named(&self) -> impl Iterator<Item = &P> {
        let (any, all, none): (&[P], &[Vec<P>], &[P]) = match self {
            Peers::Everyone => (&[], &[], &[]),
            Peers::Any(peers) => (peers, &[], &[]),
            Peers::Where(criteria) => (&[], &criteria.all, &criteria.none),
        };
        any.iter().chain(all.iter().flatten()).chain(none)
    }

    /// The same with every peer named in another way.
    pub(crate) fn map<Q>(self, mut rename: impl FnMut(P) -> Q) -> Peers<Q> {
        match self {
            Peers::Everyone => Peers::Everyone,
            Peers::Any(peers) => Peers::Any(peers.into_iter().map(rename).collect()),
            Peers::Where(criteria) => {
                let all = criteria.all.into_iter();
                let all = all.map(|list| list.into_iter().map(&mut rename).collect()).collect();
                let none = criteria.none.into_iter().map(&mut rename).collect();
                Peers::Where(Box::new(Criteria { all, none }))
            }
        }
    }
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
    /// Those that are none of them all the same.
    pub(crate) except: Option<Box<RulePorts>>,
}

impl RulePorts {
    pub(crate) fn all() -> Self {
        RulePorts { fixed: PortSet::all(), ..RulePorts::default() }
    }

    /// Leaves the ports that others have too; these have no names themselves.
    pub(crate) fn restrict(&mut self, to: &RulePorts) {
        let within = |port: &&NamedPort| {
            port.protocol.is_none_or(|protocol| PortSet::of_protocol(protocol).is_subset(&self.fixed))
        };
        self.named = to.named.iter().filter(within).copied().collect();
        self.fixed = self.fixed.intersection(&to.fixed);
    }

    /// Whether what they are depends on the names of a destination's ports.
    pub(crate) fn has_names(&self) -> bool {
        !self.named.is_empty() || self.except.as_ref().is_some_and(|except| except.has_names())
    }
}

/// One rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule<P> {
    pub(crate) action: Action,
    /// Which of the policy's subjects it is about.
    pub(crate) own: Peers<P>,
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
    pub(crate) priority: Order,
    pub(crate) subject: PeerKey,
    /// `None` where the policy says nothing about the direction.
    pub(crate) rules: PerDirection<Option<Vec<Rule<PeerKey>>>>,
    /// Whether what no rule of the tier decides is denied. One policy that asks for it is enough.
    pub(crate) denies_rest: PerDirection<bool>,
    /// Where it stands in the object: `spec`, or an item of `specs`.
    pub(crate) place: Route,
    /// The Services whose ports are in its rules, by namespace and name.
    pub(crate) services: Box<[(Word, Word)]>,
}

/// What a front end gives: the policies of an object that take part, and what is wrong with them.
pub(crate) type Outcome = (Vec<Read>, Vec<Problem>);

/// Reads an object of any kind; `in_cluster` says whether an `ipBlock` meets addresses of the cluster.
pub(crate) fn read(
    kind: PolicyKind,
    resource: &Resource,
    in_cluster: bool,
    services: &CalicoServices,
    words: &mut Words,
) -> Outcome {
    let mut reading = reading::Reading::new(resource, kind, words);
    let policies = match kind {
        PolicyKind::NetworkPolicy => v1::read(&mut reading, in_cluster).into_iter().collect(),
        PolicyKind::CiliumNetworkPolicy | PolicyKind::CiliumClusterwideNetworkPolicy => {
            cilium::read(&mut reading, kind)
        }
        PolicyKind::CalicoNetworkPolicy | PolicyKind::CalicoGlobalNetworkPolicy => {
            calico::read(&mut reading, kind, services).into_iter().collect()
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
    named_problem(severity, kind.shown(), &name, resource, route, cause)
}

/// A problem of an object that is no policy, with its place.
pub(crate) fn object_problem(
    severity: ProblemSeverity,
    resource: &Resource,
    route: &Route,
    cause: &str,
) -> Problem {
    named_problem(severity, resource.kind(), resource.name(), resource, route, cause)
}

fn named_problem(
    severity: ProblemSeverity,
    kind: &str,
    name: &str,
    resource: &Resource,
    route: &Route,
    cause: &str,
) -> Problem {
    let place = if route.is_root() { String::new() } else { format!(" at `{route}`") };
    let message = format!("{kind} `{name}`{place}: {cause}");
    let problem = Problem::new(severity, message).in_file(&resource.origin().file);
    match resource.position(route) {
        Some(position) => problem.at(position),
        None => problem,
    }
}
