//! Which hosts are asked for a registry, and how.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use seawall_core::ImageReference;

use crate::credentials::Credentials;

/// What is known of a registry's host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// Hosts that are asked before it, in this order. They hold copies; what they do not have, it is asked for.
    pub mirrors: Vec<String>,
    /// Whether it speaks HTTP without TLS.
    pub plain: bool,
    /// Certificate authorities that are trusted for it beside those of the system, PEM.
    pub authorities: Option<String>,
}

/// Bounds of every exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistryLimits {
    /// How long a connection may take, with its TLS handshake.
    pub connect: Duration,
    /// How long an exchange may take, from the question to the last byte of the answer, redirects and tokens apart.
    pub exchange: Duration,
    /// Bytes of the head of an answer.
    pub head: usize,
    /// Bytes of an answer about tokens.
    pub token: usize,
    /// Redirects that are followed.
    pub redirects: usize,
    /// Pages of a list of referrers that are read.
    pub pages: usize,
    /// Bytes of all signatures of one image together.
    pub signatures: usize,
}

impl Default for RegistryLimits {
    fn default() -> Self {
        RegistryLimits {
            connect: Duration::from_secs(5),
            exchange: Duration::from_secs(10),
            head: 64 << 10,
            token: 64 << 10,
            redirects: 5,
            pages: 8,
            signatures: 8 << 20,
        }
    }
}

/// How registries are asked. It cannot be shown, since proxies have passwords in their addresses.
#[derive(Clone, Default)]
pub struct Options {
    /// What is known of hosts, by `HOST[:PORT]`.
    pub hosts: BTreeMap<String, Host>,
    /// Who asks.
    pub credentials: Credentials,
    /// Whether registries on this machine may be asked, without TLS. For hosts in `hosts` it does not matter.
    pub loopback: bool,
    /// The proxy for all hosts, `http://HOST:PORT`, and hosts that are asked without it, separated by commas.
    pub proxy: Option<(String, String)>,
    /// Bounds.
    pub limits: RegistryLimits,
}

/// Where Docker Hub answers.
const DOCKER_HUB: &str = "registry-1.docker.io";

impl Options {
    /// The hosts that are asked for images of a registry, the registry itself last.
    pub(crate) fn endpoints(&self, registry: &str) -> Vec<String> {
        let mirrors = self.hosts.get(registry).into_iter().flat_map(|host| host.mirrors.iter().cloned());
        let own = if registry == ImageReference::DEFAULT_REGISTRY { DOCKER_HUB } else { registry };
        mirrors.chain([own.to_owned()]).collect()
    }

    /// Whether a host may be asked without TLS.
    pub(crate) fn is_plain(&self, host: &str) -> bool {
        match self.hosts.get(host) {
            Some(known) => known.plain,
            None => self.loopback && is_loopback_name(host_of(host)),
        }
    }

    /// Whether an address that a host's name leads to may be connected to.
    pub(crate) fn may_reach(&self, host: &str, address: IpAddr) -> bool {
        if self.hosts.contains_key(host) {
            return true;
        }
        !is_link_local(address) && (self.loopback || !is_loopback(address))
    }
}

/// The host of `HOST:PORT`, without the brackets of an IPv6 address.
pub(crate) fn host_of(authority: &str) -> &str {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    };
    host.trim_start_matches('[').trim_end_matches(']')
}

fn is_loopback_name(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(is_loopback)
}

/// An IPv4 address in IPv6's clothes is what it is.
fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback() || address.is_unspecified()
}

fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(four) => four.is_link_local() || four.is_broadcast() || four.is_multicast(),
        IpAddr::V6(six) => six.is_unicast_link_local() || six.is_multicast(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        let plain = Host { plain: true, ..Host::default() };
        let mirrored = Host { mirrors: vec!["mirror.test".to_owned()], ..Host::default() };
        let hosts = [("plain.test:5000".to_owned(), plain), ("docker.io".to_owned(), mirrored)];
        Options { hosts: hosts.into(), ..Options::default() }
    }

    #[test]
    fn mirrors_come_first_and_docker_hub_answers_elsewhere() {
        assert_eq!(options().endpoints("docker.io"), ["mirror.test", DOCKER_HUB]);
        assert_eq!(options().endpoints("r.test:5000"), ["r.test:5000"]);
    }

    #[test]
    fn plain_http_is_for_those_that_are_named_and_for_this_machine() {
        let mut options = options();
        for (host, plain, plain_here) in [
            ("plain.test:5000", true, true),
            ("plain.test", false, false),
            ("localhost:5000", false, true),
            ("127.0.0.2", false, true),
            ("[::1]:5000", false, true),
            ("localhost.test", false, false),
            ("10.0.0.1", false, false),
        ] {
            options.loopback = false;
            assert_eq!(options.is_plain(host), plain, "{host}");
            options.loopback = true;
            assert_eq!(options.is_plain(host), plain_here, "{host}");
        }
    }

    #[test]
    fn addresses_where_nobody_asks() {
        let mut options = options();
        for (address, may, may_here) in [
            ("169.254.169.254", false, false),
            ("::ffff:169.254.169.254", false, false),
            ("fe80::1", false, false),
            ("224.0.0.1", false, false),
            ("127.0.0.1", false, true),
            ("::ffff:127.0.0.1", false, true),
            ("::1", false, true),
            ("0.0.0.0", false, true),
            ("10.0.0.1", true, true),
            ("2001:db8::1", true, true),
        ] {
            let address: IpAddr = address.parse().unwrap();
            options.loopback = false;
            assert_eq!(options.may_reach("r.test", address), may, "{address}");
            options.loopback = true;
            assert_eq!(options.may_reach("r.test", address), may_here, "{address}");
            assert!(options.may_reach("plain.test:5000", address), "whoever is named may be anywhere");
        }
    }
}
