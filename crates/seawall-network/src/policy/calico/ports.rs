//! Protocols and ports of a rule, and what of it is finer than ports.

use seawall_yaml::Node;

use super::Front;
use crate::policy::reading::Refused;
use crate::policy::{Action, NamedPort, RulePorts};
use crate::ports::{PortSet, Protocol};

/// Protocols by name, with their numbers (IANA's registry).
const PROTOCOLS: [(&str, u8); 6] =
    [("TCP", 6), ("UDP", 17), ("ICMP", 1), ("ICMPv6", 58), ("SCTP", 132), ("UDPLite", 136)];
const ICMP: u8 = 1;
const ICMP_V6: u8 = 58;

fn with_ports(number: u8) -> Option<Protocol> {
    match number {
        6 => Some(Protocol::Tcp),
        17 => Some(Protocol::Udp),
        132 => Some(Protocol::Sctp),
        _ => None,
    }
}

impl<'r> Front<'_, 'r, '_> {
    /// The connections that a rule is about, and in words what else it asks of them.
    pub(super) fn connections(
        &mut self,
        rule: Node<'r>,
        action: Option<Action>,
    ) -> Result<(RulePorts, Option<String>), Refused> {
        let protocol = self.protocol(rule, "protocol")?;
        let not = self.protocol(rule, "notProtocol")?;
        let mut whole = protocol.map_or_else(PortSet::all, PortSet::ip_protocol);
        if let Some(not) = not {
            whole = whole.difference(&PortSet::ip_protocol(not));
        }
        let mut narrowed = Vec::new();
        let with_ports = protocol.and_then(with_ports);
        let mut ports = RulePorts { fixed: whole.clone(), ..RulePorts::default() };
        for end in ["source", "destination"] {
            for key in ["ports", "notPorts"] {
                let items = rule.get(end).and_then(|end| end.get(key)).filter(|list| !list.is_empty());
                let Some(list) = items else { continue };
                let Some(protocol) = with_ports else {
                    let cause = format!("`{key}` needs the `protocol` TCP, UDP or SCTP");
                    return Err(self.reading.refuse(Some(list), &cause));
                };
                let read = self.ports(list, protocol)?;
                match (end, key) {
                    ("source", _) => narrowed.push("some ports of the source"),
                    (_, "ports") => {
                        let fixed = read.fixed.intersection(&whole);
                        (ports.fixed, ports.named) = (fixed, read.named);
                    }
                    _ => ports.except = Some(Box::new(read)),
                }
            }
        }
        self.icmp(rule, protocol, not, &mut narrowed)?;
        self.http(rule, action, protocol, &mut narrowed)?;
        narrowed.dedup();
        Ok((ports, (!narrowed.is_empty()).then(|| narrowed.join(" and "))))
    }

    fn protocol(&mut self, rule: Node<'r>, key: &str) -> Result<Option<u8>, Refused> {
        let Some(node) = rule.get(key).filter(|node| !node.is_null()) else { return Ok(None) };
        let named = |text: &str| PROTOCOLS.iter().find(|(name, _)| *name == text).map(|(_, number)| *number);
        let number = match node.as_str() {
            Some(text) => named(text).or_else(|| text.parse().ok()),
            None => node.as_i64().and_then(|number| u8::try_from(number).ok()),
        };
        number.filter(|number| *number > 0).map(Some).ok_or_else(|| {
            let cause = format!(
                "`{key}` must be `TCP`, `UDP`, `ICMP`, `ICMPv6`, `SCTP`, `UDPLite` or a number from 1 to 255"
            );
            self.reading.refuse(Some(node), &cause)
        })
    }

    fn ports(&mut self, list: Node<'r>, protocol: Protocol) -> Result<RulePorts, Refused> {
        let mut ports = RulePorts::default();
        let mut named = Vec::new();
        for item in list.items() {
            let (from, to) = match (item.as_i64(), item.as_str()) {
                (Some(number), _) => (u16::try_from(number).ok(), u16::try_from(number).ok()),
                (None, Some(text)) => match range(text) {
                    Some(range) => range,
                    None if is_name(text) => {
                        let name = self.reading.words.intern(text);
                        named.push(NamedPort { name, protocol: Some(protocol) });
                        continue;
                    }
                    None => (None, None),
                },
                (None, None) => (None, None),
            };
            let (Some(from), Some(to)) = (from, to) else {
                let cause = "a port must be a number from 0 to 65535, a range `80:90` or a name";
                return Err(self.reading.refuse(Some(item), cause));
            };
            if from > to {
                return Err(self.reading.refuse(Some(item), "a range must not end before it starts"));
            }
            ports.fixed = ports.fixed.union(&PortSet::range(protocol, from, to));
        }
        named.sort_unstable();
        named.dedup();
        ports.named = named.into_boxed_slice();
        Ok(ports)
    }

    fn icmp(
        &mut self,
        rule: Node<'r>,
        protocol: Option<u8>,
        not: Option<u8>,
        narrowed: &mut Vec<&'static str>,
    ) -> Result<(), Refused> {
        for key in ["icmp", "notICMP"] {
            let Some(icmp) = rule.get(key).filter(|node| !node.is_null()) else { continue };
            if key == "icmp" && !matches!(protocol, Some(ICMP | ICMP_V6)) {
                return Err(self.reading.refuse(Some(icmp), "`icmp` needs the `protocol` ICMP or ICMPv6"));
            }
            for (field, most) in [("type", 254), ("code", 255)] {
                let Some(node) = icmp.get(field).filter(|node| !node.is_null()) else { continue };
                if node.as_i64().is_none_or(|number| !(0..=most).contains(&number)) {
                    let cause = format!("`{field}` must be a number from 0 to {most}");
                    return Err(self.reading.refuse(Some(node), &cause));
                }
                narrowed.push("some types of ICMP");
            }
            if icmp.get("code").is_some() && icmp.get("type").is_none() {
                return Err(self.reading.refuse(Some(icmp), "a `code` of ICMP needs a `type`"));
            }
        }
        let version = rule.int("ipVersion");
        for (number, family) in [(ICMP, 4), (ICMP_V6, 6)] {
            let named = protocol == Some(number) || not == Some(number);
            if named && version.is_some_and(|version| version != family) {
                let cause = format!("this protocol needs `ipVersion: {family}`");
                return Err(self.reading.refuse(rule.get("ipVersion"), &cause));
            }
        }
        Ok(())
    }

    fn http(
        &mut self,
        rule: Node<'r>,
        action: Option<Action>,
        protocol: Option<u8>,
        narrowed: &mut Vec<&'static str>,
    ) -> Result<(), Refused> {
        let Some(http) = rule.get("http").filter(|node| !node.is_null()) else { return Ok(()) };
        if action != Some(Action::Allow) {
            return Err(self.reading.refuse(Some(http), "`http` is for rules with the action `Allow` only"));
        }
        if protocol.is_some_and(|number| with_ports(number) != Some(Protocol::Tcp)) {
            return Err(self.reading.refuse(Some(http), "`http` needs the `protocol` TCP"));
        }
        narrowed.push("some requests of HTTP");
        Ok(())
    }
}

/// The ends of `80` or `80:90`, each where it is a port; nothing when the text is a name.
fn range(text: &str) -> Option<(Option<u16>, Option<u16>)> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    (digits(from) && digits(to)).then(|| (from.parse().ok(), to.parse().ok()))
}

fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=128).contains(&text.len()) && text.bytes().all(inner)
}
