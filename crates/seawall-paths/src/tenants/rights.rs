//! Rights of one tenant's identities in the other's namespaces, and rights that make namespaces meaningless.

use std::collections::HashMap;

use seawall_inventory::Inventory;
use seawall_rbac::primitives::{Capability, FactTable, primitive};
use seawall_rbac::{Binding, Rbac, Rule, Scope, Surroundings, Written, risks};

use super::identities::{Identities, called, is_default};
use super::{Evidence, Found, Tenant, Witness, count};

pub(super) const KINDS: &[(&str, &str)] = &[
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
];

/// Rights without a namespace that lead into every one of them, by becoming somebody else or through nodes. Writing of
/// objects is a dimension of its own, and whoever may do everything has rights in namespaces too.
const LEADS_EVERYWHERE: &[Capability] = &[
    Capability::ImpersonateUsers,
    Capability::ImpersonateGroups,
    Capability::EscalateClusterRoles,
    Capability::ApproveSigners,
    Capability::SignSigners,
    Capability::ProxyNodes,
    Capability::ReadNodes,
    Capability::CheckpointNodes,
];

/// API groups whose resources all have no namespace.
const CLUSTER_GROUPS: &[&str] = &[
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "certificates.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "node.k8s.io",
    "scheduling.k8s.io",
];

pub(super) fn find(
    inventory: &Inventory,
    rbac: &Rbac,
    identities: &Identities,
    a: &Tenant,
    b: &Tenant,
) -> Found {
    let mut found = Found { shared: identities.shared.clone(), ..Found::default() };
    let mut kinds = Kinds { inventory, known: HashMap::new() };
    let around = Surroundings::of(inventory);
    let risks = risks(rbac, &FactTable::of(rbac, around.version), &around);
    for (own, from, to) in identities.ways(a, b) {
        let mut bindings = 0;
        for (subject, id) in own {
            for binding in rbac.bindings_of(*id) {
                bindings += 1;
                if is_default(rbac, binding) {
                    continue;
                }
                if let Some((rule, place)) = right_in(rbac, &mut kinds, binding, to) {
                    found.witnesses.push(Witness {
                        from: called(subject, from),
                        to: place.map_or_else(
                            || format!("every namespace of `{}`", to.text()),
                            |own| format!("Namespace/{own}"),
                        ),
                        what: "holds rights in".to_owned(),
                        evidence: Evidence::of_grant(inventory, rbac, binding, Some(rule)),
                    });
                }
            }
        }
        let open = risks.iter().filter(|risk| {
            let leads = primitive(risk.id).is_some_and(|row| {
                row.needs.iter().copied().flatten().any(|need| LEADS_EVERYWHERE.contains(need))
            });
            leads && risk.scope == Scope::Cluster && !risk.expected && own.contains_key(&risk.subject)
        });
        for risk in open {
            let grants = risk.evidence.iter().filter_map(|one| Some((rbac.binding(one.binding)?, one.rule)));
            let evidence = grants.flat_map(|(binding, rule)| {
                Evidence::of_grant(inventory, rbac, binding, rule.map(|rule| rule as usize))
            });
            found.witnesses.push(Witness {
                from: called(&risk.subject, from),
                to: format!("every namespace of `{}`", to.text()),
                what: format!("{} ({}), and so reaches", risk.gains, risk.id),
                evidence: evidence.take(8).collect(),
            });
        }
        found.checked.push(format!(
            "{} of `{}` in {}: none grants a right in {} of `{}` or one that leads there",
            count(own.len(), "bound identity", "bound identities"),
            from.text(),
            count(bindings, "binding", "bindings"),
            count(to.namespaces().count(), "namespace", "namespaces"),
            to.text(),
        ));
    }
    found
}

/// The first rule of a binding that grants something in a tenant's namespaces, and the namespace; `None` for all of them.
fn right_in<'r>(
    rbac: &'r Rbac,
    kinds: &mut Kinds<'_>,
    binding: &Binding,
    tenant: &Tenant,
) -> Option<(usize, Option<&'r str>)> {
    let place = match binding.scope() {
        Scope::Cluster => None,
        Scope::Namespace(namespace) => Some(rbac.text(namespace)),
    };
    if place.is_some_and(|place| !tenant.has(place)) {
        return None;
    }
    let rules = rbac.rules(rbac.role_of(binding)?.rule_set());
    let reaches = |rule: &Rule| kinds.reach(rbac, rule, place.is_some());
    Some((rules.iter().position(reaches)?, place))
}

/// Which resources have a namespace.
struct Kinds<'i> {
    inventory: &'i Inventory,
    known: HashMap<(String, String), bool>,
}

impl Kinds<'_> {
    /// Whether a rule is about something in a namespace. Its Namespace itself counts where only that one is granted.
    fn reach(&mut self, rbac: &Rbac, rule: &Rule, in_one: bool) -> bool {
        if rule.verbs().is_empty() {
            return false;
        }
        rule.groups().iter().any(|group| {
            rule.resources().iter().any(|resource| {
                let (group, resource) = (rbac.text(*group), rbac.text(*resource));
                let base = resource.split_once('/').map_or(resource, |(base, _)| base);
                self.namespaced(group, base) || (in_one && group.is_empty() && base == "namespaces")
            })
        })
    }

    fn namespaced(&mut self, group: &str, base: &str) -> bool {
        match (group, base) {
            (_, "*") => return !CLUSTER_GROUPS.contains(&group),
            // `metrics.k8s.io` has them too.
            (_, "nodes") => return false,
            _ => {}
        }
        let key = (group.to_owned(), base.to_owned());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let text = if group.is_empty() || group == "*" { base.to_owned() } else { format!("{base}.{group}") };
        let namespaced = match Written::parse(&text, self.inventory) {
            // What nothing is known of may have one.
            Written::Resource { namespaced, .. } => namespaced.unwrap_or(true),
            Written::Path(_) => false,
        };
        self.known.insert(key, namespaced);
        namespaced
    }
}
