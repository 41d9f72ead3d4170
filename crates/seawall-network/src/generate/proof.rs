//! The new policies in force: every need is asked of the model that answers all other questions.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use super::need::{End, Need};
use super::units::{UnitId, Units};
use crate::addresses::AddressSet;
use crate::model::{ClassId, Network, PolicyId};
use crate::policy::Direction;
use crate::ports::PortSet;
use crate::query::Target;

/// A need that the new policies do not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The need, by its place in the list.
    pub need: usize,
    /// The ports that are denied.
    pub ports: PortSet,
    /// The policies that hold it back, by name.
    pub policies: Vec<String>,
    /// Whether it is denied today, too.
    pub before: bool,
}

/// What was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Needs that were asked, and allowed if nothing else is said.
    pub checked: usize,
    /// Needs whose other side is not here, so that there is nothing to ask: the rule is written as described.
    pub described: usize,
    /// Needs that are not allowed.
    pub unmet: Vec<Unmet>,
}

/// The classes of every workload in a model.
pub(super) struct Classes(Vec<Vec<ClassId>>);

impl Classes {
    pub(super) fn new(network: &Network, units: &Units) -> Self {
        let mut classes: Vec<BTreeSet<ClassId>> = vec![BTreeSet::new(); units.len()];
        for id in network.endpoints() {
            let (Some(view), Some(class)) = (network.endpoint(id), network.class_of(id)) else { continue };
            let (kind, name) = view.workload();
            let unit = units.named(view.namespace(), kind, name);
            if let Some(own) = unit.and_then(|unit| classes.get_mut(unit.0 as usize)) {
                own.insert(class);
            }
        }
        Classes(classes.into_iter().map(|own| own.into_iter().collect()).collect())
    }

    pub(super) fn of(&self, unit: UnitId) -> &[ClassId] {
        self.0.get(unit.0 as usize).map_or(&[], Vec::as_slice)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (UnitId, &[ClassId])> {
        (0..u32::MAX).map(UnitId).zip(self.0.iter().map(Vec::as_slice))
    }
}

/// Asks a model about needs.
pub(super) struct Prover<'p> {
    pub(super) before: (&'p Network, &'p Classes),
    pub(super) after: (&'p Network, &'p Classes),
    /// Addresses of nodes, which are judged one by one.
    pub(super) nodes: Vec<IpAddr>,
}

impl Prover<'_> {
    /// Asks about every need that is described.
    pub(super) fn prove(&self, needs: &[Need], undescribed: &HashSet<usize>) -> Proof {
        let mut proof = Proof::default();
        let mut known: HashMap<(&End, &End), PortSet> = HashMap::new();
        for (number, need) in needs.iter().enumerate() {
            if undescribed.contains(&number) {
                continue;
            }
            if matches!(need.src, End::Described { .. }) || matches!(need.dst, End::Described { .. }) {
                proof.described += 1;
                continue;
            }
            proof.checked += 1;
            let allowed = known
                .entry((&need.src, &need.dst))
                .or_insert_with(|| self.allowed(self.after, &need.src, &need.dst));
            let missing = need.ports.difference(allowed);
            if missing.is_empty() {
                continue;
            }
            let before = !need.ports.is_subset(&self.allowed(self.before, &need.src, &need.dst));
            let policies = self.holding(need, &missing);
            proof.unmet.push(Unmet { need: number, ports: missing, policies, before });
        }
        proof
    }

    /// What is allowed between all pods of one end and all of the other.
    fn allowed(&self, (network, classes): (&Network, &Classes), src: &End, dst: &End) -> PortSet {
        match (src, dst) {
            (End::Unit(src), End::Unit(dst)) => {
                let pairs = classes
                    .of(*src)
                    .iter()
                    .flat_map(|src| classes.of(*dst).iter().map(move |dst| (*src, *dst)));
                all_of(pairs.map(|(src, dst)| network.ports(Target::Class(src), Target::Class(dst))))
            }
            (End::Unit(unit), other) => self.with(network, classes.of(*unit), Direction::Egress, other),
            (other, End::Unit(unit)) => self.with(network, classes.of(*unit), Direction::Ingress, other),
            _ => PortSet::all(),
        }
    }

    fn with(&self, network: &Network, own: &[ClassId], direction: Direction, other: &End) -> PortSet {
        let addresses = match other {
            End::Addresses(addresses) => addresses.clone(),
            End::Anyone => AddressSet::all(),
            End::Unit(_) | End::Described { .. } => return PortSet::all(),
        };
        all_of(own.iter().map(|class| {
            let rows = network.external(*class, direction);
            let met = rows.iter().filter(|row| !row.addresses.intersection(&addresses).is_empty());
            let mut ports = all_of(met.map(|row| row.ports.clone()));
            // A block is not sure to meet a node: see the profile.
            for node in self.nodes.iter().filter(|node| addresses.contains(**node)) {
                let (node, own) = (Target::Address(*node), Target::Class(*class));
                let single = match direction {
                    Direction::Ingress => network.ports(node, own),
                    Direction::Egress => network.ports(own, node),
                };
                ports = ports.intersection(&single);
            }
            if *other == End::Anyone {
                ports = ports.intersection(&network.ports_from_anyone(*class));
            }
            ports
        }))
    }

    /// The policies that deny one of the missing ports.
    fn holding(&self, need: &Need, missing: &PortSet) -> Vec<String> {
        let (network, classes) = self.after;
        let targets = |end: &End| -> Vec<Target> {
            match end {
                End::Unit(unit) => classes.of(*unit).iter().map(|class| Target::Class(*class)).collect(),
                End::Addresses(addresses) => {
                    addresses.ranges().take(1).map(|(first, _)| Target::Address(first)).collect()
                }
                End::Described { .. } | End::Anyone => Vec::new(),
            }
        };
        let mut policies: BTreeSet<PolicyId> = BTreeSet::new();
        for src in targets(&need.src) {
            for dst in targets(&need.dst) {
                for piece in network.explain(src, dst) {
                    if piece.verdict.allowed || !piece.ports.meets(missing) {
                        continue;
                    }
                    for decision in [&piece.verdict.egress, &piece.verdict.ingress] {
                        if !decision.allowed {
                            policies.extend(&decision.policies);
                        }
                    }
                }
            }
        }
        let mut names: Vec<String> =
            policies.into_iter().filter_map(|id| Some(network.policy(id)?.to_string())).collect();
        names.sort();
        names
    }
}

fn all_of(sets: impl Iterator<Item = PortSet>) -> PortSet {
    sets.fold(PortSet::all(), |all, one| all.intersection(&one))
}
