//! `seawall rbac risks`

use clap::Args;
use seawall_core::Severity;
use seawall_rbac::primitives::FactTable;
use seawall_rbac::{Risk, Surroundings, risks};
use serde_json::json;

use super::evidence::{Evidence, scope_json, scope_words};
use super::{Lines, OutputArgs, OutputFormat, read};
use crate::ExitStatus;
use crate::cli::{self, FailOn};
use crate::commands::targets::TargetArgs;

/// Bindings shown of one risk; the rest are counted.
const SHOWN: usize = 5;
/// Names shown of one risk; the rest are counted.
const SHOWN_NAMES: usize = 6;

#[derive(Debug, Args)]
pub(super) struct RisksArgs {
    /// Show risks that are at least this severe
    #[arg(long, value_parser = cli::severity(), default_value = "low", value_name = "SEVERITY")]
    severity: Severity,
    /// Show also what comes with every control plane
    #[arg(long)]
    expected: bool,
    /// Exit with 1 when a risk is at least this severe; `none` never does
    #[arg(long, value_parser = cli::fail_on(), default_value = "high", value_name = "SEVERITY")]
    fail_on: FailOn,
    #[command(flatten)]
    targets: TargetArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &RisksArgs) -> anyhow::Result<ExitStatus> {
    let (loaded, rbac) = read(&args.targets)?;
    let around = Surroundings::of(&loaded.inventory);
    let facts = FactTable::of(&rbac, around.version);
    let all = risks(&rbac, &facts, &around);
    let (expected, open): (Vec<Risk>, Vec<Risk>) = all.into_iter().partition(|risk| risk.expected);
    let failed = match args.fail_on {
        FailOn::Never => false,
        FailOn::AtLeast(severity) => open.iter().any(|risk| risk.severity >= severity),
    };
    let shown: Vec<&Risk> = open
        .iter()
        .chain(expected.iter().filter(|_| args.expected))
        .filter(|risk| risk.severity >= args.severity)
        .collect();
    let evidence = Evidence { rbac: &rbac, inventory: &loaded.inventory };
    match args.output.output {
        OutputFormat::Json => {
            let body = json!({
                "risks": shown.iter().map(|risk| as_json(&evidence, risk)).collect::<Vec<_>>(),
                "counts": {"open": open.len(), "expected": expected.len(), "shown": shown.len()},
                "assumed_roles": rbac.bindings().filter_map(|own| rbac.role_of(own)).any(seawall_rbac::Role::is_assumed),
                "not_evaluated": not_evaluated(&around)
                    .map(|(primitive, what, why)| json!({"primitive": primitive, "reason": format!("{what}: {why}")}))
                    .collect::<Vec<_>>(),
            });
            super::print_json("risks", body)?;
        }
        OutputFormat::Text => {
            let mut lines = Lines::default();
            shown.iter().for_each(|risk| as_text(&evidence, risk, &mut lines));
            summary(&mut lines, &open, &expected, &shown, &around);
            super::super::print(lines.0.as_bytes())?;
        }
    }
    Ok(if failed { ExitStatus::Findings } else { ExitStatus::Clean })
}

fn as_text(evidence: &Evidence<'_>, risk: &Risk, lines: &mut Lines) {
    let expected = if risk.expected { " (expected)" } else { "" };
    let scope = scope_words(evidence.rbac, risk.scope);
    lines.line(&format!("{}[{}]: {} {scope}{expected}", risk.severity, risk.id, risk.subject));
    let mut names: Vec<&str> = risk.names.iter().map(String::as_str).take(SHOWN_NAMES).collect();
    let more = format!("{} more", risk.names.len().saturating_sub(SHOWN_NAMES));
    if risk.names.len() > SHOWN_NAMES {
        names.push(&more);
    }
    let only = if names.is_empty() { String::new() } else { format!(", only {}", names.join(", ")) };
    lines.line(&format!("  it {}{only}", risk.gains));
    for one in risk.evidence.iter().take(SHOWN) {
        lines.line(&format!("  by {}", evidence.words(one.binding, one.rule)));
    }
    if risk.evidence.len() > SHOWN {
        lines.line(&format!("  and {} more rules", risk.evidence.len() - SHOWN));
    }
    lines.line(&format!("  help: {}", risk.fix));
    lines.line("");
}

fn summary(lines: &mut Lines, open: &[Risk], expected: &[Risk], shown: &[&Risk], around: &Surroundings) {
    let counts: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .map(|severity| (severity, open.iter().filter(|risk| risk.severity == *severity).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
    lines.line(&format!("risks: {counts}; {} expected of a control plane", expected.len()));
    let hidden = open.len().saturating_sub(shown.iter().filter(|risk| !risk.expected).count());
    if hidden > 0 {
        lines.line(&format!("{hidden} below `--severity` are not shown"));
    }
    for (primitive, what, why) in not_evaluated(around) {
        lines.line(&format!("not evaluated: {what} ({primitive}), because {why}"));
    }
}

/// What could not be judged: its number, what it is about, and why.
fn not_evaluated(around: &Surroundings) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let roles = (!around.all_roles).then_some(("R6", "bindings to missing roles", "not all roles are here"));
    let accounts = around.service_accounts.is_none().then_some((
        "R4",
        "bindings to missing service accounts",
        "not all are here",
    ));
    roles.into_iter().chain(accounts)
}

fn as_json(evidence: &Evidence<'_>, risk: &Risk) -> serde_json::Value {
    let found = risk.evidence.iter().map(|one| evidence.json(one.binding, one.rule));
    json!({
        "primitive": risk.id,
        "subject": risk.subject.to_string(),
        "namespace": scope_json(evidence.rbac, risk.scope),
        "names": risk.names,
        "severity": risk.severity.as_str(),
        "expected": risk.expected,
        "gains": risk.gains,
        "fix": risk.fix,
        "evidence": found.collect::<Vec<_>>(),
    })
}
