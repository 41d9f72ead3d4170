//! `seawall fix`

pub(super) mod diff;
mod json;
mod patch;
mod report;
mod write;

use std::collections::HashMap;
use std::io::{self, IsTerminal as _};

use anyhow::bail;
use clap::{ArgGroup, Args, ValueEnum};
use seawall_checks::{Check, Profile, evaluate, pick};
use seawall_core::{Finding, Fingerprint, FixRisk, ProblemSeverity, ResourceId};
use seawall_fix::{Danger, Fixed, Outcome, fix};
use seawall_inventory::Inventory;
use seawall_report::{Secrets, escape, pretty_json};
use seawall_sources::{Progress, Target};

use crate::ExitStatus;
use crate::cli::{Color, SelectionArgs};
use crate::commands::accepted::Accepted;
use crate::commands::{RenderArgs, live, scan};
use crate::config;
use crate::output;

/// Changes that cure findings.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("mode").args(["diff", "write", "patch"])))]
pub(crate) struct FixArgs {
    /// Files, folders, `-` for standard input, snapshots (`.jsonl`, `.jsonl.zst`, `.jsonl.gz`), or `cluster[:CONTEXT]`
    #[arg(default_value = ".", value_name = "TARGET")]
    targets: Vec<String>,
    /// Print what would change as a unified diff; this is the default
    #[arg(long)]
    diff: bool,
    /// Write the changed files
    #[arg(long)]
    write: bool,
    /// Print a JSON Patch for each changed object, as a command for its cluster
    #[arg(long)]
    patch: bool,
    /// Make changes too that may change what workloads do
    #[arg(long)]
    risky: bool,
    /// Exit with 1 when something could be fixed and was not
    #[arg(long)]
    check: bool,
    /// Take it for no error when the targets hold no Kubernetes object
    #[arg(long)]
    allow_empty: bool,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Output::Text, value_name = "FORMAT")]
    output: Output,
    /// Print the changes and errors only
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    rendering: RenderArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// The changes on standard output, what they do on standard error
    Text,
    /// Everything in one document
    Json,
}

/// What is done with the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Diff,
    Write,
    Patch,
}

pub(super) fn run(args: &FixArgs, color: Color) -> anyhow::Result<ExitStatus> {
    let config = config::load(args.selection.config.as_deref())?;
    let accepted = Accepted::load(args.selection.waivers.as_deref(), true, &config)?;
    let targets = args.targets.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
    scan::quiet_panics();
    let rendering = args.rendering.rendering(&config.render)?;
    let loaded = live::load(&targets, rendering.as_ref(), args.quiet, &Progress::default())?;
    let least = if args.quiet { ProblemSeverity::Error } else { ProblemSeverity::Warning };
    loaded.problems.iter().filter(|problem| problem.severity >= least).for_each(output::problem);
    if loaded.inventory.resources().is_empty() && !args.allow_empty {
        let names: Vec<String> = args.targets.iter().map(|target| format!("`{}`", escape(target))).collect();
        bail!("nothing to fix: no Kubernetes object in {}", names.join(", "));
    }

    let chosen = args.selection.chosen(&config);
    let judges = judges(&chosen, &pick(Profile::Default, &[], &args.selection.ignored(&config)));
    let judge = |inventory: &Inventory| {
        let mut evaluation = evaluate(inventory, &judges, &config.settings);
        accepted.mark(&mut evaluation, inventory);
        evaluation
    };
    let wanted = |finding: &Finding| chosen.iter().any(|check| check.id == finding.check.id.as_str());
    let most = if args.risky { FixRisk::High } else { FixRisk::Low };
    let outcome = fix(&loaded.inventory, &judge, &wanted, most);

    let mode = match (args.write, args.patch) {
        (true, _) => Mode::Write,
        (_, true) => Mode::Patch,
        _ => Mode::Diff,
    };
    // Written before anything is said, so that what is said is true.
    let written = match mode {
        Mode::Write => write::all(&outcome.files, &targets),
        Mode::Diff | Mode::Patch => Ok(()),
    };
    let refusals = written.err().unwrap_or_default();
    let view = View::new(&loaded.inventory, &outcome, mode, &refusals);
    match args.output {
        Output::Json => {
            super::print(pretty_json(&json::document(&view)?)?.as_bytes())?;
        }
        Output::Text => text(&view, args.quiet, color)?,
    }
    for refusal in &refusals {
        output::error(&anyhow::anyhow!("`{}` was not written: {}", refusal.file, refusal.reason));
    }
    Ok(match (refusals.is_empty(), args.check && !view.is_done()) {
        (true, false) => ExitStatus::Clean,
        _ => ExitStatus::Findings,
    })
}

/// Everything that is said of a run.
struct View<'a> {
    before: &'a Inventory,
    outcome: &'a Outcome,
    mode: Mode,
    refusals: &'a [write::Refusal],
    /// What was found at first, by object and identity.
    found: HashMap<(ResourceId, Fingerprint), &'a Finding>,
    /// What each object is cured of.
    cures: HashMap<ResourceId, Vec<&'a Fixed>>,
    /// What may break by the change of each object.
    dangers: HashMap<ResourceId, Vec<&'a Danger>>,
}

impl<'a> View<'a> {
    fn new(before: &'a Inventory, outcome: &'a Outcome, mode: Mode, refusals: &'a [write::Refusal]) -> Self {
        let findings = outcome.before.findings.iter();
        let found = findings.map(|finding| ((finding.resource, finding.fingerprint), finding)).collect();
        let mut cures: HashMap<ResourceId, Vec<&Fixed>> = HashMap::new();
        for fixed in &outcome.fixed {
            cures.entry(fixed.finding.resource).or_default().push(fixed);
        }
        let mut dangers: HashMap<ResourceId, Vec<&Danger>> = HashMap::new();
        for danger in &outcome.dangers {
            dangers.entry(danger.resource).or_default().push(danger);
        }
        View { before, outcome, mode, refusals, found, cures, dangers }
    }

    /// Whether nothing is left to do of what was found: there was nothing, or it was written.
    fn is_done(&self) -> bool {
        let all_in_files = self.unwritten().next().is_none();
        self.outcome.is_empty() || self.mode == Mode::Write && self.refusals.is_empty() && all_in_files
    }

    /// Changed objects that stand in no text, so that only a patch reaches them.
    fn unwritten(&self) -> impl Iterator<Item = &seawall_fix::ObjectChange> {
        let bare = |id| self.before.get(id).is_some_and(|resource| resource.tree().text().is_none());
        self.outcome.objects.iter().filter(move |change| bare(change.resource))
    }
}

/// Those that are asked about, and all others of the ordinary kind: a fix must do no harm by them either.
fn judges(chosen: &[&'static Check], ordinary: &[&'static Check]) -> Vec<&'static Check> {
    let mut judges = chosen.to_vec();
    judges.extend(ordinary.iter().filter(|check| !chosen.iter().any(|one| one.id == check.id)));
    judges
}

fn text(view: &View<'_>, quiet: bool, color: Color) -> anyhow::Result<()> {
    let Outcome { before, after, files, inventory, .. } = view.outcome;
    let colored = output::use_color(color);
    match view.mode {
        Mode::Patch => {
            super::print(patch::commands(view).as_bytes())?;
        }
        Mode::Diff => {
            let old = Secrets::of(view.before, before, files.iter().map(|file| &file.before));
            let new = Secrets::of(inventory, after, files.iter().map(|file| &file.after));
            let shown = diff::Shown { raw: !io::stdout().is_terminal(), colored };
            let (text, hidden) = diff::all(files, &old, &new, shown);
            super::print(text.as_bytes())?;
            if hidden > 0 {
                output::note(&format!(
                    "{hidden} lines of the diff hold secret values, shown as `***`: it cannot be applied there; `--write` can"
                ));
            }
        }
        Mode::Write => {}
    }
    if !quiet {
        let report = report::text(view);
        match view.mode {
            Mode::Write => {
                super::print(report.as_bytes())?;
            }
            Mode::Diff | Mode::Patch => output::report(&report),
        }
    }
    Ok(())
}
