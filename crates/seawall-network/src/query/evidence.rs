//! Policies and rules as evidence: names, files and lines.

use seawall_core::{Position, Route};
use seawall_inventory::Resource;

use super::connect::{Because, Decision};
use crate::addresses::AddressSet;
use crate::class_set::ClassSet;
use crate::expression::Bound;
use crate::model::{ClassId, Network, PolicyId, RuleId};
use crate::policy::{Action, Direction, Order, PeerKey, Peers, PolicyKind, Scope, Tier, TierName};

/// A policy that is in force.
#[derive(Clone, Copy)]
pub struct PolicyView<'n> {
    network: &'n Network,
    id: PolicyId,
    policy: &'n crate::model::Policy,
}

/// A rule of such a policy.
#[derive(Clone, Copy)]
pub struct RuleView<'n> {
    policy: PolicyView<'n>,
    rule: &'n crate::policy::Rule<crate::model::PeerId>,
}

impl<'n> PolicyView<'n> {
    /// Its number.
    pub fn id(&self) -> PolicyId {
        self.id
    }

    /// Its kind.
    pub fn kind(&self) -> PolicyKind {
        self.policy.kind
    }

    /// The namespace; `None` for policies of the cluster.
    pub fn namespace(&self) -> Option<&'n str> {
        let own = self.policy.resource.namespace().unwrap_or(crate::model::DEFAULT_NAMESPACE);
        (!self.policy.kind.is_cluster_scoped()).then_some(own)
    }

    /// The name.
    pub fn name(&self) -> &'n str {
        self.policy.resource.name()
    }

    /// The object.
    pub fn resource(&self) -> &'n Resource {
        &self.policy.resource
    }

    /// The tier.
    pub fn tier(&self) -> Tier {
        self.policy.tier
    }

    /// The priority, smallest first; 0 where the kind has none.
    pub fn priority(&self) -> Order {
        self.policy.priority
    }

    /// Whether it governs a direction of the pods that it selects.
    pub fn governs(&self, direction: Direction) -> bool {
        self.policy.rules.get(direction).is_some()
    }

    /// Whether it holds anything back from the pods that it selects: some policies of Cilium only allow what is allowed.
    pub fn isolates(&self, direction: Direction) -> bool {
        let rules = self.policy.rules.get(direction);
        let denies =
            |rules: &Vec<crate::policy::Rule<_>>| rules.iter().any(|rule| rule.action == Action::Deny);
        let hands_on = self.tier().is_union() || matches!(self.tier(), Tier::Calico(_));
        self.governs(direction) && (!hands_on || self.denies_rest(direction))
            || rules.as_ref().is_some_and(denies)
    }

    /// Whether what no rule of its tier decides is denied because of it.
    pub fn denies_rest(&self, direction: Direction) -> bool {
        *self.policy.denies_rest.get(direction)
    }

    /// Whether it selects any pod that may come into a namespace, whatever its labels.
    pub fn covers_namespace(&self, namespace: &str) -> bool {
        let Some(subject) = self.network.peers.get(self.policy.subject) else { return false };
        if !subject.key.is_everything() {
            return false;
        }
        let words = &self.network.words;
        match &subject.key {
            PeerKey::Pods { scope: Scope::One(own), .. } => words.text(*own) == namespace,
            PeerKey::Pods { scope: Scope::Matching(selector), .. } => {
                let known = words.find(namespace).and_then(|name| self.network.namespaces.get(&name));
                known.is_some_and(|known| selector.matches(&known.labels))
            }
            PeerKey::Labelled { expr, .. } => match expr.bound() {
                Bound::Namespaces(names) => names.iter().any(|name| words.text(*name) == namespace),
                Bound::Label(..) | Bound::None => true,
            },
            _ => false,
        }
    }

    /// Where it stands in the object: `spec`, or an item of `specs`.
    pub fn place(&self) -> &'n Route {
        &self.policy.place
    }

    /// Where it says whom it selects.
    pub fn subject_place(&self) -> Route {
        self.policy.place.clone().key(self.kind().subject_key())
    }

    /// The numbers of its rules in a direction, in the order written.
    pub fn rules(&self, direction: Direction) -> impl Iterator<Item = RuleId> + use<> {
        let count = self.policy.rules.get(direction).as_ref().map_or(0, Vec::len);
        let policy = self.id;
        (0..u32::try_from(count).unwrap_or(u32::MAX)).map(move |index| RuleId { policy, direction, index })
    }

    /// The classes with pods that it selects.
    pub fn selected(&self) -> ClassSet {
        let subject = self.network.peers.get(self.policy.subject).map(|peer| &peer.classes);
        let hosts =
            |class: &ClassId| self.network.classes.get(*class).is_some_and(|class| class.host_network);
        let live = subject.map_or_else(ClassSet::default, |all| all.intersection(&self.network.classes.live));
        live.iter().filter(|class| !hosts(class)).collect()
    }
}

impl std::fmt::Display for PolicyView<'_> {
    /// `NetworkPolicy/namespace/name` or `AdminNetworkPolicy/name`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.namespace() {
            Some(namespace) => write!(f, "{}/{namespace}/{}", self.kind().shown(), self.name()),
            None => write!(f, "{}/{}", self.kind().shown(), self.name()),
        }
    }
}

impl<'n> RuleView<'n> {
    /// The policy.
    pub fn policy(&self) -> PolicyView<'n> {
        self.policy
    }

    /// What it does.
    pub fn action(&self) -> Action {
        self.rule.action
    }

    /// Its place in the object: `spec.ingress[0]`.
    pub fn route(&self) -> &'n Route {
        &self.rule.route
    }

    /// Its name, which policies of the cluster may give their rules.
    pub fn name(&self) -> Option<&'n str> {
        self.policy.policy.resource.root().at(&self.rule.route)?.str("name")
    }

    /// The file of the policy.
    pub fn file(&self) -> &'n str {
        &self.policy.policy.resource.origin().file
    }

    /// Line and column in the file; `None` without a text.
    pub fn position(&self) -> Option<Position> {
        self.policy.policy.resource.position(&self.rule.route)
    }

    /// Domain names that it is about, of which the model knows no addresses.
    pub fn domain_names(&self) -> impl Iterator<Item = &'n str> + use<'n> {
        self.rule.names.iter().map(|name| &**name)
    }

    /// What else must hold of a connection that it allows, in words; the model does not look above ports.
    pub fn narrowed(&self) -> Option<&'n str> {
        self.rule.narrowed.as_deref()
    }

    /// Whether it lets everybody through on every port: it names no peers, or every address of the world.
    pub fn is_unlimited(&self) -> bool {
        let rule = self.rule;
        let world = |peer: &crate::model::PeerId| {
            let peer = self.policy.network.peers.get(*peer).map(|peer| &peer.key);
            let Some(PeerKey::Block { addresses, .. }) = peer else { return false };
            AddressSet::all_v4().is_subset(addresses)
        };
        let everybody = match &rule.peers {
            Peers::Everyone => true,
            Peers::Any(peers) => peers.iter().any(world),
            Peers::Where(_) => false,
        };
        rule.action == Action::Allow
            && everybody
            && matches!(rule.own, Peers::Everyone)
            && rule.narrowed.is_none()
            && rule.ports.fixed.is_all()
            && rule.ports.except.is_none()
    }

    /// The classes with pods that it is about.
    pub fn peers(&self) -> ClassSet {
        self.policy.network.classes_met(self.rule)
    }
}

impl Network {
    /// The policies in force.
    pub fn policies(&self) -> impl Iterator<Item = PolicyView<'_>> {
        self.policies.iter().map(|(id, policy)| PolicyView { network: self, id, policy })
    }

    /// A policy by its number.
    pub fn policy(&self, id: PolicyId) -> Option<PolicyView<'_>> {
        Some(PolicyView { network: self, id, policy: self.policies.get(id)? })
    }

    /// A rule by its number.
    pub fn rule_view(&self, id: RuleId) -> Option<RuleView<'_>> {
        Some(RuleView { policy: self.policy(id.policy)?, rule: self.rule(id)? })
    }

    /// What else must hold of a connection that a decision allows: something each of its rules asks for.
    pub fn narrowing(&self, decision: &Decision) -> Vec<&str> {
        let mut asked = Vec::new();
        for rule in decision.rules.iter().filter_map(|id| self.rule(*id)) {
            // One rule that asks for nothing more lets everything through.
            let Some(narrowed) = rule.narrowed.as_deref().filter(|_| decision.allowed) else {
                return Vec::new();
            };
            if !asked.contains(&narrowed) {
                asked.push(narrowed);
            }
        }
        asked
    }

    /// The rules about domain names that might allow what a decision denies: an address may be that of such a name.
    pub fn unresolved(&self, direction: Direction, decision: &Decision) -> Vec<RuleId> {
        let undecided = !decision.allowed && matches!(decision.because, Because::NoRule(_));
        let policies = decision.policies.iter().filter(|_| undecided).filter_map(|id| self.policy(*id));
        let rules = policies.flat_map(|policy| policy.rules(direction));
        rules.filter(|id| self.rule(*id).is_some_and(|rule| !rule.names.is_empty())).collect()
    }

    /// The name of a tier of Calico.
    pub fn tier_name(&self, tier: TierName) -> &str {
        self.words.text(tier.0)
    }

    /// The rules that judge a class in a direction, tier by tier in the order of evaluation.
    pub(crate) fn tiers_of(&self, class: ClassId, direction: Direction) -> Vec<Vec<RuleId>> {
        let Some(class) = self.classes.get(class) else { return Vec::new() };
        let program = self.program(direction, *class.signatures.get(direction));
        program.0.iter().map(|tier| tier.rules.clone()).collect()
    }

    /// The classes with pods, ascending.
    pub fn class_ids(&self) -> impl Iterator<Item = ClassId> + '_ {
        self.classes.live.iter()
    }

    /// The endpoints of a class.
    pub fn members(&self, class: ClassId) -> &[crate::model::EndpointId] {
        self.classes.get(class).map_or(&[], |class| &class.members)
    }

    /// The policies that govern a class in a direction; empty means that everything is allowed.
    pub fn governing(&self, class: ClassId, direction: Direction) -> impl Iterator<Item = PolicyView<'_>> {
        let signature = self.classes.get(class).map(|class| *class.signatures.get(direction));
        let policies = signature.map_or(&[] as &[PolicyId], |signature| self.signed(direction, signature));
        policies.iter().filter_map(|id| self.policy(*id))
    }
}
