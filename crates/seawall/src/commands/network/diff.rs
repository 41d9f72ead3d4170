//! `seawall network diff`

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use seawall_inventory::Inventory;
use seawall_network::list::{Difference, Families, Focus, Peer, difference};
use seawall_network::{Network, Plugin, Profile};
use seawall_report::{escape, pretty_json};
use serde_json::json;

use super::{conn, list, meshed};
use crate::ExitStatus;
use crate::commands::RenderArgs;
use crate::commands::markup::{cell, dot as dot_word, field};
use crate::commands::targets::TargetArgs;
use crate::output;

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The state before: files, a folder or a snapshot
    old: String,
    /// The state after
    new: String,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Txt, value_name = "FORMAT")]
    output: Format,
    /// Exit with 1 when anything is different
    #[arg(long)]
    exit_code: bool,
    /// List IPv6 addresses outside even where no policy speaks of them
    #[arg(long)]
    ipv6: bool,
    /// The network plugin, for what the API leaves undefined; else the one whose own policies are here, or `strict-spec`
    #[arg(long, value_parser = super::profile, value_name = "PLUGIN")]
    cni: Option<Profile>,
    /// Do not print the problems met while reading
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    rendering: RenderArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Txt,
    Csv,
    Json,
    Md,
    /// For Graphviz
    Dot,
}

/// A state: its connections and its workloads by name.
struct State {
    connections: Vec<seawall_network::list::Connection>,
    workloads: BTreeSet<String>,
}

/// One line of the answer.
pub(super) struct Line {
    kind: &'static str,
    src: String,
    dst: String,
    before: String,
    after: String,
    info: String,
}

fn inventory(args: &DiffArgs, target: &str) -> anyhow::Result<Inventory> {
    let targets =
        TargetArgs { targets: vec![target.to_owned()], quiet: args.quiet, rendering: args.rendering.clone() };
    Ok(targets.load()?.inventory)
}

/// How both states are judged: alike, also where only one of them says which network plugin it is for.
fn plugins(args: &DiffArgs, states: [&Inventory; 2]) -> [Plugin; 2] {
    let assumed = states.map(Profile::assumed);
    let said = assumed.into_iter().find(|profile| *profile != Profile::default()).unwrap_or_default();
    assumed.map(|own| match args.cni {
        Some(given) => Plugin::Given(given),
        None if own == said => Plugin::Assumed,
        None => Plugin::Given(said),
    })
}

fn state(
    args: &DiffArgs,
    inventory: &Inventory,
    plugin: Plugin,
    families: Families,
) -> anyhow::Result<State> {
    let (network, problems) = Network::build(inventory, plugin);
    if !args.quiet {
        problems.iter().for_each(output::problem);
    }
    let mesh = meshed::build(&network, inventory, args.quiet);
    let connections = list::connections(&network, inventory, mesh.as_ref(), families, &Focus::default())?;
    let workloads = network.workloads().iter().map(ToString::to_string).collect();
    Ok(State { connections, workloads })
}

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<ExitStatus> {
    // A family that only one side speaks of is a difference too.
    let families = if args.ipv6 { Families::Both } else { Families::AsMentioned };
    let (old, new) = (inventory(args, &args.old)?, inventory(args, &args.new)?);
    let [of_old, of_new] = plugins(args, [&old, &new]);
    let (before, after) = (state(args, &old, of_old, families)?, state(args, &new, of_new, families)?);
    let differences = difference(&before.connections, &after.connections);
    let mut lines: Vec<Line> = differences.iter().map(|row| line(row, &before, &after)).collect();
    lines.sort_by(|a, b| (a.kind, &a.src, &a.dst).cmp(&(b.kind, &b.src, &b.dst)));
    let text = match args.output {
        Format::Txt => txt(&lines),
        Format::Csv => csv(&lines),
        Format::Json => record(&lines)?,
        Format::Md => md(&lines),
        Format::Dot => dot(&lines),
    };
    crate::commands::print(text.as_bytes())?;
    let different = args.exit_code && !lines.is_empty();
    Ok(if different { ExitStatus::Findings } else { ExitStatus::Clean })
}

fn line(row: &Difference, before: &State, after: &State) -> Line {
    let only_in = |one: &State, other: &State| -> Vec<String> {
        let ends = [&row.src, &row.dst].into_iter().filter_map(|peer| match peer {
            Peer::Workload(name) => Some(name),
            Peer::External(..) | Peer::IngressController => None,
        });
        let new = ends.filter(|name| one.workloads.contains(*name) && !other.workloads.contains(*name));
        new.cloned().collect()
    };
    let info = match (only_in(before, after), only_in(after, before)) {
        (gone, _) if !gone.is_empty() => format!("workload {} removed", gone.join(" and ")),
        (_, new) if !new.is_empty() => format!("workload {} added", new.join(" and ")),
        _ => String::new(),
    };
    Line { info, ..plain(row) }
}

/// A line of which no more is known than its connections.
fn plain(row: &Difference) -> Line {
    let kind = match (row.before.is_empty(), row.after.is_empty()) {
        (true, _) => "added",
        (_, true) => "removed",
        _ => "changed",
    };
    Line {
        kind,
        src: row.src.to_string(),
        dst: row.dst.to_string(),
        before: conn::words(&row.before),
        after: conn::words(&row.after),
        info: String::new(),
    }
}

/// Differences of the same workloads as lines, sorted as they are printed.
pub(super) fn lines(differences: &[Difference]) -> Vec<Line> {
    let mut lines: Vec<Line> = differences.iter().map(plain).collect();
    lines.sort_by(|a, b| (a.kind, &a.src, &a.dst).cmp(&(b.kind, &b.src, &b.dst)));
    lines
}

// Writing to a string cannot fail, here and below.
pub(super) fn txt(lines: &[Line]) -> String {
    let mut out = String::new();
    if lines.is_empty() {
        return "No connections diff\n".to_owned();
    }
    out.push_str("Connectivity diff:\n");
    for line in lines {
        let (src, dst) = (escape(&line.src), escape(&line.dst));
        let _ = write!(
            out,
            "diff-type: {}, source: {src}, destination: {dst}, old: {}, new: {}",
            line.kind, line.before, line.after
        );
        if !line.info.is_empty() {
            let _ = write!(out, ", workloads-diff-info: {}", escape(&line.info));
        }
        out.push('\n');
    }
    out
}

const TITLES: [&str; 6] = ["diff-type", "source", "destination", "old", "new", "workloads-diff-info"];

fn fields(line: &Line) -> [&str; 6] {
    [line.kind, &line.src, &line.dst, &line.before, &line.after, &line.info]
}

fn csv(lines: &[Line]) -> String {
    let mut out = TITLES.join(",") + "\n";
    for line in lines {
        let _ = writeln!(out, "{}", fields(line).map(field).join(","));
    }
    out
}

fn md(lines: &[Line]) -> String {
    let mut out = format!("| {} |\n|{}\n", TITLES.join(" | "), "---|".repeat(TITLES.len()));
    for line in lines {
        let _ = writeln!(out, "| {} |", fields(line).map(cell).join(" | "));
    }
    out
}

/// Lines as JSON.
pub(super) fn rows(lines: &[Line]) -> Vec<serde_json::Value> {
    let rows = lines.iter().map(|line| {
        json!({
            "type": line.kind, "src": line.src, "dst": line.dst, "old": line.before, "new": line.after,
            "info": line.info,
        })
    });
    rows.collect()
}

fn record(lines: &[Line]) -> anyhow::Result<String> {
    let report = json!({"schema": "seawall.dev/network-diff/v1", "differences": rows(lines)});
    Ok(pretty_json(&report)?)
}

fn dot(lines: &[Line]) -> String {
    let mut out = "digraph {\n".to_owned();
    for line in lines {
        let (color, label) = match line.kind {
            "added" => ("#008000", line.after.clone()),
            "removed" => ("#b00000", line.before.clone()),
            _ => ("#b06000", format!("{} (was: {})", line.after, line.before)),
        };
        let (src, dst) = (dot_word(&line.src), dot_word(&line.dst));
        let _ = writeln!(out, "\t{src} -> {dst} [label={} color=\"{color}\"]", dot_word(&label));
    }
    out + "}\n"
}
