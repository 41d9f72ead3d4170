//! What tables and pages say alike.

use seawall_report::thousands;
use seawall_server::preview::{Counts, Example, Fate, GapCount, Group, Passed, PolicyCount, Who, Window};

use super::{Report, Source};

/// Groups of a policy, and reasons, that are shown to people.
pub(super) const SHOWN: usize = 10;
/// A log that is shorter says little about what happens once a week, in microseconds.
const SHORT: i64 = 7 * 86_400 * 1_000_000;

impl Report {
    /// `3 objects`, `1 request`.
    pub(super) fn things(&self, count: u64) -> String {
        let word = match self.source {
            Source::Objects => "object",
            Source::Log => "request",
        };
        format!("{} {word}{}", number(count), if count == 1 { "" } else { "s" })
    }

    /// What is previewed.
    pub(super) fn title(&self) -> String {
        let mode = self.mode.map_or("the next stricter mode of each policy".to_owned(), |mode| {
            format!("mode {mode} for every policy")
        });
        let of = match self.source {
            Source::Objects => "objects as if they were created now",
            Source::Log => "the requests of an audit log",
        };
        format!("preview of {mode}, on {of}")
    }

    /// The policies, the worst first: by what would become of requests, then by how many.
    pub(super) fn policies(&self) -> Vec<(&String, &PolicyCount)> {
        let mut policies: Vec<_> = self.tally.policies.iter().collect();
        policies.sort_by_key(|(name, policy)| {
            let then = policy.then;
            (std::cmp::Reverse((then.refused, then.warned, policy.requests)), *name)
        });
        policies
    }

    /// What could not be judged, the most frequent reason first.
    pub(super) fn gaps(&self) -> Vec<(&(String, String), &GapCount)> {
        let mut gaps: Vec<_> = self.tally.gaps.iter().collect();
        gaps.sort_by_key(|(key, gap)| (std::cmp::Reverse(gap.requests), *key));
        gaps
    }

    /// What is not judged on purpose: exemptions, and events of which nothing is asked.
    pub(super) fn apart(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.tally.totals.exempt > 0 {
            let mut rows: Vec<_> = self.tally.exempt.iter().collect();
            rows.sort_by_key(|(id, count)| (std::cmp::Reverse(**count), **id));
            let rows: Vec<String> =
                rows.iter().map(|(id, count)| format!("{id} {}", number(**count))).collect();
            lines.push(format!(
                "exempt, never judged: {} ({})",
                self.things(self.tally.totals.exempt),
                rows.join(", ")
            ));
        }
        let passed = |(why, count): (&Passed, &u64)| {
            let what = match why {
                Passed::Read => "only read",
                Passed::Failed => "refused or failed at that time",
                Passed::Stage => "of another stage than the end",
                Passed::Path => "about no resource",
            };
            format!("{} {what}", number(*count))
        };
        if !self.tally.passed.is_empty() {
            let passed: Vec<String> = self.tally.passed.iter().map(passed).collect();
            lines.push(format!("events that ask for nothing: {}", passed.join(", ")));
        }
        if self.tally.totals.dry_run > 0 {
            lines.push(format!("dry runs among the requests: {}", number(self.tally.totals.dry_run)));
        }
        lines
    }

    /// What else is to be known about the verdict.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(window) = self.window.filter(|window| window.last - window.first < SHORT) {
            let span = crate::commands::audit::span(window.last - window.first);
            notes.push(format!("the log holds {span}: what is done more rarely than that is not in it"));
        }
        let elsewhere = |reason: &str| {
            reason.contains("lookup namespace") || reason.contains("not known") && !reason.contains("before")
        };
        if self.tally.gaps.keys().any(|(_, reason)| elsewhere(reason)) {
            let hint = match self.source {
                Source::Objects => {
                    "`--inventory TARGET` adds what the targets do not hold: namespaces, service accounts, parameters"
                }
                Source::Log => {
                    "`--inventory TARGET` tells which namespaces, service accounts and parameters there are; a snapshot of the cluster does"
                }
            };
            notes.push(hint.to_owned());
        }
        if self
            .tally
            .gaps
            .keys()
            .any(|(policy, reason)| policy.is_empty() && reason.contains("level Metadata"))
        {
            notes.push("an audit policy with `level: RequestResponse` for what is created and changed logs the objects".to_owned());
        }
        notes
    }
}

/// The word for a policy, by the worst that would become of a request.
pub(super) fn word(then: Counts) -> &'static str {
    match then {
        Counts { refused: 1.., .. } => "refuses",
        Counts { warned: 1.., .. } => "warns",
        _ => "notes",
    }
}

/// `refused 3, warned 2`; `nothing`.
pub(super) fn counts(counts: Counts) -> String {
    let Counts { refused, warned, noted } = counts;
    let parts = [(Fate::Refused, refused), (Fate::Warned, warned), (Fate::Noted, noted)];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(fate, count)| format!("{} {}", fate.as_str(), number(*count)))
        .collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

/// Groups, those with most requests first.
pub(super) fn groups(policy: &PolicyCount) -> Vec<(&Who, &Group)> {
    let mut groups: Vec<_> = policy.groups.iter().collect();
    groups.sort_by_key(|(who, group)| {
        (std::cmp::Reverse((group.then.refused, group.then.warned, group.requests)), *who)
    });
    groups
}

/// `Pod/shop/web`.
pub(super) fn object(kind: &str, namespace: &str, name: &str) -> String {
    [kind, namespace, name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// Where an example is: its file and line, or its time and id.
pub(super) fn place(example: &Example) -> String {
    let object = object(&example.kind, &example.namespace, &example.name);
    match (&example.file, example.line, &example.audit_id) {
        (Some(file), Some(line), _) => format!("{object} ({file}:{line})"),
        (Some(file), None, _) => format!("{object} ({file})"),
        (None, _, Some(id)) => {
            let time = example.time.map(|time| format!("{}, ", self::time(time))).unwrap_or_default();
            format!("{object} ({time}audit id {id})")
        }
        (None, _, None) => object,
    }
}

/// `from … to …`, or one time.
pub(super) fn window(window: Option<Window>) -> String {
    match window {
        None => String::new(),
        Some(Window { first, last }) if first == last => format!(", {}", time(first)),
        Some(Window { first, last }) => format!(", {} to {}", time(first), time(last)),
    }
}

/// To the second.
fn time(micros: i64) -> String {
    let text = seawall_events::format_micros(micros);
    text.split('.').next().map_or(text.clone(), |seconds| format!("{seconds}Z"))
}

pub(super) fn number(count: u64) -> String {
    thousands(usize::try_from(count).unwrap_or(usize::MAX))
}
