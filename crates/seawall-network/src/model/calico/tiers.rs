//! Tiers, and where policies stand in them.
//!
//! Sources: the page of the Tier resource at docs.tigera.io/calico, `api/pkg/apis/projectcalico/v3/tier.go` and
//! `felix/calc/policy_sorter.go` of projectcalico/calico.

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_inventory::Resource;
use seawall_yaml::Node;

use super::{DEFAULT_NAMESPACE, Network, Policy, name_in_api};
use crate::model::signatures::End;
use crate::policy::{Order, PolicyKind, Tier, TierName, object_problem};
use crate::words::Word;

/// Where a tier stands, and what happens at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TierSpec {
    pub(crate) order: Order,
    pub(crate) end: End,
}

/// Tiers that are there without an object, with what the API fixes for them; the last two are the former names, for
/// AdminNetworkPolicy and BaselineAdminNetworkPolicy.
const BUILT_IN: [(&str, i32, End); 5] = [
    ("kube-admin", 1_000, End::Next),
    ("default", 1_000_000, End::Deny),
    ("kube-baseline", 10_000_000, End::Next),
    ("adminnetworkpolicy", 1_000, End::Next),
    ("baselineadminnetworkpolicy", 10_000_000, End::Next),
];

/// The order that Calico gives to every NetworkPolicy of Kubernetes, in the tier `default`.
pub(crate) const NETWORK_POLICY_ORDER: i32 = 1_000;

/// The tier in which Calico puts a policy of Kubernetes.
pub(crate) fn tier_of(kind: PolicyKind, baseline: bool) -> &'static str {
    match (kind, baseline) {
        (PolicyKind::AdminNetworkPolicy, _) => "adminnetworkpolicy",
        (PolicyKind::BaselineAdminNetworkPolicy, _) => "baselineadminnetworkpolicy",
        (PolicyKind::ClusterNetworkPolicy, false) => "kube-admin",
        (PolicyKind::ClusterNetworkPolicy, true) => "kube-baseline",
        _ => "default",
    }
}

/// Where a policy stands: the tier's order and name, and what decides between two of one order in it. That is name,
/// namespace and kind in this order; older versions of Calico compared the namespace first.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::model) struct CalicoPlace<'n> {
    pub(in crate::model) tier: Option<(Order, &'n str)>,
    pub(in crate::model) tie: String,
}

impl Network {
    /// Whether a tier of this name is there without an object.
    pub(crate) fn is_built_in(&self, tier: &str) -> bool {
        self.profile == crate::Profile::Calico && built_in(tier).is_some()
    }

    /// A tier that is here, or that every cluster with Calico has.
    pub(crate) fn calico_tier(&self, name: Word) -> Option<TierSpec> {
        let own = self.calico.tiers.get(&name).and_then(|groups| groups.values().next_back().copied());
        own.or_else(|| built_in(self.words.text(name)))
    }

    /// Where a policy stands among those of Calico; the same place for all others.
    pub(in crate::model) fn calico_place(&self, policy: &Policy) -> CalicoPlace<'_> {
        let Tier::Calico(TierName(name)) = policy.tier else { return CalicoPlace::default() };
        let order = self.calico_tier(name).map_or(Order::LAST, |tier| tier.order);
        let resource = &policy.resource;
        let space = if policy.kind.is_cluster_scoped() {
            ""
        } else {
            resource.namespace().unwrap_or(DEFAULT_NAMESPACE)
        };
        let own = policy.kind.enforced_by().is_some();
        let tie = format!(
            "{}/{space}/{}{}",
            name_in_api(resource.group(), resource.name()),
            if own { "" } else { "Kubernetes" },
            policy.kind.as_str()
        );
        CalicoPlace { tier: Some((order, self.words.text(name))), tie }
    }

    pub(super) fn take_tier(&mut self, resource: &Resource, name: Word) -> Vec<Problem> {
        let (spec, problems) = read_tier(resource);
        let group = resource.group().to_owned();
        let tiers = self.calico.tiers.entry(name).or_default();
        match spec {
            Some(spec) => tiers.insert(group, spec),
            None => tiers.remove(&group),
        };
        self.reread_tier(resource.name());
        problems
    }
}

fn built_in(name: &str) -> Option<TierSpec> {
    let found = BUILT_IN.iter().find(|(known, ..)| *known == name);
    found.map(|(_, order, end)| TierSpec { order: Order::from(*order), end: *end })
}

fn read_tier(resource: &Resource) -> (Option<TierSpec>, Vec<Problem>) {
    let spec = resource.root().get("spec");
    let field = |key: &str| spec.and_then(|spec| spec.get(key)).filter(|node| !node.is_null());
    let refuse = |node: Option<Node<'_>>, cause: &str| {
        let route = node.map_or_else(Route::root, |node| resource.route_of(node));
        (None, vec![object_problem(ProblemSeverity::Error, resource, &route, cause)])
    };
    let order = match field("order") {
        None => Order::LAST,
        Some(node) => match node.as_f64().filter(|number| number.is_finite()) {
            Some(number) => Order::new(number),
            None => return refuse(Some(node), "`order` must be a number"),
        },
    };
    let end = match field("defaultAction") {
        None => End::Deny,
        Some(node) => match node.as_str() {
            Some("Deny") => End::Deny,
            Some("Pass") => End::Next,
            _ => return refuse(Some(node), "`defaultAction` must be `Deny` or `Pass`"),
        },
    };
    let spec = TierSpec { order, end };
    match built_in(resource.name()) {
        Some(fixed) if fixed != spec => {
            let action = if fixed.end == End::Deny { "Deny" } else { "Pass" };
            let cause =
                format!("this tier has the order {} and the default action `{action}` always", fixed.order);
            refuse(None, &cause)
        }
        _ => (Some(spec), Vec::new()),
    }
}
