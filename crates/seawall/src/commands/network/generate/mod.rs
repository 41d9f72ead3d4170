//! `seawall network generate`

mod manifest;
mod record;
mod text;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use seawall_inventory::Inventory;
use seawall_network::generate::{
    FlowLimits, FlowLog, FlowRead, GenerateOptions, Generated, generate, read_flows,
};
use seawall_network::{Network, Profile};
use seawall_report::{escape, pretty_json};
use seawall_sources::read_text;

use crate::ExitStatus;
use crate::commands::targets::TargetArgs;
use crate::output;

#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Observed flows, `-` for standard input, also `.gz` and `.zst`: `hubble observe -o json`, Inspektor Gadget, `network
    /// list -o json|csv`, or columns `src,dst,port,proto`; may be repeated
    #[arg(long, value_name = "FILE")]
    flows: Vec<PathBuf>,
    /// Only for these namespaces; may be repeated [default: all but those of the system]
    #[arg(short, long, value_name = "NAMESPACE")]
    namespace: Vec<String>,
    /// Leave today's NetworkPolicies in force beside the new ones
    #[arg(long)]
    keep: bool,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    /// The network plugin, for what the API leaves undefined
    #[arg(long, value_parser = super::profile, default_value = "strict-spec", value_name = "PLUGIN")]
    cni: Profile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// What is needed and why, what is not covered, the difference to today
    Text,
    /// The policies, ready to apply, with the evidence as comments
    Yaml,
    Json,
}

/// Bytes of one export of flows.
const MAX_FLOWS: u64 = 1 << 30;

/// One export that was read.
struct Export {
    name: String,
    read: FlowRead,
}

/// Everything that is to be printed.
struct Report<'r> {
    inventory: &'r Inventory,
    generated: &'r Generated,
    log: &'r FlowLog,
    exports: &'r [Export],
    keep: bool,
}

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<ExitStatus> {
    let loaded = args.target.load()?;
    let (network, problems) = Network::build(&loaded.inventory, args.cni);
    if !args.target.quiet {
        problems.iter().for_each(output::problem);
    }
    let (log, exports) = args.read_flows()?;
    let options = GenerateOptions { namespaces: args.namespace.clone(), keep: args.keep };
    let generated = generate(&loaded.inventory, &network, &log, &options);
    generated.refused.iter().for_each(output::problem);
    let missing = args.namespace.iter().find(|name| !generated.namespaces.contains(*name));
    if let Some(name) = missing {
        bail!("no workload is in the namespace `{}`", escape(name));
    }
    if generated.policies.is_empty() {
        bail!("nothing to make policies for: no workload is here outside the namespaces of the system");
    }
    let report = Report {
        inventory: &loaded.inventory,
        generated: &generated,
        log: &log,
        exports: &exports,
        keep: args.keep,
    };
    let text = match args.output {
        Format::Text => text::text(&report),
        Format::Yaml => manifest::manifest(&report),
        Format::Json => pretty_json(&record::record(&report))?,
    };
    crate::commands::print(text.as_bytes())?;
    if generated.proof.unmet.is_empty() {
        return Ok(ExitStatus::Clean);
    }
    // Policies that break what they are made for are no result.
    let unmet: Vec<String> =
        generated.proof.unmet.iter().take(8).map(|one| text::unmet(&generated, one)).collect();
    bail!("{} needed connections would not be allowed: {}", generated.proof.unmet.len(), unmet.join("; "))
}

impl GenerateArgs {
    fn read_flows(&self) -> anyhow::Result<(FlowLog, Vec<Export>)> {
        let mut log = FlowLog::default();
        let mut exports = Vec::new();
        for path in &self.flows {
            let name =
                if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() };
            let text = read_text(path, MAX_FLOWS)
                .with_context(|| format!("the flows in `{}` cannot be read", escape(&name)))?;
            let read = read_flows(&text, &FlowLimits::default(), &mut |flow| log.add(flow));
            if !self.target.quiet {
                let file = name.as_str().into();
                read.problems.iter().for_each(|problem| output::problem(&problem.clone().in_file(&file)));
            }
            if read.flows == 0 {
                bail!(
                    "no flow is in `{}`: expected `hubble observe -o json`, a trace of Inspektor Gadget, `network list -o \
                     json|csv`, or columns `src,dst,port,proto`",
                    escape(&name)
                );
            }
            exports.push(Export { name, read });
        }
        Ok((log, exports))
    }
}
