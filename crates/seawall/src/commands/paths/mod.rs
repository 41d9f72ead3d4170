//! `seawall paths`

mod cut;
mod diagram;
mod json;
pub(super) mod place;
mod text;
mod vulns;
mod what_if;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use seawall_core::ProblemSeverity;
use seawall_paths::html::html;
use seawall_paths::{Filter, Group, Model, Objects};
use seawall_sources::Loaded;

use super::print;
use super::targets::TargetArgs;
use crate::ExitStatus;
use crate::output;

/// How an attacker goes from one thing to another.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct PathsArgs {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The cheapest set of changes that severs all paths, and what every path goes through
    Cut(cut::CutArgs),
    /// Which paths a change adds and removes: exit code 1 when it adds any
    WhatIf(what_if::WhatIfArgs),
}

/// What is asked about.
#[derive(Debug, Args)]
struct AskArgs {
    /// Only paths from here: `internet`, `Pod/shop/web`, `ServiceAccount/ci/bot`, or a kind: `Pod`; may be repeated
    #[arg(long, value_name = "START")]
    from: Vec<String>,
    /// Only paths to here: `cluster-admin`, `namespace-admin:shop`, `node-root`, `Node/a`, …; may be repeated
    #[arg(long, value_name = "SINK")]
    to: Vec<String>,
    #[command(flatten)]
    vulns: vulns::VulnsArgs,
    #[command(flatten)]
    target: TargetArgs,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    ask: AskArgs,
    /// Show all shortest paths of each pair as a graph with their number, instead of one path
    #[arg(long)]
    all_shortest: bool,
    /// Show the paths of a vanilla control plane and those that something holds back, too
    #[arg(long)]
    all: bool,
    /// At most this many groups of paths; 0 for all
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    /// When the exit code is 1
    #[arg(long, value_enum, default_value_t = FailOn::Path, value_name = "WHAT")]
    fail_on: FailOn,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Output::Text, value_name = "FORMAT")]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Any path that is neither a default nor held back
    Path,
    /// Never
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
    Dot,
    Mermaid,
    /// A page of its own: paths to filter, drawn, with what each step rests on
    Html,
}

impl AskArgs {
    fn filter(&self) -> Filter {
        Filter { from: self.from.clone(), to: self.to.clone() }
    }

    fn load(&self) -> anyhow::Result<Loaded> {
        self.target.load()
    }

    fn model(&self, loaded: &Loaded) -> anyhow::Result<Model> {
        let (mut model, problems) = Model::build(&loaded.inventory);
        if !self.target.quiet {
            let worse = problems.iter().filter(|problem| problem.severity >= ProblemSeverity::Warning);
            worse.for_each(output::problem);
        }
        self.vulns.join(&mut model, self.target.quiet)?;
        Ok(model)
    }
}

pub(super) fn run(args: &PathsArgs) -> anyhow::Result<ExitStatus> {
    match &args.action {
        Some(Action::Cut(args)) => cut::run(args),
        Some(Action::WhatIf(args)) => what_if::run(args),
        None => list(&args.list),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<ExitStatus> {
    let loaded = args.ask.load()?;
    let model = args.ask.model(&loaded)?;
    let filter = args.ask.filter();
    let mut groups = model.paths(&filter)?;
    let real = groups.iter().any(|group| !group.path.expected && !group.path.attenuated);
    let objects = Objects::of(&loaded.inventory);
    let shown = match args.output {
        _ if args.all_shortest => {
            let dags = model.all_shortest(&filter)?;
            match args.output {
                Output::Json => json::dags(&dags)?,
                Output::Dot => diagram::dags_dot(&dags),
                Output::Mermaid => diagram::dags_mermaid(&dags),
                Output::Text => text::dags(&dags),
                Output::Html => {
                    anyhow::bail!("--all-shortest is drawn by `-o dot` and `-o mermaid`, not by `-o html`")
                }
            }
        }
        Output::Json => json::paths(&groups, &objects, args.limit)?,
        Output::Text => text::paths(&groups, &objects, args),
        Output::Html => {
            groups.retain(|group| args.all || !group.path.expected);
            html(&groups, args.limit, "Attack paths", &|evidence| {
                objects.at(&evidence.object, &evidence.route)
            })
        }
        Output::Dot | Output::Mermaid => {
            groups.retain(|group| args.all || !group.path.expected && !group.path.attenuated);
            truncate(&mut groups, args.limit);
            if args.output == Output::Dot { diagram::dot(&groups) } else { diagram::mermaid(&groups) }
        }
    };
    print(shown.as_bytes())?;
    // The process ends here: giving the objects back one by one costs more than the search.
    std::mem::forget((loaded, model));
    Ok(if real && args.fail_on == FailOn::Path { ExitStatus::Findings } else { ExitStatus::Clean })
}

fn truncate(groups: &mut Vec<Group>, limit: usize) {
    if limit > 0 {
        groups.truncate(limit);
    }
}

/// A file named by the user.
fn read(path: &PathBuf) -> anyhow::Result<String> {
    use anyhow::Context as _;
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}
