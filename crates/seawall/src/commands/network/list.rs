//! `seawall network list`

use std::ops::ControlFlow;

use anyhow::bail;
use clap::{Args, ValueEnum};
use seawall_inventory::Inventory;
use seawall_network::exposure::entry_points;
use seawall_network::list::{Connection, Families, Focus, Potential, ingress_connections};
use seawall_network::mesh::{Mesh, MeshVerdict};
use seawall_network::{Direction, Network, Profile, Workload};

use super::{conn, meshed, render};
use crate::ExitStatus;
use crate::commands::targets::TargetArgs;
use crate::output;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Txt, value_name = "FORMAT")]
    output: Format,
    /// Add what workloads are open to in pods that may come, and which workloads no policy governs
    #[arg(long)]
    exposure: bool,
    /// Only connections of these workloads: `name`, `namespace/name` or `ingress-controller`; may be repeated
    #[arg(long, value_name = "NAME")]
    workload: Vec<String>,
    /// With --workload: only those with these others; may be repeated
    #[arg(long, value_name = "NAME", requires = "workload")]
    peer: Vec<String>,
    /// With --workload: only into it, or only out of it
    #[arg(long, value_enum, value_name = "DIRECTION", requires = "workload")]
    direction: Option<Way>,
    /// Only this connection: `80`, `53/udp`
    #[arg(long, value_name = "PORT[/PROTOCOL]")]
    port: Option<String>,
    /// List IPv6 addresses outside even where no policy speaks of them
    #[arg(long)]
    ipv6: bool,
    /// The network plugin, for what the API leaves undefined; else the one whose own policies are here, or `strict-spec`
    #[arg(long, value_parser = super::profile, value_name = "PLUGIN")]
    cni: Option<Profile>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    Ingress,
    Egress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// One connection a line
    Txt,
    Csv,
    Json,
    /// JSON in the shape of netpol-analyzer, without a schema
    NetpolJson,
    /// For Graphviz
    Dot,
    /// A Markdown table
    Md,
}

/// A list that nobody reads as a whole; it is to be narrowed instead.
const MAX_CONNECTIONS: usize = 2_000_000;

/// What is to be printed.
pub(super) struct Listed {
    pub(super) connections: Vec<Listing>,
    /// Whether a mesh may have its say.
    pub(super) meshed: bool,
    /// With --exposure.
    pub(super) exposure: Option<Exposure>,
}

/// A connection, and what the mesh says of it.
pub(super) struct Listing {
    pub(super) connection: Connection,
    pub(super) mesh: Option<MeshVerdict>,
}

/// What workloads are open to.
pub(super) struct Exposure {
    pub(super) rows: Vec<(Workload, Potential)>,
    pub(super) unprotected: Vec<(Workload, Direction)>,
}

pub(super) fn run(args: &ListArgs) -> anyhow::Result<ExitStatus> {
    let loaded = args.target.load()?;
    let (network, problems) = Network::build(&loaded.inventory, args.cni);
    if !args.target.quiet {
        problems.iter().for_each(output::problem);
    }
    let focus = args.focus()?;
    let families = if args.ipv6 { Families::Both } else { Families::AsMentioned };
    let mesh = meshed::build(&network, &loaded.inventory, args.target.quiet);
    let connections = connections(&network, &loaded.inventory, mesh.as_ref(), families, &focus)?;
    let exposure = args.exposure.then(|| exposure(&network, &focus));
    let connections = listings(&network, mesh.as_ref(), connections);
    let listed = Listed { connections, meshed: mesh.is_some(), exposure };
    let text = match args.output {
        Format::Txt => render::txt(&listed),
        Format::Csv => render::csv(&listed),
        Format::Json => render::json(&listed, &loaded.inventory)?,
        Format::NetpolJson => render::netpol_json(&listed)?,
        Format::Dot => render::dot(&listed),
        Format::Md => render::md(&listed),
    };
    crate::commands::print(text.as_bytes())
}

impl ListArgs {
    fn focus(&self) -> anyhow::Result<Focus> {
        let direction = self.direction.map(|way| match way {
            Way::Ingress => Direction::Ingress,
            Way::Egress => Direction::Egress,
        });
        Ok(Focus {
            workloads: self.workload.clone(),
            peers: self.peer.clone(),
            direction,
            connection: self.port.as_deref().map(conn::read).transpose()?,
        })
    }
}

/// The connections that a focus keeps, without those that the mesh denies, sorted.
///
/// # Errors
/// When there are more than [`MAX_CONNECTIONS`]; the rest is not looked at then.
pub(super) fn connections(
    network: &Network,
    inventory: &Inventory,
    mesh: Option<&Mesh>,
    families: Families,
    focus: &Focus,
) -> anyhow::Result<Vec<Connection>> {
    let mut names = mesh.map(|mesh| mesh.names(network));
    let mut kept = Kept { rows: Vec::new(), limit: MAX_CONNECTIONS };
    let mut add = |mut row: Connection| {
        if let Some(names) = &mut names {
            let denied = meshed::denied(&names.judge(&row.src, &row.dst, &row.ports));
            row.ports = row.ports.difference(&denied);
        }
        if row.ports.is_empty() { ControlFlow::Continue(()) } else { kept.add(focus.keep(row)) }
    };
    let whole = network.connections(families, &mut add).is_continue()
        && ingress_connections(network, inventory, &entry_points(inventory))
            .into_iter()
            .try_for_each(add)
            .is_continue();
    if !whole {
        bail!(
            "more than {MAX_CONNECTIONS} connections are allowed\nhint: name workloads with `--workload`, or ask \
             `seawall network can`"
        );
    }
    kept.rows.sort();
    Ok(kept.rows)
}

/// Rows up to a limit.
struct Kept {
    rows: Vec<Connection>,
    limit: usize,
}

impl Kept {
    /// Breaks at the first row beyond the limit, and does not keep it.
    fn add(&mut self, row: Option<Connection>) -> ControlFlow<()> {
        let Some(row) = row else { return ControlFlow::Continue(()) };
        if self.rows.len() == self.limit {
            return ControlFlow::Break(());
        }
        self.rows.push(row);
        ControlFlow::Continue(())
    }
}

/// Each connection in parts of which the mesh says the same.
fn listings(network: &Network, mesh: Option<&Mesh>, connections: Vec<Connection>) -> Vec<Listing> {
    let mut names = mesh.map(|mesh| mesh.names(network));
    let mut listings = Vec::new();
    for connection in connections {
        let said =
            names.as_mut().map(|names| names.judge(&connection.src, &connection.dst, &connection.ports));
        let said = said.filter(|said| !said.is_empty());
        for (ports, verdict) in meshed::split(connection.ports.clone(), said.as_deref()) {
            let mesh = verdict.filter(|verdict| meshed::is_worth_a_line(verdict)).cloned();
            listings.push(Listing { connection: Connection { ports, ..connection.clone() }, mesh });
        }
    }
    listings
}

fn exposure(network: &Network, focus: &Focus) -> Exposure {
    let mut exposure = Exposure { rows: Vec::new(), unprotected: Vec::new() };
    for workload in network.workloads().iter().filter(|workload| focus.wants(workload)) {
        let rows = network.potential(workload).into_iter();
        let kept = rows.filter_map(|row| focus.keep_potential(workload, row));
        exposure.rows.extend(kept.map(|row| (workload.clone(), row)));
        let wanted = |direction: &Direction| {
            focus.shows_unprotected() && focus.direction.is_none_or(|wanted| wanted == *direction)
        };
        for direction in Direction::ALL.into_iter().filter(wanted) {
            if !network.is_isolated(workload.class, direction) {
                exposure.unprotected.push((workload.clone(), direction));
            }
        }
    }
    exposure
}

#[cfg(test)]
mod tests {
    use seawall_network::PortSet;
    use seawall_network::list::Peer;

    use super::*;

    #[test]
    fn the_row_beyond_the_limit_is_neither_kept_nor_followed_by_another() {
        let row = || Connection {
            src: Peer::Workload("a/b[Pod]".to_owned()),
            dst: Peer::IngressController,
            ports: PortSet::all(),
        };
        let mut kept = Kept { rows: Vec::new(), limit: 3 };
        let mut asked = 0;
        let whole = (0..10).try_for_each(|number| {
            asked += 1;
            // Every other row is not asked for and does not count.
            kept.add((number % 2 == 0).then(row))
        });
        assert_eq!((whole.is_break(), asked, kept.rows.len()), (true, 7, 3));
        let mut exact = Kept { rows: Vec::new(), limit: 3 };
        assert!((0..3).try_for_each(|_| exact.add(Some(row()))).is_continue());
    }
}
