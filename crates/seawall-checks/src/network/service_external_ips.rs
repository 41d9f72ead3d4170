//! `network-service-external-ips`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-service-external-ips",
    title: "a Service takes traffic for external IPs",
    why: "every node sends traffic for these addresses to the Service's pods, whoever they belong to: nobody checks that \
          the owner of the Service also owns the address (CVE-2020-8554)",
    help: "remove `externalIPs`; use a load balancer, and enable the `DenyServiceExternalIPs` admission plug-in",
    pillar: Pillar::Network,
    severity: Severity::High,
    confidence: Confidence::High,
    judge: Judge::Resource(&[GroupKind::new("", "Service")], judge),
    ..Check::PLAIN
};

fn judge(service: &Resource, out: &mut Verdicts<'_>) {
    let Some(list) = service.root().path(&["spec", "externalIPs"]) else { return };
    let addresses: Vec<&str> = list.items().filter_map(|address| address.as_str()).collect();
    let Some(first) = addresses.first() else { return };
    let place = Place { resource: service.id(), route: service.route_of(list) };
    let more = match addresses.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let fix = Fix::remove(FixRisk::High, place.route.clone());
    out.fail(place, format!("takes traffic for the external IP `{first}`{more}")).fix(fix);
}
