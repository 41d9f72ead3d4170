//! Host names as the DNS of a cluster resolves them for a pod.

use std::net::IpAddr;

use seawall_inventory::Resource;

use super::super::need::End;
use super::super::services::{Led, Services, Wanted};
use super::super::units::Units;
use super::super::{is_metadata, metadata_words};
use super::address::{Candidate, default_port, is_service_name};
use crate::addresses::AddressSet;
use crate::model::Network;
use crate::ports::{PortSet, Protocol};

/// What a candidate turns out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It leads somewhere, and this is how it was written.
    Led(Led, String),
    /// It is an address, and no policy is made for it.
    Refused(String, String),
    /// It is no address of anything.
    Nothing,
}

/// Name and namespace of a Service in a full name: `db.shop.svc`, `db-0.db.shop.svc.cluster.local`.
pub(crate) fn service_name(host: &str) -> Option<(&str, &str)> {
    let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    let svc = labels.iter().skip(2).position(|label| *label == "svc")? + 2;
    match (labels.get(svc.checked_sub(2)?), labels.get(svc.checked_sub(1)?)) {
        (Some(name), Some(namespace)) => Some((name, namespace)),
        _ => None,
    }
}

pub(super) struct Names<'n, 'i> {
    pub(super) network: &'n Network,
    pub(super) units: &'n Units,
    pub(super) services: &'n mut Services<'i>,
}

impl<'i> Names<'_, 'i> {
    /// What an address in the configuration of an object means. `meant`: its key says that it is an address.
    pub(super) fn meaning(&mut self, from: &Resource, one: &Candidate, meant: bool) -> Meaning {
        let written = shown(one);
        let implied = one.scheme.as_deref().and_then(default_port);
        if let Ok(address) = one.host.parse::<IpAddr>() {
            return self.address(one, address, implied, meant, written);
        }
        if one.host == "localhost" || one.host.ends_with(".localhost") {
            return Meaning::Nothing;
        }
        if let Some(service) = self.service(from, &one.host) {
            let wanted = one.port.map_or(Wanted::Likely(implied), Wanted::Number);
            let led = self.services.lead(self.units, service, wanted);
            // A number behind a colon that is no port may be anything: the tag of an image.
            let unlikely = one.scheme.is_none() && !meant && !is_service_name(&one.host);
            return match led {
                Led::Nowhere(_) if unlikely => Meaning::Nothing,
                led => Meaning::Led(led, written),
            };
        }
        let by_url = one.scheme.is_some() || meant && one.port.is_some();
        if is_service_name(&one.host) {
            return Meaning::Refused(written, "no such Service is here".to_owned());
        }
        match one.host.split('.').collect::<Vec<_>>().as_slice() {
            [_] if by_url && one.scheme.as_deref() != Some("file") => {
                Meaning::Refused(written, "no such Service is here".to_owned())
            }
            [.., last]
                if (by_url || meant)
                    && last.len() > 1
                    && last.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
            {
                let port = one.port.or(implied).map_or(String::new(), |port| format!(":{port}"));
                let host = &one.host;
                Meaning::Led(Led::Outside(format!("{host}{port}")), written)
            }
            _ => Meaning::Nothing,
        }
    }

    fn address(
        &mut self,
        one: &Candidate,
        address: IpAddr,
        implied: Option<u16>,
        meant: bool,
        written: String,
    ) -> Meaning {
        if address.is_loopback() || address.is_unspecified() || address.is_multicast() {
            return Meaning::Nothing;
        }
        if is_metadata(address) {
            return Meaning::Refused(written, metadata_words().to_owned());
        }
        if let Some(service) = self.services.at(address) {
            let wanted = one.port.map_or(Wanted::Likely(implied), Wanted::Number);
            return Meaning::Led(self.services.lead(self.units, service, wanted), written);
        }
        let Some(port) = one.port.or(implied) else {
            return match meant {
                true => Meaning::Refused(written, "the port is not written".to_owned()),
                false => Meaning::Nothing,
            };
        };
        let pod = self.network.pods_at(address).into_iter().find_map(|id| self.units.of_endpoint(id));
        let end = pod.map_or_else(|| End::Addresses(AddressSet::of([address])), End::Unit);
        let ends = [(end, PortSet::port(Protocol::Tcp, port))];
        Meaning::Led(Led::To(ends.into()), written)
    }

    /// The Service that a name means to a pod in the namespace of `from`.
    fn service(&self, from: &Resource, host: &str) -> Option<&'i Resource> {
        let labels: Vec<&str> =
            host.split('.').filter(|label| !label.is_empty() && !label.starts_with('_')).collect();
        if let Some((name, namespace)) = service_name(host) {
            return self.services.named(from, Some(namespace), name);
        }
        let own = from.namespace();
        match labels.as_slice() {
            [name] => self.services.named(from, own, name),
            // The second of two may be a namespace, or a headless Service before whose name stands that of a pod.
            [first, second] => self
                .services
                .named(from, Some(second), first)
                .or_else(|| self.services.named(from, own, second)),
            [_, name, namespace] => self.services.named(from, Some(namespace), name),
            _ => None,
        }
    }
}

/// As it is shown: never with names or passwords of users.
fn shown(one: &Candidate) -> String {
    let scheme = one.scheme.as_deref().map_or(String::new(), |scheme| format!("{scheme}://"));
    let port = one.port.map_or(String::new(), |port| format!(":{port}"));
    format!("{scheme}{}{port}", one.host)
}

#[cfg(test)]
mod tests {
    use super::service_name;

    #[test]
    fn full_names() {
        assert_eq!(service_name("db.shop.svc"), Some(("db", "shop")));
        assert_eq!(service_name("db.shop.svc.cluster.local."), Some(("db", "shop")));
        assert_eq!(service_name("db-0.db.shop.svc.corp.example"), Some(("db", "shop")));
        for none in ["db", "db.svc", "svc", "a.b.c", ""] {
            assert_eq!(service_name(none), None, "{none}");
        }
    }
}
