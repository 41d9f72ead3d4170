//! The wire shape of a finding.

use std::cell::RefCell;
use std::fmt::Display;

use seawall_core::{
    Date, Edit, Finding, Fingerprint, Fix, FixValue, Location, LocationRole, Route, Steps, Waiver,
};
use seawall_inventory::Inventory;
use serde::{Serialize, Serializer};

use super::parts::WireSubject;
use crate::cause::edits;
use crate::place::{Place, Positions};

/// Writes what is displayed as a string.
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Serialize)]
pub(crate) struct WireFinding<'a> {
    check: &'a str,
    pillar: &'static str,
    severity: &'static str,
    confidence: &'static str,
    subject: WireSubject<'a>,
    linked: Linked<'a>,
    locations: Locations<'a>,
    message: &'a str,
    why: &'a str,
    help: &'a str,
    fix: Option<WireFix<'a>>,
    frameworks: &'a [std::borrow::Cow<'static, str>],
    fingerprint: Shown<Fingerprint>,
    cause: Option<Shown<Fingerprint>>,
    waiver: Option<WireWaiver<'a>>,
}

impl<'a> WireFinding<'a> {
    pub(crate) fn new(
        inventory: &'a Inventory,
        finding: &'a Finding,
        cause: Option<Fingerprint>,
        positions: &'a RefCell<Positions>,
    ) -> Self {
        WireFinding {
            check: finding.check.id.as_str(),
            pillar: finding.check.pillar.as_str(),
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            subject: WireSubject::new(&finding.subject),
            linked: Linked(finding),
            locations: Locations { inventory, finding, positions },
            message: &finding.message,
            why: &finding.check.why,
            help: &finding.check.help,
            fix: finding.fix.as_ref().and_then(|fix| WireFix::of(&[fix])),
            frameworks: &finding.check.frameworks,
            fingerprint: Shown(finding.fingerprint),
            cause: cause.map(Shown),
            waiver: finding.waiver.as_deref().map(WireWaiver::new),
        }
    }
}

/// Who accepted a finding.
#[derive(Serialize)]
struct WireWaiver<'a> {
    owner: Option<&'a str>,
    reason: &'a str,
    until: Shown<Date>,
    file: Option<&'a str>,
    line: Option<u32>,
}

impl<'a> WireWaiver<'a> {
    fn new(waiver: &'a Waiver) -> Self {
        WireWaiver {
            owner: waiver.owner.as_deref(),
            reason: &waiver.reason,
            until: Shown(waiver.until),
            file: waiver.file.as_deref(),
            line: waiver.position.map(|position| position.line),
        }
    }
}

struct Linked<'a>(&'a Finding);

impl Serialize for Linked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.linked.iter().map(WireSubject::new))
    }
}

struct Locations<'a> {
    inventory: &'a Inventory,
    finding: &'a Finding,
    positions: &'a RefCell<Positions>,
}

impl Serialize for Locations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = |location| self.location(location);
        serializer.collect_seq(self.finding.locations.iter().map(wire))
    }
}

#[derive(Serialize)]
struct WireLocation<'a> {
    route: Shown<Steps<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Shown<Steps<'a>>>,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "is_false")]
    withheld: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<WireSubject<'a>>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl<'a> Locations<'a> {
    fn location(&self, location: &'a Location) -> WireLocation<'a> {
        let place = Place::new(self.inventory, location);
        let position = self.positions.borrow_mut().of(&place);
        let related = location.role == LocationRole::Related;
        let subject = match place.resource {
            Some(resource) if related => Some(resource.subject()),
            _ => place.other_subject(self.finding),
        };
        WireLocation {
            route: Shown(Steps(place.existing())),
            missing: place.missing().map(|steps| Shown(Steps(steps))),
            file: place.file(),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            value: place.value(),
            withheld: location.withheld,
            note: location.note.as_deref(),
            role: related.then_some("related"),
            subject: subject.map(WireSubject::new),
        }
    }
}

#[derive(Serialize)]
pub(super) struct WireFix<'a> {
    risk: &'static str,
    edits: Vec<WireEdit<'a>>,
}

impl<'a> WireFix<'a> {
    /// Several fixes as one; `None` for none.
    pub(super) fn of(fixes: &[&'a Fix]) -> Option<Self> {
        let risk = fixes.iter().map(|fix| fix.risk).max()?;
        Some(WireFix { risk: risk.as_str(), edits: edits(fixes).into_iter().map(WireEdit::new).collect() })
    }
}

#[derive(Serialize)]
struct WireEdit<'a> {
    op: &'static str,
    route: Shown<&'a Route>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<WireValue<'a>>,
}

impl<'a> WireEdit<'a> {
    fn new(edit: &'a Edit) -> Self {
        let (op, value) = match edit {
            Edit::Set { value, .. } => ("set", Some(value)),
            Edit::Remove { .. } => ("remove", None),
            Edit::Append { value, .. } => ("append", Some(value)),
        };
        WireEdit { op, route: Shown(edit.route()), value: value.map(WireValue) }
    }
}

struct WireValue<'a>(&'a FixValue);

impl Serialize for WireValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            FixValue::Bool(value) => serializer.serialize_bool(*value),
            FixValue::Int(value) => serializer.serialize_i64(*value),
            FixValue::Str(value) => serializer.serialize_str(value),
            FixValue::List(items) => serializer.collect_seq(items.iter().map(WireValue)),
            FixValue::Map(entries) => {
                serializer.collect_map(entries.iter().map(|(key, value)| (key, WireValue(value))))
            }
        }
    }
}
