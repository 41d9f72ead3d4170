//! `seawall paths cut`

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use seawall_paths::CutReport;
use seawall_report::escape;
use serde_json::json;

use super::AskArgs;
use crate::ExitStatus;
use crate::commands::print;

#[derive(Debug, Args)]
pub(super) struct CutArgs {
    #[command(flatten)]
    ask: AskArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Output::Text, value_name = "FORMAT")]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
}

pub(super) fn run(args: &CutArgs) -> anyhow::Result<ExitStatus> {
    let loaded = args.ask.load()?;
    let model = args.ask.model(&loaded)?;
    let mut filter = args.ask.filter();
    if filter.to.is_empty() {
        filter.to = vec!["cluster-admin".to_owned()];
    }
    let report = model.cut(&filter)?;
    let shown = match args.output {
        Output::Text => text(&report),
        Output::Json => {
            serde_json::to_string_pretty(&json!({"schema": "seawall.dev/paths-cut/v1", "cut": report}))?
                + "\n"
        }
    };
    print(shown.as_bytes())
}

fn text(report: &CutReport) -> String {
    let mut out = String::new();
    let sinks: Vec<String> = report.sinks.iter().map(|sink| escape(sink).into_owned()).collect();
    let sinks = sinks.join(", ");
    if report.starts == 0 {
        return format!("nothing reaches {sinks}\n");
    }
    let sever = if report.changes.len() == 1 { "change severs" } else { "changes sever" };
    let _ = writeln!(out, "{} starts reach {sinks}; {} {sever} them:", report.starts, report.changes.len());
    for (number, change) in report.changes.iter().enumerate() {
        let _ = writeln!(out, "{:>3}. {} {}", number + 1, escape(&change.object), escape(&change.route));
        let _ = writeln!(out, "     {}", change.what);
        let _ = writeln!(
            out,
            "     alone it severs {}; an alternate path survives for {}",
            change.severs, change.survive
        );
    }
    if !report.uncut.is_empty() {
        let uncut: Vec<String> = report.uncut.iter().map(|start| escape(start).into_owned()).collect();
        let _ = writeln!(out, "not severed by any change: {}", uncut.join(", "));
    }
    for (sink, through) in &report.dominators {
        let through: Vec<String> = through.iter().map(|word| escape(word).into_owned()).collect();
        let _ = writeln!(out, "every path to {} goes through: {}", escape(sink), through.join(", "));
    }
    out
}
