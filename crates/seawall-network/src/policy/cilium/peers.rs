//! Peers of a rule: one kind of list a rule, of which any item may match.
//!
//! A list that is there and empty selects nobody, where its absence asks for nothing; `toFQDNs`, `toServices` and groups
//! count as absent when they are empty.

use seawall_yaml::Node;

use super::entities::{Entity, joined};
use super::{Direction, Front, PeerKey, Refused};
use crate::addresses::AddressSet;
use crate::policy::{Groups, Services, Which};

/// Whom a rule says it is about.
pub(super) enum Meant {
    /// It does not say.
    Unsaid,
    Everyone,
    /// These peers, and whoever has one of these names.
    These(Box<[PeerKey]>, Box<[Box<str>]>),
}

/// Lists that select nobody when they are empty.
const INGRESS: [&str; 5] = ["fromEndpoints", "fromNodes", "fromEntities", "fromCIDR", "fromCIDRSet"];
const EGRESS: [&str; 5] = ["toEndpoints", "toNodes", "toEntities", "toCIDR", "toCIDRSet"];
/// Lists that count as absent when they are empty.
const INGRESS_LATE: [&str; 1] = ["fromGroups"];
const EGRESS_LATE: [&str; 3] = ["toGroups", "toServices", "toFQDNs"];

impl<'r> Front<'_, 'r, '_> {
    pub(super) fn peers(&mut self, rule: Node<'r>, direction: Direction) -> Result<Meant, Refused> {
        let (plain, late, requires): (&[&str], &[&str], &str) = match direction {
            Direction::Ingress => (&INGRESS, &INGRESS_LATE, "fromRequires"),
            Direction::Egress => (&EGRESS, &EGRESS_LATE, "toRequires"),
        };
        if let Some(node) = rule.get(requires) {
            let cause = format!("`{requires}`, which Cilium 1.19 took away, is not judged");
            self.reading.warn(node, &cause);
        }
        let mut lists = Vec::new();
        for key in plain.iter().chain(late) {
            let Some(node) = rule.get(key) else { continue };
            if !node.is_seq() {
                return Err(self.reading.refuse(Some(node), &format!("`{key}` must be a list")));
            }
            if !node.is_empty() || plain.contains(key) {
                lists.push((*key, node));
            }
        }
        let full: Vec<_> = lists.iter().filter(|(_, node)| !node.is_empty()).collect();
        if let [(one, _), (other, node), ..] = full.as_slice() {
            let cause = format!("`{one}` and `{other}` cannot stand in one rule");
            return Err(self.reading.refuse(Some(*node), &cause));
        }
        if lists.iter().any(|(_, node)| node.is_empty()) {
            return Ok(Meant::These(Box::default(), Box::default()));
        }
        let Some((key, node)) = lists.first().copied() else { return Ok(Meant::Unsaid) };
        let mut names = Vec::new();
        let mut peers = Vec::new();
        for item in node.items() {
            match key {
                "fromEndpoints" | "toEndpoints" => self.endpoints(item, &mut peers)?,
                "fromNodes" | "toNodes" => peers.push(PeerKey::Nodes(self.plain_selector(item)?)),
                "fromEntities" | "toEntities" => match self.entity(item)? {
                    Some(more) => peers.extend(more),
                    None => return Ok(Meant::Everyone),
                },
                "fromCIDR" | "toCIDR" => {
                    peers.push(PeerKey::Block { addresses: self.reading.cidr(item)?, in_cluster: false });
                }
                "fromCIDRSet" | "toCIDRSet" => peers.push(self.block(item)?),
                "toServices" => peers.push(PeerKey::Services(self.service(item)?)),
                "toFQDNs" => names.push(self.domain_name(item)?),
                _ => {}
            }
        }
        match key {
            "fromGroups" | "toGroups" => {
                let cause = "addresses of groups of a cloud are not known: this rule matches nothing here";
                self.reading.warn(node, cause);
            }
            "fromNodes" | "toNodes" => {
                let cause = "Cilium refuses it unless `enable-node-selector-labels` is set, which is taken for granted";
                self.reading.warn(node, cause);
            }
            _ => {}
        }
        Ok(Meant::These(joined(peers).into_boxed_slice(), names.into_boxed_slice()))
    }

    fn endpoints(&mut self, item: Node<'r>, peers: &mut Vec<PeerKey>) -> Result<(), Refused> {
        let selector = self.read_selector(item)?;
        let free = selector.is_free(self.own.is_some());
        peers.extend(self.pods(&selector, !free));
        if free {
            let selected = Entity::LABELLED.iter().filter(|(label, _)| selector.selects_reserved(label));
            peers.extend(selected.filter_map(|(_, entity)| entity.peers()).flatten());
            if selector.names_reserved(Entity::API) && selector.selects_reserved(Entity::API) {
                peers.push(PeerKey::ApiServer);
            }
        }
        Ok(())
    }

    fn entity(&mut self, item: Node<'r>) -> Result<Option<Vec<PeerKey>>, Refused> {
        let name = item.as_str().unwrap_or_default();
        match Entity::of(name) {
            Some(entity) => Ok(entity.peers()),
            None => Err(self.reading.refuse(Some(item), &format!("`{name}` is no entity"))),
        }
    }

    fn block(&mut self, item: Node<'r>) -> Result<PeerKey, Refused> {
        let mut except = AddressSet::default();
        for hole in item.list("except") {
            except = except.union(&self.reading.cidr(hole)?);
        }
        match (item.get("cidr"), item.get("cidrGroupRef"), item.get("cidrGroupSelector")) {
            (Some(cidr), None, None) => {
                let whole = self.reading.cidr(cidr)?;
                if !except.is_subset(&whole) {
                    return Err(self
                        .reading
                        .refuse(item.get("except"), "an exception must be a part of `cidr`"));
                }
                Ok(PeerKey::Block { addresses: whole.difference(&except), in_cluster: false })
            }
            (None, Some(name), None) => {
                let name = self.reading.words.intern(name.as_str().unwrap_or_default());
                Ok(PeerKey::Groups { groups: Groups::Named(name), except })
            }
            (None, None, Some(selector)) => {
                let groups = Groups::Matching(self.plain_selector(selector)?);
                Ok(PeerKey::Groups { groups, except })
            }
            _ => {
                let cause = "it needs one of `cidr`, `cidrGroupRef` and `cidrGroupSelector`";
                Err(self.reading.refuse(Some(item), cause))
            }
        }
    }

    fn service(&mut self, item: Node<'r>) -> Result<Services, Refused> {
        if let Some(labelled) = item.get("k8sServiceSelector") {
            let Some(selector) = labelled.get("selector") else {
                return Err(self.reading.refuse(Some(labelled), "it needs a `selector`"));
            };
            let which = Which::Labelled(self.plain_selector(selector)?);
            return Ok(Services { namespace: self.namespace_of(labelled), which });
        }
        let named = item.get("k8sService");
        match named.and_then(|named| Some((named, named.str("serviceName")?))) {
            Some((named, name)) => {
                let which = Which::Named(self.reading.words.intern(name));
                Ok(Services { namespace: self.namespace_of(named), which })
            }
            None => {
                let cause = "it needs `k8sService` with a `serviceName`, or `k8sServiceSelector`";
                Err(self.reading.refuse(Some(item), cause))
            }
        }
    }

    /// Without a namespace, Services of every one are meant.
    fn namespace_of(&mut self, node: Node<'r>) -> Option<crate::words::Word> {
        let name = node.str("namespace").filter(|name| !name.is_empty())?;
        Some(self.reading.words.intern(name))
    }

    pub(super) fn domain_name(&mut self, item: Node<'r>) -> Result<Box<str>, Refused> {
        let (name, pattern) = (item.str("matchName"), item.str("matchPattern"));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let fits = name.is_none_or(|name| name.bytes().all(plain))
            && pattern.is_none_or(|pattern| pattern.bytes().all(|byte| plain(byte) || byte == b'*'));
        match name.or(pattern).filter(|name| fits && !name.is_empty()) {
            Some(text) => Ok(text.into()),
            None => Err(self
                .reading
                .refuse(Some(item), "it needs a `matchName` or a `matchPattern` of letters of DNS")),
        }
    }
}
