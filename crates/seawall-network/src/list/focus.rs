//! The part of a list that somebody asks for.

use super::{Connection, Peer, Potential};
use crate::policy::Direction;
use crate::ports::PortSet;
use crate::query::Workload;

/// Which connections to keep; the default keeps all.
#[derive(Clone, Debug, Default)]
pub struct Focus {
    /// Names of workloads (`name` or `namespace/name`, or `ingress-controller`): one end must be one of them.
    pub workloads: Vec<String>,
    /// The same for the other end.
    pub peers: Vec<String>,
    /// Only into the workloads, or only out of them.
    pub direction: Option<Direction>,
    /// Only rows that allow this connection, and only that connection of them.
    pub connection: Option<PortSet>,
}

impl Focus {
    /// The row as far as it is asked for.
    pub fn keep(&self, row: Connection) -> Option<Connection> {
        let inward = self.is_wanted(&row.dst, &row.src) && self.direction != Some(Direction::Egress);
        let outward = self.is_wanted(&row.src, &row.dst) && self.direction != Some(Direction::Ingress);
        let ports = self.ports(&row.ports).filter(|_| inward || outward)?;
        Some(Connection { ports, ..row })
    }

    /// The same for what a workload is open to.
    pub fn keep_potential(&self, workload: &Workload, row: Potential) -> Option<Potential> {
        let wanted =
            self.wants(workload) && self.direction.is_none_or(|direction| direction == row.direction);
        let ports = self.ports(&row.ports).filter(|_| wanted && self.peers.is_empty())?;
        Some(Potential { ports, ..row })
    }

    /// Whether it is worth saying which workloads no policy governs: of a single connection it says nothing.
    pub fn shows_unprotected(&self) -> bool {
        self.connection.is_none()
    }

    /// Whether a workload is one of those asked for.
    pub fn wants(&self, workload: &Workload) -> bool {
        self.workloads.is_empty() || named(&self.workloads, &workload.namespace, &workload.name)
    }

    fn is_wanted(&self, own: &Peer, other: &Peer) -> bool {
        let fits = |names: &[String], peer: &Peer| names.is_empty() || peer_named(names, peer);
        fits(&self.workloads, own) && fits(&self.peers, other)
    }

    fn ports(&self, ports: &PortSet) -> Option<PortSet> {
        match &self.connection {
            None => Some(ports.clone()),
            Some(wanted) => wanted.is_subset(ports).then(|| wanted.clone()),
        }
    }
}

fn named(names: &[String], namespace: &str, name: &str) -> bool {
    names.iter().any(|wanted| match wanted.split_once('/') {
        Some((in_namespace, wanted)) => in_namespace == namespace && wanted == name,
        None => wanted == name,
    })
}

fn peer_named(names: &[String], peer: &Peer) -> bool {
    match peer {
        Peer::IngressController => names.iter().any(|name| name == "ingress-controller"),
        Peer::External(..) => false,
        Peer::Workload(text) => {
            let plain = text.split_once('[').map_or(text.as_str(), |(plain, _)| plain);
            plain.split_once('/').is_some_and(|(namespace, name)| named(names, namespace, name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protocol;

    fn row(src: &str, dst: &str) -> Connection {
        let peer = |name: &str| Peer::Workload(format!("ns/{name}[Pod]"));
        Connection { src: peer(src), dst: peer(dst), ports: PortSet::of_protocol(Protocol::Tcp) }
    }

    #[test]
    fn keeps_what_is_asked_for() {
        let focus = Focus { workloads: vec!["ns/a".into()], ..Focus::default() };
        assert!(focus.keep(row("a", "b")).is_some() && focus.keep(row("b", "a")).is_some());
        assert!(focus.keep(row("b", "c")).is_none());
        let out = Focus { direction: Some(Direction::Egress), ..focus.clone() };
        assert!(out.keep(row("a", "b")).is_some() && out.keep(row("b", "a")).is_none());
        let pair = Focus { peers: vec!["c".into()], ..focus };
        assert!(pair.keep(row("c", "a")).is_some() && pair.keep(row("a", "b")).is_none());
        let port = PortSet::port(Protocol::Tcp, 80);
        let one = Focus { connection: Some(port.clone()), ..Focus::default() };
        assert_eq!(one.keep(row("a", "b")).unwrap().ports, port);
        let other = Focus { connection: Some(PortSet::port(Protocol::Udp, 80)), ..Focus::default() };
        assert!(other.keep(row("a", "b")).is_none());
    }
}
