//! The least that has to be allowed: NetworkPolicies made from what objects declare and from what was observed, proven by
//! the model.
//!
//! ```text
//! objects ─ references, ways in, webhooks, metrics, peers, API, DNS ─┐
//! flows ─ workloads, addresses ──────────────────────────────────────┴─ needs ─ policies ─ YAML ─ model ─ proof, measures
//! ```
//!
//! In: an inventory, the model of it, a [`FlowLog`]. Out: [`Generated`].
//!
//! Invariants, above all what is absent:
//! - no IO, no clock; equal input gives equal bytes; nothing panics on any object or flow;
//! - values of Secrets are never read;
//! - what is proven is the text that is printed: it is read again and put in force in a model of its own;
//! - what no policy can describe is in [`Generated::not_covered`], never left out in silence;
//! - no generated rule allows the address of a cloud's metadata service;
//! - a need comes with its evidence: a field of an object, or flows with their number and time.

mod blocks;
mod declared;
mod difference;
mod flows;
mod manifest;
mod measure;
mod need;
mod policies;
mod proof;
mod resolve;
mod selectors;
mod services;
mod units;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use seawall_core::{Origin, OriginKind, Problem};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

pub use blocks::IpBlock;
pub use difference::Changes;
pub use flows::{Flow, FlowEnd, FlowFormat, FlowLimits, FlowLog, FlowRead, Observed, Role, read_flows};
pub use measure::{Allowed, Measures};
pub use need::{End, Need, NotCovered, Seen, Source, Why};
pub use policies::{GeneratedPolicy, Peer as PolicyPeer, PolicyRule};
pub use proof::{Proof, Unmet};
pub use resolve::{Denied, Resolution};
pub use selectors::PodSelector;
pub use units::{Unit, UnitId};

use crate::addresses::{AddressSet, METADATA};
use crate::lint::is_system;
use crate::model::{DEFAULT_NAMESPACE, Network};
use declared::World;
use manifest::Words;
use need::Needs;
use policies::Planner;
use proof::{Classes, Prover};
use units::Units;

/// What to generate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GenerateOptions {
    /// The namespaces that get policies; none for all but those of the system.
    pub namespaces: Vec<String>,
    /// Whether today's NetworkPolicies of these namespaces stay beside the new ones.
    pub keep: bool,
}

/// Policies with everything that speaks for them.
#[derive(Debug)]
pub struct Generated {
    /// The workloads, by number.
    pub units: Vec<Unit>,
    /// What is needed, by source and destination.
    pub needs: Vec<Need>,
    /// The policies, by namespace, that of the workloads first.
    pub policies: Vec<GeneratedPolicy>,
    /// The policies as YAML, as they were proven.
    pub yaml: String,
    /// The namespaces that get policies.
    pub namespaces: BTreeSet<String>,
    /// Namespaces with workloads that get none: those of the system, or those that nobody asked for.
    pub left_alone: BTreeSet<String>,
    /// Today's NetworkPolicies that the new ones replace: namespace and name.
    pub replaced: BTreeSet<(String, String)>,
    /// What no policy describes.
    pub not_covered: Vec<NotCovered>,
    /// Further things of that kind that were not kept.
    pub more_not_covered: u64,
    /// What became of the flows.
    pub resolution: Resolution,
    /// Whether every need is allowed.
    pub proof: Proof,
    /// How much is allowed.
    pub measures: Measures,
    /// What an API server would refuse in the new policies: labels of pods that it would have refused there, too.
    pub refused: Vec<Problem>,
    /// What changes for workloads that get a policy.
    pub changes: Changes,
}

impl Generated {
    /// An end in few words: `shop/web[Deployment]`, a block, `everybody`.
    pub fn end(&self, end: &End) -> String {
        manifest::end_words(end, |id| self.unit(id))
    }

    /// A workload by its number.
    pub fn unit(&self, id: UnitId) -> Option<&Unit> {
        self.units.get(id.0 as usize)
    }
}

/// Where policies come from that nobody wrote.
const GENERATED: &str = "<generated>";

fn metadata() -> AddressSet {
    AddressSet::of(METADATA)
}

fn is_metadata(address: IpAddr) -> bool {
    metadata().contains(address)
}

const fn metadata_words() -> &'static str {
    "the metadata service of a cloud hands out credentials of the node: it is never allowed"
}

/// Makes policies for the workloads of an inventory; `network` is the model of the same objects.
pub fn generate(
    inventory: &Inventory,
    network: &Network,
    log: &FlowLog,
    options: &GenerateOptions,
) -> Generated {
    let units = Units::new(network, inventory);
    let (namespaces, left_alone) = scope(&units, options);
    let mut needs = Needs::default();
    let mut world = World::new(network, inventory, &units);
    declared::collect(&mut world, &mut needs);
    let resolution = resolve::collect(&mut world, &log.observed(), &mut needs);
    let avoid_ranges = world.pod_ranges.clone();
    let more_not_covered = needs.uncovered_left_out;
    let (mut needs, mut not_covered) = needs.finish();

    let avoid: BTreeSet<IpAddr> = network
        .endpoints()
        .filter_map(|id| network.endpoint(id)?.address())
        .chain(network.node_list())
        .collect();
    let planner =
        Planner { network, units: &units, scope: &namespaces, avoid: &avoid, avoid_ranges: &avoid_ranges };
    needs.retain(|need| planner.governed(&need.src).is_some() || planner.governed(&need.dst).is_some());
    let plan = planner.plan(&needs);
    let concerned = |unit: Option<UnitId>| {
        unit.and_then(|id| units.get(id)).is_none_or(|unit| namespaces.contains(&unit.namespace))
    };
    not_covered.extend(plan.not_covered);
    not_covered.extend(hosts(&units, &namespaces));
    not_covered.retain(|one| concerned(one.unit));
    not_covered.sort_by(|a, b| (a.unit, &a.what, &a.reason).cmp(&(b.unit, &b.what, &b.reason)));

    let words = Words { inventory, units: &units, needs: &needs };
    let yaml = words.yaml(&plan.policies);
    let (after, replaced) = with_policies(inventory, &yaml, &namespaces, options.keep);
    let (new, problems) = Network::build(&after, network.profile());
    let refused = problems.into_iter().filter(|problem| problem.file.as_deref() == Some(GENERATED)).collect();

    let (old_classes, new_classes) = (Classes::new(network, &units), Classes::new(&new, &units));
    let prover =
        Prover { before: (network, &old_classes), after: (&new, &new_classes), nodes: network.node_list() };
    let proof = prover.prove(&needs, &plan.undescribed);
    let owners: BTreeSet<UnitId> = plan.policies.iter().filter_map(|policy| policy.unit).collect();
    let after_allowed = measure::measure(&new, &new_classes, &owners);
    let met = needs.iter().enumerate().filter(|(number, _)| !plan.undescribed.contains(number));
    let needed = measure::needed(met.map(|(_, need)| need), &new_classes);
    let measures = Measures {
        before: measure::measure(network, &old_classes, &owners),
        after: after_allowed,
        needed,
        over_grant: after_allowed.connections.saturating_sub(needed.connections),
        added_addresses: plan.added.count(),
    };
    // A cluster without IPv6 has nothing to change there.
    let v6 = network.mentions_v6() || avoid.iter().any(IpAddr::is_ipv6);
    let changes = Changes::between((network, &old_classes), (&new, &new_classes), &units, &owners, v6);
    Generated {
        policies: plan.policies,
        needs,
        yaml,
        namespaces,
        left_alone,
        replaced,
        not_covered,
        more_not_covered,
        resolution,
        proof,
        measures,
        refused,
        changes,
        units: units.into_items(),
    }
}

/// The namespaces that get policies, and those that do not.
fn scope(units: &Units, options: &GenerateOptions) -> (BTreeSet<String>, BTreeSet<String>) {
    let all: BTreeSet<&str> = units.iter().map(|(_, unit)| unit.namespace.as_str()).collect();
    let wanted = |namespace: &str| match options.namespaces.as_slice() {
        [] => !is_system(namespace),
        named => named.iter().any(|name| name == namespace),
    };
    let (own, rest): (Vec<&str>, Vec<&str>) = all.into_iter().partition(|namespace| wanted(namespace));
    let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
    (owned(own), owned(rest))
}

/// Workloads that no policy of pods holds.
fn hosts(units: &Units, namespaces: &BTreeSet<String>) -> Vec<NotCovered> {
    let hosts = units.iter().filter(|(_, unit)| unit.host_network && namespaces.contains(&unit.namespace));
    let one = |(id, _): (UnitId, &Unit)| NotCovered {
        unit: Some(id),
        what: "everything that it opens and that is opened to it".to_owned(),
        reason: "it stands in the network of its node, where policies do not hold".to_owned(),
        place: None,
        seen: None,
    };
    hosts.map(one).collect()
}

/// The objects with the new policies in place of, or beside, the old ones; and which were replaced.
fn with_policies(
    inventory: &Inventory,
    yaml: &str,
    namespaces: &BTreeSet<String>,
    keep: bool,
) -> (Inventory, BTreeSet<(String, String)>) {
    let mut builder = InventoryBuilder::new();
    let mut replaced = BTreeSet::new();
    for resource in inventory.resources() {
        let namespace = resource.namespace().unwrap_or(DEFAULT_NAMESPACE);
        let is_policy = (resource.group(), resource.kind()) == ("networking.k8s.io", "NetworkPolicy");
        if is_policy && !keep && namespaces.contains(namespace) {
            replaced.insert((namespace.to_owned(), resource.name().to_owned()));
            continue;
        }
        builder.push(resource.clone());
    }
    let (documents, _) = read(&Text::new(yaml), &Limits::default());
    for (number, document) in (0..u32::MAX).zip(documents) {
        let origin = Origin { file: GENERATED.into(), document: number, line: 1, kind: OriginKind::File };
        // What could not be read would be missing in the proof, which then fails.
        if let Ok(policy) = Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None) {
            builder.push(policy);
        }
    }
    (builder.build(), replaced)
}
