//! `seawall plan`

mod markdown;
mod text;

use clap::{Args, ValueEnum};
use seawall_core::ProblemSeverity;
use seawall_paths::Objects;
use seawall_paths::plan::{Plan, plan};
use seawall_report::pretty_json;
use serde_json::json;

use super::audit::AuditArgs;
use super::paths::place;
use super::targets::TargetArgs;
use crate::ExitStatus;
use crate::output;

const SCHEMA: &str = "seawall.dev/plan/v1";

/// The next changes of a cluster.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// At most this many changes
    #[arg(long, default_value_t = 10, value_name = "N")]
    top: usize,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Output::Text, value_name = "FORMAT")]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
    /// Markdown
    Md,
}

pub(super) fn run(args: &PlanArgs) -> anyhow::Result<ExitStatus> {
    let loaded = args.target.load()?;
    let requests = args.audit.requests(args.target.quiet)?;
    let (plan, problems) = plan(&loaded.inventory, requests.as_ref(), args.top);
    if !args.target.quiet {
        let worse = problems.iter().filter(|problem| problem.severity >= ProblemSeverity::Warning);
        worse.for_each(output::problem);
    }
    let objects = Objects::of(&loaded.inventory);
    let shown = match args.output {
        Output::Text => text::plan(&plan, &objects),
        Output::Md => markdown::plan(&plan, &objects),
        Output::Json => json(&plan, &objects)?,
    };
    super::print(shown.as_bytes())
}

fn json(plan: &Plan, objects: &Objects<'_>) -> anyhow::Result<String> {
    let mut report = json!({"schema": SCHEMA, "plan": plan});
    place::locate(&mut report, objects);
    Ok(pretty_json(&report)?)
}

/// `3 to cluster-admin, 12 to node-root`, the worst first.
fn counts(sinks: &std::collections::BTreeMap<String, usize>) -> String {
    const ORDER: [&str; 6] = [
        "cluster-admin",
        "system-masters",
        "control-plane-node-root",
        "all-secrets",
        "node-root",
        "kube-system-secrets",
    ];
    let rank = |sink: &str| ORDER.iter().position(|own| *own == sink).unwrap_or(ORDER.len());
    let mut sinks: Vec<(&String, &usize)> = sinks.iter().collect();
    sinks.sort_by_key(|(sink, _)| (rank(sink), *sink));
    let (named, rest) = sinks.split_at(sinks.iter().filter(|(sink, _)| rank(sink) < ORDER.len()).count());
    let mut words: Vec<String> = named.iter().map(|(sink, count)| format!("{count} to {sink}")).collect();
    let rest: usize = rest.iter().map(|(_, count)| **count).sum();
    if rest > 0 {
        words.push(format!("{rest} to namespaces and cloud roles"));
    }
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
