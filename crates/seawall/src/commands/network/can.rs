//! `seawall network can`

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use seawall_network::{Network, PortSet, Profile};
use seawall_report::escape;
use serde_json::json;

use super::{conn, ends};
use crate::ExitStatus;
use crate::commands::targets::TargetArgs;
use crate::output;

#[derive(Debug, Args)]
pub(super) struct CanArgs {
    /// Source: `namespace/pod`, `namespace/name[Kind]`, `Kind/namespace/name`, an address, a CIDR or `internet`
    src: String,
    /// Destination, in the same forms
    dst: String,
    /// Port of the destination pod: `80`, `53/udp`, `8000-8100`; without it all that is allowed is shown
    #[arg(value_name = "PORT[/PROTOCOL]")]
    port: Option<String>,
    #[command(flatten)]
    target: TargetArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    /// The network plugin, for what the API leaves undefined
    #[arg(long, value_parser = super::profile, default_value = "strict-spec", value_name = "PLUGIN")]
    cni: Profile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(args: &CanArgs) -> anyhow::Result<ExitStatus> {
    let loaded = args.target.load()?;
    let (network, problems) = Network::build(&loaded.inventory, args.cni);
    if !args.target.quiet {
        problems.iter().for_each(output::problem);
    }
    let asked = args.port.as_deref().map(conn::read).transpose()?;
    let whole = asked.clone().unwrap_or_else(PortSet::all);
    let (src, dst) = (ends::read(&network, &args.src)?, ends::read(&network, &args.dst)?);
    let mut out = String::new();
    let mut records = Vec::new();
    let mut yes = false;
    for pair in ends::pairs(&network, &src, &dst)? {
        let open = ends::open(&network, &pair, &whole);
        yes |= if asked.is_some() { open == whole } else { !open.is_empty() };
        let name = |target| ends::name(&network, target, pair.outside.as_ref());
        let (src, dst) = (name(pair.src), name(pair.dst));
        let answer = match &asked {
            Some(asked) if open == *asked => "yes".to_owned(),
            Some(_) if open.is_empty() => "no".to_owned(),
            _ => open.to_string(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} -> {}: {answer}", escape(&src), escape(&dst));
        records.push(json!({"src": src, "dst": dst, "allowed": !open.is_empty(), "ports": open.to_string()}));
    }
    if args.output == Format::Json {
        let report = json!({"schema": "seawall.dev/network-can/v1", "allowed": yes, "connections": records});
        out = serde_json::to_string_pretty(&report)? + "\n";
    }
    crate::commands::print(out.as_bytes())?;
    Ok(if yes { ExitStatus::Clean } else { ExitStatus::Findings })
}
