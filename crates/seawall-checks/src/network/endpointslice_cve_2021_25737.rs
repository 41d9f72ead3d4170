//! `network-endpointslice-cve-2021-25737`

use std::net::IpAddr;

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-endpointslice-cve-2021-25737",
    title: "an EndpointSlice leads to the node or its link",
    why: "a Service with such an address sends requests to programs that listen for the node alone, or to the metadata \
          service of the cloud, in the name of the node",
    help: "remove the address; update API servers before 1.18.19, 1.19.11, 1.20.7 and 1.21.1, which take it",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Resource(&[GroupKind::new("discovery.k8s.io", "EndpointSlice")], judge),
    ..Check::PLAIN
};

fn judge(slice: &Resource, out: &mut Verdicts<'_>) {
    let addresses = slice.root().list("endpoints").flat_map(|endpoint| endpoint.list("addresses"));
    for node in addresses {
        let Some(text) = node.as_str() else { continue };
        if let Some(what) = text.parse().ok().and_then(reserved) {
            let place = Place { resource: slice.id(), route: slice.route_of(node) };
            out.fail(place, format!("`{text}` is {what}"));
        }
    }
}

/// What the API server refuses in the addresses of endpoints (`ValidateEndpointIP` of Kubernetes).
fn reserved(address: IpAddr) -> Option<&'static str> {
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.segments().first().is_some_and(|first| first & 0xffc0 == 0xfe80),
    };
    if address.is_loopback() {
        Some("an address of the node itself")
    } else if link_local {
        Some("an address of the node's link")
    } else {
        None
    }
}
