//! Who reaches whom, by walking every policy for every connection.
//!
//! Source: the API text of `networking.k8s.io/v1` NetworkPolicy, `policy.networking.k8s.io/v1alpha1`
//! AdminNetworkPolicy and BaselineAdminNetworkPolicy, and `v1alpha2` ClusterNetworkPolicy
//! (<https://network-policy-api.sigs.k8s.io/>). Pods on the host network are not modelled, and blocks of addresses meet
//! pods by their addresses.

use std::net::IpAddr;

use serde_json::Value;

use crate::json::{at, list, name, namespace, of_kind, text, texts};
use crate::selector::matches;

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub enum End<'v> {
    /// A pod.
    Pod(&'v Value),
    /// An address outside the cluster.
    Outside(IpAddr),
}

/// The direction in which policies look at a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Ingress,
    Egress,
}

/// What is spoken to: protocol in capitals and port.
#[derive(Clone, Copy, Debug)]
pub struct Port<'v> {
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: &'v str,
    /// The number at the destination.
    pub number: u16,
}

/// Whether the policies among `objects` let `source` connect to `destination`.
pub fn connects(objects: &[Value], source: End<'_>, destination: End<'_>, port: Port<'_>) -> bool {
    if let (End::Pod(a), End::Pod(b)) = (source, destination)
        && namespace(a) == namespace(b)
        && name(a) == name(b)
    {
        return true;
    }
    let world = World { objects, source, destination, port };
    let out = match source {
        End::Pod(pod) => world.lets(Side::Egress, pod),
        End::Outside(_) => true,
    };
    let into = match destination {
        End::Pod(pod) => world.lets(Side::Ingress, pod),
        End::Outside(_) => true,
    };
    out && into
}

struct World<'v> {
    objects: &'v [Value],
    source: End<'v>,
    destination: End<'v>,
    port: Port<'v>,
}

/// What an ordered tier says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Accept,
    Deny,
    Silent,
}

impl World<'_> {
    /// The verdict of one direction for the pod at its end.
    fn lets(&self, side: Side, pod: &Value) -> bool {
        match self.ordered("Admin", side, pod) {
            Word::Accept => return true,
            Word::Deny => return false,
            Word::Silent => {}
        }
        let selecting: Vec<&Value> = of_kind(self.objects, "NetworkPolicy")
            .filter(|policy| namespace(policy) == namespace(pod))
            .filter(|policy| is_isolating(policy, side))
            .filter(|policy| {
                at(policy, &["spec", "podSelector"]).is_none_or(|selector| matches(selector, labels(pod)))
            })
            .collect();
        if !selecting.is_empty() {
            return selecting.iter().any(|policy| self.policy_allows(policy, side));
        }
        self.ordered("Baseline", side, pod) != Word::Deny
    }

    fn policy_allows(&self, policy: &Value, side: Side) -> bool {
        let (rules, peers) = match side {
            Side::Ingress => ("ingress", "from"),
            Side::Egress => ("egress", "to"),
        };
        list(policy, &["spec", rules]).iter().any(|rule| {
            let peers = list(rule, &[peers]);
            let ports = list(rule, &["ports"]);
            (peers.is_empty() || peers.iter().any(|peer| self.peer_fits(peer, policy, side)))
                && (ports.is_empty() || ports.iter().any(|port| self.port_fits(port)))
        })
    }

    /// The far end, as seen from a side.
    fn far(&self, side: Side) -> End<'_> {
        match side {
            Side::Ingress => self.source,
            Side::Egress => self.destination,
        }
    }

    fn peer_fits(&self, peer: &Value, policy: &Value, side: Side) -> bool {
        if let Some(block) = at(peer, &["ipBlock"]) {
            let Some(address) = address(self.far(side)) else { return false };
            return holds(text(block, &["cidr"]), address)
                && !texts(block, &["except"]).iter().any(|except| holds(except, address));
        }
        let End::Pod(pod) = self.far(side) else { return false };
        let namespace_fits = match at(peer, &["namespaceSelector"]) {
            None => namespace(pod) == namespace(policy),
            Some(selector) => self.namespace_fits(selector, pod),
        };
        let pod_fits = at(peer, &["podSelector"]).is_none_or(|selector| matches(selector, labels(pod)));
        let says_something =
            at(peer, &["namespaceSelector"]).is_some() || at(peer, &["podSelector"]).is_some();
        says_something && namespace_fits && pod_fits
    }

    fn namespace_fits(&self, selector: &Value, pod: &Value) -> bool {
        let mut labels = of_kind(self.objects, "Namespace")
            .find(|object| name(object) == namespace(pod))
            .and_then(|object| at(object, &["metadata", "labels"]))
            .cloned()
            .unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        if let Some(labels) = labels.as_object_mut() {
            labels.insert("kubernetes.io/metadata.name".to_owned(), namespace(pod).into());
        }
        matches(selector, Some(&labels))
    }

    fn port_fits(&self, port: &Value) -> bool {
        let protocol = match text(port, &["protocol"]) {
            "" => "TCP",
            protocol => protocol,
        };
        if protocol != self.port.protocol {
            return false;
        }
        match at(port, &["port"]) {
            None => true,
            Some(Value::String(name)) => self.named(name, Some(protocol)),
            Some(number) => {
                let first = number.as_u64().unwrap_or(0);
                let last = at(port, &["endPort"]).and_then(Value::as_u64).unwrap_or(first);
                (first..=last).contains(&u64::from(self.port.number))
            }
        }
    }

    /// Whether the destination is a pod one of whose containers has a port of this name that is the one spoken to.
    fn named(&self, wanted: &str, protocol: Option<&str>) -> bool {
        let End::Pod(pod) = self.destination else { return false };
        list(pod, &["spec", "containers"]).iter().flat_map(|container| list(container, &["ports"])).any(
            |port| {
                let own = match text(port, &["protocol"]) {
                    "" => "TCP",
                    protocol => protocol,
                };
                text(port, &["name"]) == wanted
                    && protocol.is_none_or(|protocol| own == protocol)
                    && own == self.port.protocol
                    && at(port, &["containerPort"]).and_then(Value::as_u64) == Some(self.port.number.into())
            },
        )
    }

    /// What the policies of an ordered tier say: the lower priority number first, then rules in their order.
    fn ordered(&self, tier: &str, side: Side, pod: &Value) -> Word {
        let mut policies: Vec<&Value> = self
            .objects
            .iter()
            .filter(|policy| match text(policy, &["kind"]) {
                "ClusterNetworkPolicy" => text(policy, &["spec", "tier"]) == tier,
                "AdminNetworkPolicy" => tier == "Admin",
                "BaselineAdminNetworkPolicy" => tier == "Baseline",
                _ => false,
            })
            .collect();
        policies.sort_by_key(|policy| at(policy, &["spec", "priority"]).and_then(Value::as_u64).unwrap_or(0));
        for policy in policies.into_iter().filter(|policy| {
            at(policy, &["spec", "subject"]).is_some_and(|subject| self.subject_fits(subject, pod))
        }) {
            let (rules, peers) = match side {
                Side::Ingress => ("ingress", "from"),
                Side::Egress => ("egress", "to"),
            };
            for rule in list(policy, &["spec", rules]) {
                let peer = list(rule, &[peers]).iter().any(|peer| self.ordered_peer_fits(peer, side));
                if peer && self.ordered_port_fits(rule) {
                    match text(rule, &["action"]) {
                        "Accept" | "Allow" => return Word::Accept,
                        "Deny" => return Word::Deny,
                        _ => return Word::Silent,
                    }
                }
            }
        }
        Word::Silent
    }

    fn subject_fits(&self, subject: &Value, pod: &Value) -> bool {
        if let Some(selector) = at(subject, &["namespaces"]) {
            return self.namespace_fits(selector, pod);
        }
        at(subject, &["pods"]).is_some_and(|pods| self.pods_fit(pods, pod))
    }

    fn pods_fit(&self, pods: &Value, pod: &Value) -> bool {
        at(pods, &["namespaceSelector"]).is_none_or(|selector| self.namespace_fits(selector, pod))
            && at(pods, &["podSelector"]).is_none_or(|selector| matches(selector, labels(pod)))
    }

    fn ordered_peer_fits(&self, peer: &Value, side: Side) -> bool {
        let far = self.far(side);
        if let Some(networks) = at(peer, &["networks"]).and_then(Value::as_array) {
            return address(far).is_some_and(|address| {
                networks.iter().filter_map(Value::as_str).any(|network| holds(network, address))
            });
        }
        let End::Pod(pod) = far else { return false };
        if let Some(selector) = at(peer, &["namespaces"]) {
            return self.namespace_fits(selector, pod);
        }
        at(peer, &["pods"]).is_some_and(|pods| self.pods_fit(pods, pod))
    }

    fn ordered_port_fits(&self, rule: &Value) -> bool {
        let number = u64::from(self.port.number);
        if let Some(protocols) = at(rule, &["protocols"]).and_then(Value::as_array) {
            return protocols.iter().any(|protocol| {
                if let Some(name) = at(protocol, &["destinationNamedPort"]).and_then(Value::as_str) {
                    return self.named(name, None);
                }
                let key = self.port.protocol.to_ascii_lowercase();
                let Some(own) = at(protocol, &[&key]) else { return false };
                match at(own, &["destinationPort"]) {
                    None => true,
                    Some(port) => {
                        let exact = at(port, &["number"]).and_then(Value::as_u64) == Some(number);
                        let bound = |key: &str| at(port, &["range", key]).and_then(Value::as_u64);
                        let inside = bound("start").zip(bound("end"));
                        exact || inside.is_some_and(|(start, end)| (start..=end).contains(&number))
                    }
                }
            });
        }
        let Some(ports) = at(rule, &["ports"]).and_then(Value::as_array) else { return true };
        ports.iter().any(|port| {
            let protocol_of = |value: &Value| match text(value, &["protocol"]) {
                "" => "TCP".to_owned(),
                protocol => protocol.to_owned(),
            };
            if let Some(own) = at(port, &["portNumber"]) {
                return protocol_of(own) == self.port.protocol
                    && at(own, &["port"]).and_then(Value::as_u64) == Some(number);
            }
            if let Some(own) = at(port, &["portRange"]) {
                let bound = |key: &str| at(own, &[key]).and_then(Value::as_u64).unwrap_or(0);
                return protocol_of(own) == self.port.protocol
                    && (bound("start")..=bound("end")).contains(&number);
            }
            at(port, &["namedPort"]).and_then(Value::as_str).is_some_and(|name| self.named(name, None))
        })
    }
}

/// Whether a NetworkPolicy isolates in this direction.
fn is_isolating(policy: &Value, side: Side) -> bool {
    let types = texts(policy, &["spec", "policyTypes"]);
    match side {
        Side::Ingress => types.is_empty() || types.contains(&"Ingress"),
        Side::Egress if types.is_empty() => !list(policy, &["spec", "egress"]).is_empty(),
        Side::Egress => types.contains(&"Egress"),
    }
}

fn labels(object: &Value) -> Option<&Value> {
    at(object, &["metadata", "labels"])
}

fn address(end: End<'_>) -> Option<IpAddr> {
    match end {
        End::Outside(address) => Some(address),
        End::Pod(pod) => text(pod, &["status", "podIP"]).parse().ok(),
    }
}

/// Whether a block of addresses holds this one.
fn holds(cidr: &str, address: IpAddr) -> bool {
    let Some((base, length)) = cidr.split_once('/') else { return false };
    let (Ok(base), Ok(length)) = (base.parse::<IpAddr>(), length.parse::<u32>()) else { return false };
    let same =
        |a: u128, b: u128, width: u32| length <= width && (length == 0 || (a ^ b) >> (width - length) == 0);
    match (base, address) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(u32::from(a).into(), u32::from(b).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.into(), b.into(), 128),
        _ => false,
    }
}
