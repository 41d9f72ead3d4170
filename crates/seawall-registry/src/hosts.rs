//! Which hosts are asked for a registry, and how.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use seawall_core::{ImageReference, registry_host};

use crate::credentials::Credentials;
use crate::reach::Reach;

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
    /// Names of hosts that nobody names here and whose addresses are looked for at once.
    pub strangers: usize,
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
            strangers: 4,
        }
    }
}

/// How registries are asked. It cannot be shown, since proxies have passwords in their addresses.
#[derive(Clone, Default)]
pub struct Options {
    /// What is known of hosts, by `HOST[:PORT]` as references have it ([`registry_host`]). They and their mirrors may be at any
    /// address.
    pub hosts: BTreeMap<String, Host>,
    /// Registries beside these that somebody else than who asks for an image names: their names are looked for first.
    pub named: BTreeSet<String>,
    /// Who asks.
    pub credentials: Credentials,
    /// Whether registries on this machine may be asked, without TLS. For hosts in `hosts` it does not matter.
    pub loopback: bool,
    /// Whether hosts that are not in `hosts` are asked at public addresses only.
    pub public_only: bool,
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
        match self.hosts.get(&registry_host(host)) {
            Some(known) => known.plain,
            None => self.loopback && is_loopback_name(host_of(host)),
        }
    }

    /// Whether `hosts` has a host, or has it as a mirror.
    fn is_listed(&self, host: &str) -> bool {
        self.hosts.contains_key(host)
            || self.hosts.values().flat_map(|host| &host.mirrors).any(|mirror| registry_host(mirror) == host)
    }

    /// Whether anybody but who asks for an image names a host.
    pub(crate) fn is_named(&self, host: &str) -> bool {
        let host = registry_host(host);
        self.named.contains(&host) || self.is_listed(&host)
    }

    /// Whether an address that a host's name leads to may be connected to.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn may_reach(&self, host: &str, address: IpAddr) -> Result<(), Barred> {
        match Reach::of(address) {
            Reach::Public => Ok(()),
            _ if self.is_listed(&registry_host(host)) => Ok(()),
            Reach::Machine if self.loopback => Ok(()),
            Reach::Machine | Reach::Beside => Err(Barred::Always),
            Reach::Private if self.public_only => Err(Barred::Private),
            Reach::Private => Ok(()),
        }
    }
}

/// Why nobody connects to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Barred {
    #[error(
        "its name leads to this machine or beside it (link-local, metadata, multicast), where nobody asks for images"
    )]
    Always,
    #[error("its name leads to a private address, where only registries are asked that are named")]
    Private,
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
    host == "localhost" || host.parse().is_ok_and(|address| Reach::of(address) == Reach::Machine)
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
        use Barred::{Always, Private};
        let mut options = options();
        for (address, usual, public, here) in [
            ("169.254.169.254", Err(Always), Err(Always), Err(Always)),
            ("fd00:ec2::254", Err(Always), Err(Always), Err(Always)),
            ("fe80::1", Err(Always), Err(Always), Err(Always)),
            ("224.0.0.1", Err(Always), Err(Always), Err(Always)),
            ("127.0.0.1", Err(Always), Err(Always), Ok(())),
            ("::ffff:127.0.0.1", Err(Always), Err(Always), Ok(())),
            ("0.0.0.0", Err(Always), Err(Always), Ok(())),
            ("10.0.0.1", Ok(()), Err(Private), Ok(())),
            ("fd00::1", Ok(()), Err(Private), Ok(())),
            ("2001:db8::1", Ok(()), Ok(()), Ok(())),
        ] {
            let address: IpAddr = address.parse().unwrap();
            for (loopback, public_only, expected) in
                [(false, false, usual), (false, true, public), (true, false, here)]
            {
                (options.loopback, options.public_only) = (loopback, public_only);
                assert_eq!(options.may_reach("r.test", address), expected, "{address}");
                for named in ["plain.test:5000", "Plain.test:5000", "mirror.test"] {
                    assert!(options.may_reach(named, address).is_ok(), "whoever is named may be anywhere");
                }
            }
        }
        options.named.insert("r.test".to_owned());
        let here = "127.0.0.1".parse().unwrap();
        assert!(options.is_named("R.test:443") && options.may_reach("r.test", here) == Ok(()));
        options.loopback = false;
        assert_eq!(options.may_reach("r.test", here), Err(Always), "a pattern opens no way");
    }
}
