//! Host names that both tenants ask routers to send to them.

use std::collections::BTreeMap;

use seawall_inventory::{Inventory, Resource};
use seawall_yaml::Node;

use super::{Evidence, Found, Tenant, Witness, count};

pub(super) const KINDS: &[(&str, &str)] = &[
    ("networking.k8s.io", "Ingress"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("gateway.networking.k8s.io", "GRPCRoute"),
    ("gateway.networking.k8s.io", "TLSRoute"),
    ("route.openshift.io", "Route"),
];

/// A host name in an object.
struct Claim<'i> {
    resource: &'i Resource,
    node: Node<'i>,
    /// Whether a wildcard of it stands for one label only.
    one_label: bool,
}

/// All claims of a tenant by host name; without one, by what they are attached to.
#[derive(Default)]
struct Claims<'i> {
    by_host: BTreeMap<String, Claim<'i>>,
    any_host: BTreeMap<String, Claim<'i>>,
    objects: usize,
}

pub(super) fn find(inventory: &Inventory, a: &Tenant, b: &Tenant) -> Found {
    let (of_a, of_b) = (claims(inventory, a), claims(inventory, b));
    let mut found = Found::default();
    for (host, one) in &of_a.by_host {
        if let Some(other) = of_b.by_host.get(host) {
            found.witnesses.push(witness(one, other, format!("claims host {host}, as does"), host, host));
        }
    }
    for (own, others) in [(&of_a, &of_b), (&of_b, &of_a)] {
        for (host, other) in &others.by_host {
            for (pattern, one) in covering(own, host) {
                let what = format!("claims {pattern}, which covers {host} of");
                found.witnesses.push(witness(one, other, what, &pattern, host));
            }
        }
    }
    for (router, one) in &of_a.any_host {
        if let Some(other) = of_b.any_host.get(router) {
            let what = format!("claims every host of {router}, as does");
            found.witnesses.push(witness(one, other, what, "every host", "every host"));
        }
    }
    for (claims, tenant) in [(&of_a, a), (&of_b, b)] {
        found.checked.push(format!(
            "{} in {} of `{}`: none is, or covers, one of the other's",
            count(claims.by_host.len() + claims.any_host.len(), "host", "hosts"),
            count(claims.objects, "object", "objects"),
            tenant.text(),
        ));
    }
    found
}

fn witness(one: &Claim<'_>, other: &Claim<'_>, what: String, own: &str, others: &str) -> Witness {
    let evidence = |claim: &Claim<'_>, host: &str| {
        Evidence::of(claim.resource, &claim.resource.route_of(claim.node), format!("claims {host}"))
    };
    Witness {
        from: one.resource.subject().to_string(),
        to: other.resource.subject().to_string(),
        what,
        evidence: vec![evidence(one, own), evidence(other, others)],
    }
}

/// The wildcards of a tenant that cover a host name, or a narrower wildcard.
fn covering<'c, 'i>(claims: &'c Claims<'i>, host: &str) -> Vec<(String, &'c Claim<'i>)> {
    let mut found = Vec::new();
    let mut rest = host.strip_prefix("*.").unwrap_or(host);
    let is_wildcard = rest.len() < host.len();
    let mut labels = usize::from(is_wildcard);
    while let Some((_, tail)) = rest.split_once('.') {
        labels += 1;
        rest = tail;
        let pattern = format!("*.{tail}");
        if let Some(claim) = claims.by_host.get(&pattern).filter(|claim| labels == 1 || !claim.one_label) {
            found.push((pattern, claim));
        }
    }
    found
}

fn claims<'i>(inventory: &'i Inventory, tenant: &Tenant) -> Claims<'i> {
    let mut claims = Claims::default();
    for resource in inventory.resources().iter().filter(|own| tenant.owns(own)) {
        let Some(spec) = resource.root().get("spec") else { continue };
        let Some(one_label) = router(resource) else { continue };
        claims.objects += 1;
        let mut take = |host: Option<Node<'i>>, item: Node<'i>| {
            let name = host.and_then(Node::as_str).filter(|host| !host.is_empty());
            match name {
                Some(name) => {
                    let claim = Claim { resource, node: host.unwrap_or(item), one_label };
                    claims.by_host.entry(name.trim_end_matches('.').to_ascii_lowercase()).or_insert(claim);
                }
                None => {
                    for router in attached(resource, spec) {
                        claims.any_host.entry(router).or_insert(Claim { resource, node: item, one_label });
                    }
                }
            }
        };
        match resource.kind() {
            "Ingress" => {
                spec.list("rules").for_each(|rule| take(rule.get("host"), rule));
                if let Some(backend) = spec.get("defaultBackend") {
                    take(None, backend);
                }
            }
            "Gateway" => spec
                .list("listeners")
                .filter(|listener| listener.get("hostname").is_some())
                .for_each(|listener| take(listener.get("hostname"), listener)),
            "Route" => take(spec.get("host"), spec),
            _ => {
                let mut none = true;
                for host in spec.list("hostnames") {
                    none = false;
                    take(Some(host), host);
                }
                if none {
                    take(None, spec);
                }
            }
        }
    }
    claims
}

/// Whether an object names hosts, and whether its wildcards stand for one label only: those of an Ingress do, those of
/// the Gateway API stand for any number.
fn router(resource: &Resource) -> Option<bool> {
    match (resource.group(), resource.kind()) {
        ("networking.k8s.io" | "extensions", "Ingress") => Some(true),
        ("gateway.networking.k8s.io", "Gateway" | "HTTPRoute" | "GRPCRoute" | "TLSRoute") => Some(false),
        ("route.openshift.io", "Route") => Some(false),
        _ => None,
    }
}

/// What an object without host names takes every host of. A Route without one gets a name of its own.
fn attached(resource: &Resource, spec: Node<'_>) -> Vec<String> {
    match resource.kind() {
        "Ingress" => {
            let named = spec.str("ingressClassName");
            let class = named.or_else(|| resource.annotation("kubernetes.io/ingress.class"));
            vec![match class {
                Some(class) => format!("ingress class {class}"),
                None => "the default ingress class".to_owned(),
            }]
        }
        "Route" | "Gateway" => Vec::new(),
        _ => spec
            .list("parentRefs")
            .filter_map(|parent| {
                let own = resource.namespace().unwrap_or("default");
                let section =
                    parent.str("sectionName").map(|section| format!(" {section}")).unwrap_or_default();
                Some(format!(
                    "Gateway/{}/{}{section}",
                    parent.str("namespace").unwrap_or(own),
                    parent.str("name")?
                ))
            })
            .collect(),
    }
}
