//! A control: one rule of the standard with its versions.

use std::borrow::Cow;

use seawall_core::{CheckId, CheckInfo, Pillar, Severity};
use seawall_inventory::Place;

use super::controls::CONTROLS;
use super::exact::Pod;
use super::policy::{Level, Version};

/// A violated control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Upstream's id of the control, for example `capabilities_restricted`.
    pub control: &'static str,
    /// Upstream's reason.
    pub reason: &'static str,
    /// Upstream's detail.
    pub detail: String,
    /// All fields that are wrong or missing, in the order of the pod's containers or volumes; never empty.
    pub places: Vec<Place>,
}

/// What a rule says of a pod that it does not allow.
pub(super) struct Fault {
    pub(super) reason: &'static str,
    pub(super) detail: String,
    pub(super) places: Vec<Place>,
}

/// Judges a pod; `None` allows it.
pub(super) type Rule = fn(&Pod<'_>) -> Option<Fault>;

/// One control of the standards.
#[derive(Debug)]
pub struct Control {
    /// Upstream's id.
    pub id: &'static str,
    /// The check id in reports, `pss-` and upstream's id in kebab case.
    pub check: &'static str,
    /// The least strict level that has it.
    pub level: Level,
    /// What fails, as a short sentence without full stop.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub help: &'static str,
    /// The control of baseline that is not asked where this one is.
    pub(super) overrides: Option<&'static str>,
    /// Rules by the minor version from which they hold, ascending.
    pub(super) revisions: &'static [(u32, Rule)],
}

impl Control {
    /// The rule of a version; `None` before the control existed.
    pub(super) fn rule(&self, minor: u32) -> Option<Rule> {
        self.revisions.iter().rev().find(|(since, _)| *since <= minor).map(|(_, rule)| *rule)
    }

    /// What findings share: controls of baseline are of high severity, those of restricted of medium.
    pub fn info(&self) -> CheckInfo {
        let (severity, frameworks): (_, &[&str]) = match self.level {
            Level::Restricted => (Severity::Medium, &["PSS:restricted"]),
            _ => (Severity::High, &["PSS:baseline", "PSS:restricted"]),
        };
        CheckInfo {
            id: CheckId::from_static(self.check),
            title: Cow::Borrowed(self.title),
            why: Cow::Borrowed(self.why),
            help: Cow::Borrowed(self.help),
            pillar: Pillar::Nodes,
            severity,
            frameworks: frameworks.iter().copied().map(Cow::Borrowed).collect(),
        }
    }
}

/// All controls of all versions, in the order of results.
pub fn controls() -> &'static [Control] {
    CONTROLS
}

/// The control with this id of upstream.
pub fn control(id: &str) -> Option<&'static Control> {
    CONTROLS.iter().find(|control| control.id == id)
}

/// The controls that a policy asks, with their rules, in the order of results.
pub(super) fn asked(level: Level, version: Version) -> Vec<(&'static Control, Rule)> {
    let minor = version.minor();
    let present: Vec<_> = CONTROLS
        .iter()
        .filter(|control| control.level <= level)
        .filter_map(|control| Some((control, control.rule(minor)?)))
        .collect();
    let overridden: Vec<_> = present.iter().filter_map(|(control, _)| control.overrides).collect();
    present.into_iter().filter(|(control, _)| !overridden.contains(&control.id)).collect()
}
