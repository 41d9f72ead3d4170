//! From needs to policies: one for each workload, and one for each namespace that denies the rest.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::IpAddr;

use super::blocks::{IpBlock, blocks};
use super::need::{End, Need, NotCovered};
use super::selectors::PodSelector;
use super::units::{Unit, UnitId, Units};
use crate::addresses::AddressSet;
use crate::model::Network;
use crate::policy::Direction;
use crate::ports::PortSet;

/// One item of `from` or `to`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// Pods by their labels, and the name of their namespace where that is another one.
    Pods {
        /// The namespace; `None` for the policy's own.
        namespace: Option<String>,
        /// The pods.
        pods: PodSelector,
    },
    /// Addresses.
    Block(IpBlock),
}

/// One item of `ingress` or `egress`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRule {
    /// The other side; none for everybody.
    pub peers: Vec<Peer>,
    /// The ports of the destination.
    pub ports: PortSet,
    /// The needs behind it, by their place in the list.
    pub needs: Vec<usize>,
}

/// A NetworkPolicy to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedPolicy {
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The workload; `None` for the policy that denies the rest of the namespace.
    pub unit: Option<UnitId>,
    /// The pods.
    pub pods: PodSelector,
    /// What may come in.
    pub ingress: Vec<PolicyRule>,
    /// What may go out.
    pub egress: Vec<PolicyRule>,
}

/// What was made of the needs.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// By namespace and name.
    pub(super) policies: Vec<GeneratedPolicy>,
    /// Needs that no policy describes, by their place.
    pub(super) undescribed: HashSet<usize>,
    /// What could not be described.
    pub(super) not_covered: Vec<NotCovered>,
    /// Addresses outside that blocks meet and nobody asked for.
    pub(super) added: AddressSet,
}

/// What a rule's other side is, before blocks are made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Everyone,
    Pods(String, PodSelector),
    Addresses(AddressSet),
}

/// The other sides of one workload in one direction.
#[derive(Debug, Default)]
struct Sides {
    everyone: (PortSet, BTreeSet<usize>),
    pods: BTreeMap<(String, PodSelector), (PortSet, BTreeSet<usize>)>,
    addresses: BTreeMap<PortSet, (Vec<AddressSet>, BTreeSet<usize>)>,
}

impl Sides {
    fn add(&mut self, side: Side, ports: &PortSet, need: usize) {
        let merge = |entry: &mut (PortSet, BTreeSet<usize>)| {
            entry.0 = entry.0.union(ports);
            entry.1.insert(need);
        };
        match side {
            Side::Everyone => merge(&mut self.everyone),
            Side::Pods(namespace, pods) => {
                merge(self.pods.entry((namespace, pods)).or_insert((PortSet::none(), BTreeSet::new())));
            }
            Side::Addresses(addresses) => {
                let (all, needs) = self.addresses.entry(ports.clone()).or_default();
                all.push(addresses);
                needs.insert(need);
            }
        }
    }
}

/// Makes policies.
pub(super) struct Planner<'p> {
    pub(super) network: &'p Network,
    pub(super) units: &'p Units,
    /// The namespaces that get policies.
    pub(super) scope: &'p BTreeSet<String>,
    /// Addresses of pods and nodes, which no widened block may meet.
    pub(super) avoid: &'p BTreeSet<IpAddr>,
    /// Ranges of pods, likewise.
    pub(super) avoid_ranges: &'p AddressSet,
}

impl Planner<'_> {
    /// The policies that allow all needs that can be described.
    pub(super) fn plan(&self, needs: &[Need]) -> Plan {
        let mut plan = Plan::default();
        let mut sides: BTreeMap<(UnitId, Direction), Sides> = BTreeMap::new();
        for (number, need) in needs.iter().enumerate() {
            let (src, dst) = (self.governed(&need.src), self.governed(&need.dst));
            if src.is_none() && dst.is_none() {
                continue;
            }
            let known = |end: &End| self.side(end);
            // Only the side that a rule has to name must be describable.
            let from = dst.map(|dst| (dst, Direction::Ingress, known(&need.src)));
            let to = src.map(|src| (src, Direction::Egress, known(&need.dst)));
            let mut described = true;
            for (unit, direction, side) in from.into_iter().chain(to) {
                match side {
                    Ok(side) => sides.entry((unit, direction)).or_default().add(side, &need.ports, number),
                    Err(reason) => {
                        described = false;
                        plan.not_covered.push(self.not_covered(need, unit, direction, reason));
                    }
                }
            }
            if !described {
                plan.undescribed.insert(number);
            }
        }
        for (id, unit) in self.units.iter().filter(|(_, unit)| self.has_policy(unit)) {
            let mut rules = |direction| self.rules(unit, sides.remove(&(id, direction)), &mut plan.added);
            let (ingress, egress) = (rules(Direction::Ingress), rules(Direction::Egress));
            plan.policies.push(GeneratedPolicy {
                namespace: unit.namespace.clone(),
                name: policy_name(unit),
                unit: Some(id),
                pods: unit.selector.clone(),
                ingress,
                egress,
            });
        }
        for namespace in self.scope {
            plan.policies.push(GeneratedPolicy {
                namespace: namespace.clone(),
                name: DEFAULT_DENY.to_owned(),
                unit: None,
                pods: PodSelector::default(),
                ingress: Vec::new(),
                egress: Vec::new(),
            });
        }
        plan.policies.sort_by(|a, b| (&a.namespace, a.unit, &a.name).cmp(&(&b.namespace, b.unit, &b.name)));
        distinct_names(&mut plan.policies);
        plan
    }

    fn has_policy(&self, unit: &Unit) -> bool {
        !unit.host_network && self.scope.contains(&unit.namespace)
    }

    /// The workload, where it gets a policy.
    pub(super) fn governed(&self, end: &End) -> Option<UnitId> {
        let End::Unit(id) = end else { return None };
        self.units.get(*id).filter(|unit| self.has_policy(unit)).map(|_| *id)
    }

    /// How a rule names an end.
    fn side(&self, end: &End) -> Result<Side, &'static str> {
        match end {
            End::Anyone => Ok(Side::Everyone),
            End::Addresses(addresses) => Ok(Side::Addresses(addresses.clone())),
            End::Described { namespace, labels } => {
                let pods = PodSelector { labels: labels.clone(), ..PodSelector::default() };
                Ok(Side::Pods(namespace.clone(), pods))
            }
            End::Unit(id) => {
                let Some(unit) = self.units.get(*id) else { return Err("it is not here") };
                if unit.host_network {
                    return self.on_nodes(unit);
                }
                Ok(Side::Pods(unit.namespace.clone(), unit.selector.clone()))
            }
        }
    }

    /// Pods in the network of their node are known to policies by the node's address alone.
    fn on_nodes(&self, unit: &Unit) -> Result<Side, &'static str> {
        if !self.network.profile().blocks_meet_cluster() {
            return Err(
                "it stands in the network of its node, which this network plugin matches by no address",
            );
        }
        let own = unit.endpoints.iter().filter_map(|id| self.network.endpoint(*id));
        let known: Vec<IpAddr> = own.filter_map(|view| view.address()).collect();
        // Where some of its pods run is not known: it may be any node.
        let addresses = if known.len() == unit.endpoints.len() { known } else { self.network.node_list() };
        if addresses.is_empty() {
            return Err("it stands in the network of its node, and no address of a node is known");
        }
        Ok(Side::Addresses(AddressSet::of(addresses)))
    }

    fn not_covered(&self, need: &Need, unit: UnitId, direction: Direction, reason: &str) -> NotCovered {
        let (word, other) = match direction {
            Direction::Ingress => ("from", &need.src),
            Direction::Egress => ("to", &need.dst),
        };
        let name = match other {
            End::Unit(id) => self.units.get(*id).map_or_else(String::new, ToString::to_string),
            _ => "somewhere else".to_owned(),
        };
        NotCovered {
            unit: Some(unit),
            what: format!("{word} {name} on {}", need.ports),
            reason: reason.to_owned(),
            place: need.why.iter().find_map(|why| why.place.clone()),
            seen: need.why.iter().find_map(|why| why.seen.clone()),
        }
    }

    /// The rules of one workload in one direction: equal peers are one peer, peers with equal ports one rule.
    fn rules(&self, unit: &Unit, sides: Option<Sides>, added: &mut AddressSet) -> Vec<PolicyRule> {
        let Some(sides) = sides else { return Vec::new() };
        let (everyone, everyone_needs) = sides.everyone;
        let mut by_ports: BTreeMap<PortSet, (BTreeSet<Peer>, BTreeSet<usize>)> = BTreeMap::new();
        let mut add = |ports: PortSet, peers: Vec<Peer>, needs: BTreeSet<usize>| {
            let rest = ports.difference(&everyone);
            if rest.is_empty() || peers.is_empty() {
                return;
            }
            let (all, of) = by_ports.entry(rest).or_default();
            all.extend(peers);
            of.extend(needs);
        };
        for ((namespace, pods), (ports, needs)) in sides.pods {
            let namespace = (namespace != unit.namespace).then_some(namespace);
            add(ports, vec![Peer::Pods { namespace, pods }], needs);
        }
        let mut by_addresses: BTreeMap<AddressSet, (PortSet, BTreeSet<usize>)> = BTreeMap::new();
        for (ports, (addresses, needs)) in sides.addresses {
            let all = AddressSet::of_ranges(addresses.iter().flat_map(AddressSet::ranges));
            let (known, of) = by_addresses.entry(all).or_insert((PortSet::none(), BTreeSet::new()));
            *known = known.union(&ports);
            of.extend(needs);
        }
        for (addresses, (ports, needs)) in by_addresses {
            let found = blocks(&addresses, self.avoid, self.avoid_ranges);
            *added = added.union(&found.added);
            add(ports, found.blocks.into_iter().map(Peer::Block).collect(), needs);
        }
        let mut rules: Vec<PolicyRule> = Vec::new();
        if !everyone.is_empty() {
            let needs = everyone_needs.into_iter().collect();
            rules.push(PolicyRule { peers: Vec::new(), ports: everyone, needs });
        }
        rules.extend(by_ports.into_iter().map(|(ports, (peers, needs))| PolicyRule {
            peers: peers.into_iter().collect(),
            ports,
            needs: needs.into_iter().collect(),
        }));
        // A fixed order, whatever the order of evidence.
        rules.sort_by(|a, b| (&a.peers, &a.ports).cmp(&(&b.peers, &b.ports)));
        rules
    }
}

/// The policy that denies what no other allows.
pub(super) const DEFAULT_DENY: &str = "seawall-default-deny";
/// The longest name that the API server takes.
const MAX_NAME: usize = 253;

/// A name that says what the policy is for and that nobody else gives: `seawall-deployment-web`.
fn policy_name(unit: &Unit) -> String {
    let words = format!("seawall-{}-{}", unit.kind, unit.name).to_ascii_lowercase();
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' { c } else { '-' };
    let name: String = words.chars().map(plain).take(MAX_NAME).collect();
    // Each part between dots begins and ends with a letter or digit.
    let parts = name.split('.').map(|part| part.trim_matches('-')).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(".")
}

/// Gives every policy of a namespace a name of its own.
fn distinct_names(policies: &mut [GeneratedPolicy]) {
    let mut taken: HashSet<(String, String)> = HashSet::new();
    for policy in policies {
        let plain = policy.name.clone();
        let mut number = 1_usize;
        while !taken.insert((policy.namespace.clone(), policy.name.clone())) {
            number += 1;
            let tail = format!("-{number}");
            let head: String = plain.chars().take(MAX_NAME - tail.len()).collect();
            policy.name = head.trim_end_matches(['-', '.']).to_owned() + &tail;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(name: &str) -> GeneratedPolicy {
        let (namespace, name) = ("a".to_owned(), name.to_owned());
        let pods = PodSelector::default();
        GeneratedPolicy { namespace, name, unit: None, pods, ingress: Vec::new(), egress: Vec::new() }
    }

    #[test]
    fn names_are_distinct() {
        let long = "x".repeat(MAX_NAME);
        let mut policies = [policy("b"), policy("b"), policy("b"), policy(&long), policy(&long)];
        distinct_names(&mut policies);
        let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
        assert_eq!(&names[..3], ["b", "b-2", "b-3"]);
        assert!(names[4].len() <= MAX_NAME && names[4].ends_with("x-2"));
    }
}
