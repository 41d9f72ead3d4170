//! `seawall admit preview`

mod json;
mod markdown;
mod table;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use seawall_core::{Problem, ProblemSeverity};
use seawall_inventory::GroupKind;
use seawall_report::escape;
use seawall_server::preview::{Example, Preview, State, Tally, Then, Types, Verdict, Who, Window, verdict};
use seawall_server::{Desk, Events, Known, Metrics, Mode, SystemClock};
use seawall_sources::{SourceLimits, Target, judge_audit};

use super::judges::{Configured, JudgeArgs};
use crate::ExitStatus;
use crate::commands::audit::span;
use crate::commands::policy::{SubjectArgs, joined};
use crate::commands::{live, scan};
use crate::output;
use crate::progress::{Stages, Ticker};

#[derive(Debug, Args)]
pub(super) struct PreviewArgs {
    /// Objects to judge as if they were created now: files, folders, `-` for standard input, snapshots (`.jsonl`,
    /// `.jsonl.zst`, `.jsonl.gz`), or `cluster[:CONTEXT]` [default: `.`]
    #[arg(value_name = "TARGET", conflicts_with = "audit")]
    targets: Vec<String>,
    /// Judge the requests of audit logs instead: files or folders (`.log`, `.json`, `.jsonl`, also `.gz` and `.zst`), `-` for
    /// standard input; may be repeated
    #[arg(long, value_name = "LOG")]
    audit: Vec<PathBuf>,
    /// Preview this mode for every policy: `audit`, `warn` or `enforce` [default: the next stricter mode than each has]
    #[arg(long, value_name = "MODE")]
    mode: Option<Mode>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Output::Table, value_name = "FORMAT")]
    output: Output,
    /// Exit with 3 when something could not be read or judged
    #[arg(long)]
    strict: bool,
    /// Do not print the problems met while reading, and no progress
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    subject: SubjectArgs,
    #[command(flatten)]
    judges: JudgeArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
    Markdown,
}

/// Where requests come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Objects,
    Log,
}

/// A run, ready to be shown.
struct Report {
    source: Source,
    /// The mode for every policy; `None`: the next stricter one.
    mode: Option<Mode>,
    tally: Tally,
    /// Events read; 0 for objects.
    events: u64,
    /// The time of the log; `None` for objects, and when no event has a time.
    window: Option<Window>,
    /// Parts of the input that could not be read.
    unread: u64,
    verdict: Verdict,
}

/// What was read and judged.
struct Counted {
    tally: Tally,
    events: u64,
    window: Option<Window>,
    unread: u64,
    /// Kinds that are never read.
    left_out: Vec<String>,
}

pub(super) fn run(args: &PreviewArgs) -> anyhow::Result<ExitStatus> {
    scan::quiet_panics();
    let configured = args.judges.configured()?;
    let stages = Arc::new(Stages::default());
    let ticker = Ticker::start(&stages, args.quiet);
    let (source, counted) = match args.audit.is_empty() {
        true => (Source::Objects, objects(args, &configured, &stages)?),
        false => (Source::Log, log(args, &configured, &stages)?),
    };
    drop(ticker);
    let Counted { tally, events, window, unread, left_out } = counted;
    let length = window.map(|window| span(window.last - window.first));
    let over = length.as_deref().unwrap_or("unknown length");
    let verdict = verdict(&tally.totals, unread, (source == Source::Log).then_some(over)).but_for(&left_out);
    let report = Report { source, mode: args.mode, tally, events, window, unread, verdict };
    let text = match args.output {
        Output::Table => table::table(&report),
        Output::Json => json::json(&report)?,
        Output::Markdown => markdown::page(&report),
    };
    crate::commands::print(text.as_bytes())?;
    let whole = report.tally.totals.not_judged == 0 && unread == 0;
    Ok(match report.verdict.state {
        State::Refuses => ExitStatus::Findings,
        _ if (args.strict || configured.config.strict) && !whole => ExitStatus::NotEvaluated,
        _ => ExitStatus::Clean,
    })
}

/// A desk that judges by what is configured, with nobody in front of it.
fn desk(args: &PreviewArgs, configured: &Configured, known: Known) -> anyhow::Result<Desk> {
    let rules = configured.config.admission.rules.clone();
    let metrics = Arc::new(Metrics::default());
    let desk = Desk::new(rules, Arc::new(SystemClock), Arc::clone(&metrics), Events::none());
    desk.set_known(known);
    args.judges.parts(configured)?.install(&desk, &metrics);
    Ok(desk)
}

fn then(args: &PreviewArgs) -> Then {
    args.mode.map_or(Then::Next, Then::As)
}

fn objects(args: &PreviewArgs, configured: &Configured, stages: &Stages) -> anyhow::Result<Counted> {
    let here = [".".to_owned()];
    let names = if args.targets.is_empty() { &here[..] } else { &args.targets };
    let targets = names.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
    let loaded = live::load_described(&targets, configured.rendering(), args.quiet, &stages.reading)?;
    if !args.quiet {
        loaded.problems.iter().for_each(output::problem);
    }
    let inventory = &loaded.inventory;
    if inventory.resources().is_empty() {
        bail!("nothing to judge: no Kubernetes object in {}", scan::describe(names, &scan::inputs(&loaded)));
    }
    stages.judge(inventory.resources().len());
    let known = Known::from(joined(inventory, &configured.inventory()?));
    let types = Arc::clone(&known.types);
    let desk = desk(args, configured, known)?;
    let (preview, types, user) =
        (Preview::new(&desk, then(args)), Types::new(types.schemas()), args.subject.user());
    let judge = |resource| preview.create(resource, &types, &user);
    let judged: Vec<_> = inventory.resources().par_iter().map(judge).collect();
    let mut tally = Tally::default();
    for (resource, judgement) in inventory.resources().iter().zip(&judged) {
        tally.created(judgement, Who::owner(inventory, resource), Example::of(resource));
    }
    let errors = loaded.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error).count();
    let left_out: Vec<String> = inventory.left_out().map(|kind| kind.to_string()).collect();
    let refused = inventory.refused().filter(|(kind, _)| !left_out.contains(&kind.to_string()));
    let unread: Vec<Problem> = refused.map(|(kind, reason)| not_read(kind, reason)).collect();
    if !args.quiet {
        unread.iter().for_each(output::problem);
    }
    let broken = errors.max(loaded.counts.broken) + loaded.counts.templates + unread.len();
    Ok(Counted { tally, events: 0, window: None, unread: broken as u64, left_out })
}

fn not_read(kind: GroupKind<'_>, reason: &str) -> Problem {
    Problem::new(ProblemSeverity::Warning, format!("`{kind}` could not be read: {reason}"))
}

fn log(args: &PreviewArgs, configured: &Configured, stages: &Stages) -> anyhow::Result<Counted> {
    let known = Known::from(configured.inventory()?);
    let types = Arc::clone(&known.types);
    let desk = desk(args, configured, known)?;
    let (preview, types) = (Preview::new(&desk, then(args)), Types::new(types.schemas()));
    let mut tally = Tally::default();
    let mut window = None;
    let read = judge_audit(
        &args.audit,
        &SourceLimits::default(),
        |event| (event.micros(), preview.replay(event, &types)),
        |(time, replayed)| {
            Window::add(&mut window, time);
            tally.replayed(replayed);
            stages.replayed();
        },
    );
    let problems = read.problems.iter().filter(|problem| problem.severity >= ProblemSeverity::Warning);
    if !args.quiet {
        problems.clone().for_each(output::problem);
    }
    if read.events == 0 {
        let names: Vec<String> =
            args.audit.iter().map(|path| format!("`{}`", escape(&path.display().to_string()))).collect();
        bail!("nothing to judge: no audit event in {}", names.join(", "));
    }
    Ok(Counted { tally, events: read.events, window, unread: problems.count() as u64, left_out: Vec::new() })
}
