//! `policy.networking.k8s.io`: AdminNetworkPolicy and BaselineAdminNetworkPolicy of v1alpha1, ClusterNetworkPolicy of
//! v1alpha2. Rules C1 to C6; what the schema of their definitions refuses is not in force, but a peer or protocol of an
//! unknown kind fails closed, as the API asks of implementations (`apis/v1alpha2/shared_types.go` of network-policy-api).

use seawall_core::ProblemSeverity;
use seawall_yaml::Node;

use super::reading::{Reading, Refused};
use super::{
    Action, NamedPort, Order, PeerKey, Peers, PerDirection, PolicyKind, Read, Rule, RulePorts, Scope, Tier,
};
use crate::addresses::AddressSet;
use crate::ports::{PortSet, Protocol};
use crate::selector::LabelSelector;

/// The greatest priority; the smallest, 0, comes first.
const MAX_PRIORITY: i32 = 1000;
/// The only name that a BaselineAdminNetworkPolicy may have.
const BASELINE_NAME: &str = "default";

pub(super) fn read(reading: &mut Reading<'_, '_>, kind: PolicyKind) -> Option<Read> {
    Front { reading, kind }.policy().ok()
}

struct Front<'a, 'r, 'w> {
    reading: &'a mut Reading<'r, 'w>,
    kind: PolicyKind,
}

/// Something of a rule, or that it cannot be understood and the rule must fail closed.
enum Understood<T> {
    Yes(T),
    No,
}

impl<'r> Front<'_, 'r, '_> {
    fn policy(&mut self) -> Result<Read, Refused> {
        let Some(spec) = self.reading.spec() else {
            return Err(self.reading.refuse(None, "it has no `spec`"));
        };
        let tier = self.tier(spec)?;
        let priority = self.priority(spec)?;
        let subject = self.subject(spec)?;
        let ingress = self.rules(spec, "ingress", "from")?;
        let egress = self.rules(spec, "egress", "to")?;
        // Without a rule a direction is not governed: unlike a NetworkPolicy, nothing isolates.
        let some = |rules: Vec<Rule<PeerKey>>| (!rules.is_empty()).then_some(rules);
        Ok(Read {
            tier,
            priority,
            subject,
            rules: PerDirection { ingress: some(ingress), egress: some(egress) },
            denies_rest: PerDirection::default(),
            place: self.reading.route(spec),
            services: Box::default(),
        })
    }

    fn tier(&mut self, spec: Node<'r>) -> Result<Tier, Refused> {
        match (self.kind, spec.str("tier")) {
            (PolicyKind::AdminNetworkPolicy, _) => Ok(Tier::Admin),
            (PolicyKind::BaselineAdminNetworkPolicy, _) if self.reading.resource.name() != BASELINE_NAME => {
                Err(self.reading.refuse(None, "it must be named `default`: there is one only"))
            }
            (PolicyKind::BaselineAdminNetworkPolicy, _) | (_, Some("Baseline")) => Ok(Tier::Baseline),
            (_, Some("Admin")) => Ok(Tier::Admin),
            (_, other) => {
                let cause =
                    format!("`tier` must be `Admin` or `Baseline`, not `{}`", other.unwrap_or_default());
                Err(self.reading.refuse(spec.get("tier").or(Some(spec)), &cause))
            }
        }
    }

    fn priority(&mut self, spec: Node<'r>) -> Result<Order, Refused> {
        if self.kind == PolicyKind::BaselineAdminNetworkPolicy {
            return Ok(Order::from(0));
        }
        let node = spec.get("priority");
        let priority = node.and_then(Node::as_i64).and_then(|priority| i32::try_from(priority).ok());
        let priority = priority.filter(|priority| (0..=MAX_PRIORITY).contains(priority)).map(Order::from);
        priority.ok_or_else(|| {
            self.reading.refuse(node.or(Some(spec)), "`priority` must be a number from 0 to 1000")
        })
    }

    fn subject(&mut self, spec: Node<'r>) -> Result<PeerKey, Refused> {
        let Some(subject) = spec.get("subject").filter(|subject| subject.is_map()) else {
            return Err(self.reading.refuse(Some(spec), "it needs a `subject`"));
        };
        match (subject.get("namespaces"), subject.get("pods")) {
            (Some(_), None) => self.namespaces(subject),
            (None, Some(pods)) => self.pods(pods),
            _ => {
                let cause = "`subject` must have either `namespaces` or `pods`";
                Err(self.reading.refuse(Some(subject), cause))
            }
        }
    }

    fn namespaces(&mut self, parent: Node<'r>) -> Result<PeerKey, Refused> {
        let namespaces = self.reading.selector(parent, "namespaces")?;
        Ok(PeerKey::Pods { scope: Scope::Matching(namespaces), pods: LabelSelector::default() })
    }

    fn pods(&mut self, pods: Node<'r>) -> Result<PeerKey, Refused> {
        let namespaces = self.reading.selector(pods, "namespaceSelector")?;
        let pods = self.reading.selector(pods, "podSelector")?;
        Ok(PeerKey::Pods { scope: Scope::Matching(namespaces), pods })
    }

    fn rules(&mut self, spec: Node<'r>, list: &str, peers: &str) -> Result<Vec<Rule<PeerKey>>, Refused> {
        let rules: Vec<_> = spec.list(list).map(|rule| self.rule(rule, peers)).collect::<Result<_, _>>()?;
        let most = if self.kind == PolicyKind::ClusterNetworkPolicy { 25 } else { 100 };
        if rules.len() > most {
            return Err(self.reading.refuse(spec.get(list), &format!("it has more than {most} rules")));
        }
        Ok(rules)
    }

    fn rule(&mut self, rule: Node<'r>, key: &str) -> Result<Rule<PeerKey>, Refused> {
        let action = self.action(rule)?;
        let mut names = Vec::new();
        let peers = self.peers(rule, key, &mut names)?;
        let ports = self.ports(rule)?;
        let route = self.reading.route(rule);
        let by_address = match &peers {
            Understood::Yes(peers) => peers.iter().any(|peer| !matches!(peer, PeerKey::Pods { .. })),
            Understood::No => false,
        };
        if let Understood::Yes(ports) = &ports
            && !ports.named.is_empty()
            && (by_address || !names.is_empty())
        {
            let cause = "a port by name never matches a peer by address or domain name";
            self.reading.note(ProblemSeverity::Warning, Some(rule), cause);
        }
        let (Understood::Yes(peers), Understood::Yes(ports)) = (peers, ports) else {
            let (action, peers) = match action {
                Action::Allow => (Action::Allow, Peers::Any(Box::default())),
                Action::Deny | Action::Pass => (Action::Deny, Peers::Everyone),
            };
            let ports = RulePorts::all();
            let (own, names) = (Peers::Everyone, Box::default());
            return Ok(Rule { action, own, peers, ports, names, narrowed: None, route });
        };
        let peers = Peers::Any(peers.into_boxed_slice());
        let (own, names) = (Peers::Everyone, names.into_boxed_slice());
        Ok(Rule { action, own, peers, ports, names, narrowed: None, route })
    }

    fn action(&mut self, rule: Node<'r>) -> Result<Action, Refused> {
        let word = rule.str("action");
        let allow = if self.kind == PolicyKind::ClusterNetworkPolicy { "Accept" } else { "Allow" };
        match word {
            Some(word) if word == allow => Ok(Action::Allow),
            Some("Deny") => Ok(Action::Deny),
            Some("Pass") if self.kind != PolicyKind::BaselineAdminNetworkPolicy => Ok(Action::Pass),
            other => {
                let cause = format!("`{}` is no action of this kind", other.unwrap_or_default());
                Err(self.reading.refuse(rule.get("action").or(Some(rule)), &cause))
            }
        }
    }

    fn peers(
        &mut self,
        rule: Node<'r>,
        key: &str,
        names: &mut Vec<Box<str>>,
    ) -> Result<Understood<Vec<PeerKey>>, Refused> {
        let mut peers = Vec::new();
        let mut understood = true;
        for peer in rule.list(key) {
            match self.peer(peer, key == "to", names)? {
                Understood::Yes(more) => peers.extend(more),
                Understood::No => understood = false,
            }
        }
        if rule.list(key).next().is_none() {
            return Err(self.reading.refuse(Some(rule), &format!("a rule needs peers in `{key}`")));
        }
        Ok(if understood { Understood::Yes(peers) } else { Understood::No })
    }

    fn peer(
        &mut self,
        peer: Node<'r>,
        egress: bool,
        names: &mut Vec<Box<str>>,
    ) -> Result<Understood<Vec<PeerKey>>, Refused> {
        let mut fields = peer.entries().filter(|(_, value)| !value.is_null());
        let (Some((field, value)), None) = (fields.next(), fields.next()) else {
            self.reading.wrong(Some(peer), "a peer must have exactly one field: the rule fails closed");
            return Ok(Understood::No);
        };
        Ok(Understood::Yes(match field {
            "namespaces" => vec![self.namespaces(peer)?],
            "pods" => vec![self.pods(value)?],
            "nodes" if egress => vec![PeerKey::Nodes(self.reading.selector(peer, "nodes")?)],
            "networks" if egress => {
                let blocks = value.items().map(|cidr| self.reading.cidr(cidr));
                let addresses = blocks.collect::<Result<Vec<_>, _>>()?;
                let addresses = addresses.iter().fold(AddressSet::default(), |all, one| all.union(one));
                vec![PeerKey::Block { addresses, in_cluster: true }]
            }
            "domainNames" if egress => {
                names.extend(value.items().filter_map(Node::as_str).map(Into::into));
                Vec::new()
            }
            _ => {
                self.reading
                    .wrong(Some(peer), &format!("`{field}` is no peer that is known: the rule fails closed"));
                return Ok(Understood::No);
            }
        }))
    }

    fn ports(&mut self, rule: Node<'r>) -> Result<Understood<RulePorts>, Refused> {
        let key = if self.kind == PolicyKind::ClusterNetworkPolicy { "protocols" } else { "ports" };
        if rule.list(key).next().is_none() {
            return Ok(Understood::Yes(RulePorts::all()));
        }
        let mut fixed = PortSet::none();
        let mut named = Vec::new();
        for item in rule.list(key) {
            let mut fields = item.entries().filter(|(_, value)| !value.is_null());
            let (Some((field, value)), None) = (fields.next(), fields.next()) else {
                self.reading.wrong(Some(item), "a port must have exactly one field: the rule fails closed");
                return Ok(Understood::No);
            };
            match (key, field) {
                ("ports", "portNumber") => {
                    let protocol = self.protocol(value)?;
                    let port = self.required(value, "port")?;
                    fixed = fixed.union(&PortSet::port(protocol, port));
                }
                ("ports", "portRange") => {
                    let protocol = self.protocol(value)?;
                    fixed = fixed.union(&self.range(value, protocol)?);
                }
                ("ports", "namedPort") | ("protocols", "destinationNamedPort") => {
                    let name = self.reading.port_name(value)?;
                    named.push(NamedPort { name: self.reading.words.intern(name), protocol: None });
                }
                ("protocols", "tcp" | "udp" | "sctp") => {
                    let protocol = Protocol::of_api(&field.to_ascii_uppercase()).unwrap_or(Protocol::Tcp);
                    fixed = fixed.union(&self.destination(value, protocol)?);
                }
                _ => {
                    let cause = format!("`{field}` is no port that is known: the rule fails closed");
                    self.reading.wrong(Some(item), &cause);
                    return Ok(Understood::No);
                }
            }
        }
        named.sort_unstable();
        named.dedup();
        Ok(Understood::Yes(RulePorts { fixed, named: named.into_boxed_slice(), except: None }))
    }

    /// `destinationPort` of a protocol; all ports without.
    fn destination(&mut self, node: Node<'r>, protocol: Protocol) -> Result<PortSet, Refused> {
        let Some(port) = node.get("destinationPort") else { return Ok(PortSet::of_protocol(protocol)) };
        match (port.get("number"), port.get("range")) {
            (Some(number), None) => Ok(PortSet::port(protocol, self.reading.number(number)?)),
            (None, Some(range)) => self.range(range, protocol),
            _ => {
                let cause = "a destination port must have either `number` or `range`";
                Err(self.reading.refuse(Some(port), cause))
            }
        }
    }

    fn range(&mut self, range: Node<'r>, protocol: Protocol) -> Result<PortSet, Refused> {
        let (from, to) = (self.required(range, "start")?, self.required(range, "end")?);
        if from > to || from == to && self.kind == PolicyKind::ClusterNetworkPolicy {
            return Err(self.reading.refuse(Some(range), "a range must start before it ends"));
        }
        Ok(PortSet::range(protocol, from, to))
    }

    fn required(&mut self, node: Node<'r>, key: &str) -> Result<u16, Refused> {
        match node.get(key) {
            Some(number) => self.reading.number(number),
            None => Err(self.reading.refuse(Some(node), &format!("it needs `{key}`"))),
        }
    }

    fn protocol(&mut self, node: Node<'r>) -> Result<Protocol, Refused> {
        let Some(field) = node.get("protocol") else { return Ok(Protocol::Tcp) };
        let text = field.as_str().unwrap_or_default();
        let cause = || format!("`{text}` is no protocol of a policy: `TCP`, `UDP` or `SCTP`");
        Protocol::of_api(text).ok_or_else(|| self.reading.refuse(Some(field), &cause()))
    }
}
