//! A preview for a person at a terminal.

use std::fmt::Write as _;

use seawall_report::escape;
use seawall_server::preview::{Group, PolicyCount, Who};

use super::words::{SHOWN, counts, groups, number, object, place, window, word};
use super::{Report, Source};

pub(super) fn table(report: &Report) -> String {
    let mut out = format!("{}\n", report.title());
    for (name, policy) in report.policies() {
        one(&mut out, report, name, policy);
    }
    gaps(&mut out, report);
    let apart = report.apart();
    if !apart.is_empty() {
        out.push('\n');
    }
    for line in apart {
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(out, "\nverdict: {}", report.verdict.text);
    for note in report.notes() {
        let _ = writeln!(out, "  = note: {note}");
    }
    // Line breaks are ours; everything between them may be somebody else's.
    out.lines().map(|line| escape(line).into_owned() + "\n").collect()
}

fn one(out: &mut String, report: &Report, name: &str, policy: &PolicyCount) {
    let _ = writeln!(
        out,
        "\n{}[{}]: {} of {}; today: {}",
        word(policy.then),
        plain(name),
        counts(policy.then),
        report.things(report.tally.totals.requests),
        counts(policy.today),
    );
    let all = groups(policy);
    for (who, group) in all.iter().take(SHOWN) {
        of(out, report, who, group);
    }
    let more = all.len().saturating_sub(SHOWN);
    if more > 0 || policy.unlisted > 0 {
        let unlisted = match policy.unlisted {
            0 => String::new(),
            unlisted => format!(", and {} of groups that are not kept apart", report.things(unlisted)),
        };
        let _ = writeln!(out, "  ... {more} more; `-o json` lists them{unlisted}");
    }
}

fn of(out: &mut String, report: &Report, who: &Who, group: &Group) {
    let number_of = report.things(group.requests);
    let dry = if group.dry_run > 0 {
        format!(", dry runs among them: {}", number(group.dry_run))
    } else {
        String::new()
    };
    match report.source {
        Source::Objects => {
            let kinds: Vec<String> = group
                .kinds
                .iter()
                .map(|(kind, count)| format!("{} {}", plain(kind), number(*count)))
                .collect();
            let kinds = if group.requests > 1 { format!(" ({})", kinds.join(", ")) } else { String::new() };
            let _ = writeln!(
                out,
                "  --> {}: {number_of}{kinds}",
                plain(&object(&who.kind, &who.namespace, &who.name))
            );
        }
        Source::Log => {
            let agent =
                if who.agent.is_empty() { String::new() } else { format!(" with {}", plain(&who.agent)) };
            let place = if who.namespace.is_empty() {
                String::new()
            } else {
                format!(" in {}", plain(&who.namespace))
            };
            let _ = writeln!(
                out,
                "  --> {}{agent}: {}{place}: {number_of}{dry}{}",
                plain(&who.user),
                plain(&who.kind),
                window(group.window)
            );
        }
    }
    let message = group.example.message.as_deref().unwrap_or("what the policy says of a Secret is not shown");
    let _ = writeln!(out, "      {}: {}", plain(&place(&group.example)), plain(message));
}

fn gaps(out: &mut String, report: &Report) {
    let gaps = report.gaps();
    if !gaps.is_empty() {
        out.push_str("\ncould not be judged\n");
    }
    for ((policy, reason), gap) in gaps.iter().take(SHOWN) {
        let policy = if policy.is_empty() { "by any policy" } else { policy };
        let _ = writeln!(
            out,
            "  --> {}: {}: {}\n      {}",
            plain(policy),
            report.things(gap.requests),
            plain(reason),
            plain(&place(&gap.example))
        );
    }
    let more = gaps.len().saturating_sub(SHOWN) as u64 + report.tally.unlisted_gaps;
    if more > 0 {
        let _ = writeln!(out, "  ... {} more reasons; `-o json` lists them", number(more));
    }
}

/// A text of somebody else in one line.
fn plain(text: &str) -> String {
    escape(text).into_owned()
}
