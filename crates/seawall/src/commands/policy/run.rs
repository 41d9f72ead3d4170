//! `seawall policy run`

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use clap::Args;
use rayon::prelude::*;
use seawall_checks::{Coverage, Evaluation, Tally};
use seawall_core::{CheckId, NotEvaluated, Pillar, Problem, ProblemSeverity};
use seawall_gatekeeper::{Point, run as constraints};
use seawall_inventory::{Inventory, Resource};
use seawall_policy::admission::{Resources, as_created};
use seawall_policy::run::Telling;
use seawall_policy::vap::World;
use seawall_sources::{Progress, Target};
use seawall_yaml::Tree;

use super::subject::SubjectArgs;
use super::told::ToldArgs;
use super::world::{self, Decided, Policies};
use crate::ExitStatus;
use crate::cli::Color;
use crate::commands::{RenderArgs, live, scan};
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
    #[command(flatten)]
    subject: SubjectArgs,
    #[command(flatten)]
    told: ToldArgs,
    #[command(flatten)]
    rendering: RenderArgs,
}

pub(super) fn run(args: &RunArgs, color: Color) -> anyhow::Result<ExitStatus> {
    let (config, accepted) = args.told.begin()?;
    let rendering = args.rendering.rendering(&config.render)?;
    let policies = world::policies(std::slice::from_ref(&args.policies), rendering.as_ref())?;
    let targets = args.targets.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
    let mut loaded =
        live::load_described(&targets, rendering.as_ref(), args.told.quiet, &Progress::default())?;
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
    args.told.tell(&loaded, &evaluation, &config, color)
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
    let rights = world::rights(&around, problems);
    let world = World::new(&around, rights.as_ref());
    let resources = Resources::new(world.schemas());
    let user = args.subject.user();
    let decide = |resource: &Resource| {
        let made = match as_created(resource.root(), world.schemas()) {
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
                judged += usize::from(decision.is_verdict());
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
            format!("{reason}: such objects are not judged; add their CustomResourceDefinition or OpenAPI document"),
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
