//! Policies as they stand in the model, with their objects for evidence.

use std::collections::{BTreeSet, HashMap};

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_inventory::{GroupKind, Inventory, Resource};

use super::{DEFAULT_NAMESPACE, End, Network, PeerId, calico};
use crate::policy::{self, Direction, Order, Peers, PerDirection, PolicyKind, Read, Rule, Tier, TierName};
use crate::profile::{Plugin, Profile};
use crate::words::Word;

/// A policy by its number in a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId(pub(crate) u32);

#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) kind: PolicyKind,
    pub(crate) tier: Tier,
    pub(crate) priority: Order,
    pub(crate) subject: PeerId,
    pub(crate) rules: PerDirection<Option<Vec<Rule<PeerId>>>>,
    pub(crate) denies_rest: PerDirection<bool>,
    pub(crate) place: Route,
    services: Box<[(Word, Word)]>,
    /// Whether some rule is about some of its subjects only.
    pub(super) is_partial: bool,
    pub(crate) resource: Resource,
}

/// Kind, namespace, name, and the group where one object may stand in two.
type Identity = (PolicyKind, Word, Word, Word);

/// An object that was read.
#[derive(Debug)]
struct Known {
    resource: Resource,
    /// The policies in it that are in force.
    policies: Vec<PolicyId>,
}

#[derive(Debug, Default)]
pub(crate) struct Policies {
    items: Vec<Option<Policy>>,
    free: Vec<PolicyId>,
    by_name: HashMap<Identity, Known>,
    /// How many objects are here that only one plugin enforces.
    own: HashMap<Profile, usize>,
    /// Those that select within one namespace.
    pub(super) by_namespace: HashMap<Word, BTreeSet<PolicyId>>,
    pub(super) of_cluster: BTreeSet<PolicyId>,
}

impl Policies {
    pub(crate) fn get(&self, id: PolicyId) -> Option<&Policy> {
        self.items.get(id.0 as usize)?.as_ref()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (PolicyId, &Policy)> {
        (0..u32::MAX).map(PolicyId).zip(&self.items).filter_map(|(id, policy)| Some((id, policy.as_ref()?)))
    }

    fn insert(&mut self, policy: Policy) -> PolicyId {
        if let Some(id) = self.free.pop() {
            if let Some(slot) = self.items.get_mut(id.0 as usize) {
                *slot = Some(policy);
            }
            return id;
        }
        let id = PolicyId(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
        self.items.push(Some(policy));
        id
    }
}

impl Profile {
    /// The plugin whose own policies an inventory holds, else the letter of the API.
    pub fn assumed(inventory: &Inventory) -> Self {
        let kinds = inventory.resources().iter().filter_map(|own| PolicyKind::of(own.group(), own.kind()));
        let own: BTreeSet<Profile> = kinds.filter_map(PolicyKind::enforced_by).collect();
        Profile::ALL.into_iter().find(|profile| own.contains(profile)).unwrap_or_default()
    }
}

/// What was taken for granted.
pub(super) fn assumed(profile: Profile) -> Problem {
    let message = format!(
        "policies that only one network plugin enforces are here: everything is judged as with `--cni {profile}`"
    );
    Problem::new(ProblemSeverity::Note, message)
}

/// Two objects of one identity: a cluster can hold only one of them.
pub(super) fn duplicate(resource: &Resource) -> Problem {
    let cause = "there is another policy of this kind, namespace and name; the last one read counts";
    let kind = PolicyKind::of(resource.group(), resource.kind()).unwrap_or(PolicyKind::NetworkPolicy);
    policy::problem(ProblemSeverity::Error, kind, resource, &Route::root(), cause)
}

impl Network {
    fn identity(&mut self, group: &str, kind: PolicyKind, namespace: Option<&str>, name: &str) -> Identity {
        let namespace = if kind.is_cluster_scoped() { "" } else { namespace.unwrap_or(DEFAULT_NAMESPACE) };
        let name = calico::name_in_api(group, name);
        (kind, self.words.intern(namespace), self.words.intern(name), self.words.intern(group))
    }

    pub(super) fn has_policy(&mut self, resource: &Resource) -> bool {
        let Some(kind) = PolicyKind::of(resource.group(), resource.kind()) else { return false };
        let identity = self.identity(resource.group(), kind, resource.namespace(), resource.name());
        self.policies.by_name.contains_key(&identity)
    }

    pub(super) fn take_policy(&mut self, resource: &Resource) -> Vec<Problem> {
        let Some(kind) = PolicyKind::of(resource.group(), resource.kind()) else { return Vec::new() };
        let identity = self.identity(resource.group(), kind, resource.namespace(), resource.name());
        self.remove_policy(identity);
        if let Some(plugin) = kind.enforced_by() {
            *self.policies.own.entry(plugin).or_default() += 1;
        }
        let known = Known { resource: resource.clone(), policies: Vec::new() };
        self.policies.by_name.insert(identity, known);
        self.choose_profile(Some(identity));
        let problems = self.read_policy(identity);
        self.reread_twin(identity);
        problems
    }

    /// Puts the policies of an object that is known in force.
    fn read_policy(&mut self, identity: Identity) -> Vec<Problem> {
        let Some(resource) = self.policies.by_name.get(&identity).map(|known| known.resource.clone()) else {
            return Vec::new();
        };
        let (kind, namespace, ..) = identity;
        if kind.enforced_by().is_some_and(|plugin| plugin != self.profile) {
            let cause = format!("not in force with `--cni {}`", self.profile);
            let root = Route::root();
            return vec![policy::problem(ProblemSeverity::Warning, kind, &resource, &root, &cause)];
        }
        if self.twin(identity).is_some_and(|twin| self.policies.by_name.contains_key(&twin)) {
            return Vec::new();
        }
        let in_cluster = self.profile.blocks_meet_cluster();
        let (read, mut problems) =
            policy::read(kind, &resource, in_cluster, &self.calico.services, &mut self.words);
        let mut policies: Vec<PolicyId> = Vec::new();
        for read in read {
            match self.put_in_tier(kind, read, &resource) {
                Ok(read) => policies.push(self.insert_policy(kind, namespace, read, &resource)),
                Err(problem) => problems.push(problem),
            }
        }
        if let Some(known) = self.policies.by_name.get_mut(&identity) {
            known.policies = policies;
        }
        problems
    }

    /// The object in the API of which another one is how a cluster stores it.
    fn twin(&self, (kind, namespace, name, group): Identity) -> Option<Identity> {
        let stored =
            kind.enforced_by() == Some(Profile::Calico) && self.words.text(group) == calico::GROUPS[1];
        let shown = self.words.find(calico::GROUPS[0]).filter(|_| stored)?;
        Some((kind, namespace, name, shown))
    }

    /// Reads the stored object again of which one in the API came or went.
    fn reread_twin(&mut self, (kind, namespace, name, group): Identity) {
        if self.words.text(group) == calico::GROUPS[0]
            && let Some(stored) = self.words.find(calico::GROUPS[1])
        {
            self.reread(&[(kind, namespace, name, stored)]);
        }
    }

    fn reread(&mut self, identities: &[Identity]) {
        for identity in identities {
            self.withdraw(*identity);
            self.read_policy(*identity);
        }
    }

    /// Reads the policies of Calico again that stand in a tier.
    pub(super) fn reread_tier(&mut self, tier: &str) {
        let stands = |resource: &Resource| {
            let own = resource.root().path(&["spec", "tier"]).and_then(seawall_yaml::Node::as_str);
            own.filter(|own| !own.is_empty()).unwrap_or(policy::DEFAULT_TIER) == tier
        };
        self.reread_calico(|known, _| stands(&known.resource));
    }

    /// Reads the policies of Calico again whose rules name a Service.
    pub(super) fn service_changed(&mut self, namespace: Word, name: Word) {
        self.reread_calico(|known, policies| {
            let of = known.policies.iter().filter_map(|id| policies.get(*id));
            of.flat_map(|policy| &policy.services).any(|used| *used == (namespace, name))
        });
    }

    fn reread_calico(&mut self, wanted: impl Fn(&Known, &Policies) -> bool) {
        if self.policies.own.get(&Profile::Calico).is_none_or(|count| *count == 0) {
            return;
        }
        let own = |identity: &Identity| identity.0.enforced_by() == Some(Profile::Calico);
        let known = self.policies.by_name.iter();
        let mut known: Vec<Identity> = known
            .filter(|(identity, known)| own(identity) && wanted(known, &self.policies))
            .map(|(identity, _)| *identity)
            .collect();
        known.sort_unstable();
        self.reread(&known);
    }

    /// With Calico every policy stands in one of its tiers.
    ///
    /// # Errors
    /// When the tier is not here.
    fn put_in_tier(&mut self, kind: PolicyKind, read: Read, resource: &Resource) -> Result<Read, Problem> {
        if self.profile != Profile::Calico {
            return Ok(read);
        }
        let mut read = read;
        let name = match read.tier {
            Tier::Calico(name) => name,
            tier => {
                if tier == Tier::NetworkPolicy {
                    read.priority = Order::from(calico::NETWORK_POLICY_ORDER);
                }
                TierName(self.words.intern(calico::tier_of(kind, tier == Tier::Baseline)))
            }
        };
        let Some(tier) = self.calico_tier(name.0) else {
            let cause = format!(
                "there is no Tier `{}` here: nobody knows when the policy is evaluated, and it is not in force",
                self.words.text(name.0)
            );
            let route = Route::root().keys(&["spec", "tier"]);
            return Err(policy::problem(ProblemSeverity::Error, kind, resource, &route, &cause));
        };
        read.tier = Tier::Calico(name);
        let denies = tier.end == End::Deny;
        read.denies_rest = PerDirection { ingress: denies, egress: denies };
        Ok(read)
    }

    /// The plugin whose own policies are here.
    fn assumed_profile(&self) -> Profile {
        let here = |profile: &Profile| self.policies.own.get(profile).is_some_and(|count| *count > 0);
        Profile::ALL.into_iter().find(here).unwrap_or_default()
    }

    /// Reads all policies again, but for one that waits to be read, when they are to be read otherwise now.
    fn choose_profile(&mut self, waiting: Option<Identity>) {
        let profile = match self.plugin {
            Plugin::Given(profile) => profile,
            Plugin::Assumed => self.assumed_profile(),
        };
        if profile == self.profile {
            return;
        }
        self.profile = profile;
        let known: Vec<Identity> = self.policies.by_name.keys().copied().collect();
        for identity in known.into_iter().filter(|identity| waiting != Some(*identity)) {
            self.withdraw(identity);
            self.read_policy(identity);
        }
    }

    fn insert_policy(
        &mut self,
        kind: PolicyKind,
        namespace: Word,
        read: Read,
        resource: &Resource,
    ) -> PolicyId {
        let Read { tier, priority, subject, rules, denies_rest, place, services } = read;
        let subject = self.use_peer(subject);
        let mut numbered = |rules: Option<Vec<Rule<_>>>| {
            rules.map(|rules| rules.into_iter().map(|rule| self.number_rule(rule)).collect())
        };
        let rules = PerDirection { ingress: numbered(rules.ingress), egress: numbered(rules.egress) };
        let resource = resource.clone();
        let partial = |rules: &Option<Vec<Rule<_>>>| {
            rules.iter().flatten().any(|rule: &Rule<PeerId>| !matches!(rule.own, Peers::Everyone))
        };
        let is_partial = partial(&rules.ingress) || partial(&rules.egress);
        let policy = Policy {
            kind,
            tier,
            priority,
            subject,
            rules,
            denies_rest,
            place,
            services,
            is_partial,
            resource,
        };
        let id = self.policies.insert(policy);
        if kind.is_cluster_scoped() {
            self.policies.of_cluster.insert(id);
        } else {
            self.policies.by_namespace.entry(namespace).or_default().insert(id);
        }
        self.pending.policies.insert(id);
        id
    }

    fn number_rule(&mut self, rule: Rule<policy::PeerKey>) -> Rule<PeerId> {
        let Rule { action, own, peers, ports, names, narrowed, route } = rule;
        let own = own.map(|peer| self.use_peer(peer));
        let peers = peers.map(|peer| self.use_peer(peer));
        Rule { action, own, peers, ports, names, narrowed, route }
    }

    pub(super) fn delete_policy(&mut self, kind: GroupKind<'_>, namespace: Option<&str>, name: &str) {
        let (group, Some(kind)) = (kind.group, PolicyKind::of(kind.group, kind.kind)) else { return };
        let identity = self.identity(group, kind, namespace, name);
        self.remove_policy(identity);
        self.choose_profile(None);
        self.reread_twin(identity);
    }

    fn remove_policy(&mut self, identity: Identity) {
        self.withdraw(identity);
        if self.policies.by_name.remove(&identity).is_some()
            && let Some(plugin) = identity.0.enforced_by()
            && let Some(count) = self.policies.own.get_mut(&plugin)
        {
            *count -= 1;
        }
    }

    /// Takes the policies of an object out of force.
    fn withdraw(&mut self, identity: Identity) {
        let known = self.policies.by_name.get_mut(&identity);
        for id in known.map(|known| std::mem::take(&mut known.policies)).unwrap_or_default() {
            self.take_out(identity.1, id);
        }
    }

    fn take_out(&mut self, namespace: Word, id: PolicyId) {
        let Some(policy) = self.policies.items.get_mut(id.0 as usize).and_then(Option::take) else { return };
        self.policies.of_cluster.remove(&id);
        if let Some(others) = self.policies.by_namespace.get_mut(&namespace) {
            others.remove(&id);
            if others.is_empty() {
                self.policies.by_namespace.remove(&namespace);
            }
        }
        let subject: Vec<_> =
            self.peers.get(policy.subject).into_iter().flat_map(|peer| peer.classes.iter()).collect();
        self.unsign(id, &subject);
        self.pending.policies.remove(&id);
        self.release_peer(policy.subject);
        for direction in Direction::ALL {
            for rule in policy.rules.get(direction).iter().flatten() {
                rule.own.named().chain(rule.peers.named()).for_each(|peer| self.release_peer(*peer));
            }
        }
        self.policies.free.push(id);
    }

    /// Policies whose order the API leaves undefined: two of one kind, tier and priority.
    pub(super) fn ties(&self) -> Vec<Problem> {
        let mut first: HashMap<(PolicyKind, Tier, Order), &Resource> = HashMap::new();
        let mut problems = Vec::new();
        let ranked = self.policies.iter().filter(|(_, policy)| {
            matches!(policy.kind, PolicyKind::AdminNetworkPolicy | PolicyKind::ClusterNetworkPolicy)
        });
        for (_, policy) in ranked {
            let Policy { kind, tier, priority, resource, .. } = policy;
            match first.get(&(*kind, *tier, *priority)) {
                None => {
                    first.insert((*kind, *tier, *priority), resource);
                }
                Some(other) => {
                    let route = Route::root().keys(&["spec", "priority"]);
                    let cause = format!(
                        "priority {priority} is that of `{}` too: which of them decides is undefined",
                        other.name()
                    );
                    problems.push(policy::problem(ProblemSeverity::Error, *kind, resource, &route, &cause));
                }
            }
        }
        problems
    }
}
