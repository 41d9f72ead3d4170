//! A plan as Markdown, to put into an issue.

use std::fmt::Write as _;

use seawall_paths::Objects;
use seawall_paths::plan::{Patch, Plan, PlanStep, Then};
use seawall_report::escape;

use super::counts;
use crate::commands::audit::span;
use crate::commands::paths::place;

/// Severed pairs that are named; the rest is counted.
const SHOWN: usize = 8;

pub(super) fn plan(plan: &Plan, objects: &Objects<'_>) -> String {
    let mut out = String::from("# What to change next\n\n");
    let _ = writeln!(out, "Paths today: {}.", inline(&counts(&plan.paths)));
    if let Some(window) = &plan.observed {
        let _ = writeln!(
            out,
            "Observed from {} to {} ({}): unobserved is not unused.",
            window.first,
            window.last,
            span(window.micros)
        );
    }
    if !plan.steps.is_empty() {
        out.push_str("\n| | change | severs | effort | risk | left |\n|---|---|---|---|---|---|\n");
    }
    for (number, step) in plan.steps.iter().enumerate() {
        let left: usize = step.left.values().sum();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {left} |",
            number + 1,
            inline(&step.title),
            step.severs.len(),
            step.cost.effort,
            step.risk.level.as_str(),
        );
    }
    for (number, step) in plan.steps.iter().enumerate() {
        one(&mut out, number + 1, step, objects);
    }
    let last = match plan.then {
        Then::NoPath if plan.steps.is_empty() => {
            "Nothing to do: no path leads anywhere that matters.".to_owned()
        }
        Then::NoPath => "No path is left.".to_owned(),
        Then::More => "There is more to do.".to_owned(),
        Then::NoProposal => format!("{} paths are left that no proven change severs.", plan.remaining.len()),
    };
    let _ = writeln!(out, "\n{last}");
    out
}

fn one(out: &mut String, number: usize, step: &PlanStep, objects: &Objects<'_>) {
    let _ = writeln!(out, "\n## {number}. {}\n", inline(&step.title));
    for evidence in &step.evidence {
        let at = place::words(objects, &evidence.object, &evidence.route);
        let _ = writeln!(out, "- in {}", inline(&format!("{} {}{at}", evidence.object, evidence.route)));
    }
    let pairs: Vec<String> = step
        .severs
        .iter()
        .take(SHOWN)
        .map(|pair| inline(&format!("{} → {}", pair.from, pair.sink)))
        .collect();
    let more = step.severs.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let _ = writeln!(out, "- severs {}: {}{more}", step.severs.len(), pairs.join("; "));
    let _ = writeln!(out, "- risk **{}**: {}", step.risk.level.as_str(), inline(&step.risk.reason));
    for used in &step.cost.used_by {
        let _ = writeln!(out, "- used by {}", inline(used));
    }
    let _ = writeln!(
        out,
        "- cost: {} changed, {} pods restart",
        inline(&step.cost.objects.join(", ")),
        step.cost.restarts
    );
    let _ = writeln!(out, "- or else: {}", inline(&step.mitigation));
    commands(out, "Patch", &step.patch);
    commands(out, "Rollback", &step.rollback);
    let _ = writeln!(out, "\nLeft: {}.", inline(&counts(&step.left)));
}

fn commands(out: &mut String, label: &str, patches: &[Patch]) {
    for patch in patches {
        let text = match &patch.manifest {
            None => format!("{}\n", escape(&patch.command)),
            Some(manifest) => {
                let lines: String = manifest.lines().map(|line| escape(line).into_owned() + "\n").collect();
                format!("{} <<'EOF'\n{lines}EOF\n", escape(&patch.command))
            }
        };
        let fence = fence(&text);
        let _ = write!(out, "\n{label}:\n\n{fence}sh\n{text}{fence}\n");
    }
}

/// A fence that the text does not hold.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// A text in a line of prose: nothing in it is markup.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        if matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
