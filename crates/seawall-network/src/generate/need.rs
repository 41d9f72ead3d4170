//! What has to be possible: connections with the evidence that somebody needs them.

use std::collections::BTreeMap;

use seawall_inventory::Place;

use super::units::UnitId;
use crate::addresses::AddressSet;
use crate::ports::PortSet;

/// An end of a connection that is needed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// The pods of a workload.
    Unit(UnitId),
    /// Pods that are not here, by the name of their namespace and their labels.
    Described {
        /// The namespace.
        namespace: String,
        /// The labels.
        labels: Vec<(String, String)>,
    },
    /// Addresses.
    Addresses(AddressSet),
    /// Whoever: nothing is known of the other side.
    Anyone,
}

/// What kind of evidence there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The configuration of the source names the destination.
    Reference,
    /// A way in from outside: Service, Ingress, Gateway, host port.
    Entry,
    /// The API server calls a webhook or an aggregated API.
    Webhook,
    /// Metrics are collected.
    Scrape,
    /// Members of a StatefulSet know each other by name.
    Peers,
    /// The source holds a token with rights.
    ApiServer,
    /// Names are resolved.
    Dns,
    /// It was observed.
    Flow,
}

impl Source {
    /// The word for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Reference => "reference",
            Source::Entry => "entry",
            Source::Webhook => "webhook",
            Source::Scrape => "scrape",
            Source::Peers => "peers",
            Source::ApiServer => "api-server",
            Source::Dns => "dns",
            Source::Flow => "flow",
        }
    }
}

/// How often and when something was seen. Times are texts as the source of flows writes them, to the second.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// How many records.
    pub count: u64,
    /// The first time, when it is known.
    pub first: Option<String>,
    /// The last time, when it is known.
    pub last: Option<String>,
}

impl Seen {
    /// Takes more into account.
    pub(super) fn add(&mut self, other: &Seen) {
        self.count = self.count.saturating_add(other.count);
        if let Some(first) = &other.first
            && self.first.as_ref().is_none_or(|known| first < known)
        {
            self.first = Some(first.clone());
        }
        if let Some(last) = &other.last
            && self.last.as_ref().is_none_or(|known| last > known)
        {
            self.last = Some(last.clone());
        }
    }
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// Its kind.
    pub source: Source,
    /// The field that says so; `None` for what was observed or is a convention.
    pub place: Option<Place>,
    /// What it says, lower case.
    pub note: String,
    /// How often it was observed; nothing for what is declared.
    pub seen: Option<Seen>,
}

impl Why {
    /// Something that is written down.
    pub(super) fn declared(source: Source, place: Place, note: impl Into<String>) -> Self {
        Why { source, place: Some(place), note: note.into(), seen: None }
    }
}

/// A connection that is needed, with all evidence for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The source.
    pub src: End,
    /// The destination.
    pub dst: End,
    /// The ports of the destination.
    pub ports: PortSet,
    /// Why, declared evidence first; never empty.
    pub why: Vec<Why>,
    /// Further evidence that was not kept.
    pub more: u64,
}

impl Need {
    /// Whether somebody saw it.
    pub fn is_observed(&self) -> bool {
        self.why.iter().any(|why| why.seen.is_some())
    }

    /// Whether something declares it.
    pub fn is_declared(&self) -> bool {
        self.why.iter().any(|why| why.seen.is_none())
    }
}

/// Something that no policy could be made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCovered {
    /// Whose connection it is; `None` where that is not known.
    pub unit: Option<UnitId>,
    /// What it is, lower case.
    pub what: String,
    /// Why no policy describes it, lower case.
    pub reason: String,
    /// Where it is written.
    pub place: Option<Place>,
    /// How often it was observed; nothing for what is declared.
    pub seen: Option<Seen>,
}

/// How many pieces of evidence one connection keeps.
const MAX_WHY: usize = 6;
/// How many things that are not covered are kept for one workload; the rest is counted.
const MAX_NOT_COVERED: usize = 64;

/// What was found for one pair of ends: by ports the evidence, and how much more there is.
type ByPorts = BTreeMap<PortSet, (Vec<Why>, u64)>;

/// Everything that is needed, while it is collected.
#[derive(Debug, Default)]
pub(super) struct Needs {
    by_pair: BTreeMap<(End, End), ByPorts>,
    not_covered: Vec<NotCovered>,
    uncovered: BTreeMap<Option<UnitId>, usize>,
    /// What was not kept of what is not covered.
    pub(super) uncovered_left_out: u64,
}

impl Needs {
    /// Adds a connection.
    pub(super) fn add(&mut self, src: End, dst: End, ports: PortSet, why: Why) {
        if ports.is_empty() {
            return;
        }
        let (all, more) = self.by_pair.entry((src, dst)).or_default().entry(ports).or_default();
        // Observations of one connection are one piece of evidence, whatever pods they were made on.
        if let (Some(known), Some(seen)) = (all.iter_mut().find_map(|one| one.seen.as_mut()), &why.seen) {
            return known.add(seen);
        }
        if all.contains(&why) {
            return;
        }
        // What was observed counts whatever the number of declarations.
        if all.len() < MAX_WHY || why.seen.is_some() {
            all.push(why);
        } else {
            *more += 1;
        }
    }

    /// Adds something that no policy can be made for; the same thing once.
    pub(super) fn not_covered(&mut self, one: NotCovered) {
        let known = self.uncovered.entry(one.unit).or_default();
        if *known >= MAX_NOT_COVERED {
            self.uncovered_left_out += 1;
            return;
        }
        // Of one workload there are few: see the limit.
        let same = |other: &&NotCovered| {
            (other.unit, &other.what, &other.reason) == (one.unit, &one.what, &one.reason)
        };
        if self.not_covered.iter().rev().take(MAX_NOT_COVERED).any(|other| same(&other)) {
            return;
        }
        *known += 1;
        self.not_covered.push(one);
    }

    /// What was collected, in order.
    pub(super) fn finish(self) -> (Vec<Need>, Vec<NotCovered>) {
        let mut needs = Vec::new();
        for ((src, dst), by_ports) in self.by_pair {
            for (ports, (mut why, more)) in by_ports {
                why.sort_by_key(|why| (why.seen.is_some(), why.source));
                needs.push(Need { src: src.clone(), dst: dst.clone(), ports, why, more });
            }
        }
        let mut not_covered = self.not_covered;
        not_covered.sort_by(|a, b| (a.unit, &a.what, &a.reason).cmp(&(b.unit, &b.what, &b.reason)));
        not_covered.dedup_by(|a, b| (a.unit, &a.what, &a.reason) == (b.unit, &b.what, &b.reason));
        (needs, not_covered)
    }
}
