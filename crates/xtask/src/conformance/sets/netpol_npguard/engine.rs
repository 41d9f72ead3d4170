//! Lists connections of manifests with the product.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use seawall_core::ProblemSeverity;
use seawall_network::exposure::entry_points;
use seawall_network::list::{Connection, Families, Focus, difference, ingress_connections};
use seawall_network::{Direction, Network, PortSet, Profile, Protocol};
use seawall_sources::{Loaded, SourceLimits, Target, load};
use serde::Deserialize;

/// Manifests as texts, with file names.
pub(super) struct Input {
    pub(super) files: Vec<(String, String)>,
}

/// What a query asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Options {
    focus_workloads: Vec<String>,
    focus_peers: Vec<String>,
    focus_direction: Option<String>,
    focus_conn: Option<String>,
    pub(super) exposure: bool,
}

/// Ranges of ports by protocol.
pub(super) type Ports = Vec<(&'static str, Vec<(u16, u16)>)>;

/// A listed connection: source, destination, ports.
pub(super) type SaidRow = (String, String, Ports);

/// The answer to a query.
#[derive(Default)]
pub(super) struct Said {
    pub(super) refusals: Vec<String>,
    pub(super) connections: Vec<SaidRow>,
    /// Direction, workload, peer, ports.
    pub(super) exposure: Vec<(&'static str, String, String, Ports)>,
    /// Workload and direction.
    pub(super) unprotected: Vec<(String, &'static str)>,
}

/// Source, destination, ports before and after.
pub(super) type SaidDiff = (String, String, Ports, Ports);

static FOLDERS: AtomicUsize = AtomicUsize::new(0);

fn read(input: &Input) -> Result<Loaded, String> {
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("seawall-manifests-{}-{number}", std::process::id()));
    let failed = |error: std::io::Error| format!("cannot write manifests: {error}");
    fs::create_dir_all(&folder).map_err(failed)?;
    for (name, text) in &input.files {
        fs::write(folder.join(name), text).map_err(failed)?;
    }
    let target = Target::parse(&folder.display().to_string()).map_err(|error| error.to_string())?;
    let loaded = load(&[target], &SourceLimits::default());
    fs::remove_dir_all(&folder).map_err(failed)?;
    Ok(loaded)
}

fn model(loaded: &Loaded) -> (Network, Vec<String>) {
    let (network, problems) = Network::build(&loaded.inventory, Profile::LabelsOnly);
    let errors = problems.into_iter().filter(|problem| problem.severity == ProblemSeverity::Error);
    (network, errors.map(|problem| problem.message).collect())
}

/// Why the input is refused; empty when it is not.
pub(super) fn refusals(input: &Input) -> Result<Vec<String>, String> {
    Ok(model(&read(input)?).1)
}

fn connections(loaded: &Loaded, network: &Network) -> Vec<Connection> {
    let mut connections = Vec::new();
    let _ = network.connections(Families::AsMentioned, |connection| {
        connections.push(connection);
        std::ops::ControlFlow::Continue(())
    });
    let entries = entry_points(&loaded.inventory);
    connections.extend(ingress_connections(network, &loaded.inventory, &entries));
    connections
}

fn ports(set: &PortSet) -> Ports {
    Protocol::WITH_PORTS.map(|protocol| (protocol.as_str(), set.ranges(protocol).collect())).into()
}

fn focus(options: &Options) -> Result<Focus, String> {
    let connection = match options.focus_conn.as_deref().map(|text| text.split_once('-')) {
        None => None,
        Some(None) => return Err("a connection is protocol and port".to_owned()),
        Some(Some((protocol, port))) => {
            let protocol: Protocol = protocol.parse().map_err(|error| format!("{error}"))?;
            let port: u16 = port.parse().map_err(|error| format!("{error}"))?;
            Some(PortSet::port(protocol, port))
        }
    };
    let direction = match options.focus_direction.as_deref() {
        Some("ingress") => Some(Direction::Ingress),
        Some("egress") => Some(Direction::Egress),
        _ => None,
    };
    let (workloads, peers) = (options.focus_workloads.clone(), options.focus_peers.clone());
    Ok(Focus { workloads, peers, direction, connection })
}

/// The answer to a query.
pub(super) fn query(input: &Input, options: &Options) -> Result<Said, String> {
    let loaded = read(input)?;
    let (network, refusals) = model(&loaded);
    let focus = focus(options)?;
    let rows = connections(&loaded, &network).into_iter().filter_map(|row| focus.keep(row));
    let connections = rows.map(|row| (row.src.to_string(), row.dst.to_string(), ports(&row.ports))).collect();
    let mut said = Said { refusals, connections, ..Said::default() };
    for workload in network.workloads().iter().filter(|workload| options.exposure && focus.wants(workload)) {
        for row in network.potential(workload) {
            let Some(row) = focus.keep_potential(workload, row) else { continue };
            let peer = row.peer.to_string();
            said.exposure.push((row.direction.as_str(), workload.to_string(), peer, ports(&row.ports)));
        }
        for direction in Direction::ALL {
            if focus.shows_unprotected()
                && !network.is_isolated(workload.class, direction)
                && focus.direction.is_none_or(|wanted| wanted == direction)
            {
                said.unprotected.push((workload.to_string(), direction.as_str()));
            }
        }
    }
    Ok(said)
}

/// What is different between two inputs.
pub(super) fn diff(before: &Input, after: &Input) -> Result<Vec<SaidDiff>, String> {
    let list = |input: &Input| -> Result<Vec<Connection>, String> {
        let loaded = read(input)?;
        let (network, _) = model(&loaded);
        Ok(connections(&loaded, &network))
    };
    let rows = difference(&list(before)?, &list(after)?);
    let row = |row: &seawall_network::list::Difference| {
        (row.src.to_string(), row.dst.to_string(), ports(&row.before), ports(&row.after))
    };
    Ok(rows.iter().map(row).collect())
}
