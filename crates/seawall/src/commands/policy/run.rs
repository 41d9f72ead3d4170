//! `seawall policy run`

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use rayon::prelude::*;
use seawall_checks::{Coverage, Evaluation, Tally};
use seawall_core::{CheckId, NotEvaluated, Pillar, Problem, ProblemSeverity};
use seawall_gatekeeper::{Point, run as constraints};
use seawall_inventory::{Inventory, Resource};
use seawall_policy::admission::{Resources, as_created};
use seawall_policy::run::Telling;
use seawall_policy::vap::World;
use seawall_report::{Format, RenderOptions, Report, render};
use seawall_sources::{Progress, Target};
use seawall_yaml::Tree;

use super::subject::SubjectArgs;
use super::world::{self, Decided, Policies};
use crate::ExitStatus;
use crate::cli::{Color, FailOn, fail_on, format};
use crate::commands::accepted::Accepted;
use crate::commands::{RenderArgs, ReportFile, live, reports, scan};
use crate::config;
use crate::output;

/// Judge objects by policies.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// File or folder with policies, their bindings and parameters, or with templates and constraints of Gatekeeper
    #[arg(value_name = "POLICIES")]
    policies: String,
    /// Files, folders, `-` for standard input, snapshots (`.jsonl`, `.jsonl.zst`, `.jsonl.gz`), or `cluster[:CONTEXT]`
    #[arg(default_value = ".", value_name = "TARGET")]
    targets: Vec<String>,
    /// Output format
    #[arg(short, long, value_parser = format(), default_value = "table", value_name = "FORMAT")]
    output: Format,
    /// Write a report into a file as well, for example `sarif=policies.sarif`; may be repeated
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<ReportFile>,
    /// Exit with 1 when a finding is at least this severe; `none` never does [default: high]
    #[arg(long, value_parser = fail_on(), value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// Exit with 3 when something could not be read or judged
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    subject: SubjectArgs,
    /// File of accepted findings [default: `seawall-waivers.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// Configuration file [default: `seawall.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print findings and errors only
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    rendering: RenderArgs,
}

pub(super) fn run(args: &RunArgs, color: Color) -> anyhow::Result<ExitStatus> {
    #[allow(clippy::disallowed_methods, reason = "the binary may ask where it runs")]
    let folder = std::env::current_dir().context("the current folder is not readable")?;
    reports::check(&args.reports)?;
    let config = config::load(args.config.as_deref(), &folder)?;
    let accepted = Accepted::load(args.waivers.as_deref(), true, &config, &folder)?;
    let policies = world::policies(std::slice::from_ref(&args.policies))?;
    let targets = args.targets.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
    let rendering = args.rendering.rendering(&config.render)?;
    let mut loaded = live::load(&targets, rendering.as_ref(), args.quiet, &Progress::default())?;
    if loaded.inventory.resources().is_empty() {
        loaded.problems.iter().for_each(output::problem);
        bail!(
            "nothing to judge: no Kubernetes object in {}",
            scan::describe(&args.targets, &scan::inputs(&loaded))
        );
    }
    let mut evaluation = judge(args, &policies, &loaded.inventory, &mut loaded.problems);
    accepted.mark(&mut evaluation, &loaded.inventory);
    loaded.problems.splice(0..0, policies.problems);
    let report = Report {
        inputs: &scan::inputs(&loaded),
        inventory: &loaded.inventory,
        evaluation: &evaluation,
        problems: &loaded.problems,
        baseline: None,
        timings: None,
    };
    let options = RenderOptions {
        color: output::use_color(color),
        width: output::width(),
        quiet: args.quiet,
        time: None,
    };
    // Files first: whoever reads standard output may go away.
    let written = reports::write(&args.reports, &report, &options);
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    render(&report, args.output, &options, &mut out)?;
    out.flush()?;
    written?;
    let fail_on = args.fail_on.or(config.fail_on).unwrap_or(FailOn::AtLeast(seawall_core::Severity::High));
    let strict = args.strict || config.strict;
    Ok(scan::status(&evaluation, fail_on, strict && !scan::is_whole(&evaluation, &loaded)))
}

/// What came of one object.
enum Judged {
    Decided(Box<Decided>),
    /// The API server would not take it, and why.
    Refused(String),
    /// Nothing tells its resource.
    Unnamed,
}

/// Judges every object of the inventory as if it were created now.
fn judge(
    args: &RunArgs,
    policies: &Policies,
    objects: &Inventory,
    problems: &mut Vec<Problem>,
) -> Evaluation {
    // Parameters and namespaces may stand beside the policies.
    let around = world::joined(objects, &policies.inventory);
    let schemas = world::schemas(&around);
    let resources = Resources::new(&schemas);
    let rights = world::rights(&around, problems);
    let world = World::new(&around, rights.as_ref());
    let user = args.subject.user();
    let decide = |resource: &Resource| {
        let made = match as_created(resource.root(), &schemas) {
            Ok(made) => made,
            Err(refused) => return Judged::Refused(refused),
        };
        let object = made.as_ref().map_or(resource.root(), Tree::root);
        match resources.create(object, &user) {
            Some(request) => {
                Judged::Decided(Box::new(policies.admit(&request, &world, &around, Point::Audit)))
            }
            None => Judged::Unnamed,
        }
    };
    let decisions: Vec<Judged> = objects.resources().par_iter().map(decide).collect();
    let mut telling = Telling::new(objects, &policies.inventory);
    let mut constraints = constraints::Telling::new(objects, &policies.inventory);
    let mut unnamed: BTreeSet<(String, String)> = BTreeSet::new();
    let mut refused = Vec::new();
    let mut judged = 0;
    for (resource, decision) in objects.resources().iter().zip(&decisions) {
        match decision {
            Judged::Decided(decision) => {
                judged += 1;
                telling.take(resource, &decision.policies);
                constraints.take(resource, &decision.constraints);
            }
            Judged::Refused(why) => refused.push(NotEvaluated {
                check: CheckId::from_static(CheckId::EVERY_POLICY),
                pillar: Pillar::ControlPlane,
                subject: Some(resource.subject().clone()),
                reason: format!("the API server would not take it: {why}"),
            }),
            Judged::Unnamed => {
                unnamed.insert((resource.subject().api_version.to_string(), resource.kind().to_owned()));
            }
        }
    }
    let (ran, more) = (telling.finish(), constraints.finish());
    let findings = ran.findings.into_iter().chain(more.findings).collect();
    let mut not_evaluated: Vec<NotEvaluated> =
        ran.not_evaluated.into_iter().chain(more.not_evaluated).collect();
    not_evaluated.append(&mut refused);
    for (version, kind) in unnamed {
        let reason = format!("nothing tells the resource of `{kind}` in `{version}`");
        problems.push(Problem::new(
            ProblemSeverity::Warning,
            format!("{reason}: such objects are not judged; add their CustomResourceDefinition"),
        ));
        not_evaluated.push(NotEvaluated {
            check: CheckId::from_static(CheckId::EVERY_POLICY),
            pillar: Pillar::ControlPlane,
            subject: None,
            reason,
        });
    }
    let coverage = Coverage { checks: policies.len(), evaluated: judged, not_evaluated: not_evaluated.len() };
    // Policies have no share in the score of a pillar: it compares clusters by the same checks.
    let tallies: BTreeMap<Pillar, Tally> = BTreeMap::new();
    Evaluation { findings, not_evaluated, coverage, tallies }
}
