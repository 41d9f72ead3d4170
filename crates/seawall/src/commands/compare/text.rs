//! A comparison for a person.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use seawall_core::Finding;
use seawall_peers::{OnlyOurs, OnlyTheirs, OursReason, PeerResult, Seen, TheirsReason};
use seawall_report::{escape, redact};

use super::{Shown, container, place};

/// Places that are shown of one rule and reason, unless all are asked for.
const SHOWN: usize = 2;

/// Widest column of reasons.
const WIDTH: usize = 15;

pub(super) fn table(shown: &Shown<'_>, all: bool) -> String {
    let mut out = head(shown) + "\n\n";
    let counts = &shown.counts;
    let (matched, theirs, ours) = (
        shown.comparison.matched.len(),
        shown.comparison.only_theirs.len(),
        shown.comparison.only_ours.len(),
    );
    let _ = writeln!(out, "matched      {matched:>5} of theirs, {} of ours", counts.ours_matched);
    let _ = writeln!(out, "only theirs  {theirs:>5}");
    for (reason, count) in theirs_by_reason(shown) {
        let _ = writeln!(out, "  {:WIDTH$}{count:>5}  {}", reason.as_str(), reason.meaning());
    }
    let _ = writeln!(out, "only ours    {ours:>5}");
    for (reason, count) in ours_by_reason(shown) {
        let _ = writeln!(out, "  {:WIDTH$}{count:>5}  {}", reason.as_str(), reason.meaning());
    }
    if theirs > 0 {
        out.push_str("\nonly theirs\n");
    }
    let most = if all { usize::MAX } else { SHOWN };
    for group in theirs_groups(shown) {
        let _ = writeln!(out, "  {}: {}", group.reason.as_str(), escape(&group.rule));
        for only in group.members.iter().take(most) {
            let result = shown.input.report.results.get(only.theirs);
            let _ = writeln!(out, "    {}", escape(&result.map_or(String::new(), where_theirs)));
            let _ = writeln!(out, "      {}", escape(&only.because));
            for seen in &only.seen {
                let _ = writeln!(out, "      {}", escape(&saw(shown, seen)));
            }
        }
        more(&mut out, group.members.len(), most);
    }
    if ours > 0 {
        out.push_str("\nonly ours\n");
    }
    for group in ours_groups(shown) {
        let _ = writeln!(out, "  {}: {}", group.reason.as_str(), group.rule);
        for only in group.members.iter().take(most) {
            let finding = shown.input.evaluation.findings.get(only.ours);
            let _ =
                writeln!(out, "    {}", escape(&finding.map_or(String::new(), |one| where_ours(shown, one))));
            let _ = writeln!(out, "      {}", escape(&only.because));
        }
        more(&mut out, group.members.len(), most);
    }
    // What the other tool quotes may be a token.
    redact(&out).into_owned()
}

fn more(out: &mut String, members: usize, most: usize) {
    if let Some(rest) = members.checked_sub(most).filter(|rest| *rest > 0) {
        let _ = writeln!(out, "    … and {rest} more; --all shows them");
    }
}

/// `Trivy 0.76.0 (json): 213 failed, 1 passed, 0 suppressed`
pub(super) fn head(shown: &Shown<'_>) -> String {
    let (report, counts) = (shown.input.report, &shown.counts);
    let version = report.version.as_ref().map_or(String::new(), |version| format!(" {version}"));
    let format = report.format.as_str();
    let (failed, passed, suppressed) = (counts.failed, counts.passed, counts.suppressed);
    let head = format!(
        "{}{version} ({format}): {failed} failed, {passed} passed, {suppressed} suppressed",
        report.tool
    );
    escape(&head).into_owned()
}

/// Reasons with how often they are given, without those that are not.
pub(super) fn theirs_by_reason(shown: &Shown<'_>) -> Vec<(TheirsReason, usize)> {
    let count = |reason: TheirsReason| Some((reason, *shown.counts.theirs.get(&reason)?));
    TheirsReason::ALL.into_iter().filter_map(count).collect()
}

/// The same for what we alone said.
pub(super) fn ours_by_reason(shown: &Shown<'_>) -> Vec<(OursReason, usize)> {
    let count = |reason: OursReason| Some((reason, *shown.counts.ours.get(&reason)?));
    OursReason::ALL.into_iter().filter_map(count).collect()
}

/// Differences of one rule with one reason.
pub(super) struct Group<'a, Reason, Only> {
    pub(super) reason: Reason,
    /// `KSV-0011 CPU not limited → workload-cpu-limit-missing`
    pub(super) rule: String,
    pub(super) members: Vec<&'a Only>,
}

pub(super) fn theirs_groups<'a>(shown: &Shown<'a>) -> Vec<Group<'a, TheirsReason, OnlyTheirs>> {
    let mut groups: BTreeMap<(usize, String), Vec<&OnlyTheirs>> = BTreeMap::new();
    for only in &shown.comparison.only_theirs {
        let place = TheirsReason::ALL.iter().position(|reason| *reason == only.reason).unwrap_or(usize::MAX);
        let result = shown.input.report.results.get(only.theirs);
        let title = result
            .and_then(|result| result.title.as_ref())
            .map_or(String::new(), |title| format!(" {title}"));
        let checks =
            if only.checks.is_empty() { String::new() } else { format!(" → {}", only.checks.join(", ")) };
        let rule = result.map_or("", |result| result.rule.as_str());
        groups.entry((place, format!("{rule}{title}{checks}"))).or_default().push(only);
    }
    let group = |((_, rule), members): ((usize, String), Vec<&'a OnlyTheirs>)| {
        Some(Group { reason: members.first()?.reason, rule, members })
    };
    groups.into_iter().filter_map(group).collect()
}

pub(super) fn ours_groups<'a>(shown: &Shown<'a>) -> Vec<Group<'a, OursReason, OnlyOurs>> {
    let mut groups: BTreeMap<(usize, String), Vec<&OnlyOurs>> = BTreeMap::new();
    for only in &shown.comparison.only_ours {
        let place = OursReason::ALL.iter().position(|reason| *reason == only.reason).unwrap_or(usize::MAX);
        let check =
            shown.input.evaluation.findings.get(only.ours).map_or("", |finding| finding.check.id.as_str());
        groups.entry((place, check.to_owned())).or_default().push(only);
    }
    let group = |((_, rule), members): ((usize, String), Vec<&'a OnlyOurs>)| {
        Some(Group { reason: members.first()?.reason, rule, members })
    };
    groups.into_iter().filter_map(group).collect()
}

/// `Deployment/shop/web (container web) shop/web.yaml:12`
pub(super) fn where_theirs(result: &PeerResult) -> String {
    let object = result.objects.first().map(ToString::to_string);
    let container = result.container.as_ref().map(|name| format!("(container {name})"));
    let file = result.file.as_ref().map(|file| match result.line {
        Some(line) => format!("{file}:{line}"),
        None => file.clone(),
    });
    [object, container, file].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

pub(super) fn where_ours(shown: &Shown<'_>, finding: &Finding) -> String {
    let container = container(shown.input.inventory, finding).map(|name| format!("(container {name})"));
    let location = finding.locations.first();
    let (file, position) =
        location.map_or((None, None), |at| place(shown.input.inventory, at.resource, &at.anchor()));
    let file = file.map(|file| match position {
        Some(at) => format!("{file}:{}", at.line),
        None => file.to_owned(),
    });
    let parts = [Some(finding.subject.to_string()), container, file];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `spec.hostPID is not set (web.yaml:5)`
pub(super) fn saw(shown: &Shown<'_>, seen: &Seen) -> String {
    let (file, position) = place(shown.input.inventory, seen.resource, &seen.route);
    let value = seen.value.as_ref().map_or("is not set".to_owned(), |value| format!("is {value}"));
    let at = match (file, position) {
        (Some(file), Some(at)) => format!(" ({file}:{})", at.line),
        _ => String::new(),
    };
    format!("{} {value}{at}", seen.route)
}
