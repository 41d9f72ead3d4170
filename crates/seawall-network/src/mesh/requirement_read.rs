//! Requirements from sources, operations and conditions.

use seawall_yaml::Node;

use super::condition::{Lists, Requirement};
use super::reading::{Reading, Refused};
use crate::AddressSet;

/// How many service accounts a list may hold, and how long each may be.
const MAX_ACCOUNTS: usize = 16;
const MAX_ACCOUNT: usize = 320;

/// Fields of a source: the key, its negation, and what it is about.
const SOURCE: [&str; 14] = [
    "principals",
    "notPrincipals",
    "requestPrincipals",
    "notRequestPrincipals",
    "namespaces",
    "notNamespaces",
    "serviceAccounts",
    "notServiceAccounts",
    "ipBlocks",
    "notIpBlocks",
    "remoteIpBlocks",
    "notRemoteIpBlocks",
    "trustDomains",
    "notTrustDomains",
];
const OPERATION: [&str; 8] =
    ["hosts", "notHosts", "ports", "notPorts", "methods", "notMethods", "paths", "notPaths"];

type Requirements = Result<Box<[Requirement]>, Refused>;

pub(super) fn source<'r>(reading: &mut Reading<'r, '_>, body: Node<'r>) -> Requirements {
    reading.know(body, &SOURCE);
    let mut all = Vec::new();
    let lists = texts(reading, body, ["principals", "notPrincipals"])?;
    push(&mut all, Requirement::Principal, lists);
    let lists = texts(reading, body, ["namespaces", "notNamespaces"])?;
    push(&mut all, Requirement::Namespace, lists);
    let identified = !all.is_empty();
    let lists = both(reading, body, ["serviceAccounts", "notServiceAccounts"], account)?;
    if identified && !lists.is_empty() {
        let cause = "`serviceAccounts` cannot be set with `namespaces` or `principals`";
        return Err(reading.refuse(Some(body), cause));
    }
    if lists.values.len().max(lists.excluded.len()) > MAX_ACCOUNTS {
        let cause = format!("at most {MAX_ACCOUNTS} service accounts may be listed");
        return Err(reading.refuse(Some(body), &cause));
    }
    push(&mut all, Requirement::Account, lists);
    let lists = both(reading, body, ["trustDomains", "notTrustDomains"], trust_domain)?;
    push(&mut all, Requirement::TrustDomain, lists);
    let lists = both(reading, body, ["ipBlocks", "notIpBlocks"], block)?;
    push(&mut all, Requirement::SourceIp, lists);
    let lists = both(reading, body, ["remoteIpBlocks", "notRemoteIpBlocks"], block)?;
    push(&mut all, Requirement::RemoteIp, lists);
    http(reading, body, ["requestPrincipals", "notRequestPrincipals"], "request.auth.principal", &mut all)?;
    Ok(all.into_boxed_slice())
}

pub(super) fn operation<'r>(reading: &mut Reading<'r, '_>, body: Node<'r>) -> Requirements {
    reading.know(body, &OPERATION);
    let mut all = Vec::new();
    let lists = both(reading, body, ["ports", "notPorts"], port)?;
    push(&mut all, Requirement::Port, lists);
    http(reading, body, ["hosts", "notHosts"], "request.host", &mut all)?;
    http(reading, body, ["methods", "notMethods"], "request.method", &mut all)?;
    http(reading, body, ["paths", "notPaths"], "request.path", &mut all)?;
    Ok(all.into_boxed_slice())
}

pub(super) fn when<'r>(reading: &mut Reading<'r, '_>, condition: Node<'r>) -> Result<Requirement, Refused> {
    const LISTS: [&str; 2] = ["values", "notValues"];
    reading.know(condition, &["key", "values", "notValues"]);
    let key = condition.str("key").unwrap_or_default();
    if key.is_empty() {
        return Err(reading.refuse(Some(condition), "a condition needs a `key`"));
    }
    let given = texts(reading, condition, LISTS)?;
    if given.is_empty() {
        let cause = format!("the condition on `{key}` needs `values` or `notValues`");
        return Err(reading.refuse(Some(condition), &cause));
    }
    Ok(match key {
        "source.ip" => Requirement::SourceIp(both(reading, condition, LISTS, block)?),
        "remote.ip" => Requirement::RemoteIp(both(reading, condition, LISTS, block)?),
        "destination.ip" => Requirement::DestinationIp(both(reading, condition, LISTS, block)?),
        "destination.port" => Requirement::Port(both(reading, condition, LISTS, port)?),
        "source.namespace" => Requirement::Namespace(given),
        "source.serviceAccount" => Requirement::Account(both(reading, condition, LISTS, account)?),
        "source.principal" => Requirement::Principal(given),
        "source.trustDomain" => Requirement::TrustDomain(given),
        "request.auth.principal" | "request.auth.audiences" | "request.auth.presenter" => {
            Requirement::Http(key.into())
        }
        "connection.sni" => Requirement::Connection(key.into()),
        _ => match keyed(key) {
            Some(("request.headers" | "request.auth.claims", _)) => Requirement::Http(key.into()),
            Some((filter, _)) if filter.starts_with("experimental.envoy.filters.") => {
                Requirement::Connection(key.into())
            }
            _ => return Err(reading.refuse(Some(condition), &format!("`{key}` is no attribute"))),
        },
    })
}

/// `request.headers[name]`: the part before the brackets and what is in them, which may be nested.
fn keyed(key: &str) -> Option<(&str, &str)> {
    let (name, rest) = key.split_once('[')?;
    let inner = rest.strip_suffix(']').filter(|inner| !inner.is_empty())?;
    Some((name, inner))
}

fn push<T>(all: &mut Vec<Requirement>, make: fn(Lists<T>) -> Requirement, lists: Lists<T>) {
    if !lists.is_empty() {
        all.push(make(lists));
    }
}

fn http<'r>(
    reading: &mut Reading<'r, '_>,
    body: Node<'r>,
    keys: [&str; 2],
    attribute: &str,
    all: &mut Vec<Requirement>,
) -> Result<(), Refused> {
    if !texts(reading, body, keys)?.is_empty() {
        all.push(Requirement::Http(attribute.into()));
    }
    Ok(())
}

fn texts<'r>(
    reading: &mut Reading<'r, '_>,
    body: Node<'r>,
    keys: [&str; 2],
) -> Result<Lists<Box<str>>, Refused> {
    both(reading, body, keys, |_, _, text| Ok(text.into()))
}

type ReadValue<'r, 'p, T> = fn(&mut Reading<'r, 'p>, Node<'r>, &'r str) -> Result<T, Refused>;

fn both<'r, 'p, T>(
    reading: &mut Reading<'r, 'p>,
    body: Node<'r>,
    [wanted, excluded]: [&str; 2],
    read: ReadValue<'r, 'p, T>,
) -> Result<Lists<T>, Refused> {
    let mut list = |key| -> Result<Box<[T]>, Refused> {
        let texts = reading.texts(body, key)?;
        texts.into_iter().map(|(node, text)| read(reading, node, text)).collect()
    };
    Ok(Lists { values: list(wanted)?, excluded: list(excluded)? })
}

fn block<'r>(reading: &mut Reading<'r, '_>, node: Node<'r>, text: &'r str) -> Result<AddressSet, Refused> {
    let single = || text.parse().ok().map(|address| AddressSet::of([address]));
    let block = if text.contains('/') { AddressSet::cidr(text) } else { single() };
    block.ok_or_else(|| reading.refuse(Some(node), &format!("`{text}` is no address and no CIDR")))
}

fn port<'r>(reading: &mut Reading<'r, '_>, node: Node<'r>, text: &'r str) -> Result<u16, Refused> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let port = text.parse().ok().filter(|_| digits);
    port.ok_or_else(|| reading.refuse(Some(node), &format!("`{text}` is no port")))
}

fn account<'r>(
    reading: &mut Reading<'r, '_>,
    node: Node<'r>,
    text: &'r str,
) -> Result<(Box<str>, Box<str>), Refused> {
    let own = reading.resource.namespace().unwrap_or(crate::model::DEFAULT_NAMESPACE);
    let (namespace, name) = text.split_once('/').unwrap_or((own, text));
    let plain = !text.contains('*') && text.len() <= MAX_ACCOUNT && !name.contains('/');
    if plain && !namespace.is_empty() && !name.is_empty() {
        return Ok((namespace.into(), name.into()));
    }
    let cause = format!("`{text}` is no service account: expected `name` or `namespace/name`, without `*`");
    Err(reading.refuse(Some(node), &cause))
}

fn trust_domain<'r>(
    reading: &mut Reading<'r, '_>,
    node: Node<'r>,
    text: &'r str,
) -> Result<Box<str>, Refused> {
    let stars = text.matches('*').count();
    let at_end = text.starts_with('*') || text.ends_with('*');
    if text.contains('/') || stars > 1 || stars == 1 && !at_end {
        let cause = format!("`{text}` is no trust domain: no `/`, and one `*` at most, at the start or end");
        return Err(reading.refuse(Some(node), &cause));
    }
    Ok(text.into())
}
