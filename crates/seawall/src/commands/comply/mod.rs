//! `seawall comply`

mod csv;
mod list;
mod markdown;
mod text;
mod time;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use seawall_checks::{Evaluation, Verdict, evaluate_telling, pss};
use seawall_core::{Finding, Problem, ProblemSeverity};
use seawall_inventory::{Completeness, GroupKind, Inventory};
use seawall_report::comply::{
    About, Assessment, CloudCluster, Evidence, Framework, Outcome, State, assess, builtin, document, find,
    oscal,
};
use seawall_report::{escape, pretty_json};
use seawall_sources::{Loaded, Progress, Target};

use super::accepted::Accepted;
use super::{RenderArgs, live, scan};
use crate::ExitStatus;
use crate::config::{self, Config, read_text};
use crate::output;

/// What is proven of each control of a framework.
#[derive(Debug, Args)]
pub(crate) struct ComplyArgs {
    /// The framework, for example `cis-1.12`; the beginning is enough where only one begins so. Without one: the list
    #[arg(value_name = "FRAMEWORK")]
    framework: Option<String>,
    /// Files, folders, `-` for standard input, snapshots (`.jsonl`, `.jsonl.zst`, `.jsonl.gz`), or `cluster[:CONTEXT]`
    /// [default: .]
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// A framework of your own, in place of FRAMEWORK
    #[arg(long, value_name = "FILE")]
    framework_file: Option<PathBuf>,
    /// Saved output of `aws eks describe-cluster`, `gcloud container clusters describe` or `az aks show`; may be repeated
    #[arg(long, value_name = "FILE")]
    cloud_facts: Vec<PathBuf>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Output::Table, value_name = "FORMAT")]
    output: Output,
    /// When the exit code is 1: when a control fails, or never
    #[arg(long, value_enum, default_value_t = FailOn::Fail, value_name = "WHEN")]
    fail_on: FailOn,
    /// Exit with 3 when something could not be read, or a check or fact could not be evaluated
    #[arg(long)]
    strict: bool,
    /// File of accepted findings [default: `seawall-waivers.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// Configuration file [default: `seawall.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The time that documents carry: RFC 3339, seconds since 1970, or `now`. Without it equal input gives equal bytes
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    timestamp: Option<String>,
    /// Do not print the problems met while reading
    #[arg(short, long)]
    quiet: bool,
    /// Threads to use; 0 is one for each processor
    #[arg(long, default_value_t = 0, value_name = "N")]
    threads: usize,
    #[command(flatten)]
    rendering: RenderArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
    /// OSCAL assessment results 1.1, as JSON
    Oscal,
    Markdown,
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Fail,
    None,
}

pub(super) fn run(args: &ComplyArgs) -> anyhow::Result<ExitStatus> {
    let Some((framework, targets)) = asked(args)? else { return list::run(args.output) };
    let config = config::load(args.config.as_deref())?;
    let looked_for = framework.standard.is_none();
    let accepted = Accepted::load(args.waivers.as_deref(), looked_for, &config)?;
    let clouds = args.cloud_facts.iter().map(|file| cloud(file)).collect::<anyhow::Result<Vec<_>>>()?;
    let parsed = targets.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
    rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads)
        .build_global()
        .context("threads could not be started")?;
    scan::quiet_panics();

    let rendering = args.rendering.rendering(&config.render)?;
    let mut loaded = live::load(&parsed, rendering.as_ref(), args.quiet, &Progress::default())?;
    if loaded.inventory.resources().is_empty() {
        tell(args.quiet, &loaded.problems);
        bail!(
            "nothing to judge: no Kubernetes object in {}",
            scan::describe(&targets, &scan::inputs(&loaded))
        );
    }
    let inputs = scan::inputs(&loaded);
    let (evaluation, verdicts) = judge(&framework, &config, accepted, &mut loaded);
    let evidence = Evidence {
        inventory: &loaded.inventory,
        evaluation: &evaluation,
        verdicts: &verdicts,
        clouds: &clouds,
    };
    let assessment = assess(&framework, evidence);
    let about = About {
        version: env!("CARGO_PKG_VERSION"),
        files: inputs.files,
        documents: inputs.documents,
        skipped: &inputs.skipped,
        complete: is_complete(&loaded.inventory),
        time: args.timestamp.as_deref(),
        problems: &loaded.problems,
    };
    if matches!(args.output, Output::Table | Output::Csv) {
        tell(args.quiet, &loaded.problems);
    }
    let shown = match args.output {
        Output::Table => text::table(&assessment, &about),
        Output::Markdown => markdown::page(&assessment, &about),
        Output::Csv => csv::lines(&assessment),
        Output::Json => pretty_json(&document(&assessment, &about))?,
        Output::Oscal => pretty_json(&oscal(&assessment, &about))?,
    };
    super::print(shown.as_bytes())?;
    let strict = args.strict || config.strict;
    Ok(status(
        &assessment,
        args.fail_on,
        strict && !(scan::is_whole(&evaluation, &loaded) && is_told(&assessment)),
    ))
}

/// The framework and the targets; `None` when the frameworks are to be listed.
fn asked(args: &ComplyArgs) -> anyhow::Result<Option<(Framework, Vec<String>)>> {
    let mut targets = args.targets.clone();
    let framework = match (&args.framework_file, &args.framework) {
        (Some(file), first) => {
            // Every word is a target then.
            targets.splice(0..0, first.clone());
            own(file)?
        }
        (None, Some(id)) => known(id)?,
        (None, None) => return Ok(None),
    };
    if targets.is_empty() {
        targets.push(".".to_owned());
    }
    Ok(Some((framework, targets)))
}

/// The framework of this id, or the only one whose id begins so.
fn known(id: &str) -> anyhow::Result<Framework> {
    let begins = |own: &&str| own.get(..id.len()).is_some_and(|start| start.eq_ignore_ascii_case(id));
    let near: Vec<&str> = builtin().filter(begins).collect();
    let found = find(id).or_else(|| if let [only] = *near { find(only) } else { None });
    found.with_context(|| {
        let all: Vec<&str> = if near.is_empty() || id.is_empty() { builtin().collect() } else { near };
        format!("no framework is called `{}`; known are {}", escape(id), all.join(", "))
    })
}

fn own(path: &Path) -> anyhow::Result<Framework> {
    let name = path.display().to_string();
    let text = read_text(path).with_context(|| format!("framework `{name}`"))?;
    match Framework::read(&text, &name) {
        Ok(framework) => Ok(framework),
        Err(problems) => {
            problems.iter().for_each(output::problem);
            bail!("framework `{name}` is not understood");
        }
    }
}

fn cloud(path: &Path) -> anyhow::Result<CloudCluster> {
    let name = path.display().to_string();
    let text = read_text(path).with_context(|| format!("cloud facts `{name}`"))?;
    match CloudCluster::read(&text, &name) {
        Ok(cluster) => Ok(cluster),
        Err(problems) => {
            problems.iter().for_each(output::problem);
            bail!("cloud facts `{name}` are not understood");
        }
    }
}

/// All verdicts of what the framework asks, with what is accepted marked.
fn judge(
    framework: &Framework,
    config: &Config,
    accepted: Accepted,
    loaded: &mut Loaded,
) -> (Evaluation, Vec<Verdict>) {
    let mut verdicts = Vec::new();
    let mut keep = |verdict| verdicts.push(verdict);
    let evaluation = match framework.standard {
        Some(level) => {
            let policy = pss::Policy { level, version: pss::Version::LATEST };
            pss::evaluate_telling(&loaded.inventory, policy, &mut keep)
        }
        None => {
            let checks = framework.checks();
            let mut evaluation = evaluate_telling(&loaded.inventory, &checks, &config.settings, &mut keep);
            accepted.apply(&mut evaluation, loaded, Some(&checks));
            evaluation
        }
    };
    (evaluation, verdicts)
}

/// Whether a whole cluster was read, as far as that can be told: all objects of the kinds that matter most are here.
fn is_complete(inventory: &Inventory) -> bool {
    let kinds = [
        GroupKind::new("", "Namespace"),
        GroupKind::new("", "Pod"),
        GroupKind::new("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        GroupKind::new("networking.k8s.io", "NetworkPolicy"),
    ];
    kinds.into_iter().all(|kind| inventory.completeness(kind) == Completeness::Complete)
}

/// Whether every fact that was asked has an answer.
fn is_told(assessment: &Assessment<'_>) -> bool {
    let mut facts = assessment.controls.iter().flat_map(|result| &result.facts);
    facts.all(|fact| fact.outcome != Outcome::Unknown)
}

fn tell(quiet: bool, problems: &[Problem]) {
    let least = if quiet { ProblemSeverity::Error } else { ProblemSeverity::Warning };
    problems.iter().filter(|problem| problem.severity >= least).for_each(output::problem);
}

fn status(assessment: &Assessment<'_>, fail_on: FailOn, strict_gap: bool) -> ExitStatus {
    let fails = fail_on == FailOn::Fail && assessment.totals.count(State::Fail) > 0;
    match (fails, strict_gap) {
        (true, _) => ExitStatus::Findings,
        (false, true) => ExitStatus::NotEvaluated,
        (false, false) => ExitStatus::Clean,
    }
}

/// What people read for a state.
fn word(state: State) -> &'static str {
    match state {
        State::NotEvaluatedPartly => "not all judged",
        State::NotEvaluated => "not evaluated",
        State::NotApplicable => "not applicable",
        State::NothingHere => "nothing here",
        _ => state.as_str(),
    }
}

/// `file:line:column Kind/namespace/name: message`, as safe to print as a report.
fn said(inventory: &Inventory, finding: &Finding) -> String {
    let spot = seawall_report::comply::Spot::of(inventory, finding);
    let place = match (spot.file, spot.position) {
        (Some(file), Some(at)) => format!("{file}:{}:{} ", at.line, at.column),
        (Some(file), None) => format!("{file} "),
        _ => String::new(),
    };
    safe(&format!("{place}{}: {}", finding.subject, finding.message))
}

/// Text from outside: no terminal obeys it, and no token is in it.
fn safe(text: &str) -> String {
    escape(&seawall_report::redact(text)).into_owned()
}

/// `12 fail, 3 pass`
fn states(assessment: &Assessment<'_>) -> String {
    let states = assessment.totals.states.iter().map(|(state, count)| format!("{count} {}", word(*state)));
    states.collect::<Vec<_>>().join(", ")
}

/// What was read, and what it is worth.
fn scope(assessment: &Assessment<'_>, about: &About<'_>) -> String {
    let count = assessment.evidence.inventory.resources().len();
    let of = match (about.complete, about.files) {
        (true, _) => "a whole cluster".to_owned(),
        (false, 1) => "1 file; what is not in it is not judged".to_owned(),
        (false, files) => format!("{files} files; what is not in them is not judged"),
    };
    format!("{} of {of}", objects(count))
}

/// `1 object`, `2 objects`
fn objects(count: usize) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}

/// Both shares, in words that say what they are of.
fn shares(assessment: &Assessment<'_>) -> [String; 2] {
    let totals = &assessment.totals;
    let share = |percent: Option<usize>| percent.map_or(String::new(), |percent| format!(" ({percent} %)"));
    [
        format!(
            "{} of {} judged requirements pass{}, {} of them in part",
            totals.count(State::Pass),
            totals.judged(),
            share(totals.percent()),
            totals.in_part
        ),
        format!(
            "{} of {} judged objects fail nothing{}",
            totals.resources_passed,
            totals.resources,
            share(totals.resource_percent())
        ),
    ]
}
