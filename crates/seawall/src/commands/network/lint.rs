//! `seawall network lint`

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use seawall_core::Severity;
use seawall_inventory::{Inventory, Lint};
use seawall_network::lint::lint;
use seawall_network::{Network, Profile};
use seawall_report::{escape, pretty_json};
use serde_json::{Value, json};

use super::place;
use crate::ExitStatus;
use crate::cli::{Color, FailOn, fail_on};
use crate::commands::targets::TargetArgs;
use crate::output;

#[derive(Debug, Args)]
pub(super) struct LintArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    /// Exit with 1 when a mistake is at least this severe; `none` never does
    #[arg(long, value_parser = fail_on(), default_value = "high", value_name = "SEVERITY")]
    fail_on: FailOn,
    /// The network plugin, for what the API leaves undefined; else the one whose own policies are here, or `strict-spec`
    #[arg(long, value_parser = super::profile, value_name = "PLUGIN")]
    cni: Option<Profile>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(args: &LintArgs, color: Color) -> anyhow::Result<ExitStatus> {
    let loaded = args.target.load()?;
    let inventory = &loaded.inventory;
    let (network, problems) = Network::build(inventory, args.cni);
    if !args.target.quiet {
        problems.iter().for_each(output::problem);
    }
    let lints = lint(&network, inventory);
    let text = match args.output {
        Format::Text => text(inventory, &lints, "network policies", output::use_color(color)),
        Format::Json => {
            let findings = records(inventory, &lints);
            let report = json!({"schema": "seawall.dev/network-lint/v1", "findings": findings});
            pretty_json(&report)?
        }
    };
    crate::commands::print(text.as_bytes())?;
    Ok(status(args.fail_on, &lints))
}

/// Whether something is at least as severe as wanted.
pub(super) fn status(fail_on: FailOn, lints: &[Lint]) -> ExitStatus {
    let worst = lints.iter().map(|lint| lint.severity).max();
    match (fail_on, worst) {
        (FailOn::AtLeast(limit), Some(worst)) if worst >= limit => ExitStatus::Findings,
        _ => ExitStatus::Clean,
    }
}

/// All mistakes, and how many there are in `what`.
pub(super) fn text(inventory: &Inventory, lints: &[Lint], what: &str, color: bool) -> String {
    let mut out = String::new();
    for lint in lints {
        let style = if color { style(lint.severity) } else { Style::new() };
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{style}{}{style:#}[{}]: {}: {}",
            lint.severity,
            lint.rule.id,
            place::subject(inventory, &lint.place),
            escape(&lint.message)
        );
        let _ = writeln!(
            out,
            "  --> {}  {}",
            place::shown(inventory, &lint.place),
            escape(&lint.place.route.to_string())
        );
        for (other, note) in &lint.related {
            let subject = place::subject(inventory, other);
            let _ = writeln!(out, "  ::: {}  {subject}: {}", place::shown(inventory, other), escape(note));
        }
        let _ = writeln!(out, "  = why: {}\n  = help: {}\n", lint.rule.why, lint.rule.help);
    }
    let counted: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .map(|severity| (severity, lints.iter().filter(|lint| lint.severity == *severity).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    let counts = if counted.is_empty() { "nothing is wrong".to_owned() } else { counted.join(", ") };
    let _ = writeln!(out, "{what}: {counts}");
    out
}

fn style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Critical | Severity::High => AnsiColor::Red,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low | Severity::Info => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

/// All mistakes for machines.
pub(super) fn records(inventory: &Inventory, lints: &[Lint]) -> Value {
    let lints: Vec<Value> = lints
        .iter()
        .map(|lint| {
            let related = lint.related.iter().map(|(other, note)| {
                let mut record = place::record(inventory, other);
                if let Some(record) = record.as_object_mut() {
                    record.insert("note".to_owned(), json!(note));
                }
                record
            });
            json!({
                "id": lint.rule.id,
                "severity": lint.severity.as_str(),
                "confidence": lint.confidence.as_str(),
                "message": lint.message,
                "location": place::record(inventory, &lint.place),
                "related": related.collect::<Vec<_>>(),
                "why": lint.rule.why,
                "fix": lint.rule.help,
            })
        })
        .collect();
    Value::Array(lints)
}
