//! One requirement of a rule: an attribute of the connection or request, values one of which it must have, and values none
//! of which it may have.
//!
//! Source: `model/generator.go` and `model/model.go` of istio/istio. An identity is known only over mutual TLS: without one no
//! value is met, and every excluded value is avoided.

use super::answer::Match;
use super::patterns::{glob, meets};
use super::settings::Settings;
use crate::AddressSet;

/// What a requirement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Requirement {
    /// `ipBlocks`, `source.ip`
    SourceIp(Lists<AddressSet>),
    /// `remoteIpBlocks`, `remote.ip`: the client's own address as proxies in between tell it.
    RemoteIp(Lists<AddressSet>),
    /// `destination.ip`
    DestinationIp(Lists<AddressSet>),
    /// `ports`, `destination.port`
    Port(Lists<u16>),
    /// `namespaces`, `source.namespace`
    Namespace(Lists<Box<str>>),
    /// `serviceAccounts`, `source.serviceAccount`: namespace and name.
    Account(Lists<(Box<str>, Box<str>)>),
    /// `principals`, `source.principal`
    Principal(Lists<Box<str>>),
    /// `trustDomains`, `source.trustDomain`
    TrustDomain(Lists<Box<str>>),
    /// What only a request of HTTP has: method, path, host, header, token.
    Http(Box<str>),
    /// `connection.sni`, and what filters of Envoy say: known to the proxy alone.
    Connection(Box<str>),
}

/// Values of which one must hold, where there are any, and values of which none may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lists<T> {
    pub(super) values: Box<[T]>,
    pub(super) excluded: Box<[T]>,
}

impl<T> Lists<T> {
    fn hold(&self, met: impl Fn(&T) -> bool) -> Match {
        let wanted = self.values.is_empty() || self.values.iter().any(&met);
        Match::of(wanted && !self.excluded.iter().any(met))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        self.values.iter().chain(&self.excluded)
    }
}

/// Who connects, by the certificate shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Identity {
    pub(super) namespace: Box<str>,
    pub(super) account: Box<str>,
}

impl Identity {
    /// `cluster.local/ns/shop/sa/web`
    pub(super) fn principal(&self, domain: &str) -> String {
        format!("{domain}/ns/{}/sa/{}", self.namespace, self.account)
    }
}

/// A connection as the one who judges it sees it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) settings: &'a Settings,
    /// `None` without mutual TLS.
    pub(super) identity: Option<&'a Identity>,
    /// `None` where the address is not known.
    pub(super) source: Option<std::net::IpAddr>,
    pub(super) destination: Option<std::net::IpAddr>,
    /// `None` for a port that nobody names.
    pub(super) port: Option<u16>,
}

impl Requirement {
    /// Whether it needs the identity of the peer.
    pub(super) fn needs_identity(&self) -> bool {
        matches!(
            self,
            Requirement::Namespace(_)
                | Requirement::Account(_)
                | Requirement::Principal(_)
                | Requirement::TrustDomain(_)
        )
    }

    /// Whether only a peer with an identity can meet it.
    pub(super) fn wants_identity(&self) -> bool {
        match self {
            Requirement::Namespace(lists)
            | Requirement::Principal(lists)
            | Requirement::TrustDomain(lists) => !lists.values.is_empty(),
            Requirement::Account(lists) => !lists.values.is_empty(),
            _ => false,
        }
    }

    /// The attribute by its name in conditions.
    pub(super) fn attribute(&self) -> &str {
        match self {
            Requirement::SourceIp(_) => "source.ip",
            Requirement::RemoteIp(_) => "remote.ip",
            Requirement::DestinationIp(_) => "destination.ip",
            Requirement::Port(_) => "destination.port",
            Requirement::Namespace(_) => "source.namespace",
            Requirement::Account(_) => "source.serviceAccount",
            Requirement::Principal(_) => "source.principal",
            Requirement::TrustDomain(_) => "source.trustDomain",
            Requirement::Http(name) | Requirement::Connection(name) => name,
        }
    }

    /// Whether a connection meets it, as Envoy judges; what a request must have depends on the request.
    pub(super) fn at_envoy(&self, seen: &Seen<'_>) -> Match {
        let domain = &seen.settings.trust_domain;
        match self {
            Requirement::Namespace(lists) => lists.hold(|pattern| {
                let pattern = format!("*/ns/{pattern}/*");
                seen.identity
                    .is_some_and(|one| glob(&pattern, &format!("spiffe://{}", one.principal(domain))))
            }),
            Requirement::Principal(lists) => lists.hold(|pattern| {
                seen.identity.is_some_and(|one| meets_principal(pattern, one, seen.settings))
            }),
            Requirement::TrustDomain(lists) => {
                lists.hold(|pattern| seen.identity.is_some() && meets_domain(pattern, seen.settings))
            }
            _ => self.anywhere(seen),
        }
    }

    /// Whether a connection meets it, as a ztunnel judges, which knows neither aliases of trust domains nor requests.
    pub(super) fn at_ztunnel(&self, seen: &Seen<'_>) -> Match {
        let domain = &seen.settings.trust_domain;
        match self {
            Requirement::Namespace(lists) => {
                let namespace = seen.identity.map_or("", |one| &one.namespace);
                lists.hold(|pattern| meets(pattern, namespace))
            }
            Requirement::Principal(lists) => {
                lists.hold(|pattern| seen.identity.is_some_and(|one| meets(pattern, &one.principal(domain))))
            }
            _ => self.anywhere(seen),
        }
    }

    fn anywhere(&self, seen: &Seen<'_>) -> Match {
        let inside = |lists: &Lists<AddressSet>, address: Option<std::net::IpAddr>| match address {
            Some(address) => lists.hold(|block| block.contains(address)),
            None => Match::depends(self.attribute()),
        };
        match self {
            Requirement::SourceIp(lists) => inside(lists, seen.source),
            Requirement::DestinationIp(lists) => inside(lists, seen.destination),
            Requirement::Port(lists) => lists.hold(|port| Some(*port) == seen.port),
            Requirement::Account(lists) => lists.hold(|(namespace, account)| {
                seen.identity.is_some_and(|one| one.namespace == *namespace && one.account == *account)
            }),
            Requirement::RemoteIp(_) | Requirement::Http(_) | Requirement::Connection(_) => {
                Match::depends(self.attribute())
            }
            Requirement::Namespace(_) | Requirement::Principal(_) | Requirement::TrustDomain(_) => Match::No,
        }
    }

    /// A remote address over plain TCP, where no proxy in between is believed: that of the peer.
    pub(super) fn remote_is_source(&self, seen: &Seen<'_>) -> Option<Match> {
        let Requirement::RemoteIp(lists) = self else { return None };
        Some(match seen.source {
            Some(address) => lists.hold(|block| block.contains(address)),
            None => Match::depends("source.ip"),
        })
    }
}

/// The own trust domain, its aliases and `cluster.local` in a principal stand for each other (`trustdomain/bundle.go`).
fn meets_principal(pattern: &str, identity: &Identity, settings: &Settings) -> bool {
    if meets(pattern, &identity.principal(&settings.trust_domain)) {
        return true;
    }
    let domain = match pattern.split('/').collect::<Vec<_>>().as_slice() {
        [domain, _, _, _, _] => *domain,
        _ => return false,
    };
    settings.is_own_domain(domain) && meets(pattern, &identity.principal(domain))
}

fn meets_domain(pattern: &str, settings: &Settings) -> bool {
    let own = &settings.trust_domain;
    let alias = settings.trust_domain_aliases.iter().any(|alias| alias == pattern);
    // An exact name is expanded to all aliases, a pattern is not.
    meets(pattern, own) || alias
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(values: &[&str], excluded: &[&str]) -> Lists<Box<str>> {
        let boxed = |texts: &[&str]| texts.iter().map(|text| (*text).into()).collect();
        Lists { values: boxed(values), excluded: boxed(excluded) }
    }

    fn judged(requirement: &Requirement, identity: Option<(&str, &str)>) -> (bool, bool) {
        let settings = Settings {
            trust_domain: "td".into(),
            trust_domain_aliases: vec!["old".into()],
            ..Settings::default()
        };
        let identity = identity
            .map(|(namespace, account)| Identity { namespace: namespace.into(), account: account.into() });
        let identity = identity.as_ref();
        let seen = Seen { settings: &settings, identity, source: None, destination: None, port: Some(80) };
        (requirement.at_envoy(&seen) == Match::Yes, requirement.at_ztunnel(&seen) == Match::Yes)
    }

    #[test]
    fn principals() {
        for (pattern, envoy, ztunnel) in [
            ("td/ns/a/sa/web", true, true),
            ("cluster.local/ns/a/sa/web", true, false),
            ("old/ns/a/sa/web", true, false),
            ("other/ns/a/sa/web", false, false),
            ("*/ns/a/sa/web", true, true),
            ("*/sa/web", true, true),
            ("td/ns/a/*", true, true),
            ("td/ns/b/*", false, false),
            ("*", true, true),
        ] {
            let one = Requirement::Principal(list(&[pattern], &[]));
            assert_eq!(judged(&one, Some(("a", "web"))), (envoy, ztunnel), "{pattern}");
            assert_eq!(judged(&one, None), (false, false), "{pattern} without identity");
            let not = Requirement::Principal(list(&[], &[pattern]));
            assert_eq!(judged(&not, Some(("a", "web"))), (!envoy, !ztunnel), "not {pattern}");
            assert_eq!(judged(&not, None), (true, true), "not {pattern} without identity");
        }
    }

    #[test]
    fn namespaces() {
        for (pattern, envoy, ztunnel) in [
            ("prod", true, true),
            ("pro", false, false),
            ("pro*", true, true),
            ("*rod", true, true),
            ("p*d", true, false),
            ("*", true, true),
            // Envoy looks for `/ns/`, anything, `a/`, which the `/sa/` of every identity ends with.
            ("*a", true, false),
        ] {
            let one = Requirement::Namespace(list(&[pattern], &[]));
            assert_eq!(judged(&one, Some(("prod", "web"))), (envoy, ztunnel), "{pattern}");
            assert_eq!(judged(&one, None), (false, false), "{pattern}");
        }
        let not = Requirement::Namespace(list(&[], &["prod"]));
        assert_eq!((judged(&not, Some(("prod", "web"))), judged(&not, None)), ((false, false), (true, true)));
    }

    #[test]
    fn accounts_and_domains() {
        let account = Requirement::Account(Lists {
            values: Box::new([("a".into(), "web".into())]),
            excluded: Box::default(),
        });
        assert_eq!(judged(&account, Some(("a", "web"))), (true, true));
        assert_eq!(judged(&account, Some(("b", "web"))), (false, false));
        for (pattern, envoy) in [("td", true), ("old", true), ("t*", true), ("x", false), ("*", true)] {
            let domain = Requirement::TrustDomain(list(&[pattern], &[]));
            assert_eq!(judged(&domain, Some(("a", "web"))).0, envoy, "{pattern}");
            assert!(!judged(&domain, None).0, "{pattern}");
        }
    }
}
