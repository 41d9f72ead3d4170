//! `seawall scan`

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use seawall_checks::{Evaluation, evaluate, pss};
use seawall_core::{ProblemSeverity, Severity};
use seawall_report::{Format, Inputs, RenderOptions, Report, Timings, escape, render};
use seawall_sources::{Loaded, Target};

use crate::ExitStatus;
use crate::cli::{Color, FailOn, ScanArgs, Timestamp};
use crate::commands::accepted::Accepted;
use crate::commands::{live, reports};
use crate::config;
use crate::output;
use crate::progress::{Stages, Ticker};

pub(super) fn run(args: &ScanArgs, color: Color) -> anyhow::Result<ExitStatus> {
    let started = Instant::now();
    reports::check(&args.reports)?;
    let config = config::load(args.selection.config.as_deref())?;
    let accepted = Accepted::load(args.selection.waivers.as_deref(), args.pss.is_none(), &config)?
        .and_known(args.baseline.as_deref())?;
    let policy = args.pss.as_deref().map(str::parse::<pss::Policy>).transpose()?;
    let targets = args.targets.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
    let rendering = args.rendering.rendering(&config.render)?;
    rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads)
        .build_global()
        .context("threads could not be started")?;
    quiet_panics();

    let stages = Arc::new(Stages::default());
    // Reading a cluster has a line of its own.
    let is_live = targets.iter().any(|target| matches!(target, Target::Cluster(_)));
    let ticker = Ticker::start(&stages, args.quiet || is_live);
    let mut loaded = live::load(&targets, rendering.as_ref(), args.quiet, &stages.reading)?;
    stages.judge(loaded.inventory.resources().len());
    let read = started.elapsed();
    let (mut evaluation, ran) = match policy {
        Some(policy) => (pss::evaluate(&loaded.inventory, policy), None),
        None => {
            let checks = args.selection.chosen(&config);
            (evaluate(&loaded.inventory, &checks, &config.settings), Some(checks))
        }
    };
    let nothing = loaded.inventory.resources().is_empty();
    // Where nothing was judged no waiver could cover anything.
    let baseline = accepted.apply(&mut evaluation, &mut loaded, ran.as_deref().filter(|_| !nothing));
    let judged = started.elapsed();
    drop(ticker);

    let stages = vec![("read".into(), read), ("evaluate".into(), judged - read)];
    let timings = args.timings.then_some(Timings { stages });
    let report = Report {
        inputs: &inputs(&loaded),
        inventory: &loaded.inventory,
        evaluation: &evaluation,
        problems: &loaded.problems,
        baseline,
        timings: timings.as_ref(),
    };
    let options = RenderOptions {
        color: output::use_color(color),
        width: output::width(),
        quiet: args.quiet,
        time: time(args.timestamp)?,
    };
    let ocsf = std::iter::once(args.output)
        .chain(args.reports.iter().map(|report| report.format))
        .any(|format| format == Format::Ocsf);
    if ocsf && options.time.is_none() && !args.quiet {
        output::note("events have the time 0; `--timestamp now` gives them that of the run");
    }
    // Files first: whoever reads standard output may go away.
    let written = reports::write(&args.reports, &report, &options);
    if nothing && args.output == Format::Table {
        // A person would read scores of nothing as good news; programs get the report with its problems all the same.
        let least = if args.quiet { ProblemSeverity::Error } else { ProblemSeverity::Warning };
        loaded.problems.iter().filter(|problem| problem.severity >= least).for_each(output::problem);
    } else {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        render(&report, args.output, &options, &mut out)?;
        out.flush()?;
    }
    written?;
    if nothing {
        let what =
            format!("nothing to judge: no Kubernetes object in {}", describe(&args.targets, report.inputs));
        if !args.allow_empty {
            bail!(what);
        }
        if !args.quiet {
            output::note(&what);
        }
    }
    let fail_on = args.fail_on.or(config.fail_on).unwrap_or(FailOn::AtLeast(Severity::High));
    let status =
        status(&evaluation, fail_on, (args.strict || config.strict) && !is_whole(&evaluation, &loaded));
    // The process ends here: giving back a hundred thousand trees one by one would cost more than judging them.
    std::mem::forget((evaluation, loaded));
    Ok(status)
}

/// When the run was, in seconds since 1970; nothing unless somebody said it, so that equal input gives equal bytes.
fn time(given: Option<Timestamp>) -> anyhow::Result<Option<u64>> {
    // https://reproducible-builds.org/specs/source-date-epoch/
    const VARIABLE: &str = "SOURCE_DATE_EPOCH";
    #[allow(clippy::disallowed_methods, reason = "the binary may ask for the time of the run")]
    match given {
        Some(Timestamp::At(seconds)) => Ok(Some(seconds)),
        Some(Timestamp::Now) => {
            Ok(SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs()))
        }
        None => match std::env::var(VARIABLE) {
            Ok(text) => {
                let seconds = text.parse().with_context(|| {
                    format!("`{VARIABLE}` is `{}`, no number of seconds since 1970", escape(&text))
                })?;
                Ok(Some(seconds))
            }
            Err(_) => Ok(None),
        },
    }
}

pub(super) fn inputs(loaded: &Loaded) -> Inputs {
    let counts = loaded.counts;
    let skipped = [
        ("other documents", counts.foreign),
        ("unrendered templates", counts.templates),
        ("broken documents", counts.broken),
        ("ignored files", counts.ignored_files),
        ("ignored folders", counts.ignored_folders),
    ];
    Inputs {
        files: counts.files,
        documents: counts.documents,
        resources: counts.resources,
        skipped: skipped
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(what, count)| (what.into(), count))
            .collect(),
    }
}

/// Whether everything that was there has been read and judged.
pub(super) fn is_whole(evaluation: &Evaluation, loaded: &Loaded) -> bool {
    let counts = loaded.counts;
    let unread = loaded.problems.iter().any(|problem| problem.severity == ProblemSeverity::Error);
    evaluation.not_evaluated.is_empty() && counts.templates == 0 && counts.broken == 0 && !unread
}

pub(super) fn status(evaluation: &Evaluation, fail_on: FailOn, strict_gap: bool) -> ExitStatus {
    let failed = match fail_on {
        FailOn::Never => false,
        FailOn::AtLeast(least) => {
            let open = evaluation.findings.iter().filter(|finding| finding.waiver.is_none());
            open.map(|finding| finding.severity).any(|severity| severity >= least)
        }
    };
    match (failed, strict_gap) {
        (true, _) => ExitStatus::Findings,
        (false, true) => ExitStatus::NotEvaluated,
        (false, false) => ExitStatus::Clean,
    }
}

pub(super) fn describe(targets: &[String], inputs: &Inputs) -> String {
    let names: Vec<String> = targets.iter().map(|target| format!("`{}`", escape(target))).collect();
    let skipped: Vec<String> = inputs.skipped.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let skipped = if skipped.is_empty() { String::new() } else { format!(" ({})", skipped.join(", ")) };
    format!("{}{skipped}", names.join(", "))
}

/// A check that panics is reported as not evaluated; the default message would only disturb the output.
pub(super) fn quiet_panics() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if rayon::current_thread_index().is_none() {
            default(info);
        }
    }));
}
