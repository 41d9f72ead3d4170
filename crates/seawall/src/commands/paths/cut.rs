//! `seawall paths cut`

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use seawall_paths::{CutReport, Objects, Pricing, Window};
use seawall_report::{escape, pretty_json};
use serde_json::json;

use super::{AskArgs, place};
use crate::ExitStatus;
use crate::commands::audit::{AuditArgs, span, times};
use crate::commands::print;

#[derive(Debug, Args)]
pub(super) struct CutArgs {
    #[command(flatten)]
    ask: AskArgs,
    #[command(flatten)]
    audit: AuditArgs,
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
    let requests = args.audit.requests(args.ask.target.quiet)?;
    let report = model.cut(&filter, requests.as_ref())?;
    let objects = Objects::of(&loaded.inventory);
    let shown = match args.output {
        Output::Text => text(&report, &objects),
        Output::Json => {
            let mut report = json!({"schema": "seawall.dev/paths-cut/v1", "cut": report});
            place::locate(&mut report, &objects);
            pretty_json(&report)?
        }
    };
    print(shown.as_bytes())
}

fn text(report: &CutReport, objects: &Objects<'_>) -> String {
    let mut out = String::new();
    let sinks: Vec<String> = report.sinks.iter().map(|sink| escape(sink).into_owned()).collect();
    let sinks = sinks.join(", ");
    if report.starts == 0 {
        return format!("nothing reaches {sinks}\n");
    }
    let sever = if report.changes.len() == 1 { "change severs" } else { "changes sever" };
    let _ = writeln!(out, "{} starts reach {sinks}; {} {sever} them:", report.starts, report.changes.len());
    for (number, change) in report.changes.iter().enumerate() {
        let at = place::words(objects, &change.object, &change.route);
        let _ = writeln!(out, "{:>3}. {} {}{at}", number + 1, escape(&change.object), escape(&change.route));
        let _ = writeln!(out, "     {}", change.what);
        if let Some(used) = used(&change.pricing, report.observed.as_ref()) {
            let _ = writeln!(out, "     {used}");
        }
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
    if let Some(window) = &report.observed {
        let _ = writeln!(
            out,
            "observed from {} to {} ({}): unobserved is not unused",
            window.first,
            window.last,
            span(window.micros)
        );
    }
    for (sink, through) in &report.dominators {
        let through: Vec<String> = through.iter().map(|word| escape(word).into_owned()).collect();
        let _ = writeln!(out, "every path to {} goes through: {}", escape(sink), through.join(", "));
    }
    out
}

/// What a log says of the use of something; `None` without a log.
fn used(pricing: &Pricing, window: Option<&Window>) -> Option<String> {
    Some(match pricing {
        Pricing::NoLog => return None,
        Pricing::NotLogged => {
            "an audit log does not tell whether this is used: it has its usual price".to_owned()
        }
        Pricing::Unused => {
            let time = window.map_or("time of the log".to_owned(), |window| span(window.micros));
            format!("not used in the {time} observed")
        }
        Pricing::Used { count, needed, last, by } => {
            let when = last.as_ref().map_or(String::new(), |last| format!(" at {last}"));
            let by = escape(by);
            format!(
                "used {}, last{when} by {by}; nothing else allows {needed} of these requests",
                times(*count)
            )
        }
    })
}
