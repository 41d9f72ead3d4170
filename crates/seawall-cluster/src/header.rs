//! What was read: the header record of a snapshot, and the same for a live cluster.

use std::fmt::Write as _;

use seawall_inventory::LEFT_OUT;

use crate::discovery::Discovery;
use crate::json::{write_list, write_string, write_texts};
use crate::kinds::{Listable, Reading};
use crate::list::Outcome;

/// A kind or a group that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `secrets`, `secrets.apps` …, or `group metrics.k8s.io`.
    pub what: String,
    /// Why, as the server says it.
    pub reason: String,
}

/// What came of reading a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Objects read.
    pub objects: u64,
    /// Kinds read to their end.
    pub kinds: usize,
    /// What could not be read.
    pub refused: Vec<Refused>,
}

/// Kinds with what came of them.
pub(crate) type Outcomes = [(Listable, Outcome, u64)];

pub(crate) fn summary(discovery: &Discovery, outcomes: &Outcomes) -> Summary {
    let mut summary =
        Summary { objects: outcomes.iter().map(|(_, _, count)| count).sum(), ..Summary::default() };
    for (listable, outcome, _) in outcomes {
        match outcome {
            Outcome::Read => summary.kinds += 1,
            Outcome::Refused(reason) => {
                let Listable { group, resource, .. } = listable;
                let dot = if group.is_empty() { "" } else { "." };
                summary
                    .refused
                    .push(Refused { what: format!("{resource}{dot}{group}"), reason: reason.clone() });
            }
            Outcome::Gone | Outcome::LeftOut(_) => {}
        }
    }
    for (group, reason) in &discovery.silent {
        summary.refused.push(Refused { what: format!("group {group}"), reason: reason.clone() });
    }
    summary
}

/// The header record, as one line of JSON without its end. `namespaces` are those that were asked for, none for all.
pub(crate) fn header(discovery: &Discovery, outcomes: &Outcomes, namespaces: &[String]) -> String {
    let mut out = String::from(r#"{"kind":"SnapshotHeader","schema":"seawall.dev/snapshot/v1","writer":"#);
    write_string(concat!("seawall ", env!("CARGO_PKG_VERSION")), &mut out);
    let [major, minor, git] = discovery.version.each_ref();
    out.push_str(",\"serverVersion\":");
    write_texts(&[("major", major), ("minor", minor), ("gitVersion", git)], &mut out);
    if !discovery.date.is_empty() {
        out.push_str(",\"serverDate\":");
        write_string(&discovery.date, &mut out);
    }
    let partial = |listable: &Listable| listable.namespaced && !namespaces.is_empty();
    // What was not found in some namespaces may exist in others, under kinds that are not even built in.
    _ = write!(out, ",\"complete\":{}", namespaces.is_empty());
    if !namespaces.is_empty() {
        out.push_str(",\"namespaces\":[");
        for (at, namespace) in namespaces.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_string(namespace, &mut out);
        }
        out.push(']');
    }
    let of = |wanted: &dyn Fn(&Listable, &Outcome) -> Option<String>| -> Vec<(Listable, String)> {
        let entries = outcomes
            .iter()
            .filter_map(|(listable, outcome, _)| Some((listable.clone(), wanted(listable, outcome)?)));
        entries.collect()
    };
    let read = |outcome: &Outcome| *outcome == Outcome::Read;
    let lists = [
        ("kinds", of(&|kind, outcome| (read(outcome) && !partial(kind)).then(String::new))),
        ("partial", of(&|kind, outcome| (read(outcome) && partial(kind)).then(String::new))),
        (
            "refused",
            of(&|_, outcome| match outcome {
                Outcome::Refused(reason) => Some(reason.clone()),
                Outcome::LeftOut(why) => Some(format!("{LEFT_OUT}{why}")),
                Outcome::Read | Outcome::Gone => None,
            }),
        ),
        (
            "metadataOnly",
            of(&|kind, outcome| (read(outcome) && kind.reading() == Reading::Metadata).then(String::new)),
        ),
    ];
    for (key, entries) in &lists {
        let entries = entries.iter().map(|(kind, reason)| {
            vec![("group", kind.group.as_str()), ("kind", kind.kind.as_str()), ("reason", reason.as_str())]
        });
        write_list(key, entries, &mut out);
    }
    let silent = discovery
        .silent
        .iter()
        .map(|(group, reason)| vec![("group", group.as_str()), ("reason", reason.as_str())]);
    write_list("refusedGroups", silent, &mut out);
    out.push_str(
        r#","redaction":{"secretValues":"null","managedFields":"dropped","lastApplied":"dropped"}}"#,
    );
    out
}
