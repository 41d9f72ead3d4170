//! A plan for a person.

use std::fmt::Write as _;

use seawall_paths::Objects;
use seawall_paths::plan::{Patch, Plan, PlanStep, Then};
use seawall_report::escape;

use super::counts;
use crate::commands::audit::span;
use crate::commands::paths::place;

/// Severed pairs that are named; the rest is counted.
const SHOWN: usize = 4;

pub(super) fn plan(plan: &Plan, objects: &Objects<'_>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "paths today: {}", escape(&counts(&plan.paths)));
    if let Some(window) = &plan.observed {
        let _ = writeln!(
            out,
            "observed from {} to {} ({}): unobserved is not unused",
            window.first,
            window.last,
            span(window.micros)
        );
    }
    for (number, step) in plan.steps.iter().enumerate() {
        one(&mut out, number + 1, step, objects);
    }
    out.push('\n');
    match plan.then {
        Then::NoPath if plan.steps.is_empty() => {
            out.push_str("nothing to do: no path leads to the cluster, a node, all secrets, a namespace or a cloud role\n");
        }
        Then::NoPath => out.push_str("no path is left\n"),
        Then::More => out.push_str("there is more to do: --top N shows more\n"),
        Then::NoProposal => {
            let _ = writeln!(
                out,
                "{} paths are left that no proven change severs; `seawall paths` shows them",
                plan.remaining.len()
            );
        }
    }
    out
}

fn one(out: &mut String, number: usize, step: &PlanStep, objects: &Objects<'_>) {
    let _ = writeln!(out, "\n{number}. {}", escape(&step.title));
    for evidence in &step.evidence {
        let at = place::words(objects, &evidence.object, &evidence.route);
        let _ = writeln!(out, "   in        {} {}{at}", escape(&evidence.object), escape(&evidence.route));
    }
    let mut severed = std::collections::BTreeMap::new();
    for pair in &step.severs {
        *severed.entry(pair.sink.clone()).or_insert(0) += 1;
    }
    let _ = writeln!(out, "   severs    {}", escape(&counts(&severed)));
    for pair in step.severs.iter().take(SHOWN) {
        let _ = writeln!(out, "             {} → {}", escape(&pair.from), escape(&pair.sink));
    }
    if step.severs.len() > SHOWN {
        let _ = writeln!(out, "             and {} more", step.severs.len() - SHOWN);
    }
    commands(out, "patch", &step.patch);
    let restarts = match step.cost.restarts {
        0 => "nothing restarts".to_owned(),
        1 => "1 pod restarts".to_owned(),
        count => format!("{count} pods restart"),
    };
    let changed = match step.cost.objects.len() {
        1 => "1 object changed".to_owned(),
        count => format!("{count} objects changed"),
    };
    let _ = writeln!(out, "   cost      {changed}, {restarts}");
    for used in &step.cost.used_by {
        let _ = writeln!(out, "   used by   {}", escape(used));
    }
    let _ = writeln!(out, "   risk      {}: {}", step.risk.level.as_str(), escape(&step.risk.reason));
    let _ = writeln!(out, "   or else   {}", escape(&step.mitigation));
    commands(out, "rollback", &step.rollback);
    let _ = writeln!(out, "   left      {}", escape(&counts(&step.left)));
}

/// Commands, and what they read.
fn commands(out: &mut String, label: &str, patches: &[Patch]) {
    for (number, patch) in patches.iter().enumerate() {
        let label = if number == 0 { label } else { "" };
        let _ = writeln!(out, "   {label:<9} {}", escape(&patch.command));
        for line in patch.manifest.iter().flat_map(|manifest| manifest.lines()) {
            let _ = writeln!(out, "             | {}", escape(line));
        }
    }
}
