//! What a run says to a person.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use seawall_core::{Finding, FixRisk, Position};
use seawall_fix::{Left, Reason};
use seawall_report::escape;

use super::{Mode, View};

pub(super) fn text(view: &View<'_>) -> String {
    let mut out = String::new();
    objects(view, &mut out);
    gone(view, &mut out);
    left(view, &mut out);
    summary(view, &mut out);
    out
}

/// Every changed object: what is cured there, and what may break.
fn objects(view: &View<'_>, out: &mut String) {
    for change in &view.outcome.objects {
        let Some(resource) = view.before.get(change.resource) else { continue };
        let _ = writeln!(
            out,
            "{} ({})",
            escape(&resource.subject().to_string()),
            escape(&resource.origin().file)
        );
        for fixed in view.cures.get(&change.resource).into_iter().flatten() {
            let finding = &fixed.finding;
            let _ = writeln!(
                out,
                "  cures      {}: {} (risk {})",
                finding.check.id,
                escape(&finding.message),
                fixed.fix.risk
            );
        }
        for danger in view.dangers.get(&change.resource).into_iter().flatten() {
            let _ = writeln!(out, "  may break  {}", escape(&danger.message));
        }
        if resource.tree().text().is_none() && view.mode != Mode::Patch {
            let _ = writeln!(
                out,
                "  help       it stands in no file: `--patch` prints the command that changes it"
            );
        }
        out.push('\n');
    }
}

/// What disappears besides.
fn gone(view: &View<'_>, out: &mut String) {
    let gone: BTreeMap<&str, usize> = count(view.outcome.gone.iter());
    if !gone.is_empty() {
        out.push_str("with them disappear\n");
        for (check, count) in gone {
            let _ = writeln!(out, "  {count:>4}  {check}");
        }
        out.push('\n');
    }
}

fn count<'f>(findings: impl Iterator<Item = &'f Finding>) -> BTreeMap<&'f str, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.check.id.as_str()).or_insert(0) += 1;
    }
    counts
}

/// What is left: each refusal by itself, the rest by check.
fn left(view: &View<'_>, out: &mut String) {
    let left = &view.outcome.left;
    for Left { finding, reason } in left.iter().filter(|left| left.reason.is_refusal()) {
        let _ = writeln!(
            out,
            "{}: {}: {}\n  {}",
            escape(&place(view, finding)),
            finding.check.id,
            escape(&finding.message),
            escape(&reason.to_string())
        );
    }
    if left.iter().any(|left| left.reason.is_refusal()) {
        out.push('\n');
    }
    for (title, wanted) in [
        ("left, because the fix may change what workloads do; `--risky` makes it", true),
        (
            "left, because no change is right without knowing more; `seawall explain CHECK` says what to do",
            false,
        ),
    ] {
        let of = left.iter().filter(|left| match left.reason {
            Reason::Risky(_) => wanted,
            Reason::NoFix => !wanted,
            _ => false,
        });
        let mut checks: BTreeMap<&str, (usize, Option<FixRisk>)> = BTreeMap::new();
        for Left { finding, reason } in of {
            let entry = checks.entry(finding.check.id.as_str()).or_default();
            entry.0 += 1;
            if let Reason::Risky(risk) = reason {
                entry.1 = entry.1.max(Some(*risk));
            }
        }
        if checks.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{title}");
        for (check, (count, risk)) in checks {
            let risk = risk.map_or(String::new(), |risk| format!(" (risk {risk})"));
            let _ = writeln!(out, "  {count:>4}  {check}{risk}");
        }
        out.push('\n');
    }
}

fn summary(view: &View<'_>, out: &mut String) {
    let outcome = view.outcome;
    let plural = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    let fixed = plural(outcome.fixed.len(), "finding");
    let refused = outcome.left.iter().filter(|left| left.reason.is_refusal()).count();
    let left = format!("{} left, {} of them refused", outcome.left.len(), refused);
    let bare = view.unwritten().count();
    let sentence = match view.mode {
        _ if outcome.is_empty() => format!("nothing to fix; {left}"),
        Mode::Write if !view.refusals.is_empty() => {
            let written = match outcome.files.len().saturating_sub(view.refusals.len()) {
                0 => "nothing was written".to_owned(),
                some => format!(
                    "only {} written",
                    if some == 1 { "1 file was".to_owned() } else { format!("{some} files were") }
                ),
            };
            format!("{fixed} could be fixed, and {written}; {left}")
        }
        Mode::Write => {
            let bare =
                if bare == 0 { String::new() } else { format!(", {} not in files", plural(bare, "object")) };
            format!("{fixed} fixed in {}{bare}; {left}", plural(outcome.files.len(), "file"))
        }
        Mode::Diff => format!(
            "{fixed} can be fixed in {}; {left}; `--write` writes the files",
            plural(outcome.files.len(), "file")
        ),
        Mode::Patch => format!(
            "{fixed} can be fixed by {}; {left}; nothing was sent to a cluster",
            plural(outcome.objects.len(), "patch").replace("patchs", "patches")
        ),
    };
    let _ = writeln!(out, "{sentence}");
}

/// The place of a finding, as long as nothing is written in the text that is there.
pub(super) fn place(view: &View<'_>, finding: &Finding) -> String {
    match position(view, finding) {
        Some((file, Position { line, column })) => format!("{file}:{line}:{column}"),
        None => finding.subject.to_string(),
    }
}

/// File and position of a finding that is left.
pub(super) fn position(view: &View<'_>, finding: &Finding) -> Option<(String, Position)> {
    let key = (finding.resource, finding.fingerprint);
    let known = view.found.get(&key).filter(|_| view.mode != Mode::Write);
    let (inventory, finding) = match known {
        Some(known) => (view.before, *known),
        None => (&view.outcome.inventory, finding),
    };
    let location = finding.locations.first()?;
    let resource = inventory.get(location.resource)?;
    Some((resource.origin().file.to_string(), resource.position(&location.route)?))
}
