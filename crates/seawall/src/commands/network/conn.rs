//! Connections in words, as netpol-analyzer writes them.

use anyhow::{Context as _, Result};
use seawall_network::{PortSet, Protocol};

/// `All Connections`, `No Connections`, or `SCTP 1-65535,TCP 80,443`; protocols without ports have no word there, and here
/// only where nothing else is allowed.
pub(super) fn words(ports: &PortSet) -> String {
    if ports.is_all() {
        return "All Connections".to_owned();
    }
    let mut parts = Vec::new();
    for protocol in [Protocol::Sctp, Protocol::Tcp, Protocol::Udp] {
        for (at, (from, to)) in ports.ranges(protocol).enumerate() {
            let range = if from == to { from.to_string() } else { format!("{from}-{to}") };
            parts.push(if at == 0 { format!("{protocol} {range}") } else { range });
        }
    }
    match (parts.is_empty(), ports.is_empty()) {
        (false, _) => parts.join(","),
        (true, false) => "Other Protocols".to_owned(),
        (true, true) => "No Connections".to_owned(),
    }
}

/// Reads `80`, `80/tcp`, `8000-8100/udp`, `tcp`, `icmp`.
pub(super) fn read(text: &str) -> Result<PortSet> {
    let (range, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    match range {
        "icmp" => return Ok(PortSet::ip_protocol(1)),
        "icmpv6" => return Ok(PortSet::ip_protocol(58)),
        _ => {}
    }
    if let Ok(protocol) = range.parse::<Protocol>() {
        return Ok(PortSet::of_protocol(protocol));
    }
    let protocol: Protocol = protocol.parse().with_context(|| format!("`{text}`"))?;
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    let number = |part: &str| {
        let number = part.parse::<u16>().ok().filter(|number| *number > 0);
        number.with_context(|| format!("`{text}` is no port: expected `80`, `80/udp` or `8000-8100/tcp`"))
    };
    let (from, to) = (number(from)?, number(to)?);
    anyhow::ensure!(from <= to, "`{text}` ends before it starts");
    Ok(PortSet::range(protocol, from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_netpol_analyzer() {
        assert_eq!(words(&PortSet::all()), "All Connections");
        assert_eq!(words(&PortSet::none()), "No Connections");
        assert_eq!(words(&PortSet::of_protocol(Protocol::Other)), "Other Protocols");
        let some = read("80").unwrap().union(&read("443").unwrap()).union(&read("53/udp").unwrap());
        assert_eq!(words(&some), "TCP 80,443,UDP 53");
        let but = PortSet::all().difference(&read("9090/tcp").unwrap());
        assert_eq!(words(&but), "SCTP 1-65535,TCP 1-9089,9091-65535,UDP 1-65535");
    }

    #[test]
    fn reads_ports() {
        assert_eq!(read("icmp").unwrap(), PortSet::ip_protocol(1));
        assert_eq!(read("tcp").unwrap(), PortSet::of_protocol(Protocol::Tcp));
        assert_eq!(read("1-2/sctp").unwrap(), PortSet::range(Protocol::Sctp, 1, 2));
        for wrong in ["0", "65536", "2-1", "80/http", "http"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
