//! `seawall policy lint`

use std::collections::BTreeMap;

use anyhow::bail;
use clap::Args;
use seawall_checks::{Coverage, Evaluation};
use seawall_inventory::{Inventory, Resource};
use seawall_policy::lint::{RULES, findings, is_judged, lint};
use seawall_sources::{Progress, Target};

use super::told::ToldArgs;
use super::world;
use crate::ExitStatus;
use crate::cli::Color;
use crate::commands::{RenderArgs, live, scan};
use crate::output;

/// Find mistakes in policies.
#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// Files and folders with policies and bindings, snapshots, `-` for standard input, or `cluster[:CONTEXT]`
    #[arg(required = true, value_name = "POLICIES")]
    policies: Vec<String>,
    /// What stands around the policies: definitions of custom resources, parameters, other policies; may be repeated
    #[arg(short = 'f', long = "file", value_name = "TARGET")]
    around: Vec<String>,
    #[command(flatten)]
    told: ToldArgs,
    #[command(flatten)]
    rendering: RenderArgs,
}

pub(super) fn run(args: &LintArgs, color: Color) -> anyhow::Result<ExitStatus> {
    let (config, accepted) = args.told.begin()?;
    let rendering = args.rendering.rendering(&config.render)?;
    let load = |targets: &[String]| {
        let targets = targets.iter().map(|target| Target::parse(target)).collect::<Result<Vec<_>, _>>()?;
        live::load_described(&targets, rendering.as_ref(), args.told.quiet, &Progress::default())
    };
    let mut loaded = load(&args.policies)?;
    world::whole(&loaded.inventory, &mut loaded.problems)?;
    let judged = loaded.inventory.resources().iter().filter(|resource| is_judged(resource)).count();
    if judged == 0 {
        loaded.problems.iter().for_each(output::problem);
        let names = scan::describe(&args.policies, &scan::inputs(&loaded));
        bail!("nothing to judge: no admission policy in {names}");
    }
    let own = std::mem::take(&mut loaded.inventory);
    let around = if args.around.is_empty() { None } else { Some(load(&args.around)?) };
    let nothing = Inventory::default();
    loaded.inventory = world::joined(&own, around.as_ref().map_or(&nothing, |around| &around.inventory));
    loaded.problems.extend(around.into_iter().flat_map(|around| around.problems));
    let asked = |resource: &Resource| own.find(resource.group_kind(), None, resource.name()).is_some();
    let mut found = findings(&lint(&loaded.inventory), &loaded.inventory);
    found.retain(|finding| loaded.inventory.get(finding.resource).is_some_and(asked));
    let mut evaluation = Evaluation {
        findings: found,
        not_evaluated: Vec::new(),
        coverage: Coverage { checks: RULES.len(), evaluated: judged, not_evaluated: 0 },
        tallies: BTreeMap::new(),
    };
    accepted.mark(&mut evaluation, &loaded.inventory);
    args.told.tell(&loaded, &evaluation, &config, color)
}
