//! `seawall network mesh`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use seawall_inventory::{Inventory, Place};
use seawall_network::mesh::{Mesh, MeshWorkload, Report, Settings, report};
use seawall_network::{Network, Profile};
use seawall_report::{escape, pretty_json};
use serde_json::{Value, json};

use super::{lint, place};
use crate::ExitStatus;
use crate::cli::{Color, FailOn, fail_on};
use crate::commands::targets::TargetArgs;
use crate::output;

#[derive(Debug, Args)]
pub(super) struct MeshArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    /// Exit with 1 when something wrong is at least this severe; `none` never does
    #[arg(long, value_parser = fail_on(), default_value = "high", value_name = "SEVERITY")]
    fail_on: FailOn,
    /// The network plugin, for what the API leaves undefined
    #[arg(long, value_parser = super::profile, default_value = "strict-spec", value_name = "PLUGIN")]
    cni: Profile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(args: &MeshArgs, color: Color) -> anyhow::Result<ExitStatus> {
    let loaded = args.target.load()?;
    let inventory = &loaded.inventory;
    let (network, mut problems) = Network::build(inventory, args.cni);
    let (mesh, more) = Mesh::build(&network, inventory);
    problems.extend(more);
    if !args.target.quiet {
        problems.iter().for_each(output::problem);
    }
    let report = report(&mesh, &network, inventory);
    let text = match args.output {
        Format::Text => text(inventory, &mesh, &report, output::use_color(color)),
        Format::Json => pretty_json(&record(inventory, &mesh, &report))?,
    };
    crate::commands::print(text.as_bytes())?;
    Ok(lint::status(args.fail_on, &report.findings))
}

fn text(inventory: &Inventory, mesh: &Mesh, report: &Report, color: bool) -> String {
    let mut out = String::new();
    head(inventory, mesh.settings(), &mut out);
    let inside = report.workloads.iter().filter(|one| one.membership.member.is_in()).count();
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(out, "{inside} workloads in the mesh, {} outside\n", report.workloads.len() - inside);
    let mut namespace = "";
    for (row, workloads) in rows(inventory, report) {
        if row.namespace != namespace {
            let _ = writeln!(out, "{}", escape(row.namespace));
            namespace = row.namespace;
        }
        let names: Vec<String> = workloads.iter().map(|one| format!("{}/{}", one.kind, one.name)).collect();
        let _ = writeln!(out, "  {}: {}", escape(&names.join(", ")), row.text);
        for line in row.lines {
            let _ = writeln!(out, "    {line}");
        }
    }
    if !report.egress.is_empty() {
        out.push_str("\negress gateways\n");
    }
    for route in &report.egress {
        let hosts = escape(&route.hosts.join(", ")).into_owned();
        let through = escape(&route.through).into_owned();
        let _ = writeln!(out, "  {hosts} through {through}  {}", place::shown(inventory, &route.place));
    }
    out.push('\n');
    if inside == 0 && report.findings.is_empty() {
        out.push_str("nothing to judge: no workload here is in a mesh\n");
    } else {
        out.push_str(&lint::text(inventory, &report.findings, "mesh", color));
    }
    out
}

fn head(inventory: &Inventory, settings: &Settings, out: &mut String) {
    let from = match &settings.place {
        Some(place) => format!("{}  {}", place::subject(inventory, place), place::shown(inventory, place)),
        None => "the settings of the mesh are not here: defaults".to_owned(),
    };
    let _ = writeln!(
        out,
        "root namespace `{}`, trust domain `{}`, unknown hosts {}  ({from})",
        escape(&settings.root_namespace),
        escape(&settings.trust_domain),
        settings.outbound.as_str()
    );
}

/// What a line says of workloads; those of which it says the same share it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row<'r> {
    namespace: &'r str,
    text: String,
    lines: Vec<String>,
}

fn rows<'r>(inventory: &Inventory, report: &'r Report) -> BTreeMap<Row<'r>, Vec<&'r MeshWorkload>> {
    let mut rows: BTreeMap<Row<'_>, Vec<&MeshWorkload>> = BTreeMap::new();
    for workload in &report.workloads {
        let membership = workload.membership;
        let mut text = format!("{} ({})", membership.member.as_str(), membership.because);
        let mut lines = Vec::new();
        if let Some((mode, by)) = &workload.mtls {
            let _ = write!(text, ", mTLS {}", mode.as_str());
            let by = by.as_ref().map(|by| format!("mTLS by {}", named(inventory, by)));
            lines.extend(by);
            let ports = workload.mtls_of_ports.iter();
            lines.extend(ports.map(|(port, mode)| format!("mTLS {} on port {port}", mode.as_str())));
        }
        if !workload.excluded.is_empty() {
            lines.push(format!("no proxy takes {}", workload.excluded));
        }
        lines.extend(workload.waypoints.iter().map(|one| format!("waypoint {}", escape(one))));
        if membership.member.is_in() && workload.policies.is_empty() {
            lines.push("no authorization policy".to_owned());
        }
        lines.extend(workload.policies.iter().map(|place| named(inventory, place)));
        rows.entry(Row { namespace: &workload.namespace, text, lines }).or_default().push(workload);
    }
    rows
}

fn named(inventory: &Inventory, place: &Place) -> String {
    format!("{}  {}", place::subject(inventory, place), place::shown(inventory, place))
}

fn record(inventory: &Inventory, mesh: &Mesh, report: &Report) -> Value {
    let settings = mesh.settings();
    let place = |place: &Place| place::record(inventory, place);
    let workloads = report.workloads.iter().map(|one| {
        let mtls = one.mtls.as_ref().map(|(mode, by)| {
            let ports: BTreeMap<String, &str> =
                one.mtls_of_ports.iter().map(|(port, mode)| (port.to_string(), mode.as_str())).collect();
            json!({"mode": mode.as_str(), "by": by.as_ref().map(place), "ports": ports})
        });
        json!({
            "namespace": one.namespace, "kind": one.kind, "name": one.name, "pods": one.endpoints.len(),
            "member": one.membership.member.as_str(), "because": one.membership.because,
            "predicted": one.membership.predicted, "mtls": mtls,
            "policies": one.policies.iter().map(place).collect::<Vec<_>>(),
            "waypoints": one.waypoints, "not_taken": one.excluded.to_string(),
        })
    });
    let egress = report.egress.iter().map(|route| {
        json!({"hosts": route.hosts, "ports": route.ports, "through": route.through, "route": place(&route.place)})
    });
    json!({
        "schema": "seawall.dev/network-mesh/v1",
        "settings": {
            "root_namespace": settings.root_namespace, "trust_domain": settings.trust_domain,
            "trust_domain_aliases": settings.trust_domain_aliases, "outbound": settings.outbound.as_str(),
            "from": settings.place.as_ref().map(place),
        },
        "workloads": workloads.collect::<Vec<_>>(),
        "egress_gateways": egress.collect::<Vec<_>>(),
        "findings": lint::records(inventory, &report.findings),
    })
}
