//! `seawall compare`

mod json;
mod markdown;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use seawall_checks::{Profile, evaluate, pick};
use seawall_core::{Finding, Position, ProblemSeverity, ResourceId, Route};
use seawall_inventory::Inventory;
use seawall_peers::{
    Comparison, Input, OursReason, Outcome, PeerReport, Rules, TheirsReason, compare, container_of,
    read_report,
};
use seawall_report::escape;
use seawall_sources::{Progress, Target};

use crate::ExitStatus;
use crate::cli::SelectionArgs;
use crate::commands::accepted::Accepted;
use crate::commands::{RenderArgs, live};
use crate::config;
use crate::output;

/// A report of another tool beside our findings.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The report: SARIF, or the JSON of Trivy, Checkov, Kubescape, kube-linter, Polaris, kube-score or kubesec; `-` for
    /// standard input
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    /// What that tool judged: files, folders, snapshots (`.jsonl`, `.jsonl.zst`, `.jsonl.gz`), or `cluster[:CONTEXT]`
    #[arg(default_value = ".", value_name = "TARGET")]
    targets: Vec<String>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Output::Table, value_name = "FORMAT")]
    output: Output,
    /// Show every difference, not the first of each rule and reason
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Do not print the problems met while reading
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    rendering: RenderArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
    /// Markdown
    #[value(alias = "md")]
    Markdown,
}

/// The largest report: Kubescape puts all objects of a cluster into it.
const MAX_REPORT: u64 = 1 << 30;

pub(super) fn run(args: &CompareArgs) -> anyhow::Result<ExitStatus> {
    let config = config::load(args.selection.config.as_deref())?;
    let accepted = Accepted::load(args.selection.waivers.as_deref(), true, &config)?;
    let name = args.report.display().to_string();
    if args.report.as_os_str() == "-" && args.targets.iter().any(|target| target == "-") {
        bail!("standard input can be the report or a target, not both");
    }
    let text =
        seawall_sources::read_text(&args.report, MAX_REPORT).with_context(|| format!("report `{name}`"))?;
    let report = read_report(text).with_context(|| format!("report `{name}`"))?;
    let targets = args.targets.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
    let rendering = args.rendering.rendering(&config.render)?;
    let mut loaded = live::load(&targets, rendering.as_ref(), args.quiet, &Progress::default())?;
    if loaded.inventory.resources().is_empty() {
        let names: Vec<String> = args.targets.iter().map(|target| format!("`{}`", escape(target))).collect();
        bail!("nothing to judge: no Kubernetes object in {}", names.join(", "));
    }
    let chosen = args.selection.chosen(&config);
    // Checks beside the chosen ones run too: what they say explains, and does not count.
    let all = pick(Profile::All, &[], &[]);
    let mut evaluation = evaluate(&loaded.inventory, &all, &config.settings);
    accepted.apply(&mut evaluation, &mut loaded, Some(&chosen));
    if !args.quiet {
        let worse = loaded.problems.iter().filter(|problem| problem.severity >= ProblemSeverity::Warning);
        let file: Arc<str> = name.as_str().into();
        worse
            .cloned()
            .chain(report.problems.iter().map(|problem| problem.clone().in_file(&file)))
            .for_each(|problem| output::problem(&problem));
    }
    let chosen: BTreeSet<&'static str> = chosen.iter().map(|check| check.id).collect();
    let input = Input {
        report: &report,
        inventory: &loaded.inventory,
        evaluation: &evaluation,
        chosen: &chosen,
        rules: Rules::built_in(),
    };
    let comparison = compare(input);
    let shown =
        Shown { name: &name, input, comparison: &comparison, counts: Counts::of(&report, &comparison) };
    let text = match args.output {
        Output::Table => text::table(&shown, args.all),
        Output::Markdown => markdown::page(&shown, args.all),
        Output::Json => json::document(&shown)?,
    };
    super::print(text.as_bytes())
}

/// All that a renderer needs.
struct Shown<'a> {
    /// The report's name as given.
    name: &'a str,
    input: Input<'a>,
    comparison: &'a Comparison,
    counts: Counts,
}

/// How many of everything.
struct Counts {
    failed: usize,
    passed: usize,
    suppressed: usize,
    /// Findings of ours that matched.
    ours_matched: usize,
    theirs: BTreeMap<TheirsReason, usize>,
    ours: BTreeMap<OursReason, usize>,
}

impl Counts {
    fn of(report: &PeerReport, comparison: &Comparison) -> Self {
        let count = |wanted: fn(&Outcome) -> bool| {
            report.results.iter().filter(|result| wanted(&result.outcome)).count()
        };
        let (mut theirs, mut ours) = (BTreeMap::new(), BTreeMap::new());
        comparison.only_theirs.iter().for_each(|only| *theirs.entry(only.reason).or_default() += 1);
        comparison.only_ours.iter().for_each(|only| *ours.entry(only.reason).or_default() += 1);
        let matched: BTreeSet<usize> =
            comparison.matched.iter().flat_map(|matched| matched.ours.iter().copied()).collect();
        Counts {
            failed: count(|outcome| *outcome == Outcome::Failed),
            passed: count(|outcome| *outcome == Outcome::Passed),
            suppressed: count(|outcome| matches!(outcome, Outcome::Suppressed(_))),
            ours_matched: matched.len(),
            theirs,
            ours,
        }
    }
}

/// Where a place stands: file, line and column.
fn place<'i>(
    inventory: &'i Inventory,
    resource: ResourceId,
    route: &Route,
) -> (Option<&'i str>, Option<Position>) {
    let resource = inventory.get(resource);
    (
        resource.map(|resource| &*resource.origin().file),
        resource.and_then(|resource| resource.position(route)),
    )
}

/// The container that a finding is about.
fn container<'i>(inventory: &'i Inventory, finding: &Finding) -> Option<&'i str> {
    let location = finding.locations.first()?;
    container_of(inventory.get(location.resource)?, &location.route)
}
