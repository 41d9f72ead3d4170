//! Are two tenants isolated? For each dimension a witness that they are not, or a proof that they are.
//!
//! In: an inventory, the models of rights and of reach, and two [`Tenant`]s. Out: six [`Dimension`]s.
//!
//! Invariants, above all what is absent:
//! - a proof rests on complete kinds only: where a kind that it needs is not complete, the outcome is
//!   [`Outcome::NotEvaluated`], whatever else was found;
//! - a witness names objects that are here; what could still forbid it elsewhere is in [`Dimension::missing`];
//! - what every control plane grants to everybody is no witness;
//! - identities that both tenants name are [`Dimension::shared`] and no witness: people decide whether they are trusted;
//! - steps of several links (out of a container, then over a node) are not followed: that is what [`crate::Model`] is for.

mod cluster;
mod evidence;
mod hosts;
mod identities;
mod network;
mod nodes;
mod placement;
mod rights;
mod storage;
mod tenant;
mod volumes;

use seawall_inventory::{Completeness, GroupKind, Inventory};
use seawall_network::Network;
use seawall_rbac::Rbac;

pub use evidence::{Evidence, Spot};
pub use tenant::{NoTenant, Tenant};

use identities::Identities;

/// How many witnesses of one dimension are kept; the rest are counted.
pub const MAX_WITNESSES: usize = 50;

/// Something that joins two tenants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Witness {
    /// Who or what of one tenant.
    pub from: String,
    /// Who or what of the other one.
    pub to: String,
    /// What joins them, in words that follow `from`.
    pub what: String,
    /// The objects that say so.
    pub evidence: Vec<Evidence>,
}

/// What was found out about a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They are not isolated; never empty.
    Witness(Vec<Witness>),
    /// They are isolated: what was checked, and how many.
    Proof(Vec<String>),
    /// Nothing was found, and that proves nothing, because of this.
    NotEvaluated(String),
}

/// One way in which tenants may touch each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// `rights`, `network`, `nodes`, `storage`, `hosts` or `cluster-objects`.
    pub name: &'static str,
    /// What was found out.
    pub outcome: Outcome,
    /// How many more witnesses there are than [`MAX_WITNESSES`].
    pub more: usize,
    /// Identities that both tenants name, and what they are bound by.
    pub shared: Vec<String>,
    /// What bears on the outcome without being part of it.
    pub notes: Vec<String>,
    /// The kinds that it asks for and that are not complete, with the reason.
    pub missing: Vec<String>,
}

/// What a dimension found, before completeness is judged.
#[derive(Debug, Default)]
struct Found {
    witnesses: Vec<Witness>,
    checked: Vec<String>,
    shared: Vec<String>,
    notes: Vec<String>,
    /// Reasons beyond incomplete kinds why nothing found proves nothing.
    unproven: Vec<String>,
}

/// The comparison of two tenants.
pub struct Tenants;

impl Tenants {
    /// Judges two tenants in six dimensions, always in the same order.
    pub fn compare(
        inventory: &Inventory,
        rbac: &Rbac,
        network: &Network,
        a: &Tenant,
        b: &Tenant,
    ) -> Vec<Dimension> {
        let identities = Identities::of(rbac, a, b);
        let judge = |name, kinds: &[(&str, &str)], found| dimension(inventory, (a, b), name, kinds, found);
        vec![
            judge("rights", rights::KINDS, rights::find(inventory, rbac, &identities, a, b)),
            judge("network", network::KINDS, network::find(inventory, network, a, b)),
            judge("nodes", nodes::KINDS, nodes::find(inventory, a, b)),
            judge("storage", storage::KINDS, storage::find(inventory, a, b)),
            judge("hosts", hosts::KINDS, hosts::find(inventory, a, b)),
            judge("cluster-objects", rights::KINDS, cluster::find(inventory, rbac, &identities, a, b)),
        ]
    }
}

fn dimension(
    inventory: &Inventory,
    (a, b): (&Tenant, &Tenant),
    name: &'static str,
    kinds: &[(&str, &str)],
    found: Found,
) -> Dimension {
    let Found { mut witnesses, checked, shared, notes, unproven } = found;
    let selected = (a.is_selected() || b.is_selected()) && !kinds.contains(&("", "Namespace"));
    let kinds = kinds.iter().copied().chain(selected.then_some(("", "Namespace")));
    let (mut partial, mut missing) = (Vec::new(), Vec::new());
    for kind in kinds.map(|(group, kind)| GroupKind::new(group, kind)) {
        match inventory.completeness(kind) {
            Completeness::Complete => {}
            _ if is_unserved(inventory, kind) => {}
            Completeness::Refused(reason) => missing.push(format!("{kind} could not be read ({reason})")),
            Completeness::Partial => partial.push(kind.to_string()),
        }
    }
    if !partial.is_empty() {
        missing.insert(0, format!("not every object is here of {}", partial.join(", ")));
    }
    missing.extend(unproven);
    witnesses.sort();
    witnesses.dedup();
    let more = witnesses.len().saturating_sub(MAX_WITNESSES);
    witnesses.truncate(MAX_WITNESSES);
    let outcome = match (witnesses.is_empty(), missing.is_empty()) {
        (false, _) => Outcome::Witness(witnesses),
        (true, true) => Outcome::Proof(checked),
        (true, false) => Outcome::NotEvaluated(missing.join("; ")),
    };
    Dimension { name, outcome, more, shared, notes, missing }
}

/// Whether nothing serves a kind, so that no object of it exists, though nobody said so: everything that could define it
/// is known, and nothing does.
fn is_unserved(inventory: &Inventory, kind: GroupKind<'_>) -> bool {
    let crds = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");
    let services = GroupKind::new("apiregistration.k8s.io", "APIService");
    // OpenShift serves routes from an API server of its own, and smaller relatives of it from a definition.
    let definers: &[GroupKind<'_>] = match kind.group {
        "policy.networking.k8s.io" | "gateway.networking.k8s.io" | "cilium.io" => &[crds],
        "crd.projectcalico.org" => &[crds],
        // Calico's API has a server of its own, or definitions since it does without one.
        "route.openshift.io" | "projectcalico.org" => &[crds, services],
        _ => return false,
    };
    definers.iter().all(|definer| {
        let mut specs = inventory.of_kind(*definer).filter_map(|own| own.root().get("spec"));
        inventory.completeness(*definer) == Completeness::Complete
            && !specs.any(|spec| {
                let kinds = spec.get("names").and_then(|names| names.str("kind"));
                spec.str("group") == Some(kind.group) && kinds.is_none_or(|own| own == kind.kind)
            })
    })
}

/// `1 pod`, `2 pods`.
fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
