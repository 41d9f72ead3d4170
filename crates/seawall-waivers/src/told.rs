//! What is found about waivers themselves.

use std::borrow::Cow;
use std::sync::Arc;

use seawall_core::{
    CheckId, CheckInfo, Confidence, Finding, Location, LocationRole, Pillar, ResourceId, Route, Severity,
    fingerprint,
};
use seawall_inventory::Inventory;

use crate::Rule;

/// The id of findings about waivers whose day has passed.
pub const EXPIRED: &str = "admission-waiver-expired";

/// The id of findings about waivers that cover nothing.
pub const UNUSED: &str = "admission-waiver-unused";

/// The two kinds of findings, each described once.
pub(crate) struct Told {
    expired: Arc<CheckInfo>,
    unused: Arc<CheckInfo>,
}

impl Told {
    pub(crate) fn new() -> Self {
        let info = |id, title, why, help, severity| {
            Arc::new(CheckInfo {
                id: CheckId::from_static(id),
                title: Cow::Borrowed(title),
                why: Cow::Borrowed(why),
                help: Cow::Borrowed(help),
                pillar: Pillar::Audit,
                severity,
                frameworks: Vec::new(),
            })
        };
        Told {
            expired: info(
                EXPIRED,
                "a waiver has expired",
                "the risk was accepted for a time that is over: what it covered counts again",
                "repair what it covers and remove it, or accept the risk anew with a later day",
                Severity::Medium,
            ),
            unused: info(
                UNUSED,
                "a waiver covers nothing",
                "what it was for is gone or has another name; left in place it would hide the next fault of that kind",
                "remove it, or correct its scope",
                Severity::Low,
            ),
        }
    }

    pub(crate) fn expired(&self, inventory: &Inventory, rule: &Rule, covered: usize) -> Option<Finding> {
        let until = rule.waiver.until;
        let what = match covered {
            0 => "it covers nothing".to_owned(),
            1 => "1 finding counts again".to_owned(),
            _ => format!("{covered} findings count again"),
        };
        finding(&self.expired, inventory, rule, format!("the waiver ended on {until}: {what}"))
    }

    pub(crate) fn unused(&self, inventory: &Inventory, rule: &Rule) -> Option<Finding> {
        let checks: Vec<String> = rule.checks.iter().take(3).map(|id| format!("`{id}`")).collect();
        let more = if rule.checks.len() > 3 { " and others" } else { "" };
        let message = format!("the waiver for {}{more} covers no finding", checks.join(", "));
        finding(&self.unused, inventory, rule, message)
    }
}

fn finding(info: &Arc<CheckInfo>, inventory: &Inventory, rule: &Rule, message: String) -> Option<Finding> {
    let (id, route) = &rule.home;
    let resource = inventory.get(*id)?;
    let subject = resource.subject().clone();
    let checks: Vec<&str> = rule.checks.iter().map(|id| &**id).collect();
    // The place in the list is no identity: what it says is.
    let said = format!("{}\0{}\0{}", checks.join(","), rule.waiver.reason, rule.waiver.until);
    Some(Finding {
        check: Arc::clone(info),
        severity: info.severity,
        confidence: Confidence::High,
        fingerprint: fingerprint(&info.id, &subject, "", &said),
        subject,
        resource: *id,
        locations: vec![location(*id, route, resource.root().nearest(route).1)],
        message,
        linked: Vec::new(),
        fix: None,
        waiver: None,
    })
}

fn location(resource: ResourceId, route: &Route, existing: usize) -> Location {
    let role = LocationRole::Primary;
    Location { resource, route: route.clone(), existing, role, value: None, withheld: false, note: None }
}
