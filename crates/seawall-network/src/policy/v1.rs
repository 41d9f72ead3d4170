//! `networking.k8s.io/v1` NetworkPolicy. Rules N1 to N7; what the API server refuses is not in force
//! (`pkg/apis/networking/validation` of Kubernetes).

use seawall_core::ProblemSeverity;
use seawall_yaml::Node;

use super::reading::{Reading, Refused};
use super::{Action, NamedPort, Order, PeerKey, Peers, PerDirection, Read, Rule, RulePorts, Scope, Tier};
use crate::addresses::AddressSet;
use crate::ports::{PortSet, Protocol};
use crate::selector::LabelSelector;

/// The namespace that an unset one joins.
const DEFAULT_NAMESPACE: &str = "default";

pub(super) fn read(reading: &mut Reading<'_, '_>, in_cluster: bool) -> Option<Read> {
    policy(reading, in_cluster).ok()
}

fn policy(reading: &mut Reading<'_, '_>, in_cluster: bool) -> Result<Read, Refused> {
    let Some(spec) = reading.spec() else { return Err(reading.refuse(None, "it has no `spec`")) };
    let namespace = reading.resource.namespace().unwrap_or(DEFAULT_NAMESPACE);
    let namespace = reading.words.intern(namespace);
    let mut front = Front { reading, in_cluster, own: Scope::One(namespace) };
    let pods = front.reading.selector(spec, "podSelector")?;
    let subject = PeerKey::Pods { scope: front.own.clone(), pods };
    let types = front.types(spec)?;
    let ingress = front.rules(spec, "ingress", "from")?;
    let egress = front.rules(spec, "egress", "to")?;
    // Egress is governed by default only where the policy has a rule for it.
    let types = types.unwrap_or(PerDirection { ingress: true, egress: !egress.is_empty() });
    let rules =
        PerDirection { ingress: types.ingress.then_some(ingress), egress: types.egress.then_some(egress) };
    let place = front.reading.route(spec);
    Ok(Read {
        tier: Tier::NetworkPolicy,
        priority: Order::from(0),
        subject,
        rules,
        denies_rest: types,
        place,
        services: Box::default(),
    })
}

struct Front<'a, 'r, 'w> {
    reading: &'a mut Reading<'r, 'w>,
    in_cluster: bool,
    own: Scope,
}

impl<'r> Front<'_, 'r, '_> {
    fn types(&mut self, spec: Node<'r>) -> Result<Option<PerDirection<bool>>, Refused> {
        let mut types = PerDirection::default();
        let mut any = false;
        for item in spec.list("policyTypes") {
            any = true;
            match item.as_str() {
                Some("Ingress") => types.ingress = true,
                Some("Egress") => types.egress = true,
                other => {
                    let cause = format!("`{}` is no policy type", other.unwrap_or_default());
                    return Err(self.reading.refuse(Some(item), &cause));
                }
            }
        }
        Ok(any.then_some(types))
    }

    fn rules(&mut self, spec: Node<'r>, list: &str, peers: &str) -> Result<Vec<Rule<PeerKey>>, Refused> {
        spec.list(list).map(|rule| self.rule(rule, peers)).collect()
    }

    fn rule(&mut self, rule: Node<'r>, key: &str) -> Result<Rule<PeerKey>, Refused> {
        let ports = self.ports(rule)?;
        let mut peers = Vec::new();
        for peer in rule.list(key) {
            let peer_key = self.peer(peer)?;
            if matches!(peer_key, PeerKey::Block { .. }) && !ports.named.is_empty() {
                let cause = "a port by name never matches a peer by address: outside the cluster no container gives it a number";
                self.reading.note(ProblemSeverity::Error, Some(peer), cause);
            }
            peers.push(peer_key);
        }
        // An empty list is as good as none.
        let peers = if peers.is_empty() { Peers::Everyone } else { Peers::Any(peers.into_boxed_slice()) };
        let route = self.reading.route(rule);
        Ok(Rule {
            action: Action::Allow,
            own: Peers::Everyone,
            peers,
            ports,
            names: Box::default(),
            narrowed: None,
            route,
        })
    }

    fn ports(&mut self, rule: Node<'r>) -> Result<RulePorts, Refused> {
        let mut ports = RulePorts::default();
        let mut named = Vec::new();
        let mut any = false;
        for item in rule.list("ports") {
            any = true;
            let protocol = self.protocol(item)?;
            let (port, end) = (item.get("port"), item.get("endPort"));
            let Some(port) = port else {
                if end.is_some() {
                    return Err(self.reading.refuse(end, "`endPort` needs `port`"));
                }
                ports.fixed = ports.fixed.union(&PortSet::of_protocol(protocol));
                continue;
            };
            if port.as_str().is_some() {
                if end.is_some() {
                    return Err(self.reading.refuse(end, "`endPort` needs a `port` by number"));
                }
                let name = self.reading.port_name(port)?;
                let name = self.reading.words.intern(name);
                named.push(NamedPort { name, protocol: Some(protocol) });
                continue;
            }
            let from = self.reading.number(port)?;
            let to = end.map_or(Ok(from), |end| self.reading.number(end))?;
            if to < from {
                return Err(self.reading.refuse(end, "`endPort` must not be less than `port`"));
            }
            ports.fixed = ports.fixed.union(&PortSet::range(protocol, from, to));
        }
        if !any {
            return Ok(RulePorts::all());
        }
        named.sort_unstable();
        named.dedup();
        ports.named = named.into_boxed_slice();
        Ok(ports)
    }

    fn protocol(&mut self, port: Node<'r>) -> Result<Protocol, Refused> {
        let Some(node) = port.get("protocol") else { return Ok(Protocol::Tcp) };
        let text = node.as_str().unwrap_or_default();
        let cause = || format!("`{text}` is no protocol of a policy: `TCP`, `UDP` or `SCTP`");
        Protocol::of_api(text).ok_or_else(|| self.reading.refuse(Some(node), &cause()))
    }

    fn peer(&mut self, peer: Node<'r>) -> Result<PeerKey, Refused> {
        let (pods, namespaces) = (peer.get("podSelector"), peer.get("namespaceSelector"));
        if let Some(block) = peer.get("ipBlock") {
            if pods.is_some() || namespaces.is_some() {
                let cause = "a peer with `ipBlock` must have nothing else";
                return Err(self.reading.refuse(Some(peer), cause));
            }
            return Ok(PeerKey::Block { addresses: self.block(block)?, in_cluster: self.in_cluster });
        }
        if pods.is_none() && namespaces.is_none() {
            return Err(self.reading.refuse(Some(peer), "a peer must say whom it means"));
        }
        let scope = match namespaces {
            None => self.own.clone(),
            Some(_) => Scope::Matching(self.reading.selector(peer, "namespaceSelector")?),
        };
        let pods = match pods {
            None => LabelSelector::default(),
            Some(_) => self.reading.selector(peer, "podSelector")?,
        };
        Ok(PeerKey::Pods { scope, pods })
    }

    fn block(&mut self, block: Node<'r>) -> Result<AddressSet, Refused> {
        let Some(cidr) = block.get("cidr") else {
            return Err(self.reading.refuse(Some(block), "an `ipBlock` needs `cidr`"));
        };
        let mut addresses = self.reading.cidr(cidr)?;
        let whole = addresses.clone();
        for except in block.list("except") {
            let hole = self.reading.cidr(except)?;
            if hole == whole || !hole.is_subset(&whole) {
                return Err(self.reading.refuse(Some(except), "an exception must be a part of `cidr`"));
            }
            addresses = addresses.difference(&hole);
        }
        Ok(addresses)
    }
}
