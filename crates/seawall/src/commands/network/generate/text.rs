//! What is needed and why, what is not covered, and what changes, for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use seawall_inventory::Place;
use seawall_network::generate::{Allowed, Generated, Need, Seen, Unmet, Why};
use seawall_report::escape;

use super::{Export, Report};
use crate::commands::network::{diff, place};

/// How many needs, and how many lines of changes, are printed; JSON has them all.
const SHOWN: usize = 2_000;

pub(super) fn text(report: &Report<'_>) -> String {
    let mut lines: Vec<String> = summary(report);
    let generated = report.generated;
    lines.push(String::new());
    lines.push("needed".to_owned());
    for need in generated.needs.iter().take(SHOWN) {
        let (src, dst) = (generated.end(&need.src), generated.end(&need.dst));
        lines.push(format!("  {src} -> {dst} {}", need.ports));
        lines.extend(need.why.iter().map(|why| format!("    {}", evidence(report, why))));
        if need.more > 0 {
            lines.push(format!("    and {} more pieces of evidence", need.more));
        }
    }
    rest(&mut lines, generated.needs.len());
    if !generated.not_covered.is_empty() {
        lines.push(String::new());
        lines.push("not covered".to_owned());
        lines.extend(not_covered(report).into_iter().map(|line| format!("  {line}")));
    }
    if !generated.resolution.denied.is_empty() {
        lines.push(String::new());
        lines.push("observed and denied: no sign of a need".to_owned());
        for one in &generated.resolution.denied {
            lines.push(format!("  {} -> {} {} {}", one.src, one.dst, one.ports, times(&one.seen)));
        }
        if generated.resolution.more_denied > 0 {
            lines.push(format!("  and {} more", generated.resolution.more_denied));
        }
    }
    // Line breaks are ours; everything between them may be somebody else's.
    let mut out: String = lines.iter().map(|line| escape(line).into_owned() + "\n").collect();
    out.push_str("\ndifference to today\n");
    match &generated.changes.differences {
        Some(differences) => {
            let changed = diff::lines(differences.get(..SHOWN).unwrap_or(differences));
            out.extend(diff::txt(&changed).lines().map(|line| format!("  {line}\n")));
            let mut more = Vec::new();
            rest(&mut more, differences.len());
            out.extend(more.into_iter().map(|line| line + "\n"));
            // Writing to a string cannot fail.
            let _ = writeln!(out, "  kept: {}", count(generated.changes.kept as u64, "row"));
        }
        None => out.push_str("  too many connections to be listed: see the counts above\n"),
    }
    out
}

fn rest(lines: &mut Vec<String>, all: usize) {
    if let Some(more) = all.checked_sub(SHOWN).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more, which `-o json` has"));
    }
}

/// What one must know before one applies anything.
pub(super) fn summary(report: &Report<'_>) -> Vec<String> {
    let generated = report.generated;
    let workloads = generated.policies.iter().filter(|policy| policy.unit.is_some()).count() as u64;
    let mut lines = vec![format!(
        "{} for {} in {}",
        count(generated.policies.len() as u64, "policy"),
        count(workloads, "workload"),
        listed(&generated.namespaces)
    )];
    if !generated.left_alone.is_empty() {
        lines.push(format!("left alone: {}", listed(&generated.left_alone)));
    }
    let declared = generated.needs.iter().filter(|need| need.is_declared()).count() as u64;
    let observed = generated.needs.iter().filter(|need| need.is_observed()).count();
    lines.push(format!(
        "{}: {declared} declared, {observed} observed",
        count(generated.needs.len() as u64, "needed connection")
    ));
    lines.extend(report.exports.iter().map(export));
    lines.push(window(report));
    let resolution = &generated.resolution;
    if resolution.own_node + resolution.elsewhere > 0 {
        lines.push(format!(
            "of the observed connections {} came from a pod's own node, which nothing holds, and {} were between ends that \
             are not here",
            resolution.own_node, resolution.elsewhere
        ));
    }
    lines.extend(proof(report));
    lines.extend(measures(report));
    lines
}

fn export(export: &Export) -> String {
    let read = &export.read;
    let format = read.format.map_or("unknown", |format| format.as_str());
    let mut line = format!("flows in {} ({format}): {} read", export.name, count(read.records, "record"));
    for (number, what) in [
        (read.replies, "replies"),
        (read.without_ports, "of protocols without ports"),
        (read.other, "of something else"),
        (read.lost, "lost by the tool itself"),
    ] {
        if number > 0 {
            let _ = write!(line, ", {number} {what}");
        }
    }
    let problems = read.problems.len() as u64 + read.more_problems;
    if problems > 0 {
        let _ = write!(line, ", {problems} not understood");
    }
    line
}

fn window(report: &Report<'_>) -> String {
    let seen = report.log.window();
    let mut line = match (&seen.first, &seen.last) {
        _ if seen.count == 0 => "no flows were given: only what objects declare is known".to_owned(),
        (Some(first), Some(last)) => format!("{} from {first} to {last}", count(seen.count, "flow")),
        _ => format!("{}, at times that are not known", count(seen.count, "flow")),
    };
    line.push_str("; unobserved is not unneeded");
    if report.log.left_out() > 0 {
        let _ = write!(line, "; {} flows were too many to be kept", report.log.left_out());
    }
    line
}

fn proof(report: &Report<'_>) -> Vec<String> {
    let proof = &report.generated.proof;
    let beside = if report.keep { "beside" } else { "in place of" };
    let mut lines = vec![match proof.unmet.len() {
        0 => format!("proven: all {} are allowed with these policies {beside} today's", proof.checked),
        unmet => format!(
            "NOT PROVEN: {unmet} of {} would not be allowed with these policies {beside} today's",
            proof.checked
        ),
    }];
    if proof.described > 0 {
        lines.push(format!("{} more name pods that are not here, and cannot be asked", proof.described));
    }
    lines.extend(proof.unmet.iter().map(|one| format!("  {}", unmet(report.generated, one))));
    lines
}

/// A need that is not met, in words.
pub(super) fn unmet(generated: &Generated, one: &Unmet) -> String {
    let ends =
        generated.needs.get(one.need).map(|need: &Need| (generated.end(&need.src), generated.end(&need.dst)));
    let (src, dst) = ends.unwrap_or_default();
    let by = if one.policies.is_empty() {
        String::new()
    } else {
        format!(", held back by {}", one.policies.join(" and "))
    };
    let before = if one.before { ", as today" } else { "" };
    format!("{src} -> {dst} {}{by}{before}", one.ports)
}

fn measures(report: &Report<'_>) -> Vec<String> {
    let measures = &report.generated.measures;
    let shown = |allowed: &Allowed| {
        format!("{} with {}", count(allowed.pairs, "pair"), count(allowed.connections, "port"))
    };
    let mut lines = vec![
        format!("allowed between workloads today: {}", shown(&measures.before)),
        format!("allowed with these policies: {}", shown(&measures.after)),
        format!(
            "  needed: {}; neither declared nor observed: {}",
            shown(&measures.needed),
            count(measures.over_grant, "port")
        ),
    ];
    if measures.added_addresses > 0 {
        lines.push(format!(
            "  blocks meet {} addresses outside that nobody asked for",
            measures.added_addresses
        ));
    }
    lines
}

/// What no policy describes, one a line.
pub(super) fn not_covered(report: &Report<'_>) -> Vec<String> {
    let generated = report.generated;
    let mut lines: Vec<String> = generated
        .not_covered
        .iter()
        .map(|one| {
            let unit = one
                .unit
                .and_then(|id| generated.unit(id))
                .map_or_else(String::new, |unit| format!("{unit}: "));
            let seen = one.seen.as_ref().map_or_else(String::new, |seen| format!(" {}", times(seen)));
            format!("{unit}{}{seen}: {}{}", one.what, one.reason, at(report, one.place.as_ref()))
        })
        .collect();
    if generated.more_not_covered > 0 {
        lines.push(format!("and {} more", generated.more_not_covered));
    }
    lines
}

fn evidence(report: &Report<'_>, why: &Why) -> String {
    let seen = why.seen.as_ref().map_or_else(String::new, |seen| format!(" {}", times(seen)));
    format!("{}: {}{seen}{}", why.source.as_str(), why.note, at(report, why.place.as_ref()))
}

fn at(report: &Report<'_>, written: Option<&Place>) -> String {
    written.map_or_else(String::new, |written| {
        format!("  {} {}", place::subject(report.inventory, written), place::shown(report.inventory, written))
    })
}

fn times(seen: &Seen) -> String {
    let number = count(seen.count, "time");
    match (&seen.first, &seen.last) {
        (Some(first), Some(last)) if first == last => format!("{number}, {last}"),
        (Some(first), Some(last)) => format!("{number}, {first} to {last}"),
        _ => number,
    }
}

/// Names, the first ones when there are many.
fn listed(names: &BTreeSet<String>) -> String {
    const LISTED: usize = 12;
    let shown: Vec<&str> = names.iter().take(LISTED).map(String::as_str).collect();
    match names.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `1 policy`, `2 policies`.
fn count(number: u64, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {what}s"),
    }
}
