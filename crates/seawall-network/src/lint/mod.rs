//! What is wrong with policies themselves: those that do nothing, those that do less or more than they seem to.
//!
//! In: a model and the inventory that it was built from. Out: [`Lint`]s, each at a field of an object.
//!
//! Invariants, above all what is absent: absence proves something only where the inventory is complete, so that a policy of
//! a folder whose pods stand elsewhere is not accused; namespaces of the system itself are left alone.

mod blocks;
mod calico;
mod dead;
mod denied;
mod dns;
mod exits;
mod host;
mod inert;
mod named;
mod namespaces;
mod sensitive;
mod shadow;
mod ties;
mod unknown;

use std::collections::{BTreeMap, BTreeSet};

pub use dead::{PEER_MATCHES_NOTHING, POLICY_SELECTS_NOTHING};
use seawall_inventory::{Completeness, GroupKind, Inventory, Lint, LintRule, Place, Resource};

use crate::{ClassId, EndpointId, Network};

/// Every rule, by id.
pub const RULES: [&LintRule; 23] = [
    &denied::ALLOW_DENIED,
    &exits::EGRESS_TO_METADATA,
    &dns::EGRESS_WITHOUT_DNS,
    &blocks::IP_BLOCK_MEETS_PODS,
    &named::NAMED_PORT_UNKNOWN,
    &inert::NAMES_WITHOUT_DNS,
    &namespaces::NAMESPACE_OPEN_EGRESS,
    &namespaces::NAMESPACE_OPEN_INGRESS,
    &ties::ORDER_TIE,
    &calico::PASS_TO_NOTHING,
    &dead::PEER_MATCHES_NOTHING,
    &inert::PEERS_EMPTY,
    &namespaces::POLICIES_FORGET_EGRESS,
    &shadow::POLICY_DUPLICATE,
    &inert::POLICY_ISOLATES_NOTHING,
    &host::POLICY_MISSES_HOST_NETWORK,
    &dead::POLICY_SELECTS_NOTHING,
    &ties::PRIORITY_TIE,
    &unknown::REFERENCE_UNKNOWN,
    &shadow::RULE_SHADOWED,
    &sensitive::SENSITIVE_PORT_OPEN,
    &calico::STAGED_POLICY,
    &calico::TIER_WITHOUT_POLICIES,
];

/// Namespaces of the system: their pods come with the cluster and are not for users to isolate.
const SYSTEM: [&str; 4] = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];
/// Beginnings of names of namespaces that come with a distribution.
const SYSTEM_PREFIXES: [&str; 3] = ["openshift-", "gke-managed-", "calico-"];

/// Whether a namespace is of the system itself.
pub fn is_system(namespace: &str) -> bool {
    SYSTEM.contains(&namespace) || SYSTEM_PREFIXES.iter().any(|prefix| namespace.starts_with(prefix))
}

/// What all rules look at.
pub(crate) struct World<'a> {
    network: &'a Network,
    inventory: &'a Inventory,
    /// Whether all pods of the cluster are here.
    pub(crate) complete: bool,
    /// Endpoints that policies can govern, by namespace and class.
    namespaces: BTreeMap<String, BTreeMap<ClassId, Vec<EndpointId>>>,
}

impl<'a> World<'a> {
    pub(crate) fn new(network: &'a Network, inventory: &'a Inventory) -> Self {
        let pods = GroupKind::new("", "Pod");
        let complete = inventory.completeness(pods) == Completeness::Complete;
        let mut world = World { network, inventory, complete, namespaces: BTreeMap::new() };
        for id in network.endpoints() {
            let (Some(view), Some(class)) = (network.endpoint(id), network.class_of(id)) else { continue };
            if !view.host_network() {
                let classes = world.namespaces.entry(view.namespace().to_owned()).or_default();
                classes.entry(class).or_default().push(id);
            }
        }
        world
    }
}

impl World<'_> {
    /// How people call some endpoints: `Deployment/web and 3 more`.
    pub(crate) fn names(&self, endpoints: impl IntoIterator<Item = EndpointId>) -> String {
        let names: BTreeSet<String> = endpoints
            .into_iter()
            .filter_map(|id| {
                let (kind, name) = self.network.endpoint(id)?.workload();
                Some(format!("`{kind}/{name}`"))
            })
            .collect();
        listed(names.iter().map(String::as_str))
    }

    fn namespace_place(&self, namespace: &str) -> Option<Place> {
        let found = self.inventory.find(GroupKind::new("", "Namespace"), None, namespace);
        found.map(|resource| Place {
            resource: resource.id(),
            route: seawall_core::Route::root().keys(&["metadata", "name"]),
        })
    }

    /// The object of an endpoint, for findings that need a place: the topmost owner that says what its pods are.
    fn object(&self, endpoint: EndpointId) -> Option<&Resource> {
        let view = self.network.endpoint(endpoint)?;
        let kind = GroupKind::new(view.group(), view.kind());
        let own = self.inventory.find(kind, Some(view.namespace()), view.name())?;
        Some(self.inventory.top_owner(own).filter(|owner| owner.has_pods()).unwrap_or(own))
    }

    /// The namespace itself, else one of its workloads.
    pub(crate) fn place_in(&self, namespace: &str, endpoints: &[EndpointId]) -> Option<Place> {
        self.namespace_place(namespace).or_else(|| {
            let object = endpoints.iter().find_map(|id| self.object(*id))?;
            Some(Place {
                resource: object.id(),
                route: seawall_core::Route::root().keys(&["metadata", "namespace"]),
            })
        })
    }
}

/// `a`, `a and b`, `a, b and 3 more`.
pub(crate) fn listed<'t>(words: impl Iterator<Item = &'t str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}

/// Everything that is wrong, worst first, then by file order of the object.
pub fn lint(network: &Network, inventory: &Inventory) -> Vec<Lint> {
    let world = World::new(network, inventory);
    let mut lints = Vec::new();
    dead::check(&world, &mut lints);
    shadow::check(&world, &mut lints);
    denied::check(&world, &mut lints);
    inert::check(&world, &mut lints);
    unknown::check(&world, &mut lints);
    ties::check(&world, &mut lints);
    named::check(&world, &mut lints);
    blocks::check(&world, &mut lints);
    namespaces::check(&world, &mut lints);
    exits::check(&world, &mut lints);
    dns::check(&world, &mut lints);
    sensitive::check(&world, &mut lints);
    host::check(&world, &mut lints);
    calico::check(&world, &mut lints);
    // Pods in the network of a node are selected, though in vain: that is said already.
    let in_vain: BTreeSet<_> = lints
        .iter()
        .filter(|lint| lint.rule == &host::POLICY_MISSES_HOST_NETWORK)
        .map(|lint| lint.place.resource)
        .collect();
    lints
        .retain(|lint| lint.rule != &dead::POLICY_SELECTS_NOTHING || !in_vain.contains(&lint.place.resource));
    sort(&mut lints);
    lints
}

/// Only the policies that select no pod, and the peers of rules that match none.
pub fn dead(network: &Network, inventory: &Inventory) -> Vec<Lint> {
    let mut lints = Vec::new();
    dead::check(&World::new(network, inventory), &mut lints);
    sort(&mut lints);
    lints
}

/// Worst first, then by file order of the object.
pub(crate) fn sort(lints: &mut [Lint]) {
    lints.sort_by(|a, b| {
        (b.severity, a.place.resource, &a.place.route, a.rule.id, &a.message).cmp(&(
            a.severity,
            b.place.resource,
            &b.place.route,
            b.rule.id,
            &b.message,
        ))
    });
}
