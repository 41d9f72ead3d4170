//! Policies as they stand in the model, with their objects for evidence.

use std::collections::{BTreeSet, HashMap};

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_inventory::{GroupKind, Inventory, Resource};

use super::{DEFAULT_NAMESPACE, Network, PeerId};
use crate::policy::{self, Direction, Peers, PerDirection, PolicyKind, Read, Rule, Tier};
use crate::profile::{Plugin, Profile};
use crate::words::Word;

/// A policy by its number in a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId(pub(crate) u32);

#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) kind: PolicyKind,
    pub(crate) tier: Tier,
    pub(crate) priority: i64,
    pub(crate) subject: PeerId,
    pub(crate) rules: PerDirection<Option<Vec<Rule<PeerId>>>>,
    pub(crate) denies_rest: PerDirection<bool>,
    pub(crate) place: Route,
    pub(crate) resource: Resource,
}

type Identity = (PolicyKind, Word, Word);

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
    fn identity(&mut self, kind: PolicyKind, namespace: Option<&str>, name: &str) -> Identity {
        let namespace = if kind.is_cluster_scoped() { "" } else { namespace.unwrap_or(DEFAULT_NAMESPACE) };
        (kind, self.words.intern(namespace), self.words.intern(name))
    }

    pub(super) fn has_policy(&mut self, resource: &Resource) -> bool {
        let Some(kind) = PolicyKind::of(resource.group(), resource.kind()) else { return false };
        let identity = self.identity(kind, resource.namespace(), resource.name());
        self.policies.by_name.contains_key(&identity)
    }

    pub(super) fn take_policy(&mut self, resource: &Resource) -> Vec<Problem> {
        let Some(kind) = PolicyKind::of(resource.group(), resource.kind()) else { return Vec::new() };
        let identity = self.identity(kind, resource.namespace(), resource.name());
        self.remove_policy(identity);
        if let Some(plugin) = kind.enforced_by() {
            *self.policies.own.entry(plugin).or_default() += 1;
        }
        let known = Known { resource: resource.clone(), policies: Vec::new() };
        self.policies.by_name.insert(identity, known);
        self.choose_profile(Some(identity));
        self.read_policy(identity)
    }

    /// Puts the policies of an object that is known in force.
    fn read_policy(&mut self, identity: Identity) -> Vec<Problem> {
        let Some(resource) = self.policies.by_name.get(&identity).map(|known| known.resource.clone()) else {
            return Vec::new();
        };
        let (kind, namespace, _) = identity;
        if kind.enforced_by().is_some_and(|plugin| plugin != self.profile) {
            let cause = format!("not in force with `--cni {}`", self.profile);
            let root = Route::root();
            return vec![policy::problem(ProblemSeverity::Warning, kind, &resource, &root, &cause)];
        }
        let in_cluster = self.profile.blocks_meet_cluster();
        let (read, problems) = policy::read(kind, &resource, in_cluster, &mut self.words);
        let policies: Vec<PolicyId> =
            read.into_iter().map(|read| self.insert_policy(kind, namespace, read, &resource)).collect();
        if let Some(known) = self.policies.by_name.get_mut(&identity) {
            known.policies = policies;
        }
        problems
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
        let Read { tier, priority, subject, rules, denies_rest, place } = read;
        let subject = self.use_peer(subject);
        let mut numbered = |rules: Option<Vec<Rule<_>>>| {
            rules.map(|rules| rules.into_iter().map(|rule| self.number_rule(rule)).collect())
        };
        let rules = PerDirection { ingress: numbered(rules.ingress), egress: numbered(rules.egress) };
        let resource = resource.clone();
        let policy = Policy { kind, tier, priority, subject, rules, denies_rest, place, resource };
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
        let Rule { action, peers, ports, names, narrowed, route } = rule;
        let peers = match peers {
            Peers::Everyone => Peers::Everyone,
            Peers::Any(peers) => Peers::Any(peers.into_iter().map(|peer| self.use_peer(peer)).collect()),
        };
        Rule { action, peers, ports, names, narrowed, route }
    }

    pub(super) fn delete_policy(&mut self, kind: GroupKind<'_>, namespace: Option<&str>, name: &str) {
        let Some(kind) = PolicyKind::of(kind.group, kind.kind) else { return };
        let identity = self.identity(kind, namespace, name);
        self.remove_policy(identity);
        self.choose_profile(None);
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
                if let Peers::Any(peers) = &rule.peers {
                    peers.iter().for_each(|peer| self.release_peer(*peer));
                }
            }
        }
        self.policies.free.push(id);
    }

    /// Policies whose order the API leaves undefined: two of one kind, tier and priority.
    pub(super) fn ties(&self) -> Vec<Problem> {
        let mut first: HashMap<(PolicyKind, Tier, i64), &Resource> = HashMap::new();
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
