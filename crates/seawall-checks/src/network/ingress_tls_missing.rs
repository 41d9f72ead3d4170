//! `network-ingress-tls-missing`

use std::collections::{BTreeSet, HashMap};

use seawall_core::{Confidence, Pillar, ResourceId, Route, Severity};
use seawall_inventory::{Inventory, Place, Resource};
use seawall_network::exposure::Tls;

use crate::network::backends::is_ingress;
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-ingress-tls-missing",
    title: "an Ingress answers without TLS",
    why: "passwords, cookies and tokens travel in clear text between the browser and the controller, where everybody on the way \
          reads and changes them",
    help: "add `spec.tls` with the hosts and a Secret that holds their certificate, from cert-manager for instance",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["SOC2:CC6.1", "SOC2:CC6.6", "SOC2:CC6.7"],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

/// Annotations by which a load balancer gets its certificate, from the documentation of the controllers of Google and of
/// Application Gateway; those of AWS are known to the ways in.
const CERTIFICATES: [&str; 4] = [
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "networking.gke.io/managed-certificates",
    "networking.gke.io/certmap",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let ingresses: Vec<&Resource> =
        inventory.of_kind_any_group("Ingress").filter(|resource| is_ingress(resource)).collect();
    if ingresses.is_empty() {
        return;
    }
    let ways = out.models().ways();
    let mut plain: HashMap<ResourceId, BTreeSet<&str>> = HashMap::new();
    for entry in ways.entries().iter().filter(|entry| entry.tls == Tls::None) {
        plain.entry(entry.object).or_default().extend(entry.hosts.iter().map(|host| host_of(host)));
    }
    for ingress in ingresses {
        let verdicts = out.judge(ingress);
        let spec = ingress.root().get("spec");
        let has_tls = spec.is_some_and(|spec| spec.list("tls").next().is_some());
        if CERTIFICATES.iter().any(|key| ingress.annotation(key).is_some()) {
            continue;
        }
        // With a certificate for some hosts, what comes under no name of the list is not meant for this Ingress.
        let own = plain.get(&ingress.id()).into_iter().flatten().copied();
        let open: Vec<&str> = own.filter(|host| !has_tls || *host != "*").collect();
        let Some(first) = open.first() else { continue };
        let place = Place { resource: ingress.id(), route: Route::root().keys(&["spec", "tls"]) };
        let message = match (*first, open.len()) {
            ("*", 1) => "answers without TLS".to_owned(),
            (host, 1) => format!("answers for `{host}` without TLS"),
            (host, hosts) => format!("answers for `{host}` and {} more without TLS", hosts - 1),
        };
        verdicts.fail(place, message);
    }
}

/// A host without its path.
fn host_of(host: &str) -> &str {
    host.split_once('/').map_or(host, |(host, _)| host)
}
