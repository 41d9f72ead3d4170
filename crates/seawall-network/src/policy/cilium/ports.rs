//! Ports of a rule: `toPorts`, each item by itself, and `icmps`.

use seawall_yaml::Node;

use super::{Action, Direction, Front, Refused};
use crate::policy::reading::is_service_name;
use crate::policy::{NamedPort, RulePorts};
use crate::ports::{PortSet, Protocol};

/// How many ports an item may have, and how many types an item of `icmps`.
const MOST: usize = 40;

/// Ports of a rule, where they stand, and what is asked above them.
pub(super) struct Found<'r> {
    pub(super) place: Node<'r>,
    pub(super) ports: RulePorts,
    pub(super) narrowed: Option<Box<str>>,
}

impl<'r> Found<'r> {
    pub(super) fn all(place: Node<'r>) -> Self {
        Found { place, ports: RulePorts::all(), narrowed: None }
    }
}

impl<'r> Front<'_, 'r, '_> {
    /// `None` when a rule says nothing about ports.
    pub(super) fn ports(
        &mut self,
        rule: Node<'r>,
        direction: Direction,
        action: Action,
    ) -> Result<Option<Vec<Found<'r>>>, Refused> {
        let items: Vec<_> = rule.list("toPorts").collect();
        let icmps: Vec<_> = rule.list("icmps").collect();
        match (items.as_slice(), icmps.as_slice()) {
            ([], []) => Ok(None),
            ([], _) => Ok(Some(self.icmps(rule, &icmps, action)?)),
            (_, [first, ..]) => {
                Err(self.reading.refuse(Some(*first), "`icmps` and `toPorts` cannot stand in one rule"))
            }
            (items, []) => {
                let place = |item| if items.len() == 1 { rule } else { item };
                let found = items.iter().map(|item| self.item(*item, place(*item), direction, action));
                Ok(Some(found.collect::<Result<_, _>>()?))
            }
        }
    }

    fn item(
        &mut self,
        item: Node<'r>,
        place: Node<'r>,
        direction: Direction,
        action: Action,
    ) -> Result<Found<'r>, Refused> {
        let ports: Vec<_> = item.list("ports").collect();
        if ports.len() > MOST {
            return Err(self.reading.refuse(Some(item), &format!("it has more than {MOST} ports")));
        }
        if ports.is_empty() {
            self.reading.warn(item, "without `ports` it matches nothing");
        }
        let mut all = RulePorts::default();
        let mut named = Vec::new();
        let mut types = Vec::new();
        for port in &ports {
            self.port(*port, &mut all.fixed, &mut named, &mut types)?;
        }
        named.sort_unstable();
        named.dedup();
        all.named = named.into_boxed_slice();
        let mut narrowed = self.layer7(item, &ports, direction, action)?;
        if !types.is_empty() {
            narrowed = Some(listed("ICMP type", &types).into());
        }
        Ok(Found { place, ports: all, narrowed })
    }

    fn port(
        &mut self,
        node: Node<'r>,
        fixed: &mut PortSet,
        named: &mut Vec<NamedPort>,
        types: &mut Vec<String>,
    ) -> Result<(), Refused> {
        let text = node.str("port").unwrap_or_default();
        let protocols: &[Protocol] = match node.str("protocol").unwrap_or_default() {
            "" | "ANY" => &Protocol::WITH_PORTS,
            "TCP" => &[Protocol::Tcp],
            "UDP" => &[Protocol::Udp],
            "SCTP" => &[Protocol::Sctp],
            "ICMP" | "ICMPv6" | "ICMPV6" => {
                types.push(text.to_owned());
                *fixed = fixed.union(&PortSet::of_protocol(Protocol::Other));
                return Ok(());
            }
            "VRRP" | "IGMP" | "GRE" | "IPIP" | "IPV6" | "ESP" | "AH" => {
                *fixed = fixed.union(&PortSet::of_protocol(Protocol::Other));
                return Ok(());
            }
            other => {
                let cause = format!("`{other}` is no protocol of a port");
                return Err(self.reading.refuse(node.get("protocol"), &cause));
            }
        };
        let lower = text.to_ascii_lowercase();
        if is_service_name(&lower) {
            let name = self.reading.words.intern(&lower);
            let any = protocols.len() > 1;
            let protocol = protocols.first().copied().filter(|_| !any);
            named.push(NamedPort { name, protocol });
            return Ok(());
        }
        let Some(from) = number(text) else {
            let cause = format!("`{text}` must be a port: a number from 0 to 65535 or a name, as a text");
            return Err(self.reading.refuse(node.get("port").or(Some(node)), &cause));
        };
        let to = match node.get("endPort") {
            None => from,
            Some(end) => match end.as_i64().and_then(|end| u16::try_from(end).ok()) {
                Some(0) => from,
                Some(to) if to >= from => to,
                _ => {
                    let cause = "`endPort` must be a number from `port` to 65535";
                    return Err(self.reading.refuse(Some(end), cause));
                }
            },
        };
        for protocol in protocols {
            // Port 0 stands for every port.
            let ports = match from {
                0 => PortSet::of_protocol(*protocol),
                _ => PortSet::range(*protocol, from, to),
            };
            *fixed = fixed.union(&ports);
        }
        Ok(())
    }

    /// Types of ICMP. The model has one point for all of ICMP: a rule that allows some types narrows it, and one that denies
    /// some cannot be judged.
    fn icmps(
        &mut self,
        rule: Node<'r>,
        icmps: &[Node<'r>],
        action: Action,
    ) -> Result<Vec<Found<'r>>, Refused> {
        let mut types = Vec::new();
        for icmp in icmps {
            if icmp.list("fields").count() > MOST {
                return Err(self.reading.refuse(Some(*icmp), &format!("it has more than {MOST} types")));
            }
            for field in icmp.list("fields") {
                let family = field.str("family").unwrap_or_default();
                if !matches!(family, "" | "IPv4" | "IPv6") {
                    let cause = format!("`{family}` is no family of addresses: `IPv4` or `IPv6`");
                    return Err(self.reading.refuse(field.get("family"), &cause));
                }
                types.extend(field.get("type").and_then(Node::scalar_text).map(std::borrow::Cow::into_owned));
            }
        }
        if action == Action::Deny {
            self.reading.warn(rule, "a rule that denies types of ICMP is not judged");
            return Ok(Vec::new());
        }
        let ports = RulePorts { fixed: PortSet::of_protocol(Protocol::Other), ..RulePorts::default() };
        Ok(vec![Found { place: rule, ports, narrowed: Some(listed("ICMP type", &types).into()) }])
    }
}

/// A port by number, as Go's `ParseUint` reads it for the texts that are no names.
fn number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let octal = text.len() > 1 && text.starts_with('0');
    if digits && !octal { text.parse().ok() } else { None }
}

/// A few of many words.
pub(super) fn listed(what: &str, words: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = words.iter().take(SHOWN).map(String::as_str).collect();
    match words.len().saturating_sub(SHOWN) {
        0 => format!("{what} {}", shown.join(", ")),
        more => format!("{what} {} and {more} more", shown.join(", ")),
    }
}
