//! Signatures: the policies that govern a class in a direction. Classes of one signature share one program.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{ClassId, Network, PolicyId};
use crate::ClassSet;
use crate::policy::{Action, Direction, Peers, PerDirection, Tier};

/// A set of policies by its number; the same set has one number in each direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SignatureId(pub(crate) u32);

impl Default for SignatureId {
    /// No policy.
    fn default() -> Self {
        SignatureId(0)
    }
}

/// A rule of a policy in a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// The policy.
    pub policy: PolicyId,
    /// The list that the rule stands in.
    pub direction: Direction,
    /// Its place in the list, from 0.
    pub index: u32,
}

/// What happens at the end of a tier to what no rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The next tier, or the default: allow.
    Next,
    /// Denied.
    Deny,
}

/// The rules of one tier in the order of evaluation.
#[derive(Clone, Debug)]
pub(crate) struct TierProgram {
    pub(crate) tier: Tier,
    pub(crate) end: End,
    pub(crate) policies: Vec<PolicyId>,
    pub(crate) rules: Vec<RuleId>,
}

/// All tiers in the order of evaluation; what none decides is allowed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program(pub(crate) Vec<TierProgram>);

/// What governs a class: policies, and the rules of theirs that are not about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Governed {
    policies: Box<[PolicyId]>,
    left_out: Box<[RuleId]>,
}

#[derive(Debug, Default)]
struct Signature {
    by: Governed,
    classes: ClassSet,
    members: usize,
    program: OnceLock<Program>,
}

#[derive(Debug, Default)]
struct Table {
    items: Vec<Option<Signature>>,
    free: Vec<SignatureId>,
    by_governed: HashMap<Governed, SignatureId>,
}

#[derive(Debug, Default)]
pub(crate) struct Signatures(PerDirection<Table>);

static NO_PROGRAM: Program = Program(Vec::new());

impl Table {
    fn intern(&mut self, by: Governed) -> SignatureId {
        if by.policies.is_empty() {
            if self.items.is_empty() {
                self.items.push(Some(Signature::default()));
            }
            return SignatureId::default();
        }
        if let Some(id) = self.by_governed.get(&by) {
            return *id;
        }
        if self.items.is_empty() {
            self.items.push(Some(Signature::default()));
        }
        let signature = Signature { by: by.clone(), ..Signature::default() };
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(slot) = self.items.get_mut(id.0 as usize) {
                    *slot = Some(signature);
                }
                id
            }
            None => {
                let id = SignatureId(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
                self.items.push(Some(signature));
                id
            }
        };
        self.by_governed.insert(by, id);
        id
    }

    fn get(&self, id: SignatureId) -> Option<&Signature> {
        self.items.get(id.0 as usize)?.as_ref()
    }

    fn get_mut(&mut self, id: SignatureId) -> Option<&mut Signature> {
        self.items.get_mut(id.0 as usize)?.as_mut()
    }

    fn join(&mut self, id: SignatureId, class: ClassId) {
        if let Some(signature) = self.get_mut(id).filter(|signature| !signature.classes.contains(class)) {
            signature.classes.insert(class);
            signature.members += 1;
        }
    }

    fn leave(&mut self, id: SignatureId, class: ClassId) {
        let Some(signature) = self.get_mut(id).filter(|signature| signature.classes.contains(class)) else {
            return;
        };
        signature.classes.remove(class);
        signature.members -= 1;
        if signature.members == 0 && id != SignatureId::default() {
            let gone = self.items.get_mut(id.0 as usize).and_then(Option::take);
            if let Some(gone) = gone {
                self.by_governed.remove(&gone.by);
                self.free.push(id);
            }
        }
    }
}

impl Network {
    /// The policies that govern a signature, ascending by number.
    pub(crate) fn signed(&self, direction: Direction, id: SignatureId) -> &[PolicyId] {
        self.signatures.0.get(direction).get(id).map_or(&[], |signature| &signature.by.policies)
    }

    /// The classes of a signature, dead ones too.
    pub(crate) fn classes_of_signature(&self, direction: Direction, id: SignatureId) -> Option<&ClassSet> {
        Some(&self.signatures.0.get(direction).get(id)?.classes)
    }

    /// The signatures that a class has in a direction.
    pub(crate) fn signature_ids(&self, direction: Direction) -> impl Iterator<Item = SignatureId> + '_ {
        let items = &self.signatures.0.get(direction).items;
        let used = |item: &Option<Signature>| item.as_ref().is_some_and(|signature| signature.members > 0);
        (0..u32::MAX).zip(items).filter(move |(_, item)| used(item)).map(|(id, _)| SignatureId(id))
    }

    /// The program of a signature, made when first asked for.
    pub(crate) fn program(&self, direction: Direction, id: SignatureId) -> &Program {
        let Some(signature) = self.signatures.0.get(direction).get(id) else { return &NO_PROGRAM };
        signature.program.get_or_init(|| self.compile(direction, &signature.by))
    }

    fn compile(&self, direction: Direction, by: &Governed) -> Program {
        let mut ordered: Vec<_> =
            by.policies.iter().filter_map(|id| Some((*id, self.policies.get(*id)?))).collect();
        // Equal priorities are undefined but in Calico; by kind and name, so that the answer does not depend on numbers.
        ordered.sort_by_cached_key(|(_, policy)| {
            let calico = self.calico_place(policy);
            let own = (policy.kind, policy.resource.name(), policy.resource.namespace());
            (calico.tier, policy.tier, policy.priority, calico.tie, own)
        });
        let mut program = Program::default();
        for (id, policy) in ordered {
            if program.0.last().is_none_or(|last| last.tier != policy.tier) {
                program.0.push(TierProgram {
                    tier: policy.tier,
                    end: End::Next,
                    policies: Vec::new(),
                    rules: Vec::new(),
                });
            }
            let Some(tier) = program.0.last_mut() else { continue };
            tier.policies.push(id);
            if *policy.denies_rest.get(direction) {
                tier.end = End::Deny;
            }
            let rules = policy.rules.get(direction).as_ref().map_or(0, Vec::len);
            let rules = 0..u32::try_from(rules).unwrap_or(u32::MAX);
            let rules = rules.map(|index| RuleId { policy: id, direction, index });
            tier.rules.extend(rules.filter(|rule| by.left_out.binary_search(rule).is_err()));
        }
        for tier in program.0.iter_mut().filter(|tier| tier.tier.is_union()) {
            let denies = |id: &RuleId| self.rule(*id).is_some_and(|rule| rule.action == Action::Deny);
            if tier.rules.iter().any(denies) {
                tier.rules.sort_by_key(|id| !denies(id));
            }
        }
        program
    }

    /// Takes a policy away from the classes that it selects.
    pub(super) fn unsign(&mut self, policy: PolicyId, classes: &[ClassId]) {
        for class in classes {
            for direction in Direction::ALL {
                let Some(one) = self.classes.get_mut(*class) else { continue };
                let policies = one.policies.get_mut(direction);
                if let Ok(at) = policies.binary_search(&policy) {
                    policies.remove(at);
                    self.sign(direction, *class);
                }
            }
        }
    }

    /// Gives a policy to the classes that it selects.
    pub(super) fn sign_policy(&mut self, id: PolicyId) {
        let Some(policy) = self.policies.get(id) else { return };
        let governed = Direction::ALL.map(|direction| policy.rules.get(direction).is_some());
        let classes: Vec<ClassId> =
            self.peers.get(policy.subject).into_iter().flat_map(|peer| peer.classes.iter()).collect();
        for class in classes {
            for (direction, governed) in Direction::ALL.into_iter().zip(governed) {
                // Host-network pods are never governed, even where a peer meets them.
                let Some(one) = self.classes.get_mut(class).filter(|one| governed && !one.host_network)
                else {
                    continue;
                };
                let policies = one.policies.get_mut(direction);
                if let Err(at) = policies.binary_search(&id) {
                    policies.insert(at, id);
                    self.sign(direction, class);
                }
            }
        }
    }

    /// Finds out from scratch which policies select a class.
    pub(super) fn sign_class(&mut self, id: ClassId) {
        let Some(class) = self.classes.get(id) else { return };
        let mut policies: PerDirection<Vec<PolicyId>> = PerDirection::default();
        if !class.host_network {
            let own = self.policies.by_namespace.get(&class.namespace).into_iter().flatten();
            for policy_id in own.chain(&self.policies.of_cluster) {
                let Some(policy) = self.policies.get(*policy_id) else { continue };
                if !self.peers.get(policy.subject).is_some_and(|peer| peer.classes.contains(id)) {
                    continue;
                }
                for direction in Direction::ALL {
                    if policy.rules.get(direction).is_some() {
                        policies.get_mut(direction).push(*policy_id);
                    }
                }
            }
        }
        for direction in Direction::ALL {
            let mut policies = std::mem::take(policies.get_mut(direction));
            policies.sort_unstable();
            if let Some(class) = self.classes.get_mut(id) {
                *class.policies.get_mut(direction) = policies;
            }
            self.sign(direction, id);
        }
    }

    /// The rules that are not about a class which their policy selects, ascending.
    fn left_out(&self, direction: Direction, class: ClassId, policies: &[PolicyId]) -> Box<[RuleId]> {
        let mut left_out = Vec::new();
        for id in policies {
            let Some(policy) = self.policies.get(*id).filter(|policy| policy.is_partial) else { continue };
            let rules = policy.rules.get(direction).as_ref();
            for (index, rule) in (0..u32::MAX).zip(rules.into_iter().flatten()) {
                if !matches!(rule.own, Peers::Everyone) && !self.is_about(rule, class) {
                    left_out.push(RuleId { policy: *id, direction, index });
                }
            }
        }
        left_out.into_boxed_slice()
    }

    fn sign(&mut self, direction: Direction, id: ClassId) {
        let Some(class) = self.classes.get(id) else { return };
        let policies = class.policies.get(direction).as_slice();
        let by = Governed { policies: policies.into(), left_out: self.left_out(direction, id, policies) };
        let Some(class) = self.classes.get_mut(id) else { return };
        let table = self.signatures.0.get_mut(direction);
        let new = table.intern(by);
        let old = std::mem::replace(class.signatures.get_mut(direction), new);
        if old != new {
            table.leave(old, id);
        }
        table.join(new, id);
    }
}
