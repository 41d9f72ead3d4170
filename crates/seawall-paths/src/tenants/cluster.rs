//! Rights to write objects without a namespace, through which one tenant acts on the other.

use std::collections::BTreeSet;

use seawall_inventory::Inventory;
use seawall_rbac::{Binding, Rbac, Request, Rule, Scope};

use super::identities::{Identities, called, is_default};
use super::{Evidence, Found, Tenant, Witness, count};

/// API group, resource, and what writing it does to everybody.
const OBJECTS: &[(&str, &str, &str)] = &[
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "changes what others create"),
    (
        "admissionregistration.k8s.io",
        "validatingwebhookconfigurations",
        "sees and refuses what others create",
    ),
    ("admissionregistration.k8s.io", "mutatingadmissionpolicies", "changes what others create"),
    ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings", "changes what others create"),
    (
        "admissionregistration.k8s.io",
        "validatingadmissionpolicies",
        "refuses or lets through what others create",
    ),
    (
        "admissionregistration.k8s.io",
        "validatingadmissionpolicybindings",
        "refuses or lets through what others create",
    ),
    ("apiextensions.k8s.io", "customresourcedefinitions", "changes or deletes custom resources of others"),
    ("apiregistration.k8s.io", "apiservices", "answers requests of others"),
    ("", "namespaces", "changes labels that admission and policies go by, or deletes all in it"),
    ("", "nodes", "moves and stops pods of others"),
    ("", "persistentvolumes", "binds volumes to data of others"),
    ("storage.k8s.io", "storageclasses", "decides where volumes of others come from"),
    ("storage.k8s.io", "csidrivers", "decides how volumes of others are mounted"),
    ("storage.k8s.io", "volumeattachments", "attaches and detaches volumes of others"),
    ("scheduling.k8s.io", "priorityclasses", "evicts pods of others"),
    ("networking.k8s.io", "ingressclasses", "takes over ingress of others"),
    ("gateway.networking.k8s.io", "gatewayclasses", "takes over gateways of others"),
    ("policy.networking.k8s.io", "clusternetworkpolicies", "opens or cuts connections of others"),
    ("policy.networking.k8s.io", "adminnetworkpolicies", "opens or cuts connections of others"),
    ("policy.networking.k8s.io", "baselineadminnetworkpolicies", "opens or cuts connections of others"),
    ("cilium.io", "ciliumclusterwidenetworkpolicies", "opens or cuts connections of others"),
    ("crd.projectcalico.org", "globalnetworkpolicies", "opens or cuts connections of others"),
    ("projectcalico.org", "globalnetworkpolicies", "opens or cuts connections of others"),
    ("node.k8s.io", "runtimeclasses", "changes how pods of others run"),
    ("resource.k8s.io", "deviceclasses", "changes which devices others get"),
    ("flowcontrol.apiserver.k8s.io", "flowschemas", "starves requests of others"),
    ("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", "starves requests of others"),
    ("rbac.authorization.k8s.io", "clusterroles", "changes rights of others"),
    ("rbac.authorization.k8s.io", "clusterrolebindings", "changes rights of others"),
    ("kyverno.io", "clusterpolicies", "changes or refuses what others create"),
    ("cert-manager.io", "clusterissuers", "decides who signs certificates of others"),
];

const WRITES: [&str; 5] = ["create", "update", "patch", "delete", "deletecollection"];
/// Verbs whose requests carry no name: a rule with resourceNames never grants them.
const NAMELESS: [&str; 2] = ["create", "deletecollection"];

pub(super) fn find(
    inventory: &Inventory,
    rbac: &Rbac,
    identities: &Identities,
    a: &Tenant,
    b: &Tenant,
) -> Found {
    let mut found = Found { shared: identities.shared.clone(), ..Found::default() };
    for (own, from, to) in identities.ways(a, b) {
        let mut bindings = 0;
        for (subject, id) in own {
            for binding in rbac.bindings_of(*id) {
                bindings += 1;
                if is_default(rbac, binding) {
                    continue;
                }
                for (rule, written) in writes(rbac, binding, to) {
                    found.witnesses.push(Witness {
                        from: called(subject, from),
                        to: format!("`{}`", to.text()),
                        what: format!("may write {}, which acts on", listed(&written)),
                        evidence: Evidence::of_grant(inventory, rbac, binding, Some(rule)),
                    });
                }
            }
        }
        found.checked.push(format!(
            "{} of `{}` in {}: none may write one of {} cluster-scoped resources that act on `{}`",
            count(own.len(), "bound identity", "bound identities"),
            from.text(),
            count(bindings, "binding", "bindings"),
            OBJECTS.len(),
            to.text(),
        ));
    }
    found
}

type Written = Vec<(&'static str, &'static str)>;

/// The rules of a binding that write such objects, with the resources and what that does.
fn writes(rbac: &Rbac, binding: &Binding, to: &Tenant) -> Vec<(usize, Written)> {
    let Some(role) = rbac.role_of(binding) else { return Vec::new() };
    let within = match binding.scope() {
        Scope::Cluster => None,
        Scope::Namespace(namespace) => Some(rbac.text(namespace)),
    };
    let of_rule = |(at, rule): (usize, &Rule)| {
        let written: Written = OBJECTS
            .iter()
            .filter(|(group, resource, _)| match (*resource, within) {
                // A RoleBinding grants the Namespace that it stands in and nothing else without a namespace.
                ("namespaces", Some(own)) => to.has(own) && rule_writes(rbac, rule, group, resource, &[own]),
                (_, Some(_)) => false,
                ("namespaces", None) => {
                    let others: Vec<&str> = to.namespaces().collect();
                    rule_writes(rbac, rule, group, resource, &others)
                }
                (_, None) => rule_writes(rbac, rule, group, resource, &[]),
            })
            .map(|(_, resource, does)| (*resource, *does))
            .collect();
        (!written.is_empty()).then_some((at, written))
    };
    rbac.rules(role.rule_set()).iter().enumerate().filter_map(of_rule).collect()
}

/// Whether a rule writes objects of a resource: any, or one of these names when some are given.
fn rule_writes(rbac: &Rbac, rule: &Rule, group: &str, resource: &str, names: &[&str]) -> bool {
    let own: BTreeSet<&str> = rule.names().iter().map(|name| rbac.text(*name)).collect();
    WRITES.iter().any(|verb| {
        let request = Request::resource(verb, group, resource);
        if own.is_empty() {
            return rbac.rule_allows(rule, &request);
        }
        let mut wanted = own.iter().filter(|name| names.is_empty() || names.contains(name));
        !NAMELESS.contains(verb) && wanted.any(|name| rbac.rule_allows(rule, &request.clone().named(name)))
    })
}

/// `nodes (moves …), persistentvolumes (…) and 3 more`
fn listed(written: &Written) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> =
        written.iter().take(SHOWN).map(|(resource, does)| format!("{resource} ({does})")).collect();
    match written.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
